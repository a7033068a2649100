"""The database: connection, migrations, bulk writes, the public views, reading for people, takedowns.

The door: :class:`Store` for the line, :func:`reader` for people; what takedowns and retirements do to the tables stands
beside them. Everything that reads or writes DuckDB goes through here, and importing it loads none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from .bulk import fetch_rows, insert, utc
from .connection import (
    NewerStoreError,
    NoStoreError,
    OlderStoreError,
    StoreBusyError,
    StoreError,
    connect,
    database_path,
    fsync_folder,
    transaction,
)
from .merges import current_id
from .reading import Answer, QueryError, bounded, copy_to, publish, published_path, query, reader, too_long
from .retirement import follow_retired, may_go
from .schema import migrate, pending
from .status import status_rows
from .takedown import (
    BY_TEXT,
    SHORTEST,
    articles_of,
    follow_archive,
    incidents_of,
    remove_articles,
    rewrite_rows,
    texts_of,
    words_of,
    write_anew,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "BY_TEXT",
    "SHORTEST",
    "Answer",
    "NewerStoreError",
    "NoStoreError",
    "OlderStoreError",
    "QueryError",
    "Store",
    "StoreBusyError",
    "StoreError",
    "articles_of",
    "bounded",
    "copy_to",
    "current_id",
    "database_path",
    "fetch_rows",
    "follow_archive",
    "follow_retired",
    "fsync_folder",
    "incidents_of",
    "insert",
    "may_go",
    "publish",
    "published_path",
    "query",
    "reader",
    "remove_articles",
    "rewrite_rows",
    "status_rows",
    "texts_of",
    "too_long",
    "transaction",
    "utc",
    "words_of",
    "write_anew",
]


WAIT = 60.0
"""Seconds that the line waits for those who hold the file: twice what a query may take, unless somebody asked for more."""


class Store:
    """The DuckDB file of one data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.path = database_path(data_dir)

    @contextmanager
    def read(self, *, wait: float = WAIT) -> Iterator[DuckDBPyConnection]:
        """A read-only connection; raises :class:`NoStoreError` when there is no database yet."""
        with connect(self.path, read_only=True, wait=wait) as con:
            if pending(con):
                raise OlderStoreError(f"{self.path} needs a migration: wiredesk store migrate")
            yield con

    @contextmanager
    def write(self, *, wait: float = WAIT) -> Iterator[DuckDBPyConnection]:
        """A connection whose block is one transaction."""
        with connect(self.path, read_only=False, wait=wait) as con, transaction(con):
            yield con

    def prepare(self, *, now: datetime) -> list[str]:
        """Make the database, or bring it to this version; returns the migrations applied."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with connect(self.path, read_only=False) as con:
            return migrate(con, now=now)
