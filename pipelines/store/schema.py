"""Ordered, named, recorded, atomic migrations: each ``migrations/NNN_name.sql`` and its record in one transaction."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from typing import TYPE_CHECKING

from .connection import NewerStoreError, StoreError, transaction

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Migration:
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def migrations() -> list[Migration]:
    """The migrations that this version ships, in order."""
    folder = resources.files("pipelines.store") / "migrations"
    files = sorted(
        (item for item in folder.iterdir() if item.name.endswith(".sql")), key=lambda item: item.name
    )
    return [Migration(item.name.removesuffix(".sql"), item.read_text(encoding="utf-8")) for item in files]


def applied(con: DuckDBPyConnection) -> dict[str, str]:
    """Name and hash of each migration that the database has; looking creates nothing."""
    known = con.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'store' AND table_name = 'migration'"
    ).fetchone()
    if not known or not known[0]:
        return {}
    return dict(con.execute("SELECT name, sha256 FROM store.migration ORDER BY name").fetchall())


def pending(con: DuckDBPyConnection) -> list[Migration]:
    """Migrations not yet applied.

    :raises NewerStoreError: when the database has migrations that this version does not know.
    :raises StoreError: when an applied migration is not the one that this version ships.
    """
    done = applied(con)
    shipped = migrations()
    unknown = sorted(set(done) - {step.name for step in shipped})
    if unknown:
        raise NewerStoreError(
            f"the database has the migration {unknown[-1]}, which this wiredesk does not know: update it"
        )
    for step in shipped:
        if step.name in done and done[step.name] != step.sha256:
            raise StoreError(
                f"the migration {step.name} of the database is not the one of this wiredesk: "
                "use the wiredesk that wrote it, or wiredesk store rebuild"
            )
    return [step for step in shipped if step.name not in done]


def migrate(con: DuckDBPyConnection, *, now: datetime) -> list[str]:
    """Apply what is pending, each step all or nothing; returns the names applied."""
    names = []
    for step in pending(con):
        with transaction(con):
            con.execute("CREATE SCHEMA IF NOT EXISTS store")
            con.execute(
                "CREATE TABLE IF NOT EXISTS store.migration "
                "(name VARCHAR PRIMARY KEY, sha256 VARCHAR NOT NULL, applied TIMESTAMP NOT NULL)"
            )
            con.execute(step.sql)
            con.execute("INSERT INTO store.migration VALUES (?, ?, ?)", [step.name, step.sha256, now])
        names.append(step.name)
    return names
