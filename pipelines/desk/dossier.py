"""One incident, or one article, with everything that its page shows, each piece asked for by key.

These read the store's tables rather than the public views: the views put every article beside its whole translation,
which a page that names twenty articles must not wait for.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines.desk.causes import name_causes
from pipelines.desk.edition import has_edition
from pipelines.desk.lighting import Row, is_sample
from pipelines.desk.lists import BETWEEN, among
from pipelines.desk.parts import of_incident, of_owners
from pipelines.desk.proposed import proposals
from pipelines.store import fetch_rows
from pipelines.texts import told

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
DECISIONS = """
SELECT decision_id, subject, subject_id, action, before, after, reason, made_by, made, outcome, undone_by, position
FROM store.decision
"""
TOUCHING = """
WHERE list_contains(string_split($1, '{between}'), subject_id) OR list_contains(string_split($1, '{between}'), after->>'into')
   OR list_contains(string_split($1, '{between}'), before->>'incident_id')
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
    return _by_day(con, list(found.values()))


def _by_day(con: DuckDBPyConnection, rows: list[Row]) -> list[Row]:
    """Articles with the names and countries of their outlets, earliest first."""
    outlets = {
        row["outlet_id"]: row for row in fetch_rows(con, "SELECT outlet_id, name, country FROM store.outlet")
    }
    for row in rows:
        outlet = outlets.get(row["outlet_id"], {})
        row |= {"outlet": outlet.get("name") or row["outlet_id"], "country": outlet.get("country")}
    return sorted(rows, key=lambda row: (row["published"] is None, str(row["published"]), row["article_id"]))


def carriers(con: DuckDBPyConnection, texts: Sequence[str]) -> list[str]:
    rows = _ask(con, "SELECT article_id FROM store.fold WHERE text_id IN {ids} ORDER BY article_id", texts)
    return [row["article_id"] for row in rows]


def decisions(con: DuckDBPyConnection, subjects: Sequence[str]) -> list[Row]:
    """Decisions that touch any of the subjects, and what undid them, oldest first."""
    touching = TOUCHING.format(between=BETWEEN)
    found = {
        row["decision_id"]: row for row in fetch_rows(con, DECISIONS + touching, [BETWEEN.join(subjects)])
    }
    if found:
        undoing = "WHERE subject = 'decision' AND subject_id IN {ids}"
        found |= {row["decision_id"]: row for row in _ask(con, DECISIONS + undoing, list(found))}
    rows = sorted(found.values(), key=lambda row: row["position"])
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
    parts = _parts(con, incident_id, text_ids)
    redirects = _redirects(con, incident_id)
    history = fetch_rows(
        con, "SELECT * FROM store.incident_event WHERE incident_id = ? ORDER BY n", [incident_id]
    )
    name_causes(con, history)
    known = [row["article_id"] for row in parts["article"]]
    return {
        "record": record,
        "members": {row["text_id"]: row for row in members},
        "articles": parts["article"],
        "texts": parts["text"],
        "sentences": _by_text(parts["sentence"]),
        "sample": any(is_sample(s["engine"], s["model"]) for s in parts["sentence"]),
        "labels": parts["label"],
        "evidence": parts["evidence"],
        "votes": fetch_rows(
            con,
            "SELECT * FROM store.vote WHERE incident_id = ? ORDER BY axis, texts DESC, articles DESC, value",
            [incident_id],
        ),
        "facts": parts["fact"],
        "proposals": proposals(con, text_ids),
        "history": history,
        "decisions": decisions(con, [incident_id, *redirects, *text_ids, *known]),
        "redirects": redirects,
    }


def _parts(con: DuckDBPyConnection, incident_id: str, text_ids: Sequence[str]) -> dict[str, list[Row]]:
    """The rows of an incident by kind (:data:`pipelines.desk.parts.PARTS`), articles with their outlets."""
    if has_edition(con):
        found = of_incident(con, incident_id)
        return found | {"article": _by_day(con, found["article"])}
    owners = [incident_id, *text_ids]
    found = {name: of_owners(con, name, owners) for name in ("text", "sentence", "label", "evidence", "fact")}
    return found | {"article": articles(con, carriers(con, text_ids))}


def _versions(con: DuckDBPyConnection, article_id: str) -> list[Row]:
    """Versions of the page, oldest first: ``change`` says in a sentence what changed, ``added`` and ``removed`` which sentences."""
    rows = fetch_rows(
        con,
        "SELECT version, fetched, change, title FROM store.article WHERE article_id = ? ORDER BY version",
        [article_id],
    )
    for row in rows:
        row |= (change := told(row["change"])) | {"change": change["summary"]}
    return rows


def _by_text(lines: Sequence[Row]) -> dict[str, list[Row]]:
    """Sentences by text, in reading order."""
    found: dict[str, list[Row]] = {}
    for line in lines:
        found.setdefault(line["text_id"], []).append(line)
    return found


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
    own = [text_id] if text_id else []
    texts = of_owners(con, "text", own)
    others = [name for name in carriers(con, [text_id]) if name != article_id] if text_id else []
    lines = of_owners(con, "sentence", own)
    incidents = fetch_rows(
        con,
        "SELECT i.incident_id, coalesce(i.title, i.title_original) AS title, i.state, m.role, m.reason, m.joined_by "
        "FROM store.incident_member m JOIN store.incident i USING (incident_id) WHERE m.text_id = ? ORDER BY 1",
        [text_id],
    )
    # what an incident rests on leads here too, where a person gave it a label that the text itself does not have
    spans = of_owners(con, "evidence", [*own, *(row["incident_id"] for row in incidents)])
    return {
        "record": record,
        "text": texts[0] if texts else None,
        "carriers": articles(con, others),
        "sentences": lines,
        "sample": is_sample(record["title_engine"], record["title_model"])
        or any(is_sample(s["engine"], s["model"]) for s in lines),
        "labels": of_owners(con, "label", own),
        "evidence": [row for row in spans if row["text_id"] == text_id],
        "facts": of_owners(con, "fact", own),
        "proposals": proposals(con, own),
        "incidents": incidents,
        "versions": _versions(con, article_id),
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
