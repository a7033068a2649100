"""Backups and the published copy, made while another process writes: each is whole, and can be put back."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.cli import main
from pipelines.store import Store
from pipelines.store.reading import copy_to

WRITER = """
import os, signal, sys
from pathlib import Path
from pipelines.store import Store
store = Store(Path(sys.argv[1]))
for n in range(10_000):
    with store.write() as con:
        con.execute("INSERT INTO store.takedown SELECT 'a' || ? || '-' || range, now() FROM range(100)", [n])
        if n == int(sys.argv[2]):
            con.execute("COMMIT")
            print("committed", flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
    print(n, flush=True)
"""


def rows(path: Path) -> int:
    with duckdb.connect(str(path), read_only=True) as con:
        found = con.execute("SELECT count(*) FROM store.takedown").fetchone()
        return int(found[0]) if found else -1


@pytest.fixture
def store(data_dir: Path) -> Store:
    store = Store(data_dir)
    store.prepare(now=datetime(2026, 11, 23, tzinfo=UTC))
    return store


def writing(store: Store, *, dies_at: int = -1) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(store.data_dir), str(dies_at)], stdout=subprocess.PIPE, text=True
    )


def test_a_backup_while_a_writer_writes_is_whole_and_can_be_restored(store: Store, tmp_path: Path) -> None:
    with writing(store) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "0\n"
        seen = []
        for n in range(3):
            with pytest.raises(SystemExit) as stop:
                main(["--data", str(store.data_dir), "-q", "store", "backup", str(tmp_path / f"{n}.duckdb")])
            assert not stop.value.code
            seen.append(rows(tmp_path / f"{n}.duckdb"))
        writer.kill()
    assert seen[0] >= 100
    assert seen == sorted(seen)
    assert all(count % 100 == 0 for count in seen), "a transaction is in it whole, or not at all"
    store.path.with_name(f"{store.path.name}.wal").unlink(missing_ok=True)
    (tmp_path / "2.duckdb").replace(store.path)  # the restore, as the command says it
    with store.write() as con:
        con.execute("INSERT INTO store.takedown VALUES ('after', now())")
    assert rows(store.path) == seen[-1] + 1


def test_what_a_killed_writer_committed_is_in_the_copy(store: Store, tmp_path: Path) -> None:
    with writing(store, dies_at=3) as writer:
        assert writer.wait(30) == -signal.SIGKILL
    assert store.path.with_name(f"{store.path.name}.wal").exists()
    copy_to(store.path, tmp_path / "copy.duckdb")
    assert rows(tmp_path / "copy.duckdb") == 400
