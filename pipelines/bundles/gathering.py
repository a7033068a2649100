"""Gathers what belongs to incidents out of the public views, in an order that depends on content alone.

Each view is asked once for all incidents of a call, however many they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.field import field_of

from .content import Content, Row, rows
from .safety import BundleError, safe_id

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def gather(con: DuckDBPyConnection, incident_id: str) -> Content:
    """:func:`gather_all` for one incident."""
    return gather_all(con, [incident_id])[0]


def gather_all(con: DuckDBPyConnection, incident_ids: Iterable[str]) -> list[Content]:
    """Everything about the incidents, or about those into which they were merged; each once, in the order asked for.

    :param con: an open connection with the public views.
    :raises BundleError: when there is no such incident, or its redirects run in a circle.
    """
    records = {row["incident_id"]: row for row in rows(con, "SELECT * FROM incidents ORDER BY incident_id")}
    ids = list(dict.fromkeys(resolve(records, name) for name in incident_ids))
    members = _by(rows(con, MEMBERS, ids), "incident_id")
    articles_of = sorted({row["article_id"] for found in members.values() for row in found})
    texts_of = sorted({row["text_id"] for found in members.values() for row in found})
    fetches = _by(rows(con, FETCHES, articles_of), "article_id")
    articles = rows(con, ARTICLES, articles_of)
    for article in articles:
        page = _page(article, fetches.get(article["article_id"], []))
        article["warc_file"], article["warc_offset"] = page.get("warc_file"), page.get("warc_offset")
    redirects = {name: _redirects(records, name) for name in ids}
    old = [name for found in redirects.values() for name in found]
    decisions = rows(con, DECISIONS, [*ids, *old, *articles_of, *texts_of])
    urls = sorted({row["url"] for row in articles if row["url"]})
    shared = _Shared(
        field=field_of(con),
        articles=_by(articles, "article_id"),
        fetches=fetches,
        texts=_by(rows(con, TEXTS, texts_of), "text_id"),
        sentences=_by(rows(con, SENTENCES, texts_of), "text_id"),
        facts=_by(rows(con, FACTS, texts_of), "text_id"),
        labels=_by(rows(con, LABELS, ids, texts_of, articles_of), "subject", "subject_id"),
        evidence=_by(rows(con, EVIDENCE, ids, texts_of, articles_of), "subject", "subject_id"),
        votes=_by(rows(con, VOTES, ids), "incident_id"),
        history=_by(rows(con, HISTORY, ids), "incident_id"),
        decisions=decisions,
        outlets=_by(rows(con, "SELECT * FROM outlets"), "outlet_id"),
        rejects=rows(con, REJECTS, articles_of, texts_of, urls),
        runs=_by(rows(con, "SELECT * FROM runs"), "run_id"),
        titles=_by(rows(con, TITLES, articles_of), "article_id"),
    )
    return [_one(records, name, members.get(name, []), redirects[name], shared) for name in ids]


class _Shared:
    """What was asked for all incidents at once, by key."""

    def __init__(self, **parts: Any) -> None:
        self.parts = parts

    def of(self, part: str, keys: Iterable[Any]) -> list[Row]:
        """The rows under the keys, in the order of the keys."""
        found: dict[Any, list[Row]] = self.parts[part]
        return [row for key in keys for row in found.get(key, [])]


def _one(
    records: dict[str, Row], incident_id: str, members: list[Row], redirects: list[str], shared: _Shared
) -> Content:
    article_ids = sorted({row["article_id"] for row in members})
    text_ids = sorted({row["text_id"] for row in members})
    articles = sorted(
        shared.of("articles", article_ids), key=lambda row: (row["published"] or "9999", row["article_id"])
    )
    subjects = [
        *(("article", name) for name in article_ids), ("incident", incident_id), *(("text", name) for name in text_ids),
    ]  # fmt: skip
    fetches = sorted(shared.of("fetches", article_ids), key=lambda row: (row["fetched"], row["fetch_id"]))
    history = shared.of("history", [incident_id])
    here = {incident_id, *redirects, *article_ids, *text_ids}
    decided = {row["decision_id"] for row in shared.parts["decisions"] if row["subject_id"] in here}
    urls = {row["url"] for row in articles if row["url"]}
    affair = records[incident_id]["affair_id"]
    return Content(
        incident=records[incident_id],
        field=shared.parts["field"],
        redirects=redirects,
        related=[
            name
            for name, row in records.items()
            if row["affair_id"] == affair and name != incident_id and not row["merged_into"]
        ],
        members=members,
        articles=articles,
        texts=shared.of("texts", text_ids),
        sentences={name: found for name in text_ids if (found := shared.of("sentences", [name]))},
        labels=shared.of("labels", subjects),
        evidence=shared.of("evidence", subjects),
        votes=shared.of("votes", [incident_id]),
        facts=shared.of("facts", text_ids),
        history=history,
        decisions=[
            row
            for row in shared.parts["decisions"]
            if row["decision_id"] in decided
            or (row["subject"] == "decision" and row["subject_id"] in decided)
        ],
        outlets=shared.of("outlets", sorted({row["outlet_id"] for row in articles})),
        fetches=fetches,
        rejects=[
            row
            for row in shared.parts["rejects"]
            if row["article_id"] in here or row["text_id"] in here or row["url"] in urls
        ],
        runs=shared.of("runs", sorted({row["run_id"] for row in [*history, *fetches] if row["run_id"]})),
        titles=shared.of("titles", article_ids),
    )


def resolve(records: dict[str, Row], incident_id: str) -> str:
    """Where ``incident_id`` went: itself, or what it was merged into.

    :param records: every incident by id.
    :raises BundleError: when there is no such incident, or its redirects run in a circle.
    """
    seen = [safe_id(incident_id)]
    while True:
        found = records.get(seen[-1])
        if found is None:
            raise BundleError(
                f"there is no incident {seen[-1]}: wiredesk incident list shows those that exist"
            )
        target = found["merged_into"]
        if not target:
            return seen[-1]
        if target in seen:
            raise BundleError(
                f"the incidents {', '.join(seen)} point at each other: wiredesk incident show {seen[0]}"
            )
        seen.append(safe_id(target))


def _redirects(records: dict[str, Row], incident_id: str) -> list[str]:
    """Every id that leads here, over any number of merges."""
    found: set[str] = set()
    todo = {incident_id}
    while todo:
        todo = {name for name, row in records.items() if row["merged_into"] in todo} - found
        found |= todo
    return sorted(found)


def _page(article: Row, fetches: Sequence[Row]) -> Row:
    """The fetch whose record in the archive holds the page that was read: a landed one before a revisit."""
    held = [row for row in fetches if row["warc_file"] and row["page_sha256"] == article["page_sha256"]]
    return next((row for row in held if row["outcome"] == "landed"), held[0] if held else {})


def _by(found: Iterable[Row], *names: str) -> dict[Any, list[Row]]:
    """Rows under their key, in their order."""
    result: dict[Any, list[Row]] = {}
    for row in found:
        key = row[names[0]] if len(names) == 1 else tuple(row[name] for name in names)
        result.setdefault(key, []).append(row)
    return result


_IDS = "(SELECT unnest(?::VARCHAR[]))"
MEMBERS = (
    f"SELECT * FROM incident_members WHERE incident_id IN {_IDS} ORDER BY incident_id, text_id, article_id"
)
ARTICLES = f"""
SELECT a.article_id, a.text_id, a.url, a.canonical_url, a.outlet_id, o.name AS outlet_name, o.country AS outlet_country,
       a.outlet_as_printed, a.title, a.title_as_printed, a.title_en, a.text, a.authors, a.published, a.published_zone,
       a.published_precision, a.modified, a.first_seen, a.fetched, a.language, a.script, a.region, a.language_tag,
       a.language_confidence, a.language_method, a.section, a.image_url, a.relation, a.same_as, a.fold_reason,
       a.attributed_source, a.outcome, a.reason, a.version, a.page_sha256, a.body_sha256, a.extractor
FROM articles a LEFT JOIN outlets o USING (outlet_id)
WHERE a.article_id IN {_IDS}
"""
FETCHES = f"""
SELECT fetch_id, url, final_url, article_id, outlet_id, kind, way, fetched, http_status, outcome, reason, warc_file,
       warc_offset, page_sha256, content_type, run_id
FROM fetches WHERE article_id IN {_IDS} ORDER BY fetched, fetch_id
"""
TEXTS = f"SELECT * FROM texts WHERE text_id IN {_IDS}"
SENTENCES = f"""
SELECT text_id, field, n, start_at, end_at, source, target, flags, engine, model
FROM sentences WHERE current AND text_id IN {_IDS}
ORDER BY text_id, CASE field WHEN 'title' THEN 0 ELSE 1 END, n, start_at
"""
TITLES = f"""
SELECT article_id, title_en, current, concat_ws(' ', engine, nullif(model, '')) AS translated_by
FROM titles_en WHERE title_en <> '' AND engine IS NOT NULL AND article_id IN {_IDS}
ORDER BY article_id, current, title_en, translated_by
"""
FACTS = f"SELECT * FROM facts WHERE text_id IN {_IDS} ORDER BY text_id, n"
_SUBJECTS = f"""
WHERE (subject = 'incident' AND subject_id IN {_IDS}) OR (subject = 'text' AND subject_id IN {_IDS})
   OR (subject = 'article' AND subject_id IN {_IDS})
"""
LABELS = f"SELECT * FROM labels {_SUBJECTS} ORDER BY axis, score DESC NULLS LAST, value"
EVIDENCE = (
    f"SELECT * FROM evidence {_SUBJECTS} ORDER BY axis, value, text_id, article_id, "
    "CASE field WHEN 'title' THEN 0 ELSE 1 END, start_at, end_at, quote"
)
VOTES = f"SELECT * FROM votes WHERE incident_id IN {_IDS} ORDER BY axis, texts DESC, articles DESC, value"
HISTORY = f"SELECT * FROM incident_history WHERE incident_id IN {_IDS} ORDER BY n"
DECISIONS = f"""
WITH made_here AS (SELECT * FROM decisions WHERE subject_id IN {_IDS})
SELECT * FROM made_here
UNION
SELECT * FROM decisions WHERE subject = 'decision' AND subject_id IN (SELECT decision_id FROM made_here)
ORDER BY made, decision_id
"""
REJECTS = f"""
SELECT stage, url, article_id, text_id, outcome, reason, run_id FROM rejects
WHERE article_id IN {_IDS} OR text_id IN {_IDS} OR url IN {_IDS}
ORDER BY stage, url, article_id, text_id, outcome, reason, run_id
"""
