"""The ways into an outlet: feed, newsmap, section list and JSON list.

:func:`read_listing` reads what a channel answered, without Scrapy; :mod:`crawler.ways.spider` walks the channels.
"""

from crawler.ways.entries import MAX_ENTRIES, Entry, Listing, ListingError
from crawler.ways.reading import read_listing

__all__ = ["MAX_ENTRIES", "Entry", "Listing", "ListingError", "read_listing"]
