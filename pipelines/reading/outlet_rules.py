"""One outlet's own markup rules (``crawler.outlet.Markup``) applied to a page: hints beside what the page declares."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lxml.cssselect import CSSSelector

from pipelines.reading import bylines, times
from pipelines.reading.blocks import Layout
from pipelines.reading.metadata import Declared, absolute
from pipelines.reading.outcomes import Verdict
from pipelines.reading.times import Stamp
from pipelines.reading.titles import Title, strip_site
from pipelines.reading.tree import Element, inner_text
from pipelines.reading.values import weight

if TYPE_CHECKING:
    from crawler.outlet import Markup, NotArticle, Outlet

OUTCOMES = {
    "consent": "consent_page",
    "login": "login_page",
    "listing": "list_page",
    "video": "video_page",
    "members_only": "paywall",
}
"""Outcomes of this room for the signs that outlets declare under other words."""


@dataclass(slots=True)
class Hints:
    """What one outlet's rules found on a page; every field may be empty."""

    outlet: Outlet
    markup: Markup | None
    title: Title | None = None
    time: Stamp | None = None
    modified: Stamp | None = None
    author_texts: list[str] = field(default_factory=list)
    section: str | None = None
    image: str | None = None
    bodies: list[Element] = field(default_factory=list)


@lru_cache(maxsize=2000)
def _selector(css: str) -> CSSSelector:
    return CSSSelector(css, translator="html")


def _all(root: Element, css: str) -> list[Element]:
    found: Any = _selector(css)(root)
    return [element for element in found if isinstance(element.tag, str)]


def select(root: Element, selectors: tuple[str, ...]) -> list[Element]:
    """The elements of the first selector that finds any with text, an image or a time."""
    for css in selectors:
        found = _all(root, css)
        if any(inner_text(e) or e.get("datetime") or e.get("content") or e.tag == "img" for e in found):
            return found
    return []


def generation(outlet: Outlet, root: Element, day: date | None, fetched: date | None) -> Markup | None:
    """The template that a page was made with: that of the day which it declares.

    A page that declares no day may be older than its fetch: then the newest template of that time, or before, whose body
    is on the page.
    """
    if day is not None:
        return outlet.markup_for(day)
    newest = outlet.markup_for(fetched)
    older = outlet.markups[outlet.markups.index(newest) if newest else 0 :]
    return next((markup for markup in older if select(root, markup.body)), newest)


def hints(outlet: Outlet, page: Declared, day: date | None, fetched: date | None) -> Hints:
    """Read the outlet's hints and remove the elements it calls furniture from the tree.

    ``day`` is the one that the page declares, ``fetched`` that of its fetch.
    """
    markup = generation(outlet, page.root, day, fetched)
    found = Hints(outlet, markup)
    if markup is None:
        return found
    root = page.root
    if elements := select(root, markup.title):
        found.title = clean_title(outlet, inner_text(elements[0]))
    found.time = _time(root, markup.time, markup)
    found.modified = _time(root, markup.modified, markup)
    found.author_texts = [text for element in select(root, markup.author) if (text := inner_text(element))]
    if elements := select(root, markup.section):
        text = elements[0].get("content") or inner_text(elements[0])
        found.section = text if 0 < len(text) <= 60 else None
    if elements := select(root, markup.lead_image):
        address = next(
            (
                value
                for name in ("data-src", "data-original", "src", "content")
                if (value := elements[0].get(name))
            ),
            "",
        )
        found.image = absolute(address, page.url)
    _strip(root, markup.strip)
    found.bodies = select(root, markup.body)
    return found


def clean_title(outlet: Outlet, printed: str) -> Title | None:
    """A headline without the outlet's furniture."""
    clean, before = printed.strip(), ""
    while clean != before:
        before = clean
        for suffix in outlet.title_suffixes:
            shorter = re.sub(rf"(?:{suffix})$", "", clean).strip()
            clean = shorter or clean
    return Title(strip_site(clean, [outlet.name]), printed) if clean else None


def _time(root: Element, selectors: tuple[str, ...], markup: Markup) -> Stamp | None:
    for element in select(root, selectors):
        attribute = element.get("datetime") or element.get("content")
        if attribute and (stamp := times.parse(attribute)):
            return stamp
        text = inner_text(element)
        for form in markup.time_formats:
            try:
                moment = datetime.strptime(text, form)  # noqa: DTZ007  the zone is the outlet's, settled later
            except ValueError:
                continue
            return Stamp(moment, "minute" if "%H" in form or "%I" in form else "day")
        if stamp := times.parse(text):
            return stamp
    return None


def _strip(root: Element, selectors: tuple[str, ...]) -> None:
    for css in selectors:
        for element in _all(root, css):
            parent = element.getparent()
            if parent is None or element.tag in ("html", "body"):
                continue
            if element.tail:  # the text after a removed element belongs to the article
                previous = element.getprevious()
                if previous is not None:
                    previous.tail = (previous.tail or "") + element.tail
                else:
                    parent.text = (parent.text or "") + element.tail
            parent.remove(element)


def blocks_of(found: Hints, layout: Layout) -> list[int]:
    """The nodes of the outlet's body containers, outermost only, in document order."""
    wanted = set(found.bodies)
    inside: list[int] = []
    end = -1
    for index, node in enumerate(layout.nodes):
        if index >= end and node.element in wanted:
            inside.append(index)
            end = node.last
    return inside


def tidy(markup: Markup, texts: list[str]) -> list[str]:
    """Paragraphs without the lines and phrases that the outlet's rules name."""
    kept: list[str] = []
    for text in texts:
        for pattern in markup.strip_inline:
            text = re.sub(pattern, "", text).strip()
        if any(re.match(pattern, text) for pattern in markup.cut_from):
            break
        if text and not any(re.match(pattern, text) for pattern in markup.strip_lines):
            kept.append(text)
    return kept


def authors(found: Hints, paragraphs: list[str]) -> list[str]:
    """Persons by the outlet's byline patterns, else an agency it credits, else the author element's own text."""
    if found.markup is None:
        return []
    texts = [*found.author_texts, *paragraphs[:3], *paragraphs[-3:]]
    agency: list[str] = []
    for pattern in found.markup.byline_patterns:
        for text in texts:
            match = re.search(pattern, text[:300]) or re.search(pattern, text[-120:])
            groups = match.groupdict() if match else {}
            names = _persons(match, groups.get("names") or "") if match else []
            if names:
                return names
            if groups.get("agency") and not agency:
                agency = [groups["agency"].strip()]
    if agency:
        return agency
    return [name for text in found.author_texts if len(text) <= 40 for name in bylines.split_names(text)]


def _persons(match: re.Match[str], text: str) -> list[str]:
    """The names a pattern caught; of Han names the whole run counts, since no pattern can tell a name from a place."""
    if not re.search(r"[\u4e00-\u9fff]", text):
        return bylines.split_names(text)
    run = re.match(r"[\u4e00-\u9fff·、，和\s]*", match.string[match.start("names") :])
    return bylines.names_in_run((run[0] if run else text).strip())


def without_byline(markup: Markup, paragraphs: list[str]) -> list[str]:
    """Paragraphs without a bracketed reporter's line at the start: the names are kept as the article's authors."""
    if not paragraphs:
        return paragraphs
    head = re.match(r"\s*[（(【\[〔][^（()）【】\[\]〔〕]{2,60}[）)】\]〕]\s*", paragraphs[0])
    if head is None:
        return paragraphs
    found = [
        match.groupdict() for pattern in markup.byline_patterns if (match := re.search(pattern, head[0]))
    ]
    if not any(groups.get("names") for groups in found) and not bylines.names_reporter(head[0]):
        return paragraphs
    rest = paragraphs[0][head.end() :]
    return [rest, *paragraphs[1:]] if rest else paragraphs[1:]


def refuse(outlet: Outlet, page: Declared, html: str, layout: Layout) -> Verdict | None:
    """The outlet's own signs that a page is no article."""
    for sign in outlet.not_article:
        if reason := _holds(sign, page, html, layout):
            return Verdict(OUTCOMES.get(sign.outcome, sign.outcome), f"{outlet.key}'s own sign: {reason}")
    return None


def _holds(sign: NotArticle, page: Declared, html: str, layout: Layout) -> str:
    """Why all conditions of a sign hold, or an empty string."""
    reasons: list[str] = []
    if sign.max_text is not None and sum(weight(block.text) for block in layout.blocks) > sign.max_text:
        return ""
    if sign.css:
        if not _all(page.root, sign.css):
            return ""
        reasons.append(f"an element {sign.css}")
    if sign.url:
        canonical = next(
            (link.get("href") or "" for link in page.root.iter("link") if link.get("rel") == "canonical"), ""
        )
        match = re.search(sign.url, page.url or "") or re.search(sign.url, canonical)
        if not match:
            return ""
        reasons.append(f"the address holds {match[0][:60]}")
    if sign.html:
        match = re.search(sign.html, html)
        if not match:
            return ""
        reasons.append(f"the page holds {' '.join(match[0].split())[:60]}")
    if sign.text:
        match = re.search(sign.text, "\n".join(block.text for block in layout.blocks))
        if not match:
            return ""
        reasons.append(f"the page says {match[0][:60]}")
    return "; ".join(reasons)
