"""What happened to a URL, an article, a text or an incident: stage by stage, by which run, and why."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines import outcomes
from pipelines.desk.causes import name_causes
from pipelines.desk.lists import among
from pipelines.desk.values import because, language
from pipelines.desk.wording import changed, decided
from pipelines.field import UNKNOWN, Field
from pipelines.store import fetch_rows
from pipelines.texts import told

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Step = dict[str, Any]
"""``stage``, ``subject``, ``outcome``, ``reason``, ``version``, ``run_id``, ``when``."""
ABOUT_TEXTS = ("relevance", "labels", "incidents")
_MEMBER = re.compile(r"in (\S+) as (.+)")
PASSED = frozenset({"ok", "landed", "unchanged", "listed", "retired"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer in one line."""

    what: str
    incident_id: str | None = None
    why: str = ""


def verdict(steps: Sequence[Step], field: Field = UNKNOWN) -> Verdict:
    """Where it is, or the first stage that it did not pass; of several fetches of a page the last counts.

    :param field: of the profile of the database.
    """
    for one in steps:
        if match := _MEMBER.fullmatch(one["outcome"]):
            return Verdict(f"It is here, as {match[2]} in", match[1], one["reason"] or "")
    last: dict[str, Step] = {}
    for one in steps:
        if one["stage"] in ("landing", "reading") or one["version"]:
            last[one["stage"]] = one
    for stage in ("landing", "reading", "language", "texts", *ABOUT_TEXTS):
        if stage in last and last[stage]["outcome"] not in PASSED:
            outcome = last[stage]["outcome"]
            why = because(last[stage]["reason"], stage, outcome, field).removesuffix(".")
            return Verdict(f"It stopped at {stage}, as {outcomes.name(outcome)}", None, why)
    if "landing" in last and len(last) == 1:
        return Verdict("It has landed, and the line has not read it yet: the next run does")
    return Verdict("Nothing stopped it, and no incident holds it")


def explain(con: DuckDBPyConnection, asked: str) -> list[Step]:
    """The steps of whatever ``asked`` names; empty when nothing is known under it."""
    if con.execute("SELECT 1 FROM store.incident WHERE incident_id = ?", [asked]).fetchone():
        return _incident(con, asked)
    if asked.startswith("d-") and (steps := _decision(con, asked)):
        return steps
    return _steps(con, *whose(con, asked))


def whose(con: DuckDBPyConnection, asked: str) -> tuple[str | None, list[dict[str, Any]]]:
    """The article that a URL, an article id or a text id names, and the fetches of its pages, oldest first."""
    article_id = _article_of(con, asked)
    fetches = fetch_rows(
        con, "SELECT * FROM store.fetch WHERE article_id = ? ORDER BY fetched, url", [article_id or asked]
    )
    if not fetches:
        fetches = fetch_rows(
            con, "SELECT * FROM store.fetch WHERE url = ? ORDER BY fetched", [asked]
        ) or fetch_rows(con, "SELECT * FROM store.fetch WHERE final_url = ? ORDER BY fetched, url", [asked])
        article_id = article_id or next((row["article_id"] for row in fetches if row["article_id"]), None)
    return article_id, fetches


def _article_of(con: DuckDBPyConnection, asked: str) -> str | None:
    """The article that an id of its own, the id of its text or an address names."""
    for sql in (
        "SELECT article_id FROM store.article WHERE article_id = ? LIMIT 1",
        "SELECT article_id FROM store.text WHERE text_id = ?",
        "SELECT article_id FROM store.article WHERE url = $1 OR canonical_url = $1 ORDER BY article_id LIMIT 1",
    ):
        row = con.execute(sql, [asked]).fetchone()
        if row:
            return str(row[0])
    return None


def _steps(con: DuckDBPyConnection, article_id: str | None, fetches: Sequence[dict[str, Any]]) -> list[Step]:
    folds = (
        fetch_rows(con, "SELECT * FROM store.fold WHERE article_id = ?", [article_id]) if article_id else []
    )
    fold = folds[0] if folds else None
    subjects = (
        [row["fetch_id"] for row in fetches]
        + ([article_id] if article_id else [])
        + ([fold["text_id"]] if fold else [])
    )
    answers = _answers(con, subjects)
    steps = []
    for row in fetches:
        steps += [_fetch(row), *answers.get(("reading", row["fetch_id"]), [])]
    if not article_id:
        return steps
    steps += _versions(con, article_id)
    for stage in ("language", "texts"):
        steps += answers.get((stage, article_id), [])
    if fold:
        if fold["reason"]:
            steps.append(
                step("texts", article_id, fold["relation"], f"text {fold['text_id']}: {fold['reason']}")
            )
        for stage in ABOUT_TEXTS:
            steps += answers.get((stage, fold["text_id"]), [])
        steps += _evidence(con, fold["text_id"]) + _memberships(con, fold["text_id"])
        steps += _proposals(con, fold["text_id"])
    steps += answers.get(("translation", article_id), [])
    decisions = fetch_rows(
        con, "SELECT * FROM store.decision WHERE subject_id = ? ORDER BY made", [article_id]
    )
    told = _found(con, article_id)
    for one in steps:
        if one["outcome"] == "ok" and not one["reason"]:
            one["reason"] = told.get(one["stage"], "")
    return steps + [
        step(
            "decision",
            d["subject_id"],
            f"{d['action']}: {d['outcome'].replace('_', ' ')}",
            _asked(d),
            d["decision_id"],
            d["made"],
        )
        for d in decisions
    ]


def _versions(con: DuckDBPyConnection, article_id: str) -> list[Step]:
    """What changed when the page changed, sentence by sentence."""
    rows = con.execute(
        "SELECT version, change, fetched FROM store.article WHERE article_id = ? AND change IS NOT NULL ORDER BY version",
        [article_id],
    ).fetchall()
    steps = []
    for version, kept, fetched in rows:
        change = told(kept)
        lines = [*(f"− {line}" for line in change["removed"]), *(f"+ {line}" for line in change["added"])]
        steps.append(
            step(
                "version",
                article_id,
                f"version {version}",
                " ".join([change["summary"], *lines]),
                when=fetched,
            )
        )
    return steps


def _found(con: DuckDBPyConnection, article_id: str) -> dict[str, str]:
    """What the stages that give no reason for an ``ok`` found: how it was read, its language, who translated it."""
    rows = fetch_rows(
        con,
        "SELECT a.extractor, l.language_tag, l.confidence, l.method, e.engine, e.model FROM store.article a "
        "LEFT JOIN store.language l USING (article_id) LEFT JOIN store.title_en e USING (article_id) "
        "WHERE a.article_id = ? ORDER BY a.version DESC LIMIT 1",
        [article_id],
    )
    found = {}
    for row in rows:
        if row["extractor"]:
            found["reading"] = row["extractor"]
        if row["language_tag"]:
            found["language"] = (
                f"{language(row['language_tag'])}, {row['confidence']:.2f} sure, by {row['method']}"
            )
        if row["engine"]:
            found["translation"] = f"by {row['engine']}, {row['model']}"
    return found


def step(
    stage: str,
    subject: str,
    outcome: str,
    reason: str,
    run_id: str = "",
    when: Any = None,
    version: str = "",
) -> Step:
    return {
        "stage": stage,
        "subject": subject,
        "outcome": outcome,
        "reason": reason,
        "version": version,
        "run_id": run_id,
        "when": when,
    }


def _fetch(row: dict[str, Any]) -> Step:
    what = f"HTTP {row['http_status']}" if row["http_status"] else ""
    where = f"{row['warc_file']} at byte {row['warc_offset']}" if row["warc_file"] else ""
    reason = "; ".join(part for part in (row["reason"], row["way"], what, where) if part)
    return step("landing", row["url"], row["outcome"], reason, row["run_id"], row["fetched"])


def _answers(con: DuckDBPyConnection, subjects: Sequence[str]) -> dict[tuple[str, str], list[Step]]:
    """Every stage's answer about the subjects, by stage and subject."""
    place, values = among(subjects)
    rows = fetch_rows(
        con,
        "SELECT r.stage, r.subject_id AS subject, r.outcome, r.reason, r.version, r.run_id, u.started AS moment "
        f"FROM store.stage_result r LEFT JOIN store.run u USING (run_id) WHERE r.subject_id IN {place}",
        values,
    )
    found: dict[tuple[str, str], list[Step]] = {}
    for row in rows:
        row["when"] = row.pop("moment")
        found.setdefault((row["stage"], row["subject"]), []).append(row)
    return found


def _evidence(con: DuckDBPyConnection, text_id: str) -> list[Step]:
    rows = fetch_rows(
        con,
        "SELECT axis, value, quote FROM store.evidence WHERE subject = 'text' AND subject_id = ? "
        "AND axis IN ('relevant', 'class') ORDER BY axis DESC, start_at LIMIT 6",
        [text_id],
    )
    return [
        step(
            "evidence",
            text_id,
            row["axis"] if row["value"] == "true" else f"{row['axis']} {row['value']}",
            f"“{row['quote']}”",
        )
        for row in rows
    ]


def _proposals(con: DuckDBPyConnection, text_id: str) -> list[Step]:
    """What a language model proposed: beside the labels, marked as its own."""
    rows = fetch_rows(
        con,
        "SELECT kind, axis, value, quote, model, prompt_version, made FROM store.proposal WHERE text_id = ? "
        "ORDER BY model, prompt_version, n",
        [text_id],
    )
    return [
        step(
            "proposal",
            text_id,
            f"[AI generated] {row['axis'] or row['kind']}: {row['value']}",
            f"“{row['quote']}”",
            when=row["made"],
            version=f"{row['model']} {row['prompt_version']}",
        )
        for row in rows
    ]


def _memberships(con: DuckDBPyConnection, text_id: str) -> list[Step]:
    rows = fetch_rows(
        con, "SELECT * FROM store.incident_member WHERE text_id = ? ORDER BY incident_id", [text_id]
    )
    return [
        step(
            "incidents",
            text_id,
            f"in {row['incident_id']} as {row['role']}",
            row["reason"],
            when=row["joined"],
        )
        for row in rows
    ]


def _decision(con: DuckDBPyConnection, decision_id: str) -> list[Step]:
    """What became of a decision, and of what took it back."""
    rows = fetch_rows(
        con,
        "SELECT * FROM store.decision WHERE decision_id = $1 OR (action = 'undo' AND subject_id = $1) ORDER BY position",
        [decision_id],
    )
    steps = []
    for row in rows:
        why = json.loads(row["before"] or "{}").get("why", "")
        what = f"{row['action']} {row['subject']} {row['subject_id']}: {row['outcome'].replace('_', ' ')}"
        reason = "; ".join(part for part in (why, _asked(row)) if part)
        steps.append(step("decision", row["decision_id"], what, reason, when=row["made"]))
    return steps


def _asked(row: dict[str, Any]) -> str:
    """What a decision asks for, why, and who made it."""
    what = decided(row["action"], row["subject"], row["subject_id"], json.loads(row["after"] or "{}"))
    return what + (f", because {row['reason']}" if row["reason"] else "") + f" ({row['made_by']})"


def _incident(con: DuckDBPyConnection, incident_id: str) -> list[Step]:
    rows = fetch_rows(
        con,
        "SELECT e.* REPLACE (coalesce(u.run_id, '') AS run_id) FROM store.incident_event e "
        "LEFT JOIN store.run u USING (run_id) WHERE e.incident_id = ? ORDER BY e.n",
        [incident_id],
    )
    name_causes(con, rows)
    return [
        step(
            "incidents",
            incident_id,
            row["kind"].replace("_", " "),
            changed(row["kind"], row["detail"], row["reason"], row["made_by"]),
            row["run_id"],
            row["happened"],
            f"revision {row['revision']}",
        )
        for row in rows
    ]
