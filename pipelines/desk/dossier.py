"""One incident, or one article, with everything that its page shows, each piece asked for by key.

These read the store's tables rather than the public views: the views put every article beside its whole translation,
which a page that names twenty articles must not wait for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.desk.lighting import Row, is_sample
from pipelines.desk.lists import among
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ARTICLES = """
SELECT article_id, version, url, canonical_url, outlet_id, title, title_as_printed, authors, published, published_zone,
       published_precision, modified, fetched, section, page_sha256, extractor {more}
FROM store.article WHERE article_id IN {ids} ORDER BY version
"""
ABOUT = {
    "SELECT article_id, text_id, relation, reason AS fold_reason, same_as, similarity, attributed_source FROM store.fold": (
        "text_id", "relation", "fold_reason", "same_as", "similarity", "attributed_source",
    ),
    "SELECT article_id, language, language_tag, script, region, confidence, method FROM store.language": (
        "language", "language_tag", "script", "region", "confidence", "method",
    ),
    "SELECT article_id, title_en, engine AS title_engine, model AS title_model FROM store.title_en": (
        "title_en", "title_engine", "title_model",
    ),
}  # fmt: skip
"""What other tables say of an article, by the query that asks: a join of them all takes longer to plan than to run."""
SENTENCES = """
SELECT text_id, field, n, start_at, end_at, source, target, flags, engine, model FROM store.sentence
WHERE current AND text_id IN {ids} ORDER BY text_id, CASE field WHEN 'title' THEN 0 ELSE 1 END, start_at, n
"""
EVIDENCE = """
SELECT subject, subject_id, axis, value, text_id, article_id, quote, field, start_at, end_at FROM store.evidence
WHERE subject_id IN {ids} ORDER BY subject, subject_id, axis, value, text_id, article_id, field, start_at, end_at
"""
TEXTS = """
SELECT t.text_id, t.article_id AS read_from, t.published, j.class, j.materialisation, j.limbs, j.severity,
       r.relevant, r.score AS relevance
FROM store.text t
LEFT JOIN (SELECT * FROM store.judgement WHERE text_id IN {ids}) j ON j.text_id = t.text_id
LEFT JOIN (SELECT * FROM store.relevance WHERE text_id IN {ids}) r ON r.text_id = t.text_id
WHERE t.text_id IN {ids} ORDER BY t.published NULLS LAST, t.text_id
"""
DECISIONS = """
WITH here AS (SELECT * FROM store.decision WHERE subject_id IN {ids}
              OR (after->>'into') IN {ids} OR (before->>'incident_id') IN {ids})
SELECT decision_id, subject, subject_id, action, before, after, reason, made_by, made, outcome, undone_by, position
FROM (SELECT * FROM here UNION SELECT * FROM store.decision
      WHERE subject = 'decision' AND subject_id IN (SELECT decision_id FROM here))
ORDER BY position
"""


def _ask(con: DuckDBPyConnection, sql: str, ids: Sequence[str], **words: str) -> list[Row]:
    """The rows of a query that names ``ids``, as often as it does."""
    place, values = among(ids)
    return fetch_rows(con, sql.format(ids=place, **words), values * sql.count("{ids}"))


def articles(con: DuckDBPyConnection, ids: Sequence[str], *, bodies: bool = False) -> list[Row]:
    """Articles by id, each in its newest version, earliest first; with ``text`` only where bodies are asked for."""
    if not ids:
        return []
    found = {row["article_id"]: row for row in _ask(con, ARTICLES, ids, more=", text" if bodies else "")}
    for sql, columns in ABOUT.items():
        told = {row["article_id"]: row for row in _ask(con, sql + " WHERE article_id IN {ids}", list(found))}
        for name, row in found.items():
            row |= {column: told.get(name, {}).get(column) for column in columns}
    outlets = {
        row["outlet_id"]: row for row in fetch_rows(con, "SELECT outlet_id, name, country FROM store.outlet")
    }
    for row in found.values():
        outlet = outlets.get(row["outlet_id"], {})
        row |= {"outlet": outlet.get("name") or row["outlet_id"], "country": outlet.get("country")}
    return sorted(
        found.values(), key=lambda row: (row["published"] is None, str(row["published"]), row["article_id"])
    )


def carriers(con: DuckDBPyConnection, texts: Sequence[str]) -> list[str]:
    rows = _ask(con, "SELECT article_id FROM store.fold WHERE text_id IN {ids} ORDER BY article_id", texts)
    return [row["article_id"] for row in rows]


def sentences(con: DuckDBPyConnection, texts: Sequence[str]) -> dict[str, list[Row]]:
    """Sentences by text, in reading order."""
    found: dict[str, list[Row]] = {}
    for row in _ask(con, SENTENCES, texts):
        found.setdefault(row["text_id"], []).append(row)
    return found


def evidence(con: DuckDBPyConnection, subjects: Sequence[str]) -> list[Row]:
    """Evidence of incidents or texts, by axis and value."""
    return _ask(con, EVIDENCE, subjects)


LABELS = """
SELECT subject, subject_id, axis, value, score, method, model, decided_by FROM store.label
WHERE subject_id IN {ids} ORDER BY subject, subject_id, axis, score DESC NULLS LAST, value
"""


def labels(con: DuckDBPyConnection, subjects: Sequence[str]) -> list[Row]:
    return _ask(con, LABELS, subjects)


def decisions(con: DuckDBPyConnection, subjects: Sequence[str]) -> list[Row]:
    """Decisions that touch any of the subjects, and what undid them, oldest first."""
    rows = _ask(con, DECISIONS, subjects)
    for row in rows:
        row["after"] = json.loads(row["after"] or "{}")
        row["before"] = json.loads(row["before"] or "{}")
    return rows


def incident(con: DuckDBPyConnection, incident_id: str) -> Row | None:
    """Everything about one incident (its present id), or ``None``."""
    found = fetch_rows(con, "SELECT * FROM store.incident WHERE incident_id = ?", [incident_id])
    if not found:
        return None
    record = found[0]
    record["summary_sentences"] = json.loads(record["summary_sentences"] or "[]")
    members = fetch_rows(
        con, "SELECT * FROM store.incident_member WHERE incident_id = ? ORDER BY text_id", [incident_id]
    )
    text_ids = [row["text_id"] for row in members]
    known = carriers(con, text_ids)
    redirects = _redirects(con, incident_id)
    history = fetch_rows(
        con, "SELECT * FROM store.incident_event WHERE incident_id = ? ORDER BY n", [incident_id]
    )
    for row in history:
        row["detail"] = json.loads(row["detail"]) if row["detail"] else None
    found_sentences = sentences(con, text_ids)
    return {
        "record": record,
        "members": {row["text_id"]: row for row in members},
        "articles": articles(con, known),
        "texts": _ask(con, TEXTS, text_ids),
        "sentences": found_sentences,
        "sample": any(is_sample(s["engine"], s["model"]) for rows in found_sentences.values() for s in rows),
        "labels": labels(con, [incident_id, *text_ids]),
        "evidence": evidence(con, [incident_id, *text_ids]),
        "votes": fetch_rows(
            con,
            "SELECT * FROM store.vote WHERE incident_id = ? ORDER BY axis, texts DESC, articles DESC, value",
            [incident_id],
        ),
        "facts": _ask(
            con, "SELECT * FROM store.fact WHERE text_id IN {ids} ORDER BY kind, value, text_id, n", text_ids
        ),
        "history": history,
        "decisions": decisions(con, [incident_id, *redirects, *text_ids, *known]),
        "redirects": redirects,
    }


def _redirects(con: DuckDBPyConnection, incident_id: str) -> list[str]:
    """Ids that lead to this incident, through any number of merges."""
    rows = con.execute(
        """
        WITH RECURSIVE into_it AS (
            SELECT incident_id FROM store.incident WHERE merged_into = $1
            UNION
            SELECT i.incident_id FROM store.incident i JOIN into_it p ON i.merged_into = p.incident_id
        )
        SELECT incident_id FROM into_it WHERE incident_id <> $1 ORDER BY 1
        """,
        [incident_id],
    ).fetchall()
    return [name for (name,) in rows]


def article(con: DuckDBPyConnection, article_id: str) -> Row | None:
    """Everything about one article, or ``None``."""
    found = articles(con, [article_id], bodies=True)
    if not found:
        return None
    record = found[0]
    text_id = record["text_id"]
    texts = _ask(con, TEXTS, [text_id]) if text_id else []
    others = [name for name in carriers(con, [text_id]) if name != article_id] if text_id else []
    lines = sentences(con, [text_id]).get(text_id, []) if text_id else []
    return {
        "record": record,
        "text": texts[0] if texts else None,
        "carriers": articles(con, others),
        "sentences": lines,
        "sample": is_sample(record["title_engine"], record["title_model"])
        or any(is_sample(s["engine"], s["model"]) for s in lines),
        "labels": labels(con, [text_id]) if text_id else [],
        "evidence": evidence(con, [text_id]) if text_id else [],
        "facts": fetch_rows(
            con, "SELECT * FROM store.fact WHERE text_id = ? ORDER BY kind, value, n", [text_id]
        ),
        "incidents": fetch_rows(
            con,
            "SELECT i.incident_id, coalesce(i.title, i.title_original) AS title, i.state, m.role, m.reason, m.joined_by "
            "FROM store.incident_member m JOIN store.incident i USING (incident_id) WHERE m.text_id = ? ORDER BY 1",
            [text_id],
        ),
        "versions": fetch_rows(
            con,
            "SELECT version, fetched, change, title FROM store.article WHERE article_id = ? ORDER BY version",
            [article_id],
        ),
        "fetches": fetch_rows(
            con,
            "SELECT fetch_id, url, fetched, http_status, outcome, warc_file, warc_offset, page_sha256 FROM store.fetch "
            "WHERE article_id = ? AND warc_file IS NOT NULL AND outcome = 'landed' ORDER BY fetched DESC, fetch_id",
            [article_id],
        ),
        "decisions": decisions(con, [article_id]),
    }


def summaries(con: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, str]:
    """The summaries of the incidents on one page of a list."""
    rows = _ask(
        con,
        "SELECT incident_id, summary FROM store.incident WHERE incident_id IN {ids} AND summary <> ''",
        ids,
    )
    return {row["incident_id"]: row["summary"] for row in rows}


def current_id(con: DuckDBPyConnection, incident_id: str) -> str | None:
    """Where an incident id leads today; ``None`` when it was never given."""
    seen: set[str] = set()
    while incident_id not in seen:
        seen.add(incident_id)
        row: Any = con.execute(
            "SELECT merged_into FROM store.incident WHERE incident_id = ?", [incident_id]
        ).fetchone()
        if row is None:
            return None
        if row[0] is None:
            return incident_id
        incident_id = row[0]
    return incident_id
