"""What decisions about articles do: keep, drop, take out of a text, correct a field."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.steps.base import Context, sha256_of
from pipelines.steps.events import Outcome, event, nothing, stored_rows
from pipelines.store import fetch_rows, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIXABLE = ("title", "text", "published", "published_precision", "section", "authors")
"""Fields of an article that a person may correct."""


def keep(con: DuckDBPyConnection, _context: Context, decision: dict[str, Any]) -> Outcome:
    row = con.execute(
        "SELECT text_id FROM store.fold WHERE article_id = ?", [decision["subject_id"]]
    ).fetchone()
    if row is None:
        return "waiting", {}
    con.execute("DELETE FROM store.stage_result WHERE stage = 'relevance' AND subject_id = ?", [row[0]])
    return "applied", {"text_id": row[0]}


def drop(con: DuckDBPyConnection, context: Context, decision: dict[str, Any]) -> Outcome:
    """The article carries no text any more; a text without carriers leaves its incidents."""
    article_id = decision["subject_id"]
    folds = stored_rows(con, "SELECT * FROM store.fold WHERE article_id = ?", [article_id])
    if not folds:
        return "waiting", {}
    text_id = folds[0]["text_id"]
    con.execute("DELETE FROM store.fold WHERE article_id = ?", [article_id])
    con.execute(
        "UPDATE store.stage_result SET outcome = 'dropped', reason = ?, run_id = ? WHERE stage = 'texts' AND subject_id = ?",
        [f"dropped by {decision['made_by']}: {decision['reason']}", context.run_id, article_id],
    )
    rest = con.execute("SELECT count(*) FROM store.fold WHERE text_id = ?", [text_id]).fetchone()
    members: list[dict[str, Any]] = []
    text = stored_rows(
        con, "SELECT * FROM store.text WHERE text_id = ? AND article_id = ?", [text_id, article_id]
    )
    if text:  # it was read from this article: nobody else carries it, or it is read from another carrier
        _read_elsewhere(con, text_id)
    if not rest or not rest[0]:
        members = stored_rows(con, "SELECT * FROM store.incident_member WHERE text_id = ?", [text_id])
        con.execute("DELETE FROM store.incident_member WHERE text_id = ?", [text_id])
        for row in members:
            event(
                con,
                context,
                row["incident_id"],
                "lost a text",
                decision,
                {"text_id": text_id, "article": article_id},
            )
    return "applied", {"folds": folds, "members": members, "text": text}


def _read_elsewhere(con: DuckDBPyConnection, text_id: str) -> None:
    """The text is read from the oldest article that carries it now; nobody carries it: it is no more."""
    con.execute("DELETE FROM store.text WHERE text_id = ?", [text_id])
    con.execute(
        "INSERT INTO store.text SELECT f.text_id, a.article_id, a.published, a.body_sha256 "
        "FROM store.fold f JOIN store.article a USING (article_id) WHERE f.text_id = ? "
        "ORDER BY a.published NULLS LAST, a.article_id, a.version DESC LIMIT 1",
        [text_id],
    )


def leave(con: DuckDBPyConnection, _context: Context, decision: dict[str, Any]) -> Outcome:
    """``text split``: the article becomes a text of its own; the old text is read from those that go on carrying it."""
    article_id = decision["subject_id"]
    folds = stored_rows(con, "SELECT * FROM store.fold WHERE article_id = ?", [article_id])
    if not folds:
        return "waiting", {}
    old = folds[0]["text_id"]
    carriers = con.execute("SELECT count(*) FROM store.fold WHERE text_id = ?", [old]).fetchone()
    if not carriers or carriers[0] < 2:
        return nothing(f"no other article carries {old}")
    text = stored_rows(
        con, "SELECT * FROM store.text WHERE text_id = ? AND article_id = ?", [old, article_id]
    )
    text_id = f"t-{sha256_of(article_id, decision['decision_id'])[:12]}"
    con.execute(
        "UPDATE store.fold SET text_id = ?, relation = 'original', same_as = NULL, reason = ? WHERE article_id = ?",
        [text_id, f"split from {old} by {decision['made_by']}: {decision['reason']}", article_id],
    )
    con.execute(
        "INSERT INTO store.text SELECT ?, article_id, published, body_sha256 FROM store.article WHERE article_id = ? "
        "QUALIFY version = max(version) OVER (PARTITION BY article_id)",
        [text_id, article_id],
    )
    if text:
        _read_elsewhere(con, old)
    return "applied", {"folds": folds, "text_id": text_id, "text": text}


def fix(con: DuckDBPyConnection, _context: Context, decision: dict[str, Any]) -> Outcome:
    """A corrected field is a new version of the article; the page's own version stays."""
    article_id, name, value = (
        decision["subject_id"],
        decision["after"]["field"],
        decision["after"].get("value"),
    )
    rows = stored_rows(
        con, "SELECT * FROM store.article WHERE article_id = ? ORDER BY version DESC LIMIT 1", [article_id]
    )
    if not rows:
        return "waiting", {}
    row = rows[0]
    problem = unfit(name, value)
    if problem:
        return "refused", {"why": problem}
    before = {"field": name, "value": row[name]}
    if str(row[name]) == str(value):
        return nothing(f"{name} says so already")
    new_version(con, row, {name: value}, decision["made_by"], f"{name} corrected by {decision['made_by']}")
    return "applied", before


def correct_again(con: DuckDBPyConnection, article_id: str) -> None:
    """Lay the corrections that stand over the newest version that came from the page."""
    fixes = fetch_rows(
        con,
        "SELECT after, made_by FROM store.decision WHERE action = 'fix' AND subject_id = ? AND outcome = 'applied' "
        "AND undone_by IS NULL ORDER BY position",
        [article_id],
    )
    if not fixes:
        return
    versions = stored_rows(
        con, "SELECT * FROM store.article WHERE article_id = ? ORDER BY version", [article_id]
    )
    page = [row for row in versions if row["corrected_by"] is None][-1]
    values = {}
    for one in fixes:
        after = json.loads(one["after"])
        values[after["field"]] = after["value"]
    names = ", ".join(dict.fromkeys(one["made_by"] for one in fixes))
    fresh = {**page, "version": versions[-1]["version"]}
    new_version(
        con, fresh, values, names, f"{', '.join(values)} corrected by {names}, over what the page says now"
    )


def unfit(name: str, value: Any) -> str | None:
    """Why ``value`` cannot stand in the field ``name`` of an article; ``None`` when it can.

    A journal may have been written by hand or come with a bundle: one unfit value must not stop every later run.
    """
    if name not in FIXABLE:
        return f"{name} cannot be corrected; {', '.join(FIXABLE)} can"
    if name == "authors":
        fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
        return None if fits else "authors are a list of names"
    if not isinstance(value, str):
        return f"{name} is a text, not {value!r}"
    if name == "published_precision" and value not in ("minute", "day"):
        return f"published_precision is minute or day, not {value!r}"
    if name == "published":
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is not None:
            return f"published is a time in UTC like 2026-11-20T08:30, not {value!r}"
    return None


def new_version(
    con: DuckDBPyConnection, row: dict[str, Any], values: dict[str, Any], made_by: str | None, change: str
) -> None:
    fresh = {**row, **values, "version": row["version"] + 1, "corrected_by": made_by}
    fresh["change"] = json.dumps({"note": change}, ensure_ascii=False)
    fresh["body_sha256"] = sha256_of(fresh["title"], fresh["text"])
    insert(con, "store.article", [fresh])
