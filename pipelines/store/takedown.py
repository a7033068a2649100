"""Takes a page out of the database: article, text, labels, evidence, translations, search; a tombstone stays.

What an incident said from it is said anew by the next run. The file is written anew at the end, so that no freed
block keeps what was taken out.
"""

from __future__ import annotations

import bisect
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .bulk import fetch_rows
from .connection import connect, fsync_folder

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHORTEST = 6
"""Characters of a title or text that tell it from common words: a shorter one is looked for only where the page is meant."""
BY_ARTICLE = (
    "article", "language", "fold", "signature", "fold_key", "title_en", "title_en_before", "evidence",
)  # fmt: skip
BY_TEXT = (
    "relevance", "judgement", "fact", "sentence", "text_feature", "incident_key", "incident_rare_key", "incident_member",
    "grouped_before", "evidence", "proposal", "proposal_answer", "text",
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


def remove_articles(
    con: DuckDBPyConnection, articles: Sequence[str], urls: Sequence[str], reason: str
) -> None:
    """Take articles out, in the caller's transaction."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE gone AS SELECT unnest(?::VARCHAR[]) AS article_id", [list(articles)]
    )
    con.execute("CREATE OR REPLACE TEMP TABLE gone_url AS SELECT unnest(?::VARCHAR[]) AS url", [list(urls)])
    con.execute(
        "CREATE OR REPLACE TEMP TABLE hurt AS SELECT DISTINCT text_id FROM store.fold WHERE article_id IN (FROM gone)"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE hurt_incident AS SELECT incident_id FROM store.incident_member "
        "WHERE text_id IN (FROM hurt) UNION SELECT incident_id FROM store.incident "
        "WHERE EXISTS (SELECT 1 FROM (SELECT unnest($1::VARCHAR[]) AS word) WHERE word IN (title, title_original) "
        "OR length(word) >= $2 AND contains(concat_ws(chr(30), title, title_original, summary, "
        "summary_sentences::VARCHAR, rationale, timeline::VARCHAR), word))",
        [words_of(con, articles), SHORTEST],
    )
    con.execute(  # what was translated from these pages, also where only the memory still holds it
        "DELETE FROM store.memory m WHERE article_id IN (FROM gone) "
        "OR source IN (SELECT source FROM store.sentence WHERE text_id IN (FROM hurt)) "
        "OR target IN (SELECT target FROM store.sentence WHERE text_id IN (FROM hurt)) "
        "OR EXISTS (SELECT 1 FROM store.article a WHERE a.article_id IN (FROM gone) "
        "AND (contains(a.title, m.source) OR contains(a.text, m.source)))"
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE unread AS FROM gone UNION FROM hurt_incident UNION "
        "SELECT article_id FROM store.fold WHERE text_id IN (FROM hurt)"
    )
    con.execute(
        "DELETE FROM store.search_posting WHERE document NOT IN (SELECT document FROM store.search_document "
        "WHERE subject_id NOT IN (FROM unread))"
    )
    con.execute("DELETE FROM store.search_document WHERE subject_id IN (FROM unread)")
    for table in BY_ARTICLE:
        con.execute(f"DELETE FROM store.{table} WHERE article_id IN (FROM gone)")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE orphan AS SELECT text_id FROM hurt "
        "WHERE text_id NOT IN (SELECT text_id FROM store.fold)"
    )
    for (
        table
    ) in BY_TEXT:  # what was said of a text in the words of the page goes, whoever else carries the text
        kept = table in ("text", "incident_member")
        con.execute(f"DELETE FROM store.{table} WHERE text_id IN (FROM {'orphan' if kept else 'hurt'})")
    con.execute("DELETE FROM store.label WHERE subject = 'text' AND subject_id IN (FROM hurt)")
    con.execute(
        "UPDATE store.text t SET article_id = n.article_id, input_sha256 = 'read from another carrier' "
        "FROM (SELECT text_id, min(article_id) AS article_id FROM store.fold GROUP BY text_id) n "
        "WHERE n.text_id = t.text_id AND t.article_id IN (FROM gone)"
    )
    con.execute(
        "DELETE FROM store.stage_result WHERE subject_id IN (FROM unread) AND stage = 'search' "
        "OR subject_id IN (FROM gone) OR subject_id IN (FROM hurt) OR subject_id IN (FROM hurt_incident) "
        "OR subject_id IN (SELECT fetch_id FROM store.fetch WHERE article_id IN (FROM gone))"
    )
    con.execute(
        "UPDATE store.incident SET title = NULL, title_original = NULL, summary = NULL, summary_sentences = NULL, "
        "rationale = NULL, timeline = NULL, content_sha256 = '' WHERE incident_id IN (FROM hurt_incident)"
    )
    con.execute(
        "UPDATE store.fetch SET outcome = 'forgotten', reason = ?, warc_file = NULL, warc_offset = NULL, "
        "warc_length = NULL, page_sha256 = NULL, etag = NULL WHERE url IN (FROM gone_url) OR final_url IN (FROM gone_url)",
        [reason],
    )


def texts_of(con: DuckDBPyConnection, articles: Sequence[str]) -> list[str]:
    """Ids of the texts that the articles carry."""
    return _column(
        con,
        "SELECT DISTINCT text_id FROM store.fold WHERE article_id IN (SELECT unnest($1::VARCHAR[])) ORDER BY 1",
        articles,
    )


def incidents_of(con: DuckDBPyConnection, texts: Sequence[str]) -> list[str]:
    """Ids of the incidents that the texts are in, or that their history says they were in."""
    return _column(
        con,
        "SELECT DISTINCT incident_id FROM (SELECT incident_id FROM store.incident_member "
        "WHERE text_id IN (SELECT unnest($1::VARCHAR[])) UNION ALL SELECT incident_id FROM store.incident_event "
        "WHERE EXISTS (SELECT 1 FROM (SELECT unnest($1::VARCHAR[]) AS t) WHERE contains(detail::VARCHAR, t))) ORDER BY 1",
        texts,
    )


def words_of(con: DuckDBPyConnection, articles: Sequence[str]) -> list[str]:
    """Titles and texts of articles as any version or translation has them, the longest first: what to look for elsewhere."""
    return _column(
        con,
        "SELECT DISTINCT w FROM (SELECT unnest([title, title_as_printed, text]) AS w FROM store.article "
        "WHERE article_id IN (SELECT unnest($1::VARCHAR[])) UNION ALL SELECT title_en FROM titles_en "
        "WHERE article_id IN (SELECT unnest($1::VARCHAR[]))) WHERE trim(w) <> '' ORDER BY length(w) DESC, w",
        articles,
    )


def _column(con: DuckDBPyConnection, select: str, names: Sequence[str]) -> list[str]:
    return [one for (one,) in con.execute(select, [list(names)]).fetchall()]


def rewrite_rows(con: DuckDBPyConnection, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """What people decided and what the history tells, row by row as ``change`` gives it back (JSON parsed)."""
    for table, keys, columns in (
        ("decision", ("decision_id",), ("before", "after")),
        ("incident_event", ("incident_id", "n"), ("detail",)),
    ):
        for row in fetch_rows(con, f"SELECT * FROM store.{table}"):
            old = {name: json.loads(row[name]) if row[name] else None for name in columns}
            old["reason"] = row["reason"]
            new = change({**row, **old})
            if any(new[name] != old[name] for name in old):
                con.execute(
                    f"UPDATE store.{table} SET {', '.join(f'{name} = ?' for name in old)} "
                    f"WHERE {' AND '.join(f'{name} = ?' for name in keys)}",
                    [
                        *(
                            new[n]
                            if n == "reason"
                            else json.dumps(new[n], ensure_ascii=False)
                            if new[n]
                            else None
                            for n in old
                        ),
                        *(row[n] for n in keys),
                    ],
                )


def follow_archive(
    con: DuckDBPyConnection,
    moved: Sequence[tuple[str, int, int]],
    dropped: Sequence[tuple[str, int]],
    logs: Mapping[str, Sequence[Sequence[int]]],
) -> None:
    """Bring offsets into the archive, and positions in the landing logs, to what the takedown made of them.

    :param moved: file, old offset, new offset.
    :param dropped: file and old offset of records that are gone with the page that they named.
    """
    con.execute(
        "UPDATE store.fetch f SET warc_file = NULL, warc_offset = NULL, warc_length = NULL, page_sha256 = NULL, "
        "etag = NULL, last_modified = NULL, reason = 'it named a page that was taken out' FROM (SELECT "
        "unnest(?::VARCHAR[]) AS file, unnest(?::BIGINT[]) AS old) m WHERE f.warc_file = m.file AND f.warc_offset = m.old",
        [[file for file, _ in dropped], [old for _, old in dropped]],
    )
    con.execute(
        "UPDATE store.fetch f SET warc_offset = m.new FROM (SELECT unnest(?::VARCHAR[]) AS file, "
        "unnest(?::BIGINT[]) AS old, unnest(?::BIGINT[]) AS new) m WHERE f.warc_file = m.file AND f.warc_offset = m.old",
        [[file for file, _, _ in moved], [old for _, old, _ in moved], [new for _, _, new in moved]],
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
