"""What the sample outlets list their articles in: sitemaps, feeds, JSON lists, section pages and robots.txt."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from pipelines.samples.pages import editions, environment, image_of
from pipelines.samples.world import NOW, SampleArticle, load_articles, load_odd_pages

Params = Mapping[str, str]
Listing = Callable[[Params], "tuple[str, str] | None"]
"""From the query's parameters to content type and text; ``None`` where there is no such page."""

HTML = "text/html; charset=utf-8"
XML = "application/xml; charset=utf-8"
RSS = "application/rss+xml; charset=utf-8"
JSON = "application/json; charset=utf-8"
PAGE_SIZE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a listing."""

    url: str
    title: str
    when: datetime
    outlet: str
    section: str = ""
    summary: str = ""
    keywords: tuple[str, ...] = ()
    image: str = ""
    number: str = ""
    link: str = ""
    """As the feed prints it."""

    @property
    def path(self) -> str:
        parts = urlsplit(self.url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def rfc822(self) -> str:
        return format_datetime(self.when)

    @property
    def zulu(self) -> str:
        return self.when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=1)
def items() -> tuple[Item, ...]:
    """Every article and every odd page, newest first."""
    found = [_item(article) for article in load_articles()]
    zones = {item.outlet: item.when.tzinfo for item in found}
    for page in load_odd_pages():
        when = datetime(2026, 11, 13, 6, 0, tzinfo=zones[page.outlet])
        found.append(Item(url=page.url, link=page.url, title=page.title, when=when, outlet=page.outlet))
    return tuple(sorted(found, key=lambda item: (item.when, item.url), reverse=True))


def _item(article: SampleArticle) -> Item:
    link = article.url
    if article.outlet.startswith("dw"):  # the feeds print raw Chinese and a tracking parameter
        code = {"dw-en": "en"}.get(article.outlet, "chi")
        link = f"{unquote(article.url)}?maca={code}-rss-{code}-all-1127-rdf"
    return Item(
        url=article.url,
        link=link,
        title=article.title,
        when=article.published,
        outlet=article.outlet,
        section=article.section[0],
        summary=article.teaser or article.paragraphs[0][:80],
        keywords=article.keywords,
        image=image_of(article),
        number=article.number,
    )


def of(*outlets: str, host: str = "", sections: tuple[str, ...] | None = None) -> list[Item]:
    """The items of some outlets, narrowed to a host or to sections."""
    return [
        item
        for item in items()
        if item.outlet in outlets
        and (not host or item.host == host)
        and (sections is None or item.section in sections)
    ]


def newsmap(name: str, lang: str, found: list[Item]) -> Listing:
    """A Google-News sitemap."""
    text = environment().get_template("newsmap.xml.j2").render(items=found, name=name, lang=lang)
    return lambda _params: (XML, text)


def rss(name: str, home: str, lang: str, found: list[Item], *, rdf: bool = False) -> Listing:
    """An RSS 2.0 feed, or RSS 1.0 (RDF)."""
    template = environment().get_template("rdf.xml.j2" if rdf else "rss.xml.j2")
    text = template.render(items=found, name=name, home=home, lang=lang, now=format_datetime(NOW))
    return lambda _params: (RSS, text)


def section(style: str, title: str, lang: str, found: list[Item], *, edition: str = "") -> Listing:
    """An HTML list of one page; a later page is not found."""
    template = environment().get_template("list.html.j2")
    text = template.render(style=style, title=title, lang=lang, items=found, edition=edition)
    return lambda params: (HTML, text) if params.get("page", "1") in ("", "1") else None


def udn_more(found: list[Item]) -> Listing:
    """UDN's ``api/more``: pages of twenty; the last item of a page is a string that names a key of ``data``."""

    def answer(params: Params) -> tuple[str, str] | None:
        number = params.get("page", "1")
        if not number.isdecimal():
            return None
        start = (int(number) - 1) * PAGE_SIZE
        part = found[max(start, 0) : start + PAGE_SIZE]
        if not part:
            return JSON, json.dumps({"state": True, "end": True}, ensure_ascii=False)
        rows = [
            {
                "titleLink": f"{item.path}?from=udn-ch1_breaknews-1-0-news",
                "title": item.title,
                "time": {"date": item.when.strftime("%Y-%m-%d %H:%M"), "dateTime": item.zulu},
                "paragraph": item.summary,
                "view": 100,
            }
            for item in part
        ]
        document = {
            "state": True,
            "lists": [*rows[:-1], "story_last"],
            "data": {"story_last": rows[-1]},
            "end": start + PAGE_SIZE >= len(found),
        }
        return JSON, json.dumps(document, ensure_ascii=False)

    return answer


@lru_cache(maxsize=1)
def listings() -> dict[tuple[str, str], Listing]:
    """Every listing by host and unquoted path."""
    table: dict[tuple[str, str], Listing] = {}
    for part in (_udn(), _dw(), _epochtimes(), _chinatimes(), _rti()):
        table |= part
    for host in sorted({host for host, _ in table}):
        table[host, "/robots.txt"] = _robots(host)
    return table


def _udn() -> dict[tuple[str, str], Listing]:
    main, money = of("udn", host="udn.com"), of("udn", host="money.udn.com")
    page = section("udn", "即時新聞 | 聯合新聞網", "zh-Hant", main)
    return {
        ("udn.com", "/"): page,
        ("udn.com", "/sitemap/gnews/2"): newsmap("聯合新聞網", "zh-tw", main),
        ("udn.com", "/api/more"): udn_more(main),
        ("udn.com", "/news/breaknews/1/0"): page,
        ("udn.com", "/rssfeed/news/2/6638"): rss("聯合新聞網", "https://udn.com/", "zh-TW", main),
        ("money.udn.com", "/sitemap/gnews/1001"): newsmap("經濟日報", "zh-tw", money),
        ("money.udn.com", "/rssfeed/news/1001/5588"): rss(
            "經濟日報", "https://money.udn.com/", "zh-TW", money
        ),
    }


def _dw() -> dict[tuple[str, str], Listing]:
    table: dict[tuple[str, str], Listing] = {}
    for outlet, code in (("dw-zh", "chi"), ("dw-en", "en"), ("dw-zh-hant", "")):
        words, found = editions()[outlet], of(outlet)
        lang, name = words["lang"], words["name"]
        home = f"https://www.dw.com/{lang}/"
        front = section("dw", name, lang, found)
        table["www.dw.com", f"/{lang}/"] = table["www.dw.com", f"/{lang}"] = front
        table["www.dw.com", f"/{lang}/news-sitemap.xml"] = newsmap("DW", lang, found)
        if code:
            written = [item for item in found if item.number]
            table["rss.dw.com", f"/rdf/rss-{code}-all"] = rss(name, home, lang, written, rdf=True)
            table["rss.dw.com", f"/xml/rss-{code}-all"] = rss(name, home, lang, written)
        if outlet == "dw-zh":
            table["www.dw.com", "/zh/在线报导/s-9058"] = front
    return table


def _epochtimes() -> dict[tuple[str, str], Listing]:
    host = "www.epochtimes.com"
    table: dict[tuple[str, str], Listing] = {}
    for outlet in ("epochtimes-b5", "epochtimes-gb"):
        words, edition = editions()[outlet], outlet.removeprefix("epochtimes-")
        home = f"https://{host}/{edition}/"
        everything = section("epochtimes", words["site"], words["lang"], of(outlet), edition=edition)
        table[host, f"/{edition}/"] = table[host, f"/{edition}/instant-news.htm"] = everything
        for code, sections in editions()["epochtimes-categories"].items():
            found = of(outlet, sections=tuple(sections))
            page = section("epochtimes", words["site"], words["lang"], found, edition=edition)
            table[host, f"/{edition}/{code}.htm"] = page
            table[host, f"/{edition}/{code}.htm/feed"] = rss(words["name"], home, words["lang"], found)
    b5 = editions()["epochtimes-b5"]
    table[host, "/feed"] = rss(b5["name"], f"https://{host}/", b5["lang"], of("epochtimes-b5"))
    return table


def _chinatimes() -> dict[tuple[str, str], Listing]:
    host, found = "www.chinatimes.com", of("chinatimes")
    everything = section("chinatimes", "即時 - 中時新聞網", "zh-Hant-TW", found)
    table = {
        (host, "/"): everything,
        (host, "/realtimenews"): everything,
        (host, "/realtimenews/"): everything,
        (host, "/sitemaps/sitemap_todaynews.xml"): newsmap("中時新聞網", "zh-tw", found),
    }
    for slug, category in editions()["chinatimes-sections"].items():
        own = [item for item in found if item.url.endswith(f"-{category}")]
        table[host, f"/{slug}/total"] = section("chinatimes", "中時新聞網", "zh-Hant-TW", own)
    return table


def _rti() -> dict[tuple[str, str], Listing]:
    found = of("rti")
    page = section("rti", "新聞 - Rti 中央廣播電臺", "zh-Hant", found)
    return {
        ("www.rti.org.tw", "/"): page,
        ("www.rti.org.tw", "/news"): page,
        ("www.rti.org.tw", "/rss"): rss("Rti 中央廣播電臺", "https://www.rti.org.tw/", "zh-TW", found),
    }


def _robots(host: str) -> Listing:
    forbidden = [p.url for p in load_odd_pages() if p.expect == "robots" and urlsplit(p.url).hostname == host]
    lines = ["User-agent: *", "Disallow: /search", *(f"Disallow: {urlsplit(url).path}" for url in forbidden)]
    text = "\n".join([*lines, "Allow: /", ""])
    return lambda _params: ("text/plain; charset=utf-8", text)
