"""Reading for people: queries that cannot write, reach files or run on for ever, and the published copy."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .connection import (
    DATABASE,
    NoStoreError,
    OlderStoreError,
    StoreBusyError,
    StoreError,
    connect,
    fsync_folder,
)
from .schema import pending

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PUBLISHED = "published"
MEMORY = "2GB"
"""What a reader's query may use."""
ROOM = 3 * 2**30
"""Bytes of addresses beyond those of the start: ``MEMORY``, threads, and one value more."""
GRACE = 2.0
"""Seconds that a query has to stop once it was told to."""


class QueryError(StoreError):
    """A query that is refused or wrong; the message says why."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of a query. ``more`` tells that the row limit cut them off."""

    columns: list[str]
    rows: list[tuple[Any, ...]]
    more: bool


def published_path(data_dir: Path) -> Path:
    return data_dir / PUBLISHED / DATABASE


@contextmanager
def reader(data_dir: Path, *, wait: float = 2.0) -> Iterator[DuckDBPyConnection]:
    """A read-only connection to the database, or to its published copy while a line is writing.

    :raises NoStoreError: when there is neither.
    """
    try:
        with connect(data_dir / DATABASE, read_only=True, wait=wait) as con:
            if pending(con):
                raise OlderStoreError("the database needs a migration: wiredesk store migrate")
            yield con
            return
    except StoreBusyError:
        if not published_path(data_dir).exists():
            raise
    with connect(published_path(data_dir), read_only=True, wait=wait) as con:
        yield con


def publish(data_dir: Path) -> Path:
    """Put a copy of the database beside it that readers may hold open as long as they like; returns its path."""
    source = data_dir / DATABASE
    if not source.exists():
        raise NoStoreError(f"there is no database at {source}: wiredesk run makes it")
    target = published_path(data_dir)
    target.parent.mkdir(parents=True, exist_ok=True)
    copy_to(source, target)
    return target


def copy_to(source: Path, target: Path) -> None:
    """A consistent copy: the log is folded in first, and no writer gets in while the file is read.

    :raises StoreBusyError: when writers come in between again and again.
    """
    partial = target.with_name(target.name + ".part")
    for _ in range(TRIES):
        with connect(source, read_only=False) as con:
            con.execute("CHECKPOINT")
        with connect(source, read_only=True):
            # a writer that was killed in between has left a log, and what it committed stands only there
            if not source.with_name(f"{source.name}.wal").exists():
                shutil.copyfile(source, partial)
                break
    else:
        raise StoreBusyError(f"{source} is written to all the time: try again later")
    handle = os.open(partial, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    partial.replace(target)
    fsync_folder(target.parent)


TRIES = 10


def query(con: DuckDBPyConnection, sql: str, *, seconds: float = 30.0, limit: int = 10_000) -> Answer:
    """One SELECT over the views: no writing, no files, no settings, at most ``seconds`` and ``limit`` rows.

    :raises QueryError: when the statement is refused, wrong, or takes too long.
    """
    import duckdb

    only_select(con, sql)
    timer = threading.Timer(seconds, con.interrupt)
    timer.start()
    try:
        result = con.execute(sql)
        columns = _apart([column[0] for column in result.description or ()])
        rows = result.fetchmany(limit + 1)
    except duckdb.InterruptException as error:
        raise QueryError(too_long(seconds)) from error
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise QueryError(f"the query needs more than {MEMORY} of memory: narrow it") from error
    except duckdb.Error as error:
        raise QueryError(_first_line(error)) from error
    finally:
        timer.cancel()
    return Answer(columns, rows[:limit], len(rows) > limit)


def too_long(seconds: float) -> str:
    return f"the query took longer than {seconds:g} seconds: narrow it, or raise --seconds"


@contextmanager
def bounded(seconds: float, give_up: Callable[[], None]) -> Iterator[None]:
    """Hold a process that answers one query, and does nothing else, to its time and memory.

    DuckDB stops between blocks of rows, and counts what its tables and sorts take; a single call may go on for minutes
    and fill the machine (``repeat('x', 4000000000)``). So the system refuses the process more memory than :data:`ROOM`
    above what it has, and ``give_up``, which must end the process, is called when the query does not stop in time.
    """
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    used = Path("/proc/self/statm")
    if used.exists():  # where the system does not tell, time alone bounds the query
        most = int(used.read_text().split()[0]) * resource.getpagesize() + ROOM
        resource.setrlimit(resource.RLIMIT_AS, (most if before[1] < 0 else min(most, before[1]), before[1]))
    watch = threading.Timer(seconds + GRACE, give_up)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()
        resource.setrlimit(resource.RLIMIT_AS, before)


def _apart(names: list[str]) -> list[str]:
    """Column names that differ: a join's second ``article_id`` is ``article_id_2``, so that no value is lost."""
    apart: list[str] = []
    for name in names:
        other, n = name, 1
        while other in apart or (n > 1 and other in names):
            n += 1
            other = f"{name}_{n}"
        apart.append(other)
    return apart


def only_select(con: DuckDBPyConnection, sql: str) -> None:
    """Refuse everything but one SELECT, and shut the connection off from files for good.

    :raises QueryError: when the statement is refused or cannot be parsed.
    """
    import duckdb

    try:
        statements = con.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(_first_line(error)) from error
    if len(statements) != 1:
        raise QueryError("one statement at a time, please")
    if statements[0].type not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        raise QueryError(
            "this is a reading room: only SELECT (also WITH, FROM, DESCRIBE, SUMMARIZE, EXPLAIN) is answered"
        )
    if re.match(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:pragma|call|set)\b", sql, re.IGNORECASE | re.DOTALL):
        raise QueryError(
            "this is a reading room: PRAGMA, CALL and SET are not answered"
        )  # some parse as SELECT
    con.execute(f"SET memory_limit = '{MEMORY}'")
    con.execute(
        "SET temp_directory = ''"
    )  # what does not fit is refused: a reader writes nothing, spilled rows neither
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else "the query is wrong"
