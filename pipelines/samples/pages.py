"""The HTML page of an article, in the markup of its outlet and with that outlet's known oddities."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.samples.world import SampleArticle, load_articles

PUBLISHERS = {"udn.com": "聯合新聞網", "money.udn.com": "經濟日報"}


@lru_cache(maxsize=1)
def environment() -> Environment:
    """The templates of this package; an unknown name in one is an error, never an empty string."""
    return Environment(
        loader=PackageLoader(__package__),
        autoescape=True,
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


@lru_cache(maxsize=1)
def editions() -> dict[str, Any]:
    """The words and tables of ``editions.toml``."""
    return tomllib.loads((files(__package__) / "editions.toml").read_text(encoding="utf-8"))


def article_page(article: SampleArticle) -> str:
    """The page of ``article``, the same bytes at every call."""
    family = article.outlet.split("-")[0]
    context: dict[str, Any] = {"a": article, "related": related(article), "lead": article.paragraphs[0]}
    context |= _CONTEXTS[family](article)
    context["json_ld"] = _in_script(context.get("json_ld", ""))
    return environment().get_template(f"{family}.html.j2").render(context)


def related(article: SampleArticle) -> list[SampleArticle]:
    """Up to three neighbours of the same outlet, as a "read also" box shows them."""
    own = [other for other in load_articles() if other.outlet == article.outlet]
    place = own.index(article)
    return [own[(place + step) % len(own)] for step in range(1, min(4, len(own)))]


def image_of(article: SampleArticle) -> str:
    """Address of the lead image; no picture stands behind it."""
    day = article.published
    name = article.number
    return {
        "udn": f"https://uc.udn.com.tw/photo/{day:%Y/%m/%d}/realtime/{name}.jpg",
        "chinatimes": f"https://images.chinatimes.com/newsphoto/{day:%Y-%m-%d}/900/{name}.jpg",
        "rti": f"https://static.rti.org.tw/assets/thumbnails/{day:%Y/%m/%d}/{name}.jpg",
        "epochtimes": f"https://i.epochtimes.com/assets/uploads/{day:%Y/%m}/id{name}-photo.jpg",
        "dw": f"https://static.dw.com/image/{name}_6.jpg",
    }[article.outlet.split("-")[0]]


def _in_script(text: str) -> str:
    """JSON that cannot close its script element; the templates print it as it is."""
    return text.replace("</", "<\\/")


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _udn(article: SampleArticle) -> dict[str, Any]:
    money = article.host == "money.udn.com"
    image = image_of(article)
    resized = f"https://pgw.udn.com.tw/gw/photo.php?u={image}&x=0&y=0&sw=0&sh=0&sl=W&fw=1050&exp=3600"
    copy = f"https://udn.com/news/story/7253/{article.number}"
    root = f"https://{article.host}"
    story = {
        "@context": "http://schema.org",
        "@type": "NewsArticle",
        "url": article.url,
        "mainEntityOfPage": article.url,
        "headline": article.title,
        "articleSection": article.section[0],
        "datePublished": article.published.isoformat(),
        "dateModified": article.modified.isoformat(),
        "keywords": ",".join(article.keywords),
        "image": {
            "@type": "ImageObject",
            "contentUrl": image,
            "url": resized,
            "name": article.caption,
            "height": "1000",
            "width": "1000",
        },
        "author": {"@type": "Person", "name": article.byline},
        "publisher": {"@type": "Organization", "name": PUBLISHERS[article.host], "url": root},
    }
    if money:  # the money pages hold // comments, which strict JSON forbids
        text = json.dumps(story, ensure_ascii=False, indent="\t")
        text = text.replace('"datePublished"', '//"interactionCount": "", // 文章互動數\n\t"datePublished"')
        text = text.replace('"height": "1000",', '"height": "1000", // 高度， 有預設或是pgw的高度')
    else:  # a list, with raw control characters inside the strings of some captions
        text = _dumps([story])
        if int(article.number) % 3 == 0:
            text = text.replace(_dumps(article.caption), f'"{article.caption}\t\n"')
    return {
        "json_ld": text,
        "money": money,
        "root": root,
        "canonical": copy if money else article.url,
        "amp": article.url.replace("/story/", "/amp/story/"),
        "site_name": PUBLISHERS[article.host],
        "main": article.section[0],
        "sub": article.section[-1],
        "image_resized": resized,
    }


def _dw(article: SampleArticle) -> dict[str, Any]:
    zulu = [t.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S") for t in (article.published, article.modified)]
    published_z, modified_z = (f"{clock}.{int(article.number) % 1000:03d}Z" for clock in zulu)
    story = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": article.url},
        "publisher": {"@type": "Organization", "name": "Deutsche Welle"},
        "author": [{"@type": "Person", "name": article.byline}],
        "headline": article.title,
        "image": [f"https://static.dw.com/image/{article.number}_804.jpg"],
        "datePublished": published_z,
        "dateModified": modified_z,
    }
    words = editions()[article.outlet]
    day = article.published
    shown = f"{day:%d/%m/%Y}" if words["lang"] == "en" else f"{day.year}年{day.month}月{day.day}日"
    return {"json_ld": _dumps(story), "w": words, "published_z": published_z, "shown_day": shown}


def _epochtimes(article: SampleArticle) -> dict[str, Any]:
    clock = article.published
    words = editions()[article.outlet]
    edition = article.outlet.removeprefix("epochtimes-")
    other = {"b5": "gb", "gb": "b5"}[edition]
    story = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "url": article.url,
        "headline": article.title,
        "image": image_of(article),
        # the outlet says Z, but the clock is +08:00
        "datePublished": f"{clock:%Y-%m-%dT%H:%M:%S}Z",
        "dateModified": f"{article.modified:%Y-%m-%dT%H:%M:%S}Z",
        "publisher": {"@type": "Organization", "name": words["name"]},
    }
    day = f"{clock.year}年{clock.month:02d}月{clock.day:02d}日"
    return {
        "json_ld": _dumps(story),
        "w": words,
        "ed": edition,
        "other": article.url.replace(f"/{edition}/", f"/{other}/"),
        "image": image_of(article),
        "printed": f"{clock:%Y-%m-%d} {clock.hour % 12 or 12}:{clock:%M %p}",
        "dateline": f"{words['dateline'].format(day=day)}（{article.dateline}）",
    }


def _chinatimes(article: SampleArticle) -> dict[str, Any]:
    source, _, author = article.byline.rpartition(" ")
    story = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": article.url,
        "headline": article.title,
        "datePublished": article.published.isoformat(),
        "dateModified": article.modified.isoformat(),
        "author": {"@type": "Person", "name": author or article.byline},
        "keywords": list(article.keywords),
        "articleSection": article.section[0],
        "image": {"@type": "ImageObject", "url": image_of(article)},
        "description": article.paragraphs[0][:60],
    }
    text = _dumps(story if int(article.number) % 2 else [story])
    if int(article.number) % 3 == 0:  # a raw line break inside a string
        text = text.replace(_dumps(story["description"]), f'"{story["description"]}\r\n"')
    return {"json_ld": text, "image": image_of(article), "source": source or "中國時報", "author": author}


def _rti(article: SampleArticle) -> dict[str, Any]:
    return {"image": image_of(article)}


_CONTEXTS = {"udn": _udn, "dw": _dw, "epochtimes": _epochtimes, "chinatimes": _chinatimes, "rti": _rti}
