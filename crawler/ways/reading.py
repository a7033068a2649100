"""From the bytes of a channel to its entries."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from crawler.outlet import Feed, JsonList, NewsMap, SectionList, Way
from crawler.ways.entries import Listing, ListingError
from crawler.ways.jsonlist import read_json
from crawler.ways.section import read_section
from crawler.ways.xmllist import read_feed, read_newsmap


def read_listing(way: Way, body: bytes, *, url: str, content_type: str, zone: ZoneInfo) -> Listing:
    """The entries of ``body``, which ``url`` answered.

    Raises:
        ListingError: it is no listing of this kind.
    """
    match way:
        case Feed():
            return read_feed(body, url=url, zone=zone)
        case NewsMap():
            return read_newsmap(body, url=url, zone=zone)
        case SectionList():
            return read_section(way, body, url=url, content_type=content_type, zone=zone)
        case JsonList():
            return read_json(way, body, url=url, content_type=content_type, zone=zone)
    raise ListingError(f"nobody reads the way {way.name!r}")
