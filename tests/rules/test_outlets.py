"""Rules over all outlets: well formed, polite, each URL claimed by one, and each way kept on its own hosts."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from cssselect import HTMLTranslator

from crawler import outlets, settings
from crawler.outlet import Markup, Outlet, SectionList
from crawler.outlets import identify

ALL = list(outlets.all_outlets().values())
ROOT = Path(__file__).parents[2]
FIRST_RING = (
    "udn", "dw-zh", "dw-zh-hant", "epochtimes-b5", "epochtimes-gb", "epochtimes-tw", "chinatimes", "chinatimes-cn", "hket",
    "netease", "rti",
)  # fmt: skip

SLOWER_HOSTS: dict[str, str] = {"chinatimes": "429 above two connections", "chinatimes-cn": "the same host"}
"""Outlets slower than the default, with the reason; nobody is faster."""

EXAMPLES = [
    ("https://udn.com/news/story/6885/9000001?from=udn-catelistnews_ch2", "udn:9000001", "https://udn.com/news/story/6885/9000001"),
    ("http://udn.com:80/news/amp/story/1/9000001#top", "udn:9000001", "https://udn.com/news/story/1/9000001"),
    ("https://money.udn.com/money/story/5603/9000001", "udn:9000001", "https://money.udn.com/money/story/5603/9000001"),
    ("https://money.udn.com/money/amp/story/5603/9000001", "udn:9000001", "https://money.udn.com/money/story/5603/9000001"),
    ("https://www.dw.com/zh/一个标题/a-70000001?maca=chi-rss", "dw-zh:a-70000001", "https://www.dw.com/zh/%E4%B8%80%E4%B8%AA%E6%A0%87%E9%A2%98/a-70000001"),
    ("https://www.dw.com/zh/%e4%b8%80%e4%b8%aa%e6%a0%87%e9%a2%98/a-70000001", "dw-zh:a-70000001", "https://www.dw.com/zh/%E4%B8%80%E4%B8%AA%E6%A0%87%E9%A2%98/a-70000001"),
    ("https://amp.dw.com/zh-hant/x/a-70000002", "dw-zh-hant:a-70000002", "https://www.dw.com/zh-hant/x/a-70000002"),
    ("https://www.dw.com/zh/a-70000003", "dw-zh:a-70000003", "https://www.dw.com/zh/a-70000003"),
    ("https://www.dw.com/en/x/live-70000004", "dw-en:live-70000004", "https://www.dw.com/en/x/live-70000004"),
    ("https://www.epochtimes.com/b5/26/10/3/n14000001.htm", "epochtimes-b5:n14000001", "https://www.epochtimes.com/b5/26/10/3/n14000001.htm"),
    ("https://www.epochtimes.com/gb/5/9/21/n14000001.htm", "epochtimes-gb:n14000001", "https://www.epochtimes.com/gb/5/9/21/n14000001.htm"),
    ("http://www.epochtimes.com.tw/n200001/一個標題-.html", "epochtimes-tw:n200001", "https://www.epochtimes.com.tw/n200001"),
    ("https://epochtimes.com.tw/n200001", "epochtimes-tw:n200001", "https://www.epochtimes.com.tw/n200001"),
    ("https://www.chinatimes.com/realtimenews/20260102000001-260405?chdtv", "chinatimes:20260102000001", "https://www.chinatimes.com/realtimenews/20260102000001-260405"),
    ("https://www.chinatimes.com/newspapers/20260102000001-260301", "chinatimes:20260102000001", "https://www.chinatimes.com/newspapers/20260102000001-260301"),
    ("https://www.chinatimes.com/cn/realtimenews/20260102000001-260405", "chinatimes-cn:20260102000001", "https://www.chinatimes.com/cn/realtimenews/20260102000001-260405"),
    ("https://topick.hket.com/article/3000001/有　空格 的標題?mtc=10012", "hket:3000001", "https://topick.hket.com/article/3000001"),
    ("http://china.hket.com/article/3000001/?r=x", "hket:3000001", "https://china.hket.com/article/3000001"),
    ("https://www.163.com/news/article/ABCDEFGH000181BR.html?f=x", "netease:ABCDEFGH000181BR", "https://www.163.com/news/article/ABCDEFGH000181BR.html"),
    ("http://news.163.com/20/0229/18/ABCDEFGH000181BR.html", "netease:ABCDEFGH000181BR", "https://news.163.com/20/0229/18/ABCDEFGH000181BR.html"),
    ("http://biz.163.com/41210/1/ABCDEFGH000181BR.html", "netease:ABCDEFGH000181BR", "https://biz.163.com/41210/1/ABCDEFGH000181BR.html"),
    ("http://dy.163.com/v2/article/detail/ABCDEFGH000181BR.html", "netease:ABCDEFGH000181BR", "https://www.163.com/dy/article/ABCDEFGH000181BR.html"),
    ("https://3g.163.com/news/article/ABCDEFGH000181BR.html", "netease:ABCDEFGH000181BR", "https://www.163.com/news/article/ABCDEFGH000181BR.html"),
    ("https://c.m.163.com/news/a/ABCDEFGH000181BR.html?spss=x", "netease:ABCDEFGH000181BR", "https://www.163.com/news/article/ABCDEFGH000181BR.html"),
    ("https://www.rti.org.tw/news?pid=300001&uid=3&utm_source=x", "rti:300001", "https://www.rti.org.tw/news?uid=3&pid=300001"),
    ("https://www.rti.org.tw/news/view/id/2000001", "rti:view-2000001", "https://www.rti.org.tw/news/view/id/2000001"),
    ("https://www.cna.com.tw/amp/news/aipl/202601020001.aspx", "cna:202601020001", "https://www.cna.com.tw/news/aipl/202601020001.aspx"),
    ("https://ec.ltn.com.tw/amp/article/breakingnews/3000001", "ltn:3000001", "https://ec.ltn.com.tw/article/breakingnews/3000001"),
    ("https://news.ltn.com.tw/news/business/breakingnews/3000001", "ltn:3000001", "https://news.ltn.com.tw/news/business/breakingnews/3000001"),
    ("https://www.rfi.fr/cn/中国/20260102-一个标题", "rfi-zh:20260102-一个标题", "https://www.rfi.fr/cn/%E4%B8%AD%E5%9B%BD/20260102-%E4%B8%80%E4%B8%AA%E6%A0%87%E9%A2%98"),
    ("https://www.bbc.com/zhongwen/articles/c0000000001o/simp", "bbc-zhongwen:c0000000001o", "https://www.bbc.com/zhongwen/articles/c0000000001o/simp"),
    ("https://www.bbc.com/zhongwen/articles/c0000000001o/trad", "bbc-zhongwen-trad:c0000000001o", "https://www.bbc.com/zhongwen/articles/c0000000001o/trad"),
]  # fmt: skip

NO_ARTICLE = [
    "https://udn.com/news/breaknews/1/0",
    "https://www.dw.com/zh/x/av-70000001",
    "https://www.dw.com/zh/x/s-9058",
    "https://www.epochtimes.com/b5/nf1.htm#14000001",
    "https://www.rti.org.tw/programnews?uid=4&pid=9",
    "https://www.rti.org.tw/news?uid=3",
    "https://www.chinatimes.com/realtimenews/?page=2&chdtv",
    "https://www.hket.com/rss/hongkong",
]

NOBODY = [
    "https://udn.com:8443/news/story/1/2", "https://vip.udn.com/vip/story/1/2", "https://notudn.com/news/story/1/2",
    "https://udn.com.evil.example/news/story/1/2", "ftp://udn.com/news/story/1/2", "https://www.dw.com/de/x/a-1", "", "http://[", "udn.com",
    "https://udn.com@evil.example/news/story/1/2", "javascript:alert(1)", "https://udn.com/" + "a" * 3000,
]  # fmt: skip


@pytest.mark.parametrize(("url", "article_id", "canonical"), EXAMPLES)
def test_identity(url: str, article_id: str, canonical: str) -> None:
    identity = identify(url)
    assert identity is not None
    assert (identity.article_id, identity.kind) == (article_id, "article")
    assert identity.canonical_url == canonical
    again = identify(canonical)
    assert again is not None
    assert (again.article_id, again.canonical_url) == (article_id, canonical)


@pytest.mark.parametrize("url", NO_ARTICLE)
def test_what_is_no_article_has_no_article_id(url: str) -> None:
    identity = identify(url)
    assert identity is not None
    assert identity.article_id is None


@pytest.mark.parametrize("url", NOBODY)
def test_what_nobody_owns_is_nobodys(url: str) -> None:
    assert identify(url) is None


@pytest.mark.parametrize("url", [url for url, _, _ in EXAMPLES])
def test_no_two_outlets_claim_one_url(url: str) -> None:
    claims = outlets.registry().claimants(url)
    assert len({outlet.key for outlet, _, _ in claims}) == 1


def test_no_two_outlets_ask_the_same_listing() -> None:
    for one, other in itertools.combinations(ALL, 2):
        shared = {w.url for w in one.ways} & {w.url for w in other.ways}
        assert not shared, (one.key, other.key, shared)


def test_the_first_ring_is_complete() -> None:
    assert set(FIRST_RING) <= set(outlets.all_outlets())
    assert len(set(outlets.all_outlets()) - set(FIRST_RING)) >= 10


@pytest.mark.parametrize("outlet", ALL, ids=lambda o: o.key)
def test_politeness(outlet: Outlet) -> None:
    if outlet.key in SLOWER_HOSTS:
        assert outlet.download_delay > settings.DOWNLOAD_DELAY, (
            "the exception is stale: take it out of the table"
        )
    else:
        assert outlet.download_delay == settings.DOWNLOAD_DELAY
    pages = sum(len(way.pages()) for way in outlet.ways if way.rank == 1)
    assert pages * outlet.download_delay < outlet.rhythm_minutes * 60 / 4, (
        "the listings alone take a quarter of the rhythm"
    )


@pytest.mark.parametrize("outlet", ALL, ids=lambda o: o.key)
def test_every_way_is_the_outlets_own_listing(outlet: Outlet) -> None:
    for way in outlet.ways:
        for page in way.pages():
            identity = identify(page)
            assert identity is not None, page
            assert (identity.outlet_id, identity.kind) == (outlet.key, "listing"), page
        assert way.source, f"{way.url} says nowhere who names it"


@pytest.mark.parametrize("outlet", ALL, ids=lambda o: o.key)
def test_a_second_channel_stands_behind_the_first(outlet: Outlet) -> None:
    assert len(outlet.ways) >= 2, "name a second channel: a section list of its menu will do"
    assert outlet.ways_of_rank(2), "the channels that stand behind the first have rank 2"


@pytest.mark.parametrize("outlet", ALL, ids=lambda o: o.key)
def test_selectors_compile(outlet: Outlet) -> None:
    translator = HTMLTranslator()
    for markup in outlet.markups:
        for field in Markup.SELECTORS:
            for selector in getattr(markup, field):
                translator.css_to_xpath(selector)
    for way in outlet.ways:
        if isinstance(way, SectionList):
            for selector in filter(None, (way.links, way.cards, way.time)):
                translator.css_to_xpath(selector)
    for sign in outlet.not_article:
        if sign.css:
            translator.css_to_xpath(sign.css)


@pytest.mark.parametrize("outlet", ALL, ids=lambda o: o.key)
def test_file_and_key_are_one_word(outlet: Outlet) -> None:
    path = ROOT / "crawler" / "spiders" / f"{outlet.key.replace('-', '_')}.py"
    assert path.is_file()
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 200


@pytest.mark.parametrize("outlet", ALL, ids=lambda o: o.key)
def test_facts_that_readers_rely_on(outlet: Outlet) -> None:
    if outlet.language_tag.startswith("zh"):
        assert re.search(r"-Han[st]", outlet.language_tag)
    present = [markup for markup in outlet.markups if markup.valid_until is None]
    assert outlet.grade == (present[0].rests_on if present else "described")
    assert not outlet.run_live, "say so in the file's notes, with the day, when it was"
    assert outlet.expected[1] <= 10_000


@pytest.mark.parametrize("outlet", ALL, ids=lambda o: o.key)
def test_what_the_templates_rest_on(outlet: Outlet) -> None:
    for markup in outlet.markups:
        assert re.search(r"\b(?:19|20)\d\d\b", markup.source), f"say of which year: {markup.source}"
        if markup.rests_on == "seen":
            assert re.search(r"\bpages?\b", markup.source), f"say which page was seen: {markup.source}"
    # tests/outlets has the other half: of every outlet that is only described, the general reader alone reads the page.


def test_nobody_claims_a_page_that_was_not_seen() -> None:
    # Of these no page of the present template was seen: to take one out, have a real page at hand, and say which.
    assert {o.key for o in ALL if o.grade != "seen"} == {
        "udn", "dw-zh", "dw-zh-hant", "epochtimes-b5", "epochtimes-gb", "epochtimes-tw", "chinatimes", "chinatimes-cn", "rti",
        "bbc-zhongwen", "bbc-zhongwen-trad", "xinhua",
    }  # fmt: skip


def test_zones_follow_the_country() -> None:
    zones = {
        "TW": "Asia/Taipei",
        "HK": "Asia/Hong_Kong",
        "CN": "Asia/Shanghai",
        "FR": "Europe/Paris",
        "GB": "Europe/London",
        "DE": "UTC",
    }
    apart = {o.key: o.timezone for o in ALL if zones.get(o.country) != o.timezone}
    # The Epoch Times is published in the United States and prints Taipei time.
    assert apart == {"epochtimes-b5": "Asia/Taipei", "epochtimes-gb": "Asia/Taipei"}


@pytest.mark.parametrize("outlet", [o for o in ALL if o.key in FIRST_RING], ids=lambda o: o.key)
def test_fixture_of_every_first_outlet(outlet: Outlet) -> None:
    folder = ROOT / "tests" / "outlets" / outlet.key
    names = {path.name for path in folder.iterdir()}
    assert {"page.html", "expected.json", "listing.json"} <= names
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert expected["expected"]["outcome"] == "ok"
    for field in ("title", "text", "published", "published_precision", "canonical_url"):
        assert expected["expected"][field], f"{field}: only complete articles are fixtures"
    identity = identify(expected["url"])
    assert identity is not None
    assert identity.outlet_id == outlet.key
    assert identity.canonical_url == expected["expected"]["canonical_url"]


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / "tests" / "outlets").glob("*/expected*.json")),
    ids=lambda p: f"{p.parent.name}/{p.stem}",
)
def test_every_fixture_belongs_to_its_outlet(path: Path) -> None:
    said = json.loads(path.read_text(encoding="utf-8"))
    assert (path.parent / said["file"]).is_file()
    identity = identify(said["url"])
    assert identity is not None
    assert (identity.outlet_id, identity.kind) == (path.parent.name, "article")
    if said["expected"]["outcome"] == "ok":
        assert said["expected"]["canonical_url"] == identity.canonical_url


def test_facts_import_without_scrapy() -> None:
    script = "import sys; from crawler import outlets; outlets.all_outlets(); print([m for m in sys.modules if m.split('.')[0] in ('scrapy', 'twisted', 'lxml')])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_an_unknown_outlet_names_near_ones() -> None:
    with pytest.raises(outlets.UnknownOutletError, match="did you mean chinatimes"):
        outlets.get("chinatime")
