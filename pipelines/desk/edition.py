"""The desk's own edition of the database: a copy that is laid out for looking things up, never for writing.

Indexes on what pages ask by, and tables made for reading: ``desk.rejects``, and what an incident is made of, side by
side (:mod:`pipelines.desk.parts`). It lies under ``desk/`` of the data folder and can be deleted.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.desk import parts
from pipelines.desk.works import REJECTS
from pipelines.store import Store, copy_to

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_INDEXES = {
    "article": ("article_id",),
    "evidence": ("subject_id",),
    "fact": ("text_id",),
    "fetch": ("article_id", "url"),
    "fold": ("text_id",),
    "incident_event": ("incident_id",),
    "incident_member": ("incident_id", "text_id"),
    "label": ("subject_id",),
    "proposal": ("text_id",),
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
        copy_to(Store(data_dir).path, fresh / target.name)
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
    con.execute(f"CREATE TABLE desk.rejects AS {REJECTS}")
    parts.lay_out(con)
    for table, columns in _INDEXES.items():
        for column in columns:
            con.execute(f"CREATE INDEX desk_{table}_{column} ON store.{table} ({column})")
    con.execute(f"CREATE SCHEMA {LAYOUT}")


LAYOUT = (
    "layout_"
    + hashlib.sha256(repr((REJECTS, parts.PLACES, parts.TABLE, parts.PARTS, _INDEXES)).encode()).hexdigest()[
        :12
    ]
)
"""An empty schema of this name says that an edition is laid out as this code reads it; another one is made anew."""


def has_edition(con: DuckDBPyConnection) -> bool:
    """Whether the connection is to an edition of the present layout."""
    found = con.execute(
        "SELECT 1 FROM duckdb_schemas() WHERE schema_name = ? AND NOT internal", [LAYOUT]
    ).fetchone()
    return found is not None
