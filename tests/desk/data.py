"""A data folder with a small invented world in a real database and a real archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from pipelines.hanzi import fold
from pipelines.store import insert
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
    insert(con, "store.search", search_rows(rows))
    con.close()
    return data_dir


def search_rows(rows: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """What the line writes for the search: titles and bodies folded, lower case."""
    return [
        {
            "article_id": row["article_id"],
            "title": fold(row["title"] or "").lower(),
            "body": fold(row["text"] or "").lower(),
        }
        for row in rows["store.article"]
    ]
