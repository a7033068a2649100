"""The desk's way to the database: open, ask, close, so that a line that writes never waits for a reader.

While a line writes, the published copy answers, and the page says as of when.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines import decisions
from pipelines.store import reading

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")
PATIENCE, ALONE = 0.25, 5.0
"""Seconds to wait for a busy database: with a published copy beside it, and without."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection for one request, and what it is a connection to."""

    con: DuckDBPyConnection
    path: Path
    copy: bool
    """The published copy: a line is writing to the database itself."""
    as_of: datetime
    version: tuple[Any, ...]
    """Changes when the file does: what was worked out from it is worked out anew."""


@dataclass(slots=True)
class Source:
    """The database and the journal of one data folder, with what was worked out from their present state."""

    data_dir: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _worked_out: dict[str, tuple[tuple[Any, ...], Any]] = field(default_factory=dict)
    _journal: tuple[tuple[Any, ...], list[decisions.Decision]] = ((), [])

    @contextmanager
    def open(self) -> Iterator[Opened]:
        """A read-only connection that reaches no other file.

        :raises NoStoreError: when there is no database.
        :raises StoreBusyError: when a line writes and there is no published copy.
        """
        published = reading.published_path(self.data_dir)
        with reading.reader(self.data_dir, wait=PATIENCE if published.exists() else ALONE) as con:
            con.execute("SET enable_external_access = false")
            row = con.execute("SELECT path FROM duckdb_databases() WHERE NOT internal").fetchone()
            path = Path(row[0]) if row else published
            stat = path.stat()
            wal = path.with_name(path.name + ".wal")
            log = wal.stat().st_mtime_ns if wal.exists() else 0
            yield Opened(
                con=con,
                path=path,
                copy=path.parent.name == reading.PUBLISHED,
                as_of=datetime.fromtimestamp(stat.st_mtime, UTC),
                version=(str(path), stat.st_ino, stat.st_mtime_ns, stat.st_size, log),
            )

    def once(self, name: str, opened: Opened, work: Callable[[DuckDBPyConnection], T]) -> T:
        """``work(con)``, done once per state of the database; two requests at once may both do it."""
        with self._lock:
            kept = self._worked_out.get(name)
        if kept and kept[0] == opened.version:
            result: T = kept[1]
            return result
        result = work(opened.con)
        with self._lock:
            self._worked_out[name] = (opened.version, result)
        return result

    def journal(self) -> list[decisions.Decision]:
        """Every decision written down, oldest first; read again when a file of the journal has changed."""
        files = sorted((self.data_dir / "decisions").glob("*.jsonl"))
        state = tuple((path.name, stat.st_mtime_ns, stat.st_size) for path in files for stat in [path.stat()])
        with self._lock:
            kept = self._journal
        if kept[0] == state and state:
            return kept[1]
        found = [decision for _, _, decision in decisions.read(self.data_dir)]
        with self._lock:
            self._journal = (state, found)
        return found
