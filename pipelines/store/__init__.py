"""The database: connection, migrations, one module of SQL per record, the public views.

The door: :class:`Store`. Everything that reads or writes DuckDB goes through it.
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
from .schema import migrate, pending

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

__all__ = [
    "NewerStoreError",
    "NoStoreError",
    "OlderStoreError",
    "Store",
    "StoreBusyError",
    "StoreError",
    "current_id",
    "database_path",
    "fetch_rows",
    "fsync_folder",
    "insert",
    "transaction",
    "utc",
]


WAIT = 60.0
"""Seconds that a run waits for readers: longer than a query may take."""


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
