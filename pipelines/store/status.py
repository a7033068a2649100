"""What the database holds, in a few rows."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from .schema import applied

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COUNTS = ("fetches", "articles", "texts", "incidents", "decisions", "runs", "rejects")


def status_rows(con: DuckDBPyConnection, path: Path) -> list[dict[str, Any]]:
    """Rows of ``what`` and ``value``: file, size, migration, counts, the last run."""
    rows: list[dict[str, Any]] = [
        {"what": "database", "value": str(path)},
        {"what": "size (MB)", "value": f"{path.stat().st_size / 1e6:.1f}" if path.exists() else "–"},
        {"what": "migration", "value": max(applied(con), default="none")},
    ]
    for name in COUNTS:
        found = con.execute(f"SELECT count(*) FROM {name}").fetchone()
        rows.append({"what": name, "value": str(found[0]) if found else "0"})
    last = con.execute("SELECT run_id, outcome FROM runs ORDER BY started DESC LIMIT 1").fetchone()
    rows.append({"what": "last run", "value": f"{last[0]} ({last[1]})" if last else "none"})
    return rows
