"""Writes what a day of grouping led to: incidents opened and merged, memberships, affairs, each with its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.steps.base import Context, in_list
from pipelines.store import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def save(
    con: DuckDBPyConnection, context: Context, ids: Sequence[str], rows: dict[str, list[dict[str, Any]]]
) -> None:
    """Write what a day led to: new incidents, memberships, machine merges, affairs, each with its line of history."""
    in_list(con, [*ids, *(row["text_id"] for row in rows["late"])])
    con.execute(
        "DELETE FROM store.incident_member WHERE joined_by = 'machine' AND text_id IN (SELECT subject_id FROM chunk)"
    )
    con.execute(
        "UPDATE store.stage_result SET outcome = 'ok', run_id = ? WHERE stage = 'incidents' AND subject_id IN "
        "(SELECT unnest(?::VARCHAR[]))",
        [context.run_id, [row["text_id"] for row in rows["late"]]],
    )
    affairs = {row["incident_id"]: row["affair_id"] for row in rows["affairs"]}
    events = []
    opened = []
    named = sorted({name for one in rows["changes"] for name in (one["incident_id"], one["into"]) if name})
    known = {name for (name,) in _of(con, "SELECT incident_id FROM store.incident", named)}
    told = set(_of(con, "SELECT incident_id, kind, reason FROM store.incident_event", named))
    for change in rows["changes"]:
        name = change["incident_id"]
        if change["kind"] in ("opened", "split"):
            fresh = change["into"] or name
            opened.append(
                {
                    "incident_id": fresh,
                    "affair_id": affairs.get(fresh, fresh),
                    "revision": 0,
                    "state": "open",
                    "content_sha256": "",
                }
            )
        elif change["kind"] == "merged":
            _merge(con, name, change["into"], change["reason"])
        if (
            name,
            change["kind"],
            change["reason"],
        ) not in told:  # grouped again: its history has this already
            events.append(change)
    insert(con, "store.incident", [row for row in opened if row["incident_id"] not in known])
    for name, affair in affairs.items():
        con.execute("UPDATE store.incident SET affair_id = ? WHERE incident_id = ?", [affair, name])
    decided = set(
        con.execute(
            "SELECT incident_id, text_id FROM store.incident_member WHERE joined_by <> 'machine' "
            "AND text_id IN (SELECT unnest(?::VARCHAR[]))",
            [[row["text_id"] for row in rows["members"]]],
        ).fetchall()
    )
    members = [
        {**row, "joined": context.now}
        for row in rows["members"]
        if (row["incident_id"], row["text_id"]) not in decided
    ]
    insert(con, "store.incident_member", members, replace=("incident_id", "text_id"))
    _history(con, context, events)


def _of(con: DuckDBPyConnection, select: str, incidents: Sequence[str]) -> list[tuple[Any, ...]]:
    """Rows of these incidents alone: a batch must not read the whole history."""
    return con.execute(
        f"{select} WHERE incident_id IN (SELECT unnest(?::VARCHAR[]))", [list(incidents)]
    ).fetchall()


def _merge(con: DuckDBPyConnection, source: str, target: str, reason: str) -> None:
    con.execute(
        "INSERT INTO store.incident_member SELECT ?, text_id, role, score, ?, joined, joined_by "
        "FROM store.incident_member m WHERE incident_id = ? AND NOT EXISTS "
        "(SELECT 1 FROM store.incident_member o WHERE o.incident_id = ? AND o.text_id = m.text_id)",
        [target, f"with {source}: {reason}", source, target],
    )
    con.execute("DELETE FROM store.incident_member WHERE incident_id = ?", [source])
    con.execute(
        "UPDATE store.incident SET state = 'merged', merged_into = ? WHERE incident_id = ?", [target, source]
    )


def _history(con: DuckDBPyConnection, context: Context, events: Sequence[dict[str, Any]]) -> None:
    named = sorted({name for one in events for name in (one["incident_id"], one["into"]) if name})
    numbers: dict[str, int] = {}
    for name, n in _of(con, "SELECT incident_id, n FROM store.incident_event", named):
        numbers[name] = max(n, numbers.get(name, 0))
    lines = []
    for change in events:
        other = {"merged": "took in", "split": "opened"}.get(change["kind"])
        for name in [change["incident_id"], *([change["into"]] if other else [])]:
            numbers[name] = numbers.get(name, 0) + 1
            kind = other if other and name == change["into"] else change["kind"]
            lines.append(
                {
                    "incident_id": name,
                    "n": numbers[name],
                    "revision": 0,
                    "happened": context.now,
                    "kind": kind,
                    "detail": {
                        "texts": change["texts"],
                        "into": change["into"],
                        "from": change["incident_id"],
                    },
                    "reason": change["reason"],
                    "made_by": "machine",
                    "run_id": context.run_id,
                }
            )
    insert(con, "store.incident_event", lines)
