"""Folds the journal of decisions into the store: what a person decided holds from now on, and can be undone.

A decision on something that does not exist yet (a database rebuilt from archive and journals) waits, and is tried
again after every run. What was there before is kept with the decision, so that undoing it restores exactly that.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines import decisions as journal
from pipelines.steps import effects
from pipelines.steps.base import Context
from pipelines.store import fetch_rows, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Folded:
    """What came of decisions: counts by outcome, the ids that were new, and a sentence for each without effect."""

    counts: Counter[str]
    new: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


def fold_decisions(con: DuckDBPyConnection, context: Context, only: Collection[str] | None = None) -> Folded:
    """Take in new decisions and try the waiting ones again.

    :param only: for a run that is done again: the ids that it had taken in.
    """
    known = {name for (name,) in con.execute("SELECT decision_id FROM store.decision").fetchall()}
    row = con.execute("SELECT coalesce(max(position), 0) FROM store.decision").fetchone()
    position = row[0] if row else 0
    new = []
    for _, _, decision in journal.read(context.data_dir):
        if decision.decision_id in known or (only is not None and decision.decision_id not in only):
            continue
        known.add(decision.decision_id)
        position += 1
        new.append(
            {
                "decision_id": decision.decision_id,
                "position": position,
                "subject": decision.subject,
                "subject_id": decision.subject_id,
                "action": decision.action,
                "after": decision.after,
                "reason": decision.reason,
                "made_by": decision.made_by,
                "made": decision.made.replace("T", " ").removesuffix("+00:00"),
                "outcome": "waiting",
            }
        )
    insert(con, "store.decision", new)
    counts: Counter[str] = Counter()
    told = []
    waiting = fetch_rows(con, "SELECT * FROM store.decision WHERE outcome = 'waiting' ORDER BY position")
    for decision_row in waiting:
        decision_row["after"] = json.loads(decision_row["after"] or "{}")
        outcome, before = effects.apply(con, context, decision_row)
        counts[outcome] += 1
        if "why" in before:
            what = f"{decision_row['action']} {decision_row['subject']} {decision_row['subject_id']}"
            told.append(
                f"{decision_row['decision_id']} ({what}) {outcome.replace('_', ' ')}: {before['why']}"
            )
        con.execute(
            "UPDATE store.decision SET outcome = ?, before = ? WHERE decision_id = ?",
            [outcome, json.dumps(before, ensure_ascii=False, default=str), decision_row["decision_id"]],
        )
    return Folded(counts, tuple(str(row["decision_id"]) for row in new), tuple(told))


def standing(con: DuckDBPyConnection, action: str) -> list[dict[str, Any]]:
    """The applied decisions of one kind that nobody has undone, oldest first; ``after`` and ``before`` parsed."""
    rows = fetch_rows(
        con,
        "SELECT * FROM store.decision WHERE action = ? AND outcome = 'applied' AND undone_by IS NULL ORDER BY position",
        [action],
    )
    for row in rows:
        row["after"] = json.loads(row["after"] or "{}")
        row["before"] = json.loads(row["before"] or "{}")
    return rows
