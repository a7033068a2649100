"""A data folder with a small invented world in a real database and a real archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from pipelines.steps.base import Context
from pipelines.steps.search import SearchStep
from pipelines.store import Store, insert
from pipelines.store.connection import STORAGE_VERSION
from pipelines.store.schema import migrate
from tests.bundles.world import HAZARD, INCIDENT, MERGED, NOW, World, world

__all__ = ["HAZARD", "INCIDENT", "MERGED", "NOW", "build", "make"]


def make(data_dir: Path, made: World | None = None) -> Path:
    """Write the world's database and archive into ``data_dir``; returns the folder."""
    made = made or world()
    con = made.build(data_dir / "archive")
    con.close()
    return build(data_dir, made.rows)


def build(data_dir: Path, rows: dict[str, list[dict[str, Any]]]) -> Path:
    """A database out of rows by table."""
    path = data_dir / "wiredesk.duckdb"
    con = duckdb.connect(str(path), config={"storage_compatibility_version": STORAGE_VERSION})
    con.execute("SET TimeZone = 'UTC'")
    migrate(con, now=NOW)
    for table, found in rows.items():
        insert(con, table, found)
    con.close()
    index(data_dir)
    return data_dir


def index(data_dir: Path) -> None:
    """What the line writes for the search."""
    step = SearchStep(Context(data_dir, "run-1", NOW, "ai-incidents"))
    with Store(data_dir).write() as con:
        tasks = step.pending(con)
        step.save(con, list(step.compute(tasks, step.load(con, tasks))))
