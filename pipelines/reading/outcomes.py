"""Pages that are no article, each by its own signs and with a reason in words.

A sign in the text counts only where the page has little text of its own, so that an article *about* error pages or
subscriptions stays an article.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import urlsplit

from pipelines.reading import structured
from pipelines.reading.blocks import Layout
from pipelines.reading.body import Body
from pipelines.reading.metadata import Declared
from pipelines.reading.tables import table
from pipelines.reading.values import weight

LITTLE = 240.0
"""Weight (Han characters, or twice the words) under which a page's own signs of being no article are believed."""
TINY = 100.0
"""The same for signs that an article may well quote (deleted, not found, cookies)."""
SCRAP = 24.0
"""Weight under which a body is no body, unless the page declares an article with a headline and a time."""

_PROLOG = re.compile(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>", re.IGNORECASE | re.DOTALL)
_FEED = re.compile(r"\s*<(rss|feed|rdf:RDF|urlset|sitemapindex|opml)\b", re.IGNORECASE)
_SCRIPT_MOVE = re.compile(
    r"(?:(?:window|self|top|document|parent)\s*\.\s*)?location(?:\s*\.\s*(?:href|replace|assign))?\s*(?:=(?!=)|\()\s*[\"'`](?P<to>[^\"'`\s]{1,500})[\"'`]"
)
_REFRESH = re.compile(r"^\s*(\d+)\s*[;,]\s*url\s*=\s*[\"']?(?P<to>[^\"']+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: str
    reason: str


@cache
def _signs(name: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{sign})" for sign in table("outcomes.toml")[name]), re.IGNORECASE)


def before_parsing(text: str, content_type: str) -> Verdict | None:
    """What can be told without a tree: feeds, JSON, scripts."""
    kind = content_type.split(";", 1)[0].strip().lower()
    if kind and kind.split("/")[0] in ("image", "video", "audio", "font"):
        return Verdict("not_html", f"the server calls it {kind}")
    if feed := _FEED.match(_PROLOG.sub("", text[:8000])):
        return Verdict("not_html", f"a feed or sitemap ({feed[1].lower()}), no page")
    head = text.lstrip()[:1]
    if (
        head in ("{", "[")
        and "<" not in text[:2000].split("}", 1)[0][:200]
        and text.rstrip()[-1:] in ("}", "]")
    ):
        return Verdict("not_html", "JSON, no page")
    if not re.search(r"<[a-zA-Z!/]", text):
        return Verdict("not_html", "no element in it: plain text or a script")
    return None


def judge(
    page: Declared, layout: Layout, body: Body | None, html_size: int, title: str, anchor: int
) -> Verdict | None:
    """The reason why this page is no article, or ``None`` where nothing speaks against it."""
    total = sum(weight(block.text) for block in layout.blocks)
    size = weight(body.text) if body else 0.0
    little = size < LITTLE
    move = _redirect(page, total, html_size)
    if move is not None:
        return move
    texts = (
        [block.text for block in layout.blocks if len(block.text) < 400]
        if little or total < 4 * LITTLE
        else []
    )
    shown = "\n".join(texts[:400])
    address = page.first("og:url") or next(
        (link.get("href", "") for link in page.root.iter("link") if link.get("rel") == "canonical"), ""
    )
    if little:
        if _signs("soft_404_url").search(_path(address)):
            return Verdict("soft_404", f"the page calls itself {address[:120]}")
        heads = [page.document_title, title]
        for head in heads:
            if head and _signs("soft_404_title").search(head):
                return Verdict("soft_404", f"its title says so: {head[:80]}")
        for name, outcome in (("deleted", "deleted"), ("soft_404_text", "soft_404")):
            if size < TINY and (found := _signs(name).search(shown)):
                return Verdict(outcome, f"the page says: {found[0][:80]}")
        if _gated(page) and size < LITTLE:
            return Verdict("paywall", "declared not free of charge, and only a teaser is there")
        for block in layout.blocks[max(anchor, 0) :]:  # a menu before the headline may sell subscriptions too
            if len(block.text) < 200 and (found := _signs("paywall").search(block.text)):
                return Verdict("paywall", f"the page says: {found[0][:80]}")
        if size < SCRAP or not _article_declared(page):
            for head in [*heads, *(texts if _has_password(page) and total < 2 * LITTLE else [])]:
                if head and len(head) < 120 and (found := _signs("login").search(head)):
                    return Verdict("login_page", f"the page says: {found[0][:80]}")
        host = urlsplit(page.url or "").hostname or ""
        found = _signs("consent").search(shown) if size < TINY else None
        if (
            found
            and (host.startswith("consent.") or not _article_declared(page))
            and weight(found.string) < 4 * LITTLE
        ):
            return Verdict("consent_page", f"the page says: {found[0][:80]}")
        if _is_video(page, title) and size < LITTLE / 2:
            return Verdict("video_page", "a video with little or no text")
    return _list_or_empty(page, layout, body, size, total, anchor)


def _list_or_empty(
    page: Declared, layout: Layout, body: Body | None, size: float, total: float, anchor: int
) -> Verdict | None:
    declared = _article_declared(page)
    linked = [b for b in layout.blocks if b.links > 0.5 * len(b.text) and weight(b.text) >= 8]
    weight_linked = sum(weight(block.text) for block in linked)
    root = not urlsplit(page.url or "x:/y").path.strip("/") and not urlsplit(page.url or "").query
    if root and len(linked) >= 10:
        return Verdict("list_page", "the site's front page")
    headed = False
    if anchor >= 0 and body is not None and body.blocks and body.blocks[0] > anchor:
        between = layout.blocks[anchor + 1 : body.blocks[0]]
        headed = sum(block.links > 0.5 * len(block.text) for block in between) <= 8
    if not declared and len(linked) >= 12 and not (headed and size >= 2 * SCRAP) and not _told(layout, body):
        teased = total - size - weight_linked
        if size < 0.25 * weight_linked or (size < LITTLE and teased + weight_linked > 6 * size):
            return Verdict("list_page", f"{len(linked)} linked headlines and hardly any text of its own")
    if body is None or size < (SCRAP / 3 if declared else SCRAP):
        return Verdict("empty_body", "no running text found")
    return None


def _told(layout: Layout, body: Body | None) -> bool:
    """Whether the body tells something at length: paragraphs in a row, as teasers between linked headlines never are."""
    run, length = 0, 0.0
    for n in range(body.blocks[0], body.blocks[-1] + 1) if body is not None and body.blocks else ():
        block = layout.blocks[n]
        size = weight(block.text)
        if block.links > 0.5 * len(block.text) and size >= 8:
            run, length = 0, 0.0
        elif size >= SCRAP and block.links == 0:
            run, length = run + 1, length + size
            if (run >= 3 and length >= LITTLE / 2) or length >= 2 * LITTLE:
                return True
    return False


def _redirect(page: Declared, total: float, html_size: int) -> Verdict | None:
    if total > 60:
        return None
    for content in page.meta.get("refresh", []):
        match = _REFRESH.match(content)
        if match and int(match[1]) <= 10:
            outcome = "soft_404" if _signs("soft_404_url").search(_path(match["to"])) else "script_redirect"
            return Verdict(outcome, f"sends the reader on to {match['to'][:200]}")
    if html_size > 60_000:
        return None
    for script in page.root.iter("script"):
        match = _SCRIPT_MOVE.search(script.text or "")
        if match and ("/" in match["to"] or "." in match["to"]):
            outcome = "soft_404" if _signs("soft_404_url").search(_path(match["to"])) else "script_redirect"
            return Verdict(outcome, f"a script sends the reader on to {match['to'][:200]}")
    return None


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def _article_declared(page: Declared) -> bool:
    return bool(
        structured.types(page.article) & structured.ARTICLE_TYPES
        or page.first("og:type").lower() == "article"
        or page.first("article:published_time", "pubdate", "publishdate")
    )


def _gated(page: Declared) -> bool:
    value = page.article.get("isAccessibleForFree")
    return value is False or (isinstance(value, str) and value.strip().lower() == "false")


def _has_password(page: Declared) -> bool:
    return any((field.get("type") or "").lower() == "password" for field in page.root.iter("input"))


def _is_video(page: Declared, title: str) -> bool:
    return (
        page.first("og:type").lower().startswith("video")
        or (
            not _article_declared(page)
            and any("videoobject" in structured.types(node) for node in page.nodes)
        )
        or bool(_signs("video_title").search(title))
    )
