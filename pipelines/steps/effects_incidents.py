"""What decisions about incidents and their texts do: merge, split, move, and remarks that the revision reads."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from pipelines.steps.base import Context
from pipelines.steps.events import Outcome, event, nothing, stored_rows
from pipelines.store import current_id, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def _members(
    con: DuckDBPyConnection, incident_id: str, texts: list[str] | None = None
) -> list[dict[str, Any]]:
    rows = stored_rows(
        con, "SELECT * FROM store.incident_member WHERE incident_id = ? ORDER BY text_id", [incident_id]
    )
    return [row for row in rows if texts is None or row["text_id"] in texts]


def _move(
    con: DuckDBPyConnection, decision: dict[str, Any], rows: list[dict[str, Any]], target: str, reason: str
) -> None:
    """Move member rows to ``target``; a text that is there already only leaves its old incident."""
    there = {row["text_id"] for row in _members(con, target)}
    for row in rows:
        con.execute(
            "DELETE FROM store.incident_member WHERE incident_id = ? AND text_id = ?",
            [row["incident_id"], row["text_id"]],
        )
    moved = [
        {**row, "incident_id": target, "reason": reason, "joined_by": decision["made_by"]}
        for row in rows
        if row["text_id"] not in there
    ]
    insert(con, "store.incident_member", moved)


def merge(con: DuckDBPyConnection, context: Context, decision: dict[str, Any]) -> Outcome:
    source, target = current_id(con, decision["subject_id"]), current_id(con, decision["after"]["into"])
    if source is None or target is None:
        return "waiting", {}
    if source == target:
        return nothing(f"both are {target} already")
    rows = _members(con, source)
    before = {"members": rows, "target_members": _members(con, target), "incident_id": source, "into": target}
    _move(con, decision, rows, target, f"merged from {source} by {decision['made_by']}: {decision['reason']}")
    con.execute(
        "UPDATE store.incident SET state = 'merged', merged_into = ? WHERE incident_id = ?", [target, source]
    )
    event(con, context, source, "merged", decision, {"into": target})
    event(
        con,
        context,
        target,
        "took in",
        decision,
        {"incident": source, "texts": [row["text_id"] for row in rows]},
    )
    return "applied", before


def _open(con: DuckDBPyConnection, text_id: str, affair_id: str) -> str:
    """A new incident id for a text, by the rule of the contract, and its empty record."""
    from pipelines.incidents import incident_id as permanent_id

    taken = {name for (name,) in con.execute("SELECT incident_id FROM store.incident").fetchall()}
    row = con.execute("SELECT published FROM store.text WHERE text_id = ?", [text_id]).fetchone()
    day = row[0].replace(tzinfo=UTC).timestamp() / 86400 if row and row[0] else None
    incident_id = permanent_id(day, text_id, taken)
    record = {
        "incident_id": incident_id, "affair_id": affair_id, "revision": 0, "state": "open", "content_sha256": "",
    }  # fmt: skip
    insert(con, "store.incident", [record])
    return incident_id


def split(con: DuckDBPyConnection, context: Context, decision: dict[str, Any]) -> Outcome:
    source = current_id(con, decision["subject_id"])
    if source is None:
        return "waiting", {}
    wanted = list(decision["after"]["texts"])
    rows = _members(con, source, wanted)
    if not rows:
        return nothing(f"none of these texts is in {source}")
    if len(rows) == len(_members(con, source)):
        return nothing(f"{source} has no other text: it would be left empty")
    first = min(rows, key=lambda row: (str(_published(con, row["text_id"])), row["text_id"]))
    target = _open(con, first["text_id"], source)
    _move(con, decision, rows, target, f"split from {source} by {decision['made_by']}: {decision['reason']}")
    event(
        con, context, source, "split", decision, {"into": target, "texts": [row["text_id"] for row in rows]}
    )
    event(con, context, target, "opened", decision, {"split_from": source})
    return "applied", {
        "members": rows,
        "target_members": [],
        "incident_id": source,
        "into": target,
        "opened": target,
    }


def _published(con: DuckDBPyConnection, text_id: str) -> object:
    row = con.execute("SELECT published FROM store.text WHERE text_id = ?", [text_id]).fetchone()
    return row[0] if row else None


def move(con: DuckDBPyConnection, context: Context, decision: dict[str, Any]) -> Outcome:
    """A text goes from one incident to another, to a new one (``into`` = ``new``) or out (``into`` null)."""
    after, text_id = decision["after"], decision["subject_id"]
    source = current_id(con, after["from"]) if after.get("from") else None
    if after.get("from") and source is None:
        return "waiting", {}
    if not con.execute("SELECT 1 FROM store.text WHERE text_id = ?", [text_id]).fetchone():
        return "waiting", {}
    into = after.get("into")
    target = None if into in (None, "new") else current_id(con, into)
    if into not in (None, "new") and target is None:
        return "waiting", {}
    rows = _members(con, source, [text_id]) if source else []
    if source and not rows:
        return nothing(f"{text_id} is not in {source}")
    if source == target:
        return nothing(f"{text_id} is in {target} already" if target else "from none to none moves nothing")
    opened = None
    if into == "new":
        opened = target = _open(con, text_id, source or "")
        if not source:
            con.execute("UPDATE store.incident SET affair_id = incident_id WHERE incident_id = ?", [target])
    before = {
        "members": rows, "target_members": _members(con, target) if target else [], "incident_id": source,
        "into": target, "opened": opened,
    }  # fmt: skip
    reason = f"moved by {decision['made_by']}: {decision['reason']}"
    if target is None:
        con.execute(
            "DELETE FROM store.incident_member WHERE incident_id = ? AND text_id = ?", [source, text_id]
        )
    elif rows:
        _move(con, decision, rows, target, reason)
    else:
        row = {
            "incident_id": target, "text_id": text_id, "role": "report", "score": None, "reason": reason,
            "joined": str(decision["made"]), "joined_by": decision["made_by"],
        }  # fmt: skip
        insert(con, "store.incident_member", [row], replace=("incident_id", "text_id"))
    for incident, kind in ((source, "lost a text"), (target, "was given a text")):
        if incident:
            event(
                con, context, incident, kind, decision, {"text_id": text_id, "from": source, "into": target}
            )
    return "applied", before


def remark(con: DuckDBPyConnection, context: Context, decision: dict[str, Any]) -> Outcome:
    """Labels, titles, notes and marks: the revision reads them from the decision itself."""
    incident_id = current_id(con, decision["subject_id"])
    if incident_id is None:
        return "waiting", {}
    event(con, context, incident_id, decision["action"], decision, decision["after"])
    return "applied", {"incident_id": incident_id}
