"""Exports of the whole database or of one query: Parquet (partitioned), CSV or JSON Lines, with a Data Package whose row
counts were counted in the files written, not in the database; and feeds of changes (:mod:`pipelines.bundles.feeds`)."""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .content import Row
from .feeds import atom, changes, json_feed
from .manifest import PROFILE, describe
from .safety import FORMULA_STARTS, BundleError
from .tables import to_pretty_json

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SELECT = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(?:select|with|from|values|\()", re.IGNORECASE | re.DOTALL)
FORMATS = ("parquet", "csv", "jsonl", "atom", "jsonfeed")
VIEWS = {
    "outlets": ("outlet_id",),
    "fetches": ("fetched", "fetch_id"),
    "articles": ("published", "article_id"),
    "article_versions": ("article_id", "version"),
    "texts": ("text_id",),
    "sentences": ("text_id", "field", "n", "start_at", "model", "current"),
    "titles_en": ("article_id", "model", "current"),
    "labels": ("subject", "subject_id", "axis", "value"),
    "evidence": (
        "subject",
        "subject_id",
        "axis",
        "value",
        "text_id",
        "field",
        "start_at",
        "end_at",
        "article_id",
    ),
    "facts": ("text_id", "n"),
    "incidents": ("first_published", "incident_id"),
    "incident_members": ("incident_id", "text_id", "article_id"),
    "incident_history": ("incident_id", "n"),
    "votes": ("incident_id", "axis", "value"),
    "decisions": ("made", "decision_id"),
    "runs": ("started", "run_id"),
    "rejects": ("stage", "url", "article_id", "text_id", "outcome"),
    "proposals": ("text_id", "model", "prompt_version", "n"),
}
"""The public views with the columns that put their rows in one order."""
PARTITIONS = {"articles": "published", "fetches": "fetched", "incidents": "first_published"}
"""Views written as one Parquet file a month (``month=2026-03``), by this column."""


def export_all(
    con: DuckDBPyConnection,
    out_dir: Path,
    *,
    format: str = "parquet",
    query: str | None = None,
) -> list[Path]:
    """Write every public view, or the rows of a query, into ``out_dir``; returns the files written.

    :param con: an open connection with the public views.
    :param format: ``parquet``, ``csv``, ``jsonl``, ``atom`` or ``jsonfeed``.
    :param query: one SELECT. For a feed its rows must have ``incident_id``: the feed tells of those incidents alone.
    :raises BundleError: for a query that is none, a format that is none, a folder that holds other things, or when the
        rows counted in a file are not those that were read.
    """
    import duckdb

    if format not in FORMATS:
        raise BundleError(f"there is no format {format}: the formats are {', '.join(FORMATS)}")
    if query is not None:
        query = _one_select(con, query)
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise BundleError(f"{out_dir} is not empty: name a new folder for the export")
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write_all(con, out_dir, format, query)
    except duckdb.Error as error:
        raise BundleError(f"the export failed: {str(error).splitlines()[0]}") from error
    return sorted(path for path in out_dir.rglob("*") if path.is_file())


def _write_all(con: DuckDBPyConnection, out_dir: Path, format: str, query: str | None) -> None:
    """Write beside ``out_dir``, and put it there when it is whole."""
    with tempfile.TemporaryDirectory(dir=out_dir.parent, prefix=f".{out_dir.name}-") as scratch:
        folder = Path(scratch) / "export"
        folder.mkdir()
        if format in ("atom", "jsonfeed"):
            _write_feed(con, folder, format, query)
        else:
            tables = (
                {"result": (query, ())}
                if query
                else {name: (f"SELECT * FROM {name}", keys) for name, keys in VIEWS.items()}
            )
            resources: list[Row] = []
            for name, (sql, keys) in tables.items():
                resources += _write_table(con, folder, name, sql, keys, format)
            package = {"$schema": PROFILE, "name": "wiredesk-export", "resources": resources}
            (folder / "datapackage.json").write_text(to_pretty_json(package), encoding="utf-8")
        if out_dir.exists():
            out_dir.rmdir()
        folder.replace(out_dir)


def _one_select(con: DuckDBPyConnection, query: str) -> str:
    import duckdb

    try:
        statements = con.extract_statements(query)
    except duckdb.Error as error:
        raise BundleError(f"this is no query: {str(error).splitlines()[0]}") from error
    found = str(statements[0].query).strip().rstrip(";") if len(statements) == 1 else ""
    found += "\n" if found else ""  # it may end in a comment, and stands in brackets below
    # DuckDB counts PRAGMA and CALL among the SELECTs
    if not found or not _SELECT.match(query) or statements[0].type != duckdb.StatementType.SELECT:
        raise BundleError("an export takes one SELECT and nothing else")
    return found


def _write_table(
    con: DuckDBPyConnection, folder: Path, name: str, sql: str, keys: Sequence[str], format_: str
) -> list[Row]:
    """Write one table; a resource per file, each with the rows counted in it."""
    ordered = f"SELECT * FROM ({sql})" + (
        f" ORDER BY {', '.join(f'{key} NULLS LAST' for key in keys)}" if keys else ""
    )
    wanted = int(_one(con, f"SELECT count(*) FROM ({sql})"))
    columns = con.execute(f"DESCRIBE {ordered}").fetchall()
    files: list[Path] = []
    if format_ == "parquet" and name in PARTITIONS and wanted:
        column = PARTITIONS[name]
        months = con.execute(
            f"SELECT DISTINCT strftime({column}, '%Y-%m') AS m FROM ({sql}) ORDER BY m NULLS LAST"
        ).fetchall()
        for (month,) in months:
            target = folder / name / f"month={month or 'unknown'}" / "part-0.parquet"
            target.parent.mkdir(parents=True)
            where = f"strftime({column}, '%Y-%m') IS NOT DISTINCT FROM {_text(month)}"
            _copy(con, f"SELECT * FROM ({ordered}) WHERE {where}", target, "FORMAT parquet, COMPRESSION zstd")
            files.append(target)
    else:
        target = folder / f"{name}.{format_}"
        if format_ == "parquet":
            _copy(con, ordered, target, "FORMAT parquet, COMPRESSION zstd")
        elif format_ == "jsonl":
            _copy(con, _as_text(ordered, columns, spreadsheet=False), target, "FORMAT json, ARRAY false")
        else:
            _copy(con, _as_text(ordered, columns, spreadsheet=True), target, "FORMAT csv, HEADER true")
        files.append(target)
    resources = [_resource(con, folder, path, name, columns) for path in files]
    found = sum(int(resource["rows" if "rows" in resource else "rowCount"]) for resource in resources)
    if found != wanted:
        raise BundleError(
            f"{name} has {wanted} rows and {found} were written: the disk may be full, nothing was kept"
        )
    return resources


def _as_text(sql: str, columns: Sequence[tuple[Any, ...]], *, spreadsheet: bool) -> str:
    """The query with times as ISO 8601 in UTC; for a spreadsheet also with text that it would run neutralised and with
    lists as JSON arrays."""
    starts = ", ".join(_text(character) for character in sorted(FORMULA_STARTS | {"'"}))
    parts = []
    for column, kind, *_ in columns:
        name = '"' + column.replace('"', '""') + '"'
        if kind == "TIMESTAMP":
            parts.append(f"replace({name}::VARCHAR, ' ', 'T') || 'Z' AS {name}")
        elif not spreadsheet:
            parts.append(name)
        elif kind in ("VARCHAR", "JSON"):
            text = f"{name}::VARCHAR"
            first = f"left(ltrim({text}, chr(32) || chr(160) || chr(12288)), 1)"
            parts.append(f"CASE WHEN {first} IN ({starts}) THEN '''' || {text} ELSE {text} END AS {name}")
        elif kind.endswith("[]") or kind.startswith(("STRUCT", "MAP")):
            parts.append(f"to_json({name})::VARCHAR AS {name}")
        else:
            parts.append(name)
    return f"SELECT {', '.join(parts)} FROM ({sql})"


def _resource(
    con: DuckDBPyConnection, folder: Path, path: Path, name: str, columns: Sequence[tuple[Any, ...]]
) -> Row:
    """A file with its hash and the rows that a fresh reading counts in it."""
    names = ", ".join(f"{_text(column)}: 'VARCHAR'" for column, *_ in columns)
    readers = {
        "parquet": "read_parquet(?, hive_partitioning = false)",
        "csv": (
            "read_csv(?, header = true, quote = '\"', escape = '\"', delim = ',', new_line = '\\n', auto_detect = false, "
            f"max_line_size = 268435456, columns = {{{names}}})"
        ),
        "jsonl": "read_json_objects(?, format = 'newline_delimited', maximum_object_size = 268435456)",
    }
    ending = path.suffix.removeprefix(".")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    rows = int(_one(con, f"SELECT count(*) FROM {readers[ending]}", str(path)))
    inside = path.relative_to(folder).as_posix()
    return describe(inside, path.stat().st_size, digest, rows) | {"title": name}


def _write_feed(con: DuckDBPyConnection, folder: Path, format_: str, query: str | None) -> None:
    entries = changes(con, query)
    if format_ == "atom":
        (folder / "changes.atom").write_text(atom(entries), encoding="utf-8")
    else:
        (folder / "feed.json").write_text(json_feed(entries), encoding="utf-8")


def _copy(con: DuckDBPyConnection, sql: str, target: Path, options: str) -> None:
    con.execute(f"COPY ({sql}) TO {_text(str(target))} ({options})")


def _one(con: DuckDBPyConnection, sql: str, *parameters: Any) -> Any:
    row = con.execute(sql, list(parameters)).fetchone()
    return row[0] if row else 0


def _text(value: str | None) -> str:
    return "NULL" if value is None else "'" + value.replace("'", "''") + "'"
