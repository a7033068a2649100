"""Bulk writes: what goes in comes out, and what cannot be meant is refused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.store import bulk

COLUMNS = "name VARCHAR PRIMARY KEY, words VARCHAR[], n BIGINT, moment TIMESTAMP, detail JSON, yes BOOLEAN"
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=60)


def table() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(f"CREATE SCHEMA store; CREATE TABLE store.thing ({COLUMNS})")
    return con


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(TEXT, st.lists(TEXT, max_size=4), st.none() | st.integers(-(2**62), 2**62)),
        max_size=8,
        unique_by=lambda row: row[0],
    )
)
def test_wild_rows_come_back_as_they_were(rows: list[tuple[str, list[str], int | None]]) -> None:
    con = table()
    written = [{"name": name, "words": words, "n": n} for name, words, n in rows]
    assert bulk.insert(con, "store.thing", written, replace=("name",)) == len(rows)
    got = con.execute("SELECT name, words, n FROM store.thing").fetchall()
    assert sorted(got, key=str) == sorted(rows, key=str)


def test_an_aware_time_is_kept_in_utc_and_a_naive_one_is_refused() -> None:
    con = table()
    taipei = datetime(2026, 10, 20, 9, 12, tzinfo=timezone(timedelta(hours=8)))
    bulk.insert(con, "store.thing", [{"name": "a", "moment": taipei}])
    row = con.execute("SELECT moment FROM store.thing").fetchone()
    assert row == (datetime(2026, 10, 20, 1, 12),)  # noqa: DTZ001 (DuckDB's TIMESTAMP has no zone)
    with pytest.raises(ValueError, match="without a zone"):
        bulk.insert(
            con, "store.thing", [{"name": "b", "moment": taipei.astimezone(UTC).replace(tzinfo=None)}]
        )


def test_replace_replaces_and_a_key_twice_in_one_write_is_refused() -> None:
    con = table()
    bulk.insert(con, "store.thing", [{"name": "a", "n": 1}, {"name": "b", "n": 1}])
    bulk.insert(con, "store.thing", [{"name": "a", "n": 2, "detail": {"x": ["y"]}}], replace=("name",))
    rows = con.execute("SELECT name, n, detail->>'$.x[0]' FROM store.thing ORDER BY name").fetchall()
    assert rows == [("a", 2, "y"), ("b", 1, None)]
    with pytest.raises(ValueError, match="twice"):
        bulk.insert(con, "store.thing", [{"name": "c"}, {"name": "c"}], replace=("name",))


def test_an_unknown_column_or_table_is_refused() -> None:
    con = table()
    with pytest.raises(ValueError, match="no column colour"):
        bulk.insert(con, "store.thing", [{"name": "a", "colour": "red"}])
    with pytest.raises(ValueError, match="no table"):
        bulk.insert(con, "store.nothing", [{"name": "a"}])
