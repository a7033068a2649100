"""Takes a page out of the database: article, text, labels, evidence, translations, search; a tombstone stays.

What an incident said from it is said anew by the next run. The file is written anew at the end, so that no freed
block keeps what was taken out.
"""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .connection import connect, fsync_folder

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BY_ARTICLE = (
    "article",
    "language",
    "fold",
    "signature",
    "fold_key",
    "title_en",
    "title_en_before",
    "evidence",
)
BY_TEXT = (
    "relevance", "judgement", "fact", "sentence", "text_feature", "incident_key", "incident_rare_key", "incident_member",
    "evidence", "text",
)  # fmt: skip


def articles_of(con: DuckDBPyConnection, url: str) -> tuple[list[str], list[str]]:
    """Article ids under a URL (or the id itself), and every URL that these articles were met under."""
    ids = con.execute(
        "SELECT DISTINCT article_id FROM store.article WHERE url = $1 OR canonical_url = $1 OR article_id = $1 "
        "UNION SELECT DISTINCT article_id FROM store.fetch "
        "WHERE (url = $1 OR final_url = $1 OR article_id = $1) AND article_id IS NOT NULL ORDER BY 1",
        [url],
    ).fetchall()
    found = [name for (name,) in ids]
    urls = con.execute(
        "SELECT DISTINCT u FROM (SELECT url AS u FROM store.article WHERE article_id IN (SELECT unnest($1::VARCHAR[])) "
        "UNION SELECT url FROM store.fetch WHERE article_id IN (SELECT unnest($1::VARCHAR[])) "
        "UNION SELECT final_url FROM store.fetch WHERE article_id IN (SELECT unnest($1::VARCHAR[]))) "
        "WHERE u IS NOT NULL ORDER BY 1",
        [found],
    ).fetchall()
    return found, sorted({url, *(name for (name,) in urls)})


def remove(con: DuckDBPyConnection, articles: Sequence[str], urls: Sequence[str], reason: str) -> None:
    """Take articles out, in the caller's transaction."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE gone AS SELECT unnest(?::VARCHAR[]) AS article_id", [list(articles)]
    )
    con.execute("CREATE OR REPLACE TEMP TABLE gone_url AS SELECT unnest(?::VARCHAR[]) AS url", [list(urls)])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE hurt AS SELECT DISTINCT text_id FROM store.fold WHERE article_id IN (FROM gone)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE hurt_incident AS SELECT DISTINCT incident_id FROM store.incident_member "
        "WHERE text_id IN (FROM hurt)"
    )
    con.execute(  # what was translated from these texts, also where only the memory still holds it
        "DELETE FROM store.memory WHERE article_id IS NULL OR article_id IN (FROM gone) OR EXISTS (SELECT 1 FROM store.sentence s WHERE s.text_id IN (FROM hurt) "
        "AND (s.target = store.memory.target OR s.source = store.memory.source))"
    )
    con.execute(
        "DELETE FROM store.search_posting WHERE document NOT IN (SELECT document FROM store.search_document "
        "WHERE subject_id NOT IN (FROM gone) AND subject_id NOT IN (FROM hurt_incident))"
    )
    con.execute(
        "DELETE FROM store.search_document WHERE subject_id IN (FROM gone) OR subject_id IN (FROM hurt_incident)"
    )
    for table in BY_ARTICLE:
        con.execute(f"DELETE FROM store.{table} WHERE article_id IN (FROM gone)")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE orphan AS SELECT text_id FROM hurt "
        "WHERE text_id NOT IN (SELECT text_id FROM store.fold)"
    )
    for table in BY_TEXT:
        key = "text_id"
        if table in ("incident_key", "incident_rare_key") and not _has(con, table, key):
            continue
        con.execute(f"DELETE FROM store.{table} WHERE {key} IN (FROM orphan)")
    con.execute("DELETE FROM store.label WHERE subject = 'text' AND subject_id IN (FROM orphan)")
    con.execute(
        "UPDATE store.text t SET article_id = n.article_id, input_sha256 = 'read from another carrier' "
        "FROM (SELECT text_id, min(article_id) AS article_id FROM store.fold GROUP BY text_id) n "
        "WHERE n.text_id = t.text_id AND t.article_id IN (FROM gone)"
    )
    con.execute("DELETE FROM store.sentence WHERE text_id IN (FROM hurt)")
    con.execute(
        "DELETE FROM store.stage_result WHERE subject_id IN (FROM gone) OR subject_id IN (FROM hurt) "
        "OR subject_id IN (FROM hurt_incident) "
        "OR subject_id IN (SELECT fetch_id FROM store.fetch WHERE article_id IN (FROM gone))"
    )
    con.execute(
        "UPDATE store.incident SET title = NULL, title_original = NULL, summary = NULL, summary_sentences = NULL, "
        "rationale = NULL, timeline = NULL, content_sha256 = '' WHERE incident_id IN (FROM hurt_incident)"
    )
    con.execute(
        "UPDATE store.incident_event SET detail = NULL, reason = 'taken out with a page that was forgotten' "
        "WHERE incident_id IN (FROM hurt_incident) AND kind LIKE 'title%'"
    )
    con.execute(
        "UPDATE store.fetch SET outcome = 'forgotten', reason = ?, warc_file = NULL, warc_offset = NULL, "
        "warc_length = NULL, page_sha256 = NULL, etag = NULL WHERE url IN (FROM gone_url) OR final_url IN (FROM gone_url)",
        [reason],
    )


def _has(con: DuckDBPyConnection, table: str, column: str) -> bool:
    row = con.execute(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'store' AND table_name = ? AND column_name = ?",
        [table, column],
    ).fetchone()
    return bool(row and row[0])


def follow_archive(
    con: DuckDBPyConnection,
    moved: Mapping[tuple[str, int], int],
    logs: Mapping[str, tuple[Sequence[int], Sequence[int]]],
) -> None:
    """Bring offsets into the archive, and positions in the landing logs, to what the takedown made of them."""
    for (file, old), new in sorted(moved.items()):
        if old != new:
            con.execute(
                "UPDATE store.fetch SET warc_offset = ? WHERE warc_file = ? AND warc_offset = ?",
                [new, file, old],
            )
    for name, (before, after) in sorted(logs.items()):
        row = con.execute("SELECT bytes_read FROM store.journal_position WHERE file = ?", [name]).fetchone()
        if row:
            place = bisect.bisect_right(before, row[0]) - 1
            now = after[place] if place >= 0 else 0
            con.execute("UPDATE store.journal_position SET bytes_read = ? WHERE file = ?", [now, name])


def write_anew(path: Path) -> None:
    """The database in a fresh file: freed blocks of the old one keep what was deleted."""
    fresh = path.with_name(path.name + ".fresh")
    fresh.unlink(missing_ok=True)
    with connect(path, read_only=False) as con:
        con.execute("CHECKPOINT")
        con.execute(f"ATTACH '{fresh}' AS fresh (STORAGE_VERSION 'v1.5.0')")
        name = con.execute("SELECT current_database()").fetchone()
        con.execute(f'COPY FROM DATABASE "{name[0] if name else ""}" TO fresh')
        con.execute("DETACH fresh")
    fresh.replace(path)
    fsync_folder(path.parent)
