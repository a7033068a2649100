"""The desk's own edition of the database: a copy that is laid out for looking things up, never for writing.

Indexes on what pages ask by, and two tables made for reading: ``desk.search`` (what a search looks in, with what stands
in an incident first, so that the rest need not be read) and ``desk.rejects``. It lies under ``desk/`` of the data folder and can be deleted.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.desk.works import REJECTS
from pipelines.store import Store, reading

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SEARCH = """
CREATE TABLE desk.search AS
SELECT s.article_id, m.text_id IS NOT NULL AS grouped, s.title, s.body, coalesce(lower(e.title_en), '') AS title_en,
       coalesce(n.english, '') AS english, f.text_id, m.incident_id, a.published, a.text
FROM store.search s
JOIN (SELECT article_id, arg_max(text, version) AS text, arg_max(published, version) AS published
      FROM store.article GROUP BY article_id) a USING (article_id)
LEFT JOIN store.fold f USING (article_id)
LEFT JOIN store.title_en e USING (article_id)
LEFT JOIN (SELECT text_id, lower(string_agg(target, ' ' ORDER BY n)) AS english FROM store.sentence
           WHERE current AND field = 'text' GROUP BY text_id) n ON n.text_id = f.text_id
LEFT JOIN (SELECT text_id, min(incident_id) AS incident_id FROM store.incident_member
           JOIN store.incident USING (incident_id) WHERE merged_into IS NULL GROUP BY text_id) m ON m.text_id = f.text_id
ORDER BY grouped DESC, s.article_id
"""
_INDEXES = {
    "article": ("article_id",),
    "evidence": ("subject_id",),
    "fact": ("text_id",),
    "fetch": ("article_id", "url"),
    "fold": ("text_id",),
    "incident_event": ("incident_id",),
    "incident_member": ("incident_id", "text_id"),
    "label": ("subject_id",),
    "sentence": ("text_id",),
    "stage_result": ("subject_id",),
    "vote": ("incident_id",),
}


def edition_path(data_dir: Path) -> Path:
    return Store(data_dir / "desk" / "reading").path


def build(data_dir: Path) -> Path:
    """Make the edition anew and put it in place of the old one; returns its path.

    Its time of change is the moment at which the database was copied: a later write to the database is not in it.

    :raises StoreError: when the database cannot be copied now.
    """
    target = edition_path(data_dir)
    fresh = target.parent.with_name("next")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        reading.copy_to(Store(data_dir).path, fresh / target.name)
        copied = (fresh / target.name).stat().st_mtime_ns
        with Store(fresh).write() as con:
            _lay_out(con)
        target.parent.mkdir(exist_ok=True)
        os.utime(fresh / target.name, ns=(copied, copied))
        (fresh / target.name).replace(target)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return target


def _lay_out(con: DuckDBPyConnection) -> None:
    con.execute("CREATE SCHEMA desk")
    con.execute(_SEARCH)
    con.execute(f"CREATE TABLE desk.rejects AS {REJECTS}")
    for table, columns in _INDEXES.items():
        for column in columns:
            con.execute(f"CREATE INDEX desk_{table}_{column} ON store.{table} ({column})")


def has_edition(con: DuckDBPyConnection) -> bool:
    """Whether the connection is to an edition."""
    found = con.execute(
        "SELECT 1 FROM duckdb_schemas() WHERE schema_name = 'desk' AND NOT internal"
    ).fetchone()
    return found is not None
