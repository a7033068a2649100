"""One writer at a time: who comes second waits, and is told what to do; a block that fails leaves nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.store import Store, StoreBusyError, reading

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HOLD = """
import sys, time
from pathlib import Path
from pipelines.store import Store
with Store(Path(sys.argv[1])).write():
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@contextmanager
def hold(data_dir: Path, seconds: float) -> Iterator[None]:
    """Another process that holds the database for a while."""
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data_dir), str(seconds)], stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        try:
            yield
        finally:
            child.kill()


def test_a_second_writer_waits_its_turn(data_dir: Path) -> None:
    store = Store(data_dir)
    store.prepare(now=NOW)
    with hold(data_dir, 0.5), store.write(wait=20) as con:
        assert con.execute("SELECT 1").fetchone() == (1,)


def test_who_cannot_wait_is_told_what_to_do(data_dir: Path) -> None:
    store = Store(data_dir)
    store.prepare(now=NOW)
    busy = pytest.raises(StoreBusyError, match="wiredesk store publish")
    with hold(data_dir, 30), busy, store.write(wait=0.2):
        pass


def test_readers_take_the_published_copy_while_the_line_writes(data_dir: Path) -> None:
    store = Store(data_dir)
    store.prepare(now=NOW)
    assert reading.publish(data_dir) == data_dir / "published" / "wiredesk.duckdb"
    with hold(data_dir, 30), reading.reader(data_dir, wait=0.1) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (0,)


def test_a_block_that_fails_leaves_nothing(data_dir: Path) -> None:
    store = Store(data_dir)
    store.prepare(now=NOW)
    with pytest.raises(duckdb.Error), store.write() as con:  # noqa: PT012 (the second statement fails)
        con.execute("INSERT INTO store.journal_position VALUES ('a', 1)")
        con.execute("SELECT * FROM nowhere")
    with store.read() as con:
        assert con.execute("SELECT count(*) FROM store.journal_position").fetchone() == (0,)


def test_a_backup_opens_and_holds_the_same(data_dir: Path, tmp_path: Path) -> None:
    store = Store(data_dir)
    store.prepare(now=NOW)
    with store.write() as con:
        con.execute("INSERT INTO store.journal_position VALUES ('a', 7)")
    target = tmp_path / "backup.duckdb"
    reading.copy_to(store.path, target)
    with duckdb.connect(str(target), read_only=True) as con:
        assert con.execute("SELECT bytes_read FROM store.journal_position").fetchone() == (7,)
