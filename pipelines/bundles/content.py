"""Gathers everything that belongs to one incident out of the public views, in an order that depends on content alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.store import fetch_rows

from .safety import BundleError, safe_id

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]

JSON_COLUMNS = frozenset({"summary_sentences", "detail", "before", "after", "versions", "counts", "timeline"})


@dataclass(frozen=True, slots=True)
class Content:
    """One incident with all that is known of it. Times are ISO 8601 in UTC with ``Z``; lists are lists."""

    incident: Row
    redirects: list[str]
    """Ids that were merged into this one: they resolve here."""
    related: list[str]
    """Other incidents of the same affair."""
    members: list[Row]
    articles: list[Row]
    """Members' articles with text, outlet name and country; the text in English is in ``sentences``."""
    texts: list[Row]
    sentences: dict[str, list[Row]]
    """By text: title first, then the text, in reading order."""
    labels: list[Row]
    evidence: list[Row]
    votes: list[Row]
    facts: list[Row]
    history: list[Row]
    decisions: list[Row]
    outlets: list[Row]
    fetches: list[Row]
    rejects: list[Row]
    runs: list[Row]

    @property
    def incident_id(self) -> str:
        return str(self.incident["incident_id"])

    @property
    def name(self) -> str:
        """The bundle's folder name."""
        return f"incident-{safe_id(self.incident_id)}-r{int(self.incident['revision'])}"

    def values(self, axis: str, subject_id: str | None = None) -> list[str]:
        """The values of a subject on an axis, the surest first; the incident's own where no subject is named."""
        subject_id = subject_id or self.incident_id
        return [
            row["value"] for row in self.labels if row["subject_id"] == subject_id and row["axis"] == axis
        ]

    def quotations(self, axis: str, value: str, subject_id: str | None = None) -> list[Row]:
        """The evidence of one label."""
        subject_id = subject_id or self.incident_id
        return [
            row
            for row in self.evidence
            if row["subject_id"] == subject_id and row["axis"] == axis and row["value"] == value
        ]

    def translated_by(self, text_id: str | None) -> str | None:
        """Engine and model that translated a text, or ``None`` when nothing did."""
        for row in self.sentences.get(text_id or "", []):
            if row["engine"] and row["target"] is not None:
                return f"{row['engine']} {row['model'] or ''}".strip()
        return None

    def entities(self, kind: str, *roles: str) -> list[str]:
        """Canonical values of facts of a kind, each once; with roles, only those that have one of them."""
        found = {
            row["value"]: None
            for row in self.facts
            if row["kind"] == kind and (not roles or row["role"] in roles)
        }
        return sorted(found)

    def modified(self) -> str:
        """When the record last changed: the newest entry of its history, else its newest article; never now."""
        times = [row["happened"] for row in self.history] + [row["made"] for row in self.decisions]
        times = times or [row["fetched"] for row in self.articles if row["fetched"]]
        return max(times) if times else self.created()

    def created(self) -> str:
        """First publication, which never moves with an export; the day in the id where no article has a time."""
        return str(self.incident["first_published"] or f"{self.incident_id[:10]}T00:00:00Z")


def iso(moment: datetime) -> str:
    """A UTC time of the store as ISO 8601 with ``Z``."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat() + "Z"


def plain(row: Mapping[str, Any]) -> Row:
    """A database row as JSON values: times as text, JSON columns parsed."""
    result: Row = {}
    for name, value in row.items():
        if isinstance(value, datetime):
            result[name] = iso(value)
        elif isinstance(value, date):
            result[name] = value.isoformat()
        elif name in JSON_COLUMNS and isinstance(value, str):
            result[name] = json.loads(value)
        else:
            result[name] = value
    return result


def rows(con: DuckDBPyConnection, sql: str, *parameters: Any) -> list[Row]:
    return [plain(row) for row in fetch_rows(con, sql, parameters)]


def resolve(con: DuckDBPyConnection, incident_id: str) -> str:
    """Where ``incident_id`` went: itself, or what it was merged into.

    :raises BundleError: when there is no such incident, or its redirects run in a circle.
    """
    seen = [safe_id(incident_id)]
    while True:
        found = con.execute("SELECT merged_into FROM incidents WHERE incident_id = ?", [seen[-1]]).fetchone()
        if found is None:
            raise BundleError(
                f"there is no incident {seen[-1]}: wiredesk incident list shows those that exist"
            )
        if not found[0]:
            return seen[-1]
        if found[0] in seen:
            raise BundleError(
                f"the incidents {', '.join(seen)} point at each other: wiredesk incident show {seen[0]}"
            )
        seen.append(safe_id(found[0]))


def gather(con: DuckDBPyConnection, incident_id: str) -> Content:
    """Everything about ``incident_id``, or about the incident it was merged into.

    :param con: an open connection with the public views.
    :raises BundleError: when there is no such incident.
    """
    incident_id = resolve(con, incident_id)
    incident = rows(con, "SELECT * FROM incidents WHERE incident_id = ?", incident_id)[0]
    members = rows(
        con, "SELECT * FROM incident_members WHERE incident_id = ? ORDER BY text_id, article_id", incident_id
    )
    articles_of = sorted({row["article_id"] for row in members})
    texts_of = sorted({row["text_id"] for row in members})
    articles = rows(con, ARTICLES, articles_of)
    fetches = rows(con, FETCHES, articles_of)
    pages = {(row["article_id"], row["page_sha256"]): row for row in reversed(fetches) if row["warc_file"]}
    pages |= {
        (row["article_id"], row["page_sha256"]): row
        for row in reversed(fetches)
        if row["warc_file"] and row["outcome"] == "landed"
    }
    for article in articles:
        page = pages.get((article["article_id"], article["page_sha256"]), {})
        article["warc_file"] = page.get("warc_file")
        article["warc_offset"] = page.get("warc_offset")
    sentences: dict[str, list[Row]] = {}
    for row in rows(con, SENTENCES, texts_of):
        sentences.setdefault(row["text_id"], []).append(row)
    history = rows(con, "SELECT * FROM incident_history WHERE incident_id = ? ORDER BY n", incident_id)
    run_ids = sorted({row["run_id"] for row in [*history, *fetches] if row["run_id"]})
    redirects = _redirects(con, incident_id)
    return Content(
        incident=incident,
        redirects=redirects,
        related=[row["incident_id"] for row in rows(con, RELATED, incident["affair_id"], incident_id)],
        members=members,
        articles=articles,
        texts=rows(con, "SELECT * FROM texts WHERE list_contains(?, text_id) ORDER BY text_id", texts_of),
        sentences=sentences,
        labels=rows(con, LABELS, incident_id, texts_of, articles_of),
        evidence=rows(con, EVIDENCE, incident_id, texts_of, articles_of),
        votes=rows(con, VOTES, incident_id),
        facts=rows(con, "SELECT * FROM facts WHERE list_contains(?, text_id) ORDER BY text_id, n", texts_of),
        history=history,
        decisions=rows(con, DECISIONS, [incident_id, *redirects, *articles_of, *texts_of]),
        outlets=rows(
            con,
            "SELECT * FROM outlets WHERE list_contains(?, outlet_id) ORDER BY outlet_id",
            sorted({row["outlet_id"] for row in articles}),
        ),
        fetches=fetches,
        rejects=rows(con, REJECTS, articles_of, texts_of, [row["url"] for row in articles if row["url"]]),
        runs=rows(con, "SELECT * FROM runs WHERE list_contains(?, run_id) ORDER BY run_id", run_ids),
    )


def _redirects(con: DuckDBPyConnection, incident_id: str) -> list[str]:
    found: list[str] = []
    todo: Sequence[str] = [incident_id]
    while todo:
        todo = [
            row["incident_id"]
            for row in rows(
                con, "SELECT incident_id FROM incidents WHERE list_contains(?, merged_into)", list(todo)
            )
            if row["incident_id"] not in found
        ]
        found += todo
    return sorted(found)


ARTICLES = """
SELECT a.article_id, a.text_id, a.url, a.canonical_url, a.outlet_id, o.name AS outlet_name, o.country AS outlet_country,
       a.outlet_as_printed, a.title, a.title_as_printed, a.title_en, a.text, a.authors, a.published, a.published_zone,
       a.published_precision, a.modified, a.first_seen, a.fetched, a.language, a.script, a.region, a.language_tag,
       a.language_confidence, a.language_method, a.section, a.image_url, a.relation, a.same_as, a.fold_reason,
       a.attributed_source, a.outcome, a.reason, a.version, a.page_sha256, a.body_sha256, a.extractor
FROM articles a LEFT JOIN outlets o USING (outlet_id)
WHERE list_contains(?, a.article_id)
ORDER BY a.published NULLS LAST, a.article_id
"""
FETCHES = """
SELECT fetch_id, url, final_url, article_id, outlet_id, kind, way, fetched, http_status, outcome, reason, warc_file,
       warc_offset, page_sha256, content_type, run_id
FROM fetches WHERE list_contains(?, article_id) ORDER BY fetched, fetch_id
"""
SENTENCES = """
SELECT text_id, field, n, start_at, end_at, source, target, flags, engine, model
FROM sentences WHERE current AND list_contains(?, text_id)
ORDER BY text_id, CASE field WHEN 'title' THEN 0 ELSE 1 END, n, start_at
"""
RELATED = """
SELECT incident_id FROM incidents
WHERE affair_id = ? AND incident_id <> ? AND merged_into IS NULL ORDER BY incident_id
"""
_SUBJECTS = """
WHERE (subject = 'incident' AND subject_id = ?) OR (subject = 'text' AND list_contains(?, subject_id))
   OR (subject = 'article' AND list_contains(?, subject_id))
"""
LABELS = f"SELECT * FROM labels {_SUBJECTS} ORDER BY subject, subject_id, axis, score DESC NULLS LAST, value"
EVIDENCE = (
    f"SELECT * FROM evidence {_SUBJECTS} ORDER BY subject, subject_id, axis, value, text_id, article_id, "
    "CASE field WHEN 'title' THEN 0 ELSE 1 END, start_at, end_at, quote"
)
VOTES = "SELECT * FROM votes WHERE incident_id = ? ORDER BY axis, texts DESC, articles DESC, value"
DECISIONS = """
WITH made_here AS (SELECT * FROM decisions WHERE list_contains(?, subject_id))
SELECT * FROM made_here
UNION
SELECT * FROM decisions WHERE subject = 'decision' AND subject_id IN (SELECT decision_id FROM made_here)
ORDER BY made, decision_id
"""
REJECTS = """
SELECT stage, url, article_id, text_id, outcome, reason, run_id FROM rejects
WHERE list_contains(?, article_id) OR list_contains(?, text_id) OR list_contains(?, url)
ORDER BY stage, url, article_id, text_id, outcome, reason, run_id
"""
