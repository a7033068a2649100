"""Questions on the public views, each a function from a connection to rows."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import decisions
from pipelines.desk.causes import name_causes
from pipelines.desk.queue import review_queue as review_queue
from pipelines.desk.wording import counted
from pipelines.store import current_id, fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KINDS = {
    "incident": ("incidents", "incident_id"),
    "text": ("texts", "text_id"),
    "article": ("articles", "article_id"),
}


def missing(con: DuckDBPyConnection, kind: str, subject_id: str) -> list[str] | None:
    """``None`` when the id exists, else ids that look like it."""
    view, column = KINDS[kind]
    if con.execute(f"SELECT 1 FROM {view} WHERE {column} = ? LIMIT 1", [subject_id]).fetchone():
        return None
    ids = [
        name
        for (name,) in con.execute(f"SELECT DISTINCT {column} FROM {view} ORDER BY 1 LIMIT 20000").fetchall()
    ]
    return difflib.get_close_matches(subject_id, ids, n=3)


def incidents(
    con: DuckDBPyConnection, *, state: str | None, class_: str | None, since: str | None, limit: int
) -> list[dict[str, Any]]:
    """Incidents, the latest report first; merged ones only when asked for."""
    where, values = ["state <> 'merged'" if state is None else "state = ?"], [] if state is None else [state]
    if class_:
        where.append("class = ?")
        values.append(class_)
    if since:
        where.append("last_published >= ?::TIMESTAMP")
        values.append(since)
    sql = f"SELECT * FROM incidents WHERE {' AND '.join(where)} ORDER BY last_published DESC, incident_id LIMIT {int(limit)}"
    return fetch_rows(con, sql, values)


def resolve(con: DuckDBPyConnection, incident_id: str) -> str:
    """Where an incident id leads today; an id that was never given, to itself."""
    return current_id(con, incident_id) or incident_id


def incident(con: DuckDBPyConnection, incident_id: str) -> dict[str, Any]:
    """Everything about one incident; an id that was merged leads to where it went."""
    now = resolve(con, incident_id)
    record = fetch_rows(con, "SELECT * FROM incidents WHERE incident_id = ?", [now])[0]
    record["summary_sentences"] = json.loads(record["summary_sentences"] or "[]")
    return {
        "asked_for": incident_id,
        "record": record,
        "votes": fetch_rows(
            con, "SELECT * FROM votes WHERE incident_id = ? ORDER BY axis, texts DESC, value", [now]
        ),
        "labels": fetch_rows(
            con,
            "SELECT axis, value, score, decided_by FROM labels WHERE subject = 'incident' AND subject_id = ? "
            "ORDER BY axis, score DESC, value",
            [now],
        ),
        "evidence": fetch_rows(
            con,
            "SELECT axis, value, article_id, text_id, quote, quote_en, field, start_at, end_at FROM evidence "
            "WHERE subject = 'incident' AND subject_id = ? ORDER BY axis, value, article_id, field, start_at",
            [now],
        ),
        "members": fetch_rows(
            con,
            "SELECT m.*, a.title, a.title_en, a.outlet_id, a.published, a.url, a.language_tag FROM incident_members m "
            "JOIN articles a USING (article_id) WHERE m.incident_id = ? ORDER BY a.published, a.article_id",
            [now],
        ),
        "history": history(con, now),
        "decisions_known": sorted(
            name for (name,) in con.execute("SELECT decision_id FROM decisions").fetchall()
        ),
    }


def history(con: DuckDBPyConnection, incident_id: str) -> list[dict[str, Any]]:
    rows = fetch_rows(con, "SELECT * FROM incident_history WHERE incident_id = ? ORDER BY n", [incident_id])
    name_causes(con, rows)
    return rows


def pending_decisions(data_dir: Path, known: Sequence[str], incident_id: str) -> list[dict[str, Any]]:
    """Decisions on an incident that no run has folded in yet."""
    done = set(known)
    return [
        {
            "decision_id": d.decision_id,
            "action": d.action,
            "after": d.after,
            "made_by": d.made_by,
            "reason": d.reason,
        }
        for _, _, d in decisions.read(data_dir)
        if d.decision_id not in done and incident_id in (d.subject_id, *map(str, d.after.values()))
    ]


VALUES = {
    "materialisation": ("actual", "plausible"),
    "severity": ("hazard", "serious hazard", "incident", "serious incident", "disaster", "unknown"),
}
"""Axes beside the class that every profile has, with the same values."""


def axes(profile: str) -> tuple[str, ...]:
    """The axes on which a label can stand, the profile's own last, in its order.

    :raises ProfileError: when there is no such profile (any more).
    """
    from pipelines import profiles

    return (
        "class",
        "materialisation",
        "limb",
        "severity",
        *(axis.key for axis in profiles.load(profile).axes),
    )


def vocabulary(axis: str, profile: str) -> tuple[str, ...]:
    """The values that ``axis`` takes in a profile, in their own order; none for an axis that there is not.

    :raises ProfileError: when there is no such profile (any more).
    """
    from pipelines import profiles

    if axis == "class":
        return profiles.CLASSES
    if axis in VALUES:
        return VALUES[axis]
    loaded = profiles.load(profile)
    if axis == "limb":
        return tuple(loaded.limbs)
    found = next((known for known in loaded.axes if known.key == axis), None)
    return tuple(value.name for value in found.values) if found else ()


def bad_value(axis: str, value: str, profile: str) -> str | None:
    """Why ``value`` cannot stand on ``axis``; ``None`` when it can.

    :raises ProfileError: when there is no such profile (any more).
    """
    values = vocabulary(axis, profile)
    if not values:
        return f"there is no axis {axis} in the profile {profile}: its axes are {', '.join(axes(profile))}"
    if value in values:
        return None
    near = difflib.get_close_matches(value, values, n=3, cutoff=0.4)
    return f"{axis} has no value {value!r}: " + (
        f"did you mean {', '.join(near)}?" if near else f"it takes {', '.join(values)}"
    )


def incident_lines(found: dict[str, Any], pending: Sequence[dict[str, Any]]) -> Iterator[str]:
    """One incident for a terminal."""
    record = found["record"]
    if found["asked_for"] != record["incident_id"]:
        yield f"{found['asked_for']} was merged into {record['incident_id']}"
    yield f"{record['title'] or '(no title)'}"
    if record["title_original"] and record["title_original"] != record["title"]:
        yield f"{record['title_original']}"
    yield ""
    yield (
        f"{record['incident_id']}  revision {record['revision']}  {record['state']}  "
        f"{record['class']} ({record['materialisation'] or 'materialisation unknown'})  limb ({record['limb'] or '?'})  "
        f"severity {record['severity']}"
    )
    yield (
        f"{counted(record['articles'], 'article')}, {counted(record['texts'], 'text')}, "
        f"{counted(record['origins'], 'independent origin')}; "
        f"{', '.join(record['outlets'])}; {', '.join(record['languages'])}"
    )
    if record["summary"]:
        yield ""
        yield record["summary"]
    if record["rationale"]:
        yield ""
        yield record["rationale"]
    if found["votes"]:
        yield ""
        yield "Votes"
        for vote in found["votes"]:
            flips = f"; flips if {vote['flips_if']}" if vote["flips_if"] else ""
            count = f"{counted(vote['texts'], 'text')}, {counted(vote['articles'], 'article')}"
            yield f"  {vote['axis']} {vote['value']}: {count} ({vote['deciding_rule']}){flips}"
    quotes: dict[tuple[str, str], dict[str, Any]] = {}
    for item in found["evidence"]:
        quotes.setdefault((item["axis"], item["value"]), item)
    if found["labels"]:
        yield ""
        yield "Labels, each with a sentence that carries it"
        for item in found["labels"]:
            yield f"  {item['axis']}: {item['value']}" + (
                f"  (by {item['decided_by']})" if item["decided_by"] != "machine" else ""
            )
            quote = quotes.get((item["axis"], item["value"]))
            if quote:
                yield f"      “{quote['quote']}” [{quote['article_id']}]"
                if quote["quote_en"] and quote["quote_en"] != quote["quote"]:
                    yield f"      “{quote['quote_en']}”"
    yield ""
    yield "Articles"
    for member in found["members"]:
        day = f"{member['published']:%Y-%m-%d}" if member["published"] else "no date   "
        yield f"  {day}  {member['outlet_id']:<14} {member['role']}, {member['relation']}: {member['title']}"
        if member["title_en"] and member["title_en"] != member["title"]:
            yield f"              {member['title_en']}"
        yield f"              {member['article_id']} · text {member['text_id']} · {member['reason']}"
    for decision in pending:
        yield f"pending: {decision['action']} {decision['after']} by {decision['made_by']}"
