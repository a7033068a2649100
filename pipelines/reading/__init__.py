"""Reading: one page to one article.

In goes a :class:`pipelines.records.Page` (bytes as fetched), out comes a :class:`pipelines.records.Article` with the
outcome ``ok`` or the named reason why the page is no article. Pure: no network, no clock, no database; the same bytes
give the same article. Importing this room is cheap; lxml and trafilatura load at the first page.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.records import Article, Page, Row

if TYPE_CHECKING:
    from crawler.outlet import Outlet

__all__ = ["FIRST_YEAR", "FUTURE", "LAST_YEAR", "VERSION", "filter_rows", "read"]

VERSION = "3"
"""Changes when results change."""
FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Times before the web, or far ahead, are no publication times."""
FUTURE = timedelta(days=2)
"""How far after the fetch a publication time may lie (zones, scheduled pages) before it is not believed."""


def read(page: Page, outlet: Outlet | None = None) -> Article:
    """Read one page, with the outlet's markup rules where ``outlet`` is given."""
    from pipelines.reading.reader import read_page

    return read_page(page, outlet, VERSION)


def filter_rows(
    rows: Iterable[Row], base: Path | None = None, *, outlet_rules: bool = True
) -> Iterator[dict[str, Any]]:
    """The stage as a filter: see :func:`pipelines.reading.rows.filter_rows`."""
    from pipelines.reading import rows as stage

    return stage.filter_rows(rows, base, outlet_rules=outlet_rules)
