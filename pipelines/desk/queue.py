"""The review queue: which incidents to look at first, because one decision settles most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NEAR = 1.15
"""A link is weak below this many times the threshold of joining."""

_QUEUE = """
WITH carried AS (SELECT text_id, count(*) AS articles FROM store.fold GROUP BY text_id),
member AS (
    SELECT m.incident_id, m.text_id, c.articles, j.class, m.role,
           m.joined_by = 'machine' AND m.role IN ('report', 'follow-up') AND m.score < $weak AS weak
    FROM store.incident_member m JOIN carried c USING (text_id) LEFT JOIN store.judgement j USING (text_id)
),
size AS (
    SELECT incident_id, sum(articles) AS articles, count(*) AS texts, count(*) FILTER (weak) AS weak,
           coalesce(sum(articles) FILTER (weak), 0) AS weak_articles
    FROM member GROUP BY incident_id
),
ranked AS (
    SELECT incident_id, texts, row_number() OVER (PARTITION BY incident_id ORDER BY texts DESC, value) AS place
    FROM store.vote WHERE axis = 'class'
),
margin AS (
    SELECT incident_id, max(texts) FILTER (place = 1) AS first, coalesce(max(texts) FILTER (place = 2), 0) AS second
    FROM ranked GROUP BY incident_id
),
flagged AS (
    SELECT e.subject_id AS incident_id, count(DISTINCT (s.text_id, s.start_at)) AS n
    FROM store.evidence e
    JOIN store.sentence s ON s.text_id = e.text_id AND s.field = e.field AND s.start_at < e.end_at AND s.end_at > e.start_at
    WHERE e.subject = 'incident' AND e.axis IN ('class', 'limb', 'severity') AND s.current AND len(s.flags) > 0
    GROUP BY e.subject_id
),
said AS (
    SELECT subject_id AS incident_id, max((after->>'revision')::INTEGER) AS revision FROM store.decision
    WHERE action = 'mark' AND (after->>'state') = 'reviewed' AND undone_by IS NULL GROUP BY subject_id
),
doubt AS (
    SELECT i.incident_id, coalesce(i.title, i.title_original) AS title, z.articles::INTEGER AS articles,
           z.articles * CASE WHEN g.first IS NULL THEN 2 WHEN g.first = g.second THEN 3
                             WHEN g.first - g.second = 1 AND g.second > 0 THEN 2 WHEN g.first = 1 THEN 1 ELSE 0 END AS class_weight,
           CASE WHEN g.first IS NULL THEN 'no text votes for a class' WHEN g.first = g.second THEN 'the class is a tie'
                WHEN g.first - g.second = 1 AND g.second > 0 THEN 'one text would flip the class'
                WHEN g.first = 1 THEN 'the class rests on one text' END AS class_why,
           z.weak_articles AS weak_weight,
           CASE WHEN z.weak = 1 THEN 'one text barely belongs' WHEN z.weak > 1 THEN z.weak || ' texts barely belong' END AS weak_why,
           CASE WHEN i.severity = 'unknown' THEN 0.5 * z.articles ELSE 0 END AS severity_weight,
           CASE WHEN i.severity = 'unknown' THEN 'severity unknown' END AS severity_why,
           CASE WHEN f.n > 0 THEN 0.5 * z.articles ELSE 0 END AS flag_weight,
           CASE WHEN f.n = 1 THEN 'the translation of its evidence looks wrong in one sentence'
                WHEN f.n > 1 THEN 'the translation of its evidence looks wrong in ' || f.n || ' sentences' END AS flag_why
    FROM store.incident i
    JOIN size z USING (incident_id)
    LEFT JOIN margin g USING (incident_id)
    LEFT JOIN flagged f USING (incident_id)
    LEFT JOIN said r USING (incident_id)
    WHERE i.merged_into IS NULL AND coalesce(r.revision, -1) < i.revision
)
SELECT incident_id, title, articles,
       class_weight + weak_weight + severity_weight + flag_weight > 0 AS doubt,
       round(0.1 * articles + class_weight + weak_weight + severity_weight + flag_weight, 1)::DOUBLE AS settles,
       coalesce(nullif(concat_ws('; ', class_why, weak_why, flag_why, severity_why), ''), 'nobody has looked at it') AS why
FROM doubt
ORDER BY doubt DESC, settles DESC, incident_id LIMIT $limit
"""


def review_queue(con: DuckDBPyConnection, *, limit: int) -> list[dict[str, Any]]:
    """Incidents in the order of how many articles one decision would settle.

    Rows of ``incident_id``, ``title``, ``articles``, ``doubt`` (something speaks against it), ``settles``, ``why``.

    What makes an incident worth a look: a class that is a tie, that one text would flip, or that rests on one text;
    texts that only just belong; evidence whose translation is flagged; an unknown severity. Each counts by the
    articles it touches. After them come those without a doubt. What a person marked as reviewed at its present revision
    is left out.
    """
    from pipelines.incidents import default_settings

    return fetch_rows(con, _QUEUE, {"weak": NEAR * default_settings().threshold, "limit": limit})
