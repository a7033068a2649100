"""Feeds (RSS, RDF, Atom) and sitemaps (Google-News, plain, index).

Read as a stream with lxml: no entity is expanded, no DTD loaded, no network touched, and no more of the tree kept than
one entry, so that a feed of 100,000 items or an entity bomb costs no more than its bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from lxml import etree

from crawler.ways.entries import MAX_ENTRIES, Entry, Listing, ListingError, parse_time

_TIMES = ("pubDate", "published", "date", "issued", "updated", "modified")


def read_feed(body: bytes, *, url: str, zone: ZoneInfo) -> Listing:
    """Entries of an RSS, RDF or Atom feed."""
    stream = _Stream(body, roots={"rss", "RDF", "feed"}, items={"item", "entry"}, what="a feed")
    entries: list[Entry] = []
    total = 0
    for item in stream:
        total += 1
        link = _link(item)
        if link and len(entries) < MAX_ENTRIES:
            title = _child(item, "title")
            published, changed = _time(item, zone), parse_time(_child(item, "updated", "modified"), zone)
            modified = changed if changed != published else None
            entries.append(
                Entry(url=urljoin(url, link), published=published, title=title or None, modified=modified)
            )
    return Listing(entries=tuple(entries), total=total, damage=stream.damage)


def read_newsmap(body: bytes, *, url: str, zone: ZoneInfo) -> Listing:
    """Entries of a sitemap, with the publication date and title of its Google-News part; or the maps of an index."""
    stream = _Stream(body, roots={"urlset", "sitemapindex"}, items={"url", "sitemap"}, what="a sitemap")
    entries, maps, total = [], [], 0
    for item in stream:
        total += 1
        if total > MAX_ENTRIES:
            continue
        address = urljoin(url, _child(item, "loc"))
        if _name(item) == "sitemap":
            maps.append((_child(item, "lastmod"), address))
            continue
        printed, changed = _deep(item, "publication_date"), parse_time(_child(item, "lastmod"), zone)
        published = parse_time(printed, zone) or changed
        modified = changed if changed != published else None
        entries.append(
            Entry(url=address, published=published, title=_deep(item, "title") or None, modified=modified)
        )
    newest = tuple(address for _, address in sorted(maps, key=lambda m: m[0], reverse=True))
    return Listing(entries=tuple(entries), total=total, damage=stream.damage, more=newest)


class _Stream:
    """Elements named in ``items``, one at a time; :attr:`damage` says afterwards why the document is not whole."""

    def __init__(self, body: bytes, *, roots: set[str], items: set[str], what: str) -> None:
        self._body, self._roots, self._items, self._what = body, roots, items, what
        self.damage = ""

    def __iter__(self) -> Iterator[etree._Element]:
        context = etree.iterparse(
            BytesIO(_readable(self._body.lstrip())),
            events=("start", "end"),
            recover=True,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        root: etree._Element | None = None
        closed = False
        try:
            for event, element in context:
                if root is None:
                    root = element
                    if _name(element) not in self._roots:
                        raise ListingError(
                            f"this is no {self._what.removeprefix('a ')}: its root is <{_name(element)}>"
                        )
                if event == "start":
                    continue
                closed = element is root
                if _name(element) in self._items:
                    yield element
                    element.clear()
                    while element.getprevious() is not None:
                        del element.getparent()[0]
        except etree.XMLSyntaxError as error:
            self.damage = f"broken off: {error.msg}"
        if root is None:
            raise ListingError(f"this is no {self._what.removeprefix('a ')}: it holds no XML element")
        problems = [e.message for e in context.error_log if e.level >= etree.ErrorLevels.FATAL]
        if not self.damage and (problems or not closed):
            self.damage = f"not well-formed: {problems[0].strip() if problems else 'it ends in the middle'}"


_WIDER = {"big5": "big5hkscs", "gb2312": "gb18030", "gbk": "gb18030", "": "utf-8"}
_DECLARED = re.compile(r"^(<\?xml[^>]*?)\s+encoding\s*=\s*[\"']([\w-]+)[\"']")


def _readable(body: bytes) -> bytes:
    """The document, its encoding repaired where some bytes are not of the encoding that it declares or implies."""
    declared = _DECLARED.match(body[:300].decode("latin-1"))
    encoding = declared.group(2).lower() if declared else ""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body
    encoding = _WIDER.get(encoding, encoding)
    try:
        text = body.decode(encoding)
    except (LookupError, UnicodeDecodeError) as error:
        text = body.decode("utf-8" if isinstance(error, LookupError) else encoding, "replace")
    if declared:
        text = _DECLARED.sub(r"\1", text, count=1)
    return text.encode("utf-8")


def _name(element: etree._Element) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _text(element: etree._Element) -> str:
    return " ".join("".join(str(part) for part in element.itertext()).split())


def _child(item: etree._Element, *names: str) -> str:
    for child in item:
        if _name(child) in names and (text := _text(child)):
            return text
    return ""


def _deep(item: etree._Element, name: str) -> str:
    for element in item.iter():
        if _name(element) == name and (text := _text(element)):
            return text
    return ""


def _time(item: etree._Element, zone: ZoneInfo) -> datetime | None:
    for name in _TIMES:
        moment = parse_time(_child(item, name), zone)
        if moment is not None:
            return moment
    return None


def _link(item: etree._Element) -> str:
    """RSS ``link``; Atom's alternate ``link``; else a ``guid`` or ``rdf:about`` that is a URL."""
    for child in item:
        if _name(child) == "link":
            if child.get("href") and child.get("rel", "alternate") == "alternate":
                return str(child.get("href"))
            if text := _text(child):
                return text
    fallback = _child(item, "guid", "id") or next(
        (str(v) for k, v in item.items() if str(k).endswith("about")), ""
    )
    return fallback if fallback.startswith(("http://", "https://")) else ""
