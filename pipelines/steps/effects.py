"""What each decision does to the store, and how it is taken back.

Every effect returns an outcome: ``applied``; ``waiting`` (what it speaks of does not exist yet); ``no_effect`` (it is
so already); ``refused`` (a later decision stands on it). ``before`` holds what :func:`undo` needs.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pipelines.steps.base import Context, sha256_of
from pipelines.store import fetch_rows, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Outcome = tuple[str, dict[str, Any]]
FIXABLE = ("title", "text", "published", "published_precision", "section", "authors")
"""Fields of an article that a person may correct."""


def apply(con: DuckDBPyConnection, context: Context, decision: dict[str, Any]) -> Outcome:
    """Carry out one decision (a row of ``store.decision`` with ``after`` parsed)."""
    if decision["action"] == "undo":
        from pipelines.steps.undoing import undo  # it takes back what stands here

        return undo(con, context, decision)
    effect = EFFECTS[decision["subject"], decision["action"]]
    return effect(con, context, decision)


def current_id(con: DuckDBPyConnection, incident_id: str) -> str | None:
    """Where an incident id leads today, through merges; ``None`` when it was never given."""
    seen = set()
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


def _members(
    con: DuckDBPyConnection, incident_id: str, texts: list[str] | None = None
) -> list[dict[str, Any]]:
    rows = stored_rows(
        con, "SELECT * FROM store.incident_member WHERE incident_id = ? ORDER BY text_id", [incident_id]
    )
    return [row for row in rows if texts is None or row["text_id"] in texts]


def stored_rows(con: DuckDBPyConnection, sql: str, parameters: list[Any]) -> list[dict[str, Any]]:
    """Rows that can be written again as they are: times as the store's own text."""
    rows = fetch_rows(con, sql, parameters)
    return [{k: str(v) if isinstance(v, datetime) else v for k, v in row.items()} for row in rows]


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
        return "no_effect", {}
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
        return "no_effect", {}
    if len(rows) == len(_members(con, source)):
        return "no_effect", {}
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
        return "no_effect", {}
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
        con.execute("DELETE FROM store.text WHERE text_id = ?", [text_id])
        con.execute(
            "INSERT INTO store.text SELECT f.text_id, a.article_id, a.published, a.body_sha256 "
            "FROM store.fold f JOIN store.article a USING (article_id) WHERE f.text_id = ? "
            "ORDER BY a.published NULLS LAST, a.article_id, a.version DESC LIMIT 1",
            [text_id],
        )
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


def leave(con: DuckDBPyConnection, _context: Context, decision: dict[str, Any]) -> Outcome:
    """``text split``: the article becomes a text of its own."""
    article_id = decision["subject_id"]
    folds = stored_rows(con, "SELECT * FROM store.fold WHERE article_id = ?", [article_id])
    if not folds:
        return "waiting", {}
    old = folds[0]["text_id"]
    carriers = con.execute("SELECT count(*) FROM store.fold WHERE text_id = ?", [old]).fetchone()
    founder = con.execute("SELECT article_id FROM store.text WHERE text_id = ?", [old]).fetchone()
    if not carriers or carriers[0] < 2 or (founder and founder[0] == article_id):
        return "no_effect", {}
    text_id = f"t{sha256_of(article_id, decision['decision_id'])[:15]}"
    con.execute(
        "UPDATE store.fold SET text_id = ?, relation = 'original', same_as = NULL, reason = ? WHERE article_id = ?",
        [text_id, f"split from {old} by {decision['made_by']}: {decision['reason']}", article_id],
    )
    con.execute(
        "INSERT INTO store.text SELECT ?, article_id, published, body_sha256 FROM store.article WHERE article_id = ? "
        "QUALIFY version = max(version) OVER (PARTITION BY article_id)",
        [text_id, article_id],
    )
    return "applied", {"folds": folds, "text_id": text_id}


def fix(con: DuckDBPyConnection, _context: Context, decision: dict[str, Any]) -> Outcome:
    """A corrected field is a new version of the article; the page's own version stays."""
    article_id, name, value = decision["subject_id"], decision["after"]["field"], decision["after"]["value"]
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


EFFECTS: dict[tuple[str, str], Callable[[DuckDBPyConnection, Context, dict[str, Any]], Outcome]] = {
    ("incident", "merge"): merge,
    ("incident", "split"): split,
    ("incident", "label"): remark,
    ("incident", "title"): remark,
    ("incident", "note"): remark,
    ("incident", "mark"): remark,
    ("text", "move"): move,
    ("article", "keep"): keep,
    ("article", "drop"): drop,
    ("article", "split"): leave,
    ("article", "fix"): fix,
}
