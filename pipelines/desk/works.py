"""The line seen from outside: funnels by outlet and language, outlets and runs, and what was rejected."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.desk.anyscript import pattern_of
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]

_FUNNEL = """
WITH run AS (SELECT $run AS run_id),
pages AS (
    SELECT f.outlet_id, f.article_id, r.outcome FROM store.stage_result r JOIN store.fetch f ON f.fetch_id = r.subject_id
    WHERE r.stage = 'reading' AND r.run_id = $run
),
texts AS (
    SELECT r.stage, r.outcome, t.article_id, j.class FROM store.stage_result r
    JOIN store.text t ON t.text_id = r.subject_id LEFT JOIN store.judgement j ON j.text_id = r.subject_id
    WHERE r.stage IN ('relevance', 'incidents') AND r.run_id = $run
),
outlet_of AS (
    SELECT article_id, arg_max(outlet_id, version) AS outlet_id FROM store.article
    WHERE article_id IN (SELECT article_id FROM texts) GROUP BY article_id
),
steps AS (
    SELECT coalesce({pages}, '–') AS name, 1 AS pages, (outcome = 'ok')::INTEGER AS articles, 0 AS relevant, 0 AS judged, 0 AS grouped
    FROM pages p {pages_join}
    UNION ALL
    SELECT coalesce({texts}, '–'), 0, 0, (stage = 'relevance' AND outcome = 'ok')::INTEGER,
           (stage = 'incidents' AND class IN ('incident', 'hazard'))::INTEGER, (stage = 'incidents' AND outcome = 'ok')::INTEGER
    FROM texts x {texts_join}
)
SELECT name, sum(pages)::INTEGER AS pages, sum(articles)::INTEGER AS articles, sum(relevant)::INTEGER AS relevant,
       sum(judged)::INTEGER AS judged, sum(grouped)::INTEGER AS grouped
FROM steps GROUP BY name ORDER BY pages DESC, name
"""
FUNNEL_COLUMNS = {
    "pages": "pages read",
    "articles": "articles",
    "relevant": "relevant texts",
    "judged": "incident or hazard",
    "grouped": "in an incident",
}


def last_run(con: DuckDBPyConnection) -> Row | None:
    """The newest run of the line that did something."""
    rows = fetch_rows(
        con,
        "SELECT run_id, command, started, finished, outcome FROM store.run "
        "WHERE run_id IN (SELECT run_id FROM store.stage_count) ORDER BY started DESC, run_id DESC LIMIT 1",
    )
    return rows[0] if rows else None


def funnel(con: DuckDBPyConnection, run_id: str) -> dict[str, list[Row]]:
    """What one run made of its inputs, by ``outlet`` and by ``language``: see :data:`FUNNEL_COLUMNS`."""
    by_outlet = _FUNNEL.format(
        pages="p.outlet_id",
        pages_join="",
        texts="o.outlet_id",
        texts_join="LEFT JOIN outlet_of o USING (article_id)",
    )
    by_language = _FUNNEL.format(
        pages="l.language_tag",
        pages_join="LEFT JOIN store.language l USING (article_id)",
        texts="l.language_tag",
        texts_join="LEFT JOIN store.language l USING (article_id)",
    )
    return {
        "outlet": fetch_rows(con, by_outlet, {"run": run_id}),
        "language": fetch_rows(con, by_language, {"run": run_id}),
    }


def last_funnel(con: DuckDBPyConnection) -> dict[str, list[Row]] | None:
    """The funnel of :func:`last_run`."""
    run = last_run(con)
    return funnel(con, run["run_id"]) if run else None


def no_pages(con: DuckDBPyConnection, run_id: str) -> dict[str, int]:
    """What the crawls whose pages a run read have landed besides, which no stage reads: by ``listing`` and ``robots``."""
    rows = con.execute(
        """
        SELECT kind, count(*) FROM store.fetch
        WHERE outcome = 'landed' AND kind IN ('listing', 'robots') AND run_id IN (
            SELECT f.run_id FROM store.stage_result r JOIN store.fetch f ON f.fetch_id = r.subject_id
            WHERE r.stage = 'reading' AND r.run_id = ?)
        GROUP BY kind
        """,
        [run_id],
    ).fetchall()
    return dict(rows)


def last_no_pages(con: DuckDBPyConnection) -> dict[str, int]:
    """The same of :func:`last_run`."""
    run = last_run(con)
    return no_pages(con, run["run_id"]) if run else {}


def runs(con: DuckDBPyConnection, *, limit: int = 100) -> list[Row]:
    """Runs, the newest first, with how much each did."""
    return fetch_rows(
        con,
        """
        SELECT r.run_id, r.command, r.started, r.finished, r.outcome, coalesce(c.n, 0)::BIGINT AS n
        FROM store.run r
        LEFT JOIN (SELECT run_id, sum(n) AS n FROM store.stage_count GROUP BY run_id) c USING (run_id)
        ORDER BY r.started DESC, r.run_id DESC LIMIT ?
        """,
        [limit],
    )


def run(con: DuckDBPyConnection, run_id: str) -> Row | None:
    """One run: versions, and each stage's outcomes in the order of the line."""
    rows = fetch_rows(con, "SELECT * FROM store.run WHERE run_id = ?", [run_id])
    if not rows:
        return None
    counts = fetch_rows(
        con,
        "SELECT stage, outcome, sum(n)::BIGINT AS n FROM store.stage_count WHERE run_id = ? GROUP BY stage, outcome "
        "ORDER BY stage, outcome <> 'ok', n DESC, outcome",
        [run_id],
    )
    stages: dict[str, list[Row]] = {}
    for row in counts:
        stages.setdefault(row["stage"], []).append(row)
    order = [
        "reading",
        "language",
        "signatures",
        "texts",
        "relevance",
        "translation",
        "labels",
        "incidents",
        "revisions",
    ]
    named = sorted(stages, key=lambda name: (order.index(name) if name in order else 99, name))
    versions = json.loads(rows[0]["versions"]) if rows[0]["versions"] else {}
    return {**rows[0], "versions": versions, "stages": [(name, stages[name]) for name in named]}


def outlets(con: DuckDBPyConnection) -> list[Row]:
    """Every outlet with what came of its pages; lists and robots.txt are none."""
    return fetch_rows(
        con,
        """
        WITH met AS (
            SELECT outlet_id, count(*) AS met, count(*) FILTER (outcome IN ('landed', 'retired')) AS landed,
                   max(fetched) FILTER (outcome IN ('landed', 'retired')) AS last
            FROM store.fetch WHERE outlet_id IS NOT NULL AND kind NOT IN ('listing', 'robots') GROUP BY outlet_id
        ),
        read AS (
            SELECT a.outlet_id, count(*) AS articles, count(*) FILTER (r.relevant) AS relevant,
                   count(*) FILTER (f.text_id IN (SELECT text_id FROM store.incident_member)) AS grouped
            FROM (SELECT article_id, arg_max(outlet_id, version) AS outlet_id FROM store.article GROUP BY article_id) a
            LEFT JOIN store.fold f USING (article_id) LEFT JOIN store.relevance r USING (text_id) GROUP BY a.outlet_id
        )
        SELECT o.outlet_id, o.name, o.home, o.language_tag, o.country, o.rests_on, o.declared, coalesce(met, 0) AS met,
               coalesce(landed, 0) AS landed, last, coalesce(articles, 0) AS articles, coalesce(relevant, 0) AS relevant,
               coalesce(grouped, 0) AS grouped
        FROM (SELECT * FROM store.outlet UNION ALL BY NAME
              SELECT DISTINCT outlet_id, outlet_id AS name, false AS declared FROM store.fetch
              WHERE outlet_id IS NOT NULL AND outlet_id NOT IN (SELECT outlet_id FROM store.outlet)) o
        LEFT JOIN met USING (outlet_id) LEFT JOIN read USING (outlet_id)
        ORDER BY articles DESC, o.outlet_id
        """,
    )


REJECTS = """
WITH first AS (SELECT article_id, url, outlet_id FROM store.article WHERE version = 1),
found AS (
    SELECT 'landing' AS stage, url, article_id, NULL::VARCHAR AS text_id, outlet_id, outcome, reason, run_id
    FROM store.fetch WHERE outcome NOT IN ('landed', 'unchanged', 'listed', 'retired')
    UNION ALL
    SELECT r.stage, f.url, f.article_id, NULL, f.outlet_id, r.outcome, r.reason, r.run_id
    FROM store.stage_result r JOIN store.fetch f ON f.fetch_id = r.subject_id WHERE r.stage = 'reading' AND r.outcome <> 'ok'
    UNION ALL
    SELECT r.stage, a.url, r.subject_id, NULL, a.outlet_id, r.outcome, r.reason, r.run_id
    FROM store.stage_result r JOIN first a ON a.article_id = r.subject_id
    WHERE r.stage IN ('language', 'texts') AND r.outcome <> 'ok'
    UNION ALL
    -- what labels already said, incidents says again: it stopped at labels
    SELECT r.stage, a.url, t.article_id, t.text_id, a.outlet_id, r.outcome, r.reason, r.run_id
    FROM store.stage_result r
    JOIN store.text t ON t.text_id = r.subject_id
    JOIN first a ON a.article_id = t.article_id
    LEFT JOIN store.stage_result x ON x.stage = 'labels' AND r.stage = 'incidents' AND x.subject_id = r.subject_id
    WHERE r.stage IN ('relevance', 'labels', 'incidents') AND r.outcome <> 'ok' AND x.outcome IS DISTINCT FROM r.outcome
)
SELECT d.stage, d.url, d.article_id, d.text_id, coalesce(d.outlet_id, '–') AS outlet_id, d.outcome, d.reason, d.run_id,
       t.title, e.title_en,
       lower(concat_ws(' ', d.url, d.article_id, t.title, e.title_en)) AS words
FROM found d
LEFT JOIN (SELECT article_id, arg_max(title, version) AS title FROM store.article GROUP BY article_id) t USING (article_id)
LEFT JOIN store.title_en e USING (article_id)
ORDER BY list_position(['landing', 'reading', 'language', 'texts', 'relevance', 'labels', 'incidents'], d.stage),
         d.outcome, d.url, d.article_id, d.run_id
"""
"""Every URL, article and text that went no further, in the order of the line; an article's address and outlet do not
change with its versions."""
_HOLDS = "regexp_matches(words, ?)"
STAGES = ("landing", "reading", "language", "texts", "relevance", "labels", "incidents")


def reject_counts(con: DuckDBPyConnection, *, table: str = "", words: str = "") -> list[Row]:
    """How many were rejected, by ``stage``, ``outcome`` and ``outlet_id``.

    :param words: as for :func:`rejects`.
    :param table: where :data:`REJECTS` is kept ready; worked out where it is not.
    """
    return fetch_rows(
        con,
        f"SELECT stage, outcome, outlet_id, count(*) AS n FROM {table or f'({REJECTS})'} WHERE {_HOLDS} "
        "GROUP BY ALL ORDER BY n DESC, stage, outcome, outlet_id",
        [pattern_of(words)],
    )


def rejects(
    con: DuckDBPyConnection,
    *,
    stage: str,
    outcome: str,
    outlet: str,
    words: str,
    limit: int,
    offset: int,
    table: str = "",
) -> list[Row]:
    """Rejected URLs, articles and texts with their titles; each filter empty for any.

    :param words: a part of the URL, the article's id or its title, in either script.
    :param table: as for :func:`reject_counts`.
    """
    where, values = ["true"], []
    for column, value in (("stage", stage), ("outcome", outcome), ("outlet_id", outlet)):
        if value:
            where.append(f"{column} = ?")
            values.append(value)
    if words:
        where.append(_HOLDS)
        values.append(pattern_of(words))
    sql = f"SELECT * EXCLUDE (words) FROM {table or f'({REJECTS})'} WHERE {' AND '.join(where)} LIMIT {limit:d} OFFSET {offset:d}"
    return fetch_rows(con, sql, values)


def similar_urls(con: DuckDBPyConnection, asked: str, *, limit: int = 8) -> Sequence[str]:
    """URLs known that hold the last part of the one asked for: a mistyped address, another edition of the page."""
    tail = asked.rstrip("/").rsplit("/", 1)[-1].split("?")[0]
    if len(tail) < 4:
        return []
    rows = con.execute(
        "SELECT DISTINCT url FROM store.fetch WHERE contains(url, ?) ORDER BY url LIMIT ?", [tail, limit]
    ).fetchall()
    return [url for (url,) in rows]
