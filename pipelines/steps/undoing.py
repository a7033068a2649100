"""Takes a decision back: what was before comes again, unless a later decision stands on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipelines.steps.base import Context
from pipelines.steps.effects_articles import new_version
from pipelines.steps.events import Outcome, event, nothing, stored_rows
from pipelines.store import BY_TEXT, fetch_rows, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def undo(con: DuckDBPyConnection, context: Context, decision: dict[str, Any]) -> Outcome:
    """Take a decision back: what was before comes again, unless a later decision stands on it."""
    rows = fetch_rows(con, "SELECT * FROM store.decision WHERE decision_id = ?", [decision["subject_id"]])
    if not rows or rows[0]["outcome"] == "waiting":
        return "waiting", {}
    old = rows[0]
    if old["action"] == "undo":
        return nothing(f"{old['decision_id']} takes another back itself: decide that one again")
    if old["undone_by"] is not None:
        return nothing(f"{old['decision_id']} was taken back by {old['undone_by']}")
    if old["outcome"] != "applied":
        return nothing(f"{old['decision_id']} changed nothing that could be taken back")
    before = json.loads(old["before"] or "{}")
    later = fetch_rows(
        con,
        "SELECT * FROM store.decision WHERE position > ? AND position < ? AND outcome = 'applied' AND undone_by IS NULL",
        [old["position"], decision["position"]],
    )
    touched = _touched(old, before)
    for row in later:
        shared = touched & _touched(row, json.loads(row["before"] or "{}"))
        if shared:
            return "refused", {
                "why": f"the later decision {row['decision_id']} stands on it: undo that first"
            }
    _restore(con, context, decision, old, before)
    con.execute(
        "UPDATE store.decision SET undone_by = ? WHERE decision_id = ?",
        [decision["decision_id"], old["decision_id"]],
    )
    return "applied", {"undone": old["decision_id"]}


def _touched(decision: dict[str, Any], before: dict[str, Any]) -> set[str]:
    """What a decision moved; labels, notes and marks stand on nothing."""
    if decision["action"] in ("label", "note", "mark", "title", "keep", "undo"):
        return set()
    return {
        decision["subject_id"],
        *(before[key] for key in ("incident_id", "into", "text_id") if before.get(key)),
    }


def _restore(
    con: DuckDBPyConnection,
    context: Context,
    decision: dict[str, Any],
    old: dict[str, Any],
    before: dict[str, Any],
) -> None:
    action = old["action"]
    if action in ("merge", "split", "move") and old["subject"] != "article":
        texts = [row["text_id"] for row in before["members"]] or [old["subject_id"]]
        kept = {row["text_id"] for row in before["target_members"]}
        for text_id in texts:
            if text_id not in kept and before.get("into"):
                con.execute(
                    "DELETE FROM store.incident_member WHERE incident_id = ? AND text_id = ?",
                    [before["into"], text_id],
                )
        if before.get("opened"):
            _come_home(con, before["opened"], before.get("incident_id"))
        insert(con, "store.incident_member", before["members"], replace=("incident_id", "text_id"))
        if action == "merge":
            con.execute(
                "UPDATE store.incident SET state = 'open', merged_into = NULL WHERE incident_id = ?",
                [before["incident_id"]],
            )
        if before.get("opened") and before.get("incident_id"):
            con.execute(
                "UPDATE store.incident SET state = 'merged', merged_into = ? WHERE incident_id = ?",
                [before["incident_id"], before["opened"]],
            )
        for incident in (before.get("incident_id"), before.get("into")):
            if incident:
                event(
                    con,
                    context,
                    incident,
                    "undone",
                    decision,
                    {"decision": old["decision_id"], "action": action},
                )
    elif action in ("drop", "split"):
        insert(con, "store.fold", before["folds"], replace=("article_id",))
        insert(con, "store.text", before.get("text", []), replace=("text_id",))
        insert(con, "store.incident_member", before.get("members", []), replace=("incident_id", "text_id"))
        con.execute(
            "UPDATE store.stage_result SET outcome = 'ok', reason = NULL WHERE stage = 'texts' AND subject_id = ?",
            [old["subject_id"]],
        )
        if before.get("text_id"):
            _vanish(con, before["text_id"])
    elif action == "fix":
        row = stored_rows(
            con,
            "SELECT * FROM store.article WHERE article_id = ? ORDER BY version DESC LIMIT 1",
            [old["subject_id"]],
        )[0]
        new_version(
            con,
            row,
            {before["field"]: before["value"]},
            decision["made_by"],
            f"correction undone by {decision['made_by']}",
        )
    elif action == "keep":
        con.execute(
            "DELETE FROM store.stage_result WHERE stage = 'relevance' AND subject_id = ?", [before["text_id"]]
        )
    elif before.get("incident_id"):
        event(con, context, before["incident_id"], "undone", decision, {"decision": old["decision_id"]})


def _come_home(con: DuckDBPyConnection, opened: str, source: str | None) -> None:
    """Texts that joined an incident after a person opened it go where its own texts go when that is taken back.

    Without a ``source`` (a text in no incident had opened it) they stay: the incident is theirs now.
    """
    if source:
        con.execute(
            "UPDATE store.incident_member m SET incident_id = $2 WHERE incident_id = $1 AND NOT EXISTS "
            "(SELECT 1 FROM store.incident_member o WHERE o.incident_id = $2 AND o.text_id = m.text_id)",
            [opened, source],
        )
        con.execute("DELETE FROM store.incident_member WHERE incident_id = ?", [opened])


def _vanish(con: DuckDBPyConnection, text_id: str) -> None:
    """A text that a person had made is no more, nor what stages said of it."""
    for table in BY_TEXT:
        con.execute(f"DELETE FROM store.{table} WHERE text_id = ?", [text_id])
    for table in ("label WHERE subject = 'text' AND", "stage_result WHERE"):
        con.execute(f"DELETE FROM store.{table} subject_id = ?", [text_id])
