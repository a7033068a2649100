"""Opening the one DuckDB file: one writer for moments, readers that never wait long and say what they wait for.

DuckDB admits one process that writes, or several that read. So no stage keeps the database open while it computes:
it opens, reads or writes in bulk, and closes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DATABASE = "wiredesk.duckdb"
STORAGE_VERSION = "v1.5.0"
"""The file format written, whatever newer DuckDB runs: 1.5 clients must still open it."""

_CONFIG = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}


class StoreError(Exception):
    """The database cannot be used; the message is a sentence that says what to do."""


class StoreBusyError(StoreError):
    """Another process holds the database."""


class NoStoreError(StoreError):
    """There is no database yet."""


class OlderStoreError(StoreError):
    """The database was written by an earlier wiredesk and has not been migrated."""


class NewerStoreError(StoreError):
    """The database was written by a newer wiredesk."""


def database_path(data_dir: Path) -> Path:
    return data_dir / DATABASE


def _open(path: Path, *, read_only: bool) -> DuckDBPyConnection:
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = dict(_CONFIG)
    if not read_only:
        config["storage_compatibility_version"] = STORAGE_VERSION
    try:
        con = duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.IOException as error:
        text = str(error)
        if "lock" in text.lower():
            raise StoreBusyError(
                f"another process is using {path}: wait for it, or read the published copy (wiredesk store publish)"
            ) from error
        if "version" in text and "read" in text:
            raise NewerStoreError(f"{path} was written by a newer DuckDB: update wiredesk") from error
        raise StoreError(
            f"{path} cannot be opened ({text.splitlines()[0]}): restore a backup, or wiredesk store rebuild"
        ) from error
    except (
        duckdb.ConnectionException,
        duckdb.BinderException,
    ) as error:  # the latter while it is being opened
        raise StoreBusyError(f"this process already has {path} open in another way") from error
    con.execute("SET TimeZone = 'UTC'")
    return con


@contextmanager
def connect(path: Path, *, read_only: bool, wait: float = 20.0) -> Iterator[DuckDBPyConnection]:
    """A connection to ``path`` for the length of the block.

    :param wait: seconds to go on trying while another process holds the file.
    :raises StoreBusyError: when the file is still held after ``wait`` seconds.
    """
    if read_only and not path.exists():
        raise NoStoreError(f"there is no database at {path}: wiredesk run makes it")
    deadline = time.monotonic() + wait
    pause = 0.02
    while True:
        try:
            con = _open(path, read_only=read_only)
            break
        except StoreBusyError:
            if time.monotonic() >= deadline:
                raise
            time.sleep(pause)
            pause = min(pause * 1.5, 0.5)
    try:
        yield con
    finally:
        con.close()


@contextmanager
def transaction(con: DuckDBPyConnection) -> Iterator[DuckDBPyConnection]:
    """All of the block, or none of it."""
    con.execute("BEGIN")
    try:
        yield con
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def fsync_folder(folder: Path) -> None:
    """Make a rename or a new file in ``folder`` survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
