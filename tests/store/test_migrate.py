"""Migrations: ordered, recorded, atomic; looking creates nothing; a database from elsewhere is refused in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.store import NewerStoreError, NoStoreError, Store, StoreError
from pipelines.store import schema as migrations

NOW = datetime(2026, 11, 23, tzinfo=UTC)
RELEASED = {
    "001_core": "78e7eba3a964",
    "002_views": "4e07b9dd6b50",
    "003_incidents_index": "ea6e959836dc",
}


def test_a_new_database_has_every_migration_in_order(data_dir: Path) -> None:
    shipped = [step.name for step in migrations.migrations()]
    assert shipped == sorted(shipped)
    assert Store(data_dir).prepare(now=NOW) == shipped
    assert Store(data_dir).prepare(now=NOW) == []


def test_a_migration_that_was_released_stays_as_it_was() -> None:
    """Databases hold the hash of what made them: a changed file would lock their owners out. Add a file instead."""
    assert {
        step.name: step.sha256[:12] for step in migrations.migrations() if step.name in RELEASED
    } == RELEASED


def test_a_database_of_before_knows_who_corrected_what(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = migrations.migrations()
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "migrations", lambda: [step for step in shipped if step.name < "010"])
        con = duckdb.connect()
        migrations.migrate(con, now=NOW)
    for version, change in enumerate(
        (
            None,
            '{"note": "title corrected by O\\"Neil"}',
            '{"note": "correction undone by 王小明"}',
            '{"added": ["corrected by ann"]}',
        )
    ):
        con.execute(
            "INSERT INTO store.article (article_id, version, fetch_id, outlet_id, fetched, body_sha256, change) "
            "VALUES ('udn:1', ?, 'f', 'udn', ?, 'x', ?)",
            [version, NOW, change],
        )
    assert "010_corrections" in migrations.migrate(con, now=NOW)
    found = con.execute("SELECT corrected_by FROM store.article ORDER BY version").fetchall()
    assert [name for (name,) in found] == [None, 'O"Neil', "王小明", None]


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
