"""What every decision's effect needs: rows to put back later, a line of history."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.steps.base import Context
from pipelines.store import fetch_rows, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Outcome = tuple[str, dict[str, Any]]
"""What became of a decision, and what was before it (``why`` where it did nothing)."""


def nothing(why: str) -> Outcome:
    """It is so already, or there is nothing that it could change."""
    return "no_effect", {"why": why}


def event(
    con: DuckDBPyConnection,
    context: Context,
    incident_id: str,
    kind: str,
    decision: dict[str, Any],
    detail: object,
) -> None:
    """One line of an incident's history, made by a person."""
    insert(
        con,
        "store.incident_event",
        [
            {
                "incident_id": incident_id,
                "n": _next_n(con, incident_id),
                "revision": _revision(con, incident_id),
                "happened": str(decision["made"]),
                "kind": kind,
                "detail": detail,
                "reason": decision["reason"],
                "made_by": decision["made_by"],
                "run_id": context.run_id,
            }
        ],
    )


def _next_n(con: DuckDBPyConnection, incident_id: str) -> int:
    row = con.execute(
        "SELECT coalesce(max(n), 0) + 1 FROM store.incident_event WHERE incident_id = ?", [incident_id]
    )
    found = row.fetchone()
    return int(found[0]) if found else 1


def _revision(con: DuckDBPyConnection, incident_id: str) -> int:
    found = con.execute("SELECT revision FROM store.incident WHERE incident_id = ?", [incident_id]).fetchone()
    return int(found[0]) if found else 0


def stored_rows(con: DuckDBPyConnection, sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
    """Rows that can be written again as they are: times as the store's own text."""
    rows = fetch_rows(con, sql, parameters)
    return [{k: str(v) if isinstance(v, datetime) else v for k, v in row.items()} for row in rows]
