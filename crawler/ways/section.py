"""HTML pages that list articles."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from cssselect import HTMLTranslator
from lxml import etree, html
from w3lib.encoding import html_to_unicode

from crawler.outlet import SectionList
from crawler.ways.entries import MAX_ENTRIES, Entry, Listing, ListingError, parse_time

_NO_LINKS = re.compile(r"^\s*(?:#|javascript:|mailto:|tel:|data:)", re.IGNORECASE)


def read_section(way: SectionList, body: bytes, *, url: str, content_type: str, zone: ZoneInfo) -> Listing:
    """The links that ``way`` selects, in page order, each once."""
    _, text = html_to_unicode(content_type or None, body, auto_detect_fun=undeclared)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, no_network=True)
    try:
        # lxml refuses a string with an encoding declaration; bytes with a named encoding are read as such.
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError) as error:
        raise ListingError(f"this is no HTML page: {error}") from error
    base = way.base or urljoin(url, str(root.xpath("string(//base/@href)")))
    cards = {link: card for card in _select(root, way.cards) for link in card.iter("a")} if way.cards else {}
    entries: dict[str, Entry] = {}
    total = 0
    for link in _links(root, way.links):
        href = link.get("href")
        if not href or _NO_LINKS.match(href):
            continue
        total += 1
        try:
            address = urljoin(base, href.strip())
        except ValueError:
            continue  # "http://[": no address
        if address in entries or len(entries) >= MAX_ENTRIES:
            continue
        title = " ".join(link.text_content().split()) or link.get("title")
        card = cards.get(link)
        entries[address] = Entry(url=address, title=title or None, published=_time(way, card, zone))
    return Listing(entries=tuple(entries.values()), total=total)


def undeclared(body: bytes) -> str:
    """The encoding of a Chinese page that declares none."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _links(root: Any, selector: str) -> list[Any]:
    links: list[Any] = []
    for element in _select(root, selector):
        links.extend([element] if element.tag == "a" else element.iter("a"))
    return links


def _time(way: SectionList, card: Any, zone: ZoneInfo) -> datetime | None:
    if card is None or not way.time:
        return None
    for element in _select(card, way.time):
        printed = element.get("datetime") or element.text_content()
        moment = parse_time(printed, zone, way.time_format) or parse_time(printed, zone)
        if moment is not None:
            return moment
    return None


def _select(root: Any, selector: str) -> list[Any]:
    found = _compiled(selector)(root)
    return found if isinstance(found, list) else []


@lru_cache(maxsize=256)
def _compiled(selector: str) -> etree.XPath:
    return etree.XPath(HTMLTranslator().css_to_xpath(selector))
