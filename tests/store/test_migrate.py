"""Migrations: ordered, recorded, atomic; looking creates nothing; a database from elsewhere is refused in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.store import NewerStoreError, NoStoreError, Store, StoreError
from pipelines.store import schema as migrations

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_new_database_has_every_migration_in_order(data_dir: Path) -> None:
    shipped = [step.name for step in migrations.migrations()]
    assert shipped == sorted(shipped)
    assert Store(data_dir).prepare(now=NOW) == shipped
    assert Store(data_dir).prepare(now=NOW) == []


def test_reading_creates_no_database(data_dir: Path) -> None:
    with pytest.raises(NoStoreError, match="wiredesk run makes it"), Store(data_dir).read():
        pass
    assert list(data_dir.iterdir()) == []


def test_a_migration_that_fails_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = migrations.Migration("999_broken", "CREATE TABLE store.half (n INTEGER); SELECT * FROM nowhere;")
    shipped = migrations.migrations()
    monkeypatch.setattr(migrations, "migrations", lambda: [*shipped, broken])
    con = duckdb.connect()
    with pytest.raises(duckdb.Error, match="nowhere"):
        migrations.migrate(con, now=NOW)
    tables = {name for (name,) in con.execute("SELECT table_name FROM information_schema.tables").fetchall()}
    assert "half" not in tables
    assert set(migrations.applied(con)) == {step.name for step in shipped}


def test_a_database_from_a_newer_wiredesk_is_refused(data_dir: Path) -> None:
    store = Store(data_dir)
    store.prepare(now=NOW)
    with store.write() as con:
        con.execute("INSERT INTO store.migration VALUES ('998_future', 'x', ?)", [NOW])
    with pytest.raises(NewerStoreError, match="998_future"), store.read():
        pass


def test_a_changed_migration_is_refused(data_dir: Path) -> None:
    store = Store(data_dir)
    store.prepare(now=NOW)
    with store.write() as con:
        con.execute("UPDATE store.migration SET sha256 = 'other' WHERE name = '001_core'")
    with pytest.raises(StoreError, match="001_core"), store.read():
        pass


def test_a_file_that_is_no_database_is_a_sentence(data_dir: Path) -> None:
    store = Store(data_dir)
    store.path.write_bytes(b"not a database" * 1000)
    with pytest.raises(StoreError, match="rebuild"), store.read():
        pass
