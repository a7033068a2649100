"""The database's half of a retirement: which pages may go, and what it says of those that went."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .takedown import follow_archive

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_RESTS = """
CREATE OR REPLACE TEMP TABLE rests AS
SELECT article_id FROM store.evidence
UNION SELECT f.article_id FROM store.fold f JOIN store.incident_member m USING (text_id)
UNION SELECT subject_id FROM store.decision WHERE subject = 'article'
UNION SELECT f.article_id FROM store.fold f JOIN store.decision d ON d.subject = 'text' AND d.subject_id = f.text_id
UNION SELECT unnest(?::VARCHAR[])
UNION SELECT f.article_id FROM store.fold f WHERE f.text_id IN (SELECT unnest(?::VARCHAR[]))
"""
_MAY_GO = """
SELECT f.warc_file, f.warc_offset FROM store.fetch f
LEFT JOIN store.stage_result r ON r.stage = 'reading' AND r.subject_id = f.fetch_id
LEFT JOIN store.article a ON a.fetch_id = f.fetch_id
WHERE f.warc_file IS NOT NULL AND f.kind IN ('article', 'html')
GROUP BY ALL
HAVING bool_and(r.outcome IS NOT NULL OR f.outcome = 'unchanged')
   AND NOT bool_or(coalesce(f.article_id IN (FROM rests), false) OR coalesce(a.article_id IN (FROM rests), false))
"""


def may_go(
    con: DuckDBPyConnection, *, protect: bool, articles: Collection[str], texts: Collection[str]
) -> set[tuple[str, int]]:
    """WARC file and offset of every page that has been read and on which nothing rests.

    :param protect: whether pages stay whose article stands in an incident, is quoted as evidence, or was decided on.
    :param articles: ids of more articles, and of texts, on which something rests: decisions that wait to be folded in.
    """
    con.execute(_RESTS, [sorted(articles), sorted(texts)])
    if not protect:
        con.execute("DELETE FROM rests")
    return {(file, offset) for file, offset in con.execute(_MAY_GO).fetchall()}


def follow_retired(con: DuckDBPyConnection, told: Mapping[str, Any], now: datetime) -> None:
    """Do in the caller's transaction what the archive's note tells of; done twice, it is done once."""
    if con.execute("SELECT 1 FROM store.takedown WHERE takedown_id = ?", [told["id"]]).fetchone():
        return
    gone: Sequence[tuple[str, int, str]] = told["retired"]
    con.execute(
        "UPDATE store.fetch f SET outcome = CASE f.outcome WHEN 'landed' THEN 'retired' ELSE f.outcome END, "
        "reason = g.reason, warc_file = NULL, warc_offset = NULL, warc_length = NULL "
        "FROM (SELECT unnest(?::VARCHAR[]) AS file, unnest(?::BIGINT[]) AS place, unnest(?::VARCHAR[]) AS reason) g "
        "WHERE f.warc_file = g.file AND f.warc_offset = g.place",
        [[file for file, _, _ in gone], [place for _, place, _ in gone], [reason for _, _, reason in gone]],
    )
    follow_archive(con, told["moved"], [], told["logs"])
    con.execute("INSERT INTO store.takedown VALUES (?, ?)", [told["id"], now])
