"""Why a text or an incident carries a label, or does not: votes, rule, model, sentences, and what people decided."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pipelines.desk.explaining import Step, step, whose
from pipelines.desk.wording import counted
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUOTES = 6
"""Sentences shown per value."""


def explain_label(con: DuckDBPyConnection, asked: str, label: str) -> list[Step]:
    """The steps that led to the values of an axis (``severity``) or to one value (``severity=disaster``).

    :param asked: an incident, or a text (also by an article or a URL that carries it).
    :returns: empty when nothing is known of ``asked``.
    """
    axis, _, value = label.partition("=")
    if con.execute("SELECT 1 FROM store.incident WHERE incident_id = ?", [asked]).fetchone():
        subject, subject_id, stage = "incident", asked, "revisions"
    else:
        article_id, _fetches = whose(con, asked)
        fold = con.execute("SELECT text_id FROM store.fold WHERE article_id = ?", [article_id]).fetchone()
        if fold is None:
            return []
        subject, subject_id, stage = "text", str(fold[0]), "labels"
    run = fetch_rows(
        con,
        "SELECT r.outcome, r.reason, r.version, r.run_id, u.started FROM store.stage_result r "
        "LEFT JOIN store.run u USING (run_id) WHERE stage = ? AND subject_id = ?",
        [stage, subject_id],
    )
    made: dict[str, Any] = run[0] if run else {"version": "", "run_id": "", "started": None}
    steps = []
    for row in fetch_rows(
        con,
        "SELECT * FROM store.label WHERE subject = ? AND subject_id = ? AND axis = ? AND (? = '' OR value = ?) "
        "ORDER BY score DESC NULLS LAST, value",
        [subject, subject_id, axis, value, value],
    ):
        score = f"score {row['score']:.2f}, " if row["score"] is not None else ""
        one = step(
            "label", subject_id, f"{axis} {row['value']}, by {row['decided_by']}", f"{score}{row['method']}"
        )
        one |= {
            "version": row["model"] or made["version"], "run_id": made["run_id"], "when": made["started"],
        }  # fmt: skip
        steps += [one, *_quotes(con, subject, subject_id, axis, row["value"])]
    if not steps:
        said = f"It has no {axis}" + (f" {value}" if value else "")
        why = "the next wiredesk run judges it"
        if run:
            why = "; ".join(part for part in (f"judged: {run[0]['outcome']}", run[0]["reason"]) if part)
        steps.append(step("label", subject_id, said, why, made["run_id"], made["started"]))
    if subject == "incident":
        steps += _votes(con, subject_id, axis, value)
    return steps + _decisions(con, subject_id, axis)


def _quotes(con: DuckDBPyConnection, subject: str, subject_id: str, axis: str, value: str) -> list[Step]:
    rows = fetch_rows(
        con,
        "SELECT DISTINCT article_id, quote, field, start_at FROM store.evidence WHERE subject = ? AND subject_id = ? "
        "AND axis = ? AND value = ? ORDER BY article_id, field DESC, start_at",
        [subject, subject_id, axis, value],
    )
    steps = [
        step("evidence", row["article_id"], f"{row['field']} at {row['start_at']}", f"“{row['quote']}”")
        for row in rows[:QUOTES]
    ]
    if len(rows) > QUOTES:
        steps.append(step("evidence", subject_id, f"and {len(rows) - QUOTES} sentences more", ""))
    return steps


def _votes(con: DuckDBPyConnection, incident_id: str, axis: str, value: str) -> list[Step]:
    rows = fetch_rows(
        con,
        "SELECT * FROM store.vote WHERE incident_id = ? AND axis = ? AND (? = '' OR value = ?) ORDER BY texts DESC, value",
        [incident_id, axis, value, value],
    )
    return [
        step(
            "vote",
            incident_id,
            f"{axis} {row['value']}: {counted(row['texts'], 'text')}, {counted(row['articles'], 'article')}",
            "; ".join(
                part
                for part in (row["deciding_rule"], row["flips_if"] and f"flips if {row['flips_if']}")
                if part
            ),
        )
        for row in rows
    ]


def _decisions(con: DuckDBPyConnection, incident_id: str, axis: str) -> list[Step]:
    rows = fetch_rows(
        con,
        "SELECT * FROM store.decision WHERE action = 'label' AND subject_id = ? ORDER BY position",
        [incident_id],
    )
    steps = []
    for row in rows:
        after = json.loads(row["after"] or "{}")
        if after.get("axis") == axis:
            did = "rejected" if after.get("remove") else "set"
            state = f"taken back by {row['undone_by']}" if row["undone_by"] else row["outcome"]
            what = f"{row['made_by']} {did} {axis} {after.get('value')} ({row['decision_id']}, {state})"
            steps.append(step("decision", incident_id, what, row["reason"] or "", when=row["made"]))
    return steps
