"""Bulk writes without a row-by-row loop and without pyarrow: rows go through a JSON Lines file that DuckDB reads."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def utc(moment: datetime | None) -> str | None:
    """``moment`` as DuckDB's ``TIMESTAMP`` in UTC; naive datetimes are refused."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"a time without a zone reached the store: {moment}")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    raise TypeError(f"no column type for {type(value).__name__}")


def columns_of(con: DuckDBPyConnection, table: str) -> dict[str, str]:
    """Column names and types of ``schema.table``."""
    schema, name = table.split(".")
    rows = con.execute(
        "SELECT column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
        [schema, name],
    ).fetchall()
    return dict(rows)


def insert(
    con: DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]], *, replace: Sequence[str] = ()
) -> int:
    """Insert ``rows`` into ``table``; with ``replace``, rows equal in these key columns are deleted first.

    Keys must not repeat within ``rows``: DuckDB would keep the first silently, so it is an error here.
    A column of type JSON takes any JSON value.
    """
    types = columns_of(con, table)
    if not types:
        raise ValueError(f"no table {table}")
    seen: set[tuple[Any, ...]] = set()
    count = 0
    with tempfile.TemporaryDirectory(prefix="wiredesk-") as folder:
        path = Path(folder) / "rows.jsonl"
        with path.open("w", encoding="utf-8") as handle:
            for row in rows:
                unknown = row.keys() - types.keys()
                if unknown:
                    raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
                if replace:
                    key = tuple(row[name] for name in replace)
                    if key in seen:
                        raise ValueError(f"the key {key} comes twice in one write to {table}")
                    seen.add(key)
                handle.write(json.dumps(dict(row), ensure_ascii=False, default=_plain))
                handle.write("\n")
                count += 1
        if not count:
            return 0
        columns = ", ".join(f"'{name}': '{kind}'" for name, kind in types.items())
        source = (
            f"read_json('{path}', format = 'newline_delimited', maximum_object_size = 268435456, "
            f"columns = {{{columns}}})"
        )
        if replace:
            match = " AND ".join(f"t.{name} IS NOT DISTINCT FROM s.{name}" for name in replace)
            con.execute(
                f"DELETE FROM {table} t USING (SELECT {', '.join(replace)} FROM {source}) s WHERE {match}"
            )
        names = ", ".join(types)
        con.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM {source}")
    return count


def fetch_rows(
    con: DuckDBPyConnection, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()
) -> list[dict[str, Any]]:
    """The rows of a query as dictionaries."""
    result = con.execute(sql, parameters if parameters else None)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
