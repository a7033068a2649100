"""Incidents that went into others keep their ids, and lead to where they went."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def current_id(con: DuckDBPyConnection, incident_id: str) -> str | None:
    """Where an incident id leads today, through merges; ``None`` when it was never given."""
    seen: set[str] = set()
    while incident_id not in seen:
        seen.add(incident_id)
        row = con.execute(
            "SELECT merged_into FROM store.incident WHERE incident_id = ?", [incident_id]
        ).fetchone()
        if row is None:
            return None
        if row[0] is None:
            return incident_id
        incident_id = row[0]
    return incident_id
