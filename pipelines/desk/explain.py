"""What happened to a URL, an article, a text or an incident: stage by stage, by which run, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Step = dict[str, Any]
"""``stage``, ``subject``, ``outcome``, ``reason``, ``version``, ``run_id``, ``when``."""


def explain(con: DuckDBPyConnection, asked: str) -> list[Step]:
    """The steps of whatever ``asked`` names; empty when nothing is known under it."""
    if con.execute("SELECT 1 FROM store.incident WHERE incident_id = ?", [asked]).fetchone():
        return _incident(con, asked)
    founder = con.execute("SELECT article_id FROM store.text WHERE text_id = ?", [asked]).fetchone()
    if founder:
        return _article(con, founder[0])
    fetches = fetch_rows(
        con,
        "SELECT * FROM store.fetch WHERE url = $1 OR final_url = $1 OR article_id = $1 ORDER BY fetched, url",
        [asked],
    )
    steps = [_fetch(row) for row in fetches]
    article = con.execute(
        "SELECT article_id FROM store.article WHERE article_id = $1 OR url = $1 OR canonical_url = $1 LIMIT 1",
        [asked],
    ).fetchone()
    if article is None and fetches:
        ids = [row["article_id"] for row in fetches if row["article_id"]]
        article = (
            con.execute("SELECT article_id FROM store.article WHERE article_id = ?", [ids[0]]).fetchone()
            if ids
            else None
        )
    for row in fetches:
        steps += _results(con, "reading", row["fetch_id"])
    if article:
        steps += _article(con, article[0], with_fetches=not fetches)
    return steps


def _fetch(row: dict[str, Any]) -> Step:
    what = f"HTTP {row['http_status']}" if row["http_status"] else ""
    where = f"{row['warc_file']} at byte {row['warc_offset']}" if row["warc_file"] else ""
    return {
        "stage": "landing",
        "subject": row["url"],
        "outcome": row["outcome"],
        "reason": "; ".join(part for part in (row["reason"], row["way"], what, where) if part),
        "version": "",
        "run_id": row["run_id"],
        "when": row["fetched"],
    }


def _results(con: DuckDBPyConnection, stage: str, subject_id: str) -> list[Step]:
    rows = fetch_rows(
        con,
        "SELECT r.stage, r.subject_id AS subject, r.outcome, r.reason, r.version, r.run_id, u.started AS when "
        "FROM store.stage_result r LEFT JOIN store.run u USING (run_id) WHERE r.stage = ? AND r.subject_id = ?",
        [stage, subject_id],
    )
    return [{**row, "when": row.pop("when")} for row in rows]


def _article(con: DuckDBPyConnection, article_id: str, *, with_fetches: bool = True) -> list[Step]:
    steps: list[Step] = []
    if with_fetches:
        for row in fetch_rows(
            con, "SELECT * FROM store.fetch WHERE article_id = ? ORDER BY fetched", [article_id]
        ):
            steps += [_fetch(row), *_results(con, "reading", row["fetch_id"])]
    for stage in ("language", "texts"):
        steps += _results(con, stage, article_id)
    fold = fetch_rows(con, "SELECT * FROM store.fold WHERE article_id = ?", [article_id])
    for row in fold:
        if row["reason"]:
            steps.append(
                {
                    "stage": "texts",
                    "subject": article_id,
                    "outcome": row["relation"],
                    "reason": f"text {row['text_id']}: {row['reason']}",
                    "version": "",
                    "run_id": "",
                    "when": None,
                }
            )
        for stage in ("relevance", "labels", "incidents"):
            steps += _results(con, stage, row["text_id"])
        quotes = fetch_rows(
            con,
            "SELECT axis, value, quote FROM store.evidence WHERE subject = 'text' AND subject_id = ? "
            "AND axis IN ('relevant', 'class') ORDER BY axis DESC, start_at LIMIT 6",
            [row["text_id"]],
        )
        steps += [
            {
                "stage": "evidence",
                "subject": row["text_id"],
                "outcome": f"{q['axis']} {q['value']}",
                "reason": f"“{q['quote']}”",
                "version": "",
                "run_id": "",
                "when": None,
            }
            for q in quotes
        ]
        steps += [
            {
                "stage": "incidents",
                "subject": row["text_id"],
                "outcome": f"in {m['incident_id']} as {m['role']}",
                "reason": m["reason"],
                "version": "",
                "run_id": "",
                "when": m["joined"],
            }
            for m in fetch_rows(
                con,
                "SELECT * FROM store.incident_member WHERE text_id = ? ORDER BY incident_id",
                [row["text_id"]],
            )
        ]
    steps += _results(con, "translation", article_id)
    steps += [
        {
            "stage": "decision",
            "subject": d["subject_id"],
            "outcome": f"{d['action']}: {d['outcome']}",
            "reason": d["reason"] or "",
            "version": "",
            "run_id": d["decision_id"],
            "when": d["made"],
        }
        for d in fetch_rows(con, "SELECT * FROM decisions WHERE subject_id = ? ORDER BY made", [article_id])
    ]
    return steps


def _incident(con: DuckDBPyConnection, incident_id: str) -> list[Step]:
    return [
        {
            "stage": "incidents",
            "subject": incident_id,
            "outcome": row["kind"],
            "reason": "; ".join(str(part) for part in (row["reason"], row["detail"]) if part),
            "version": f"revision {row['revision']}",
            "run_id": row["run_id"],
            "when": row["happened"],
        }
        for row in fetch_rows(
            con, "SELECT * FROM incident_history WHERE incident_id = ? ORDER BY n", [incident_id]
        )
    ]
