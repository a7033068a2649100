"""``wiredesk query`` reads, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from pipelines.store import Store, reading
from pipelines.store.reading import QueryError, query, reader


@pytest.fixture
def con(data_dir: Path) -> Iterator[DuckDBPyConnection]:
    Store(data_dir).prepare(now=datetime(2026, 11, 23, tzinfo=UTC))
    with reader(data_dir) as con:
        yield con


@pytest.mark.parametrize(
    "sql", ["SELECT 1 AS n", "FROM range(1) t(n)", "WITH a AS (SELECT 1 AS n) SELECT * FROM a"]
)
def test_questions_are_answered(con: DuckDBPyConnection, sql: str) -> None:
    assert query(con, sql).columns == ["n"]


@pytest.mark.parametrize(
    "sql", ["DESCRIBE articles", "SUMMARIZE incidents", "EXPLAIN SELECT 1", "SHOW TABLES"]
)
def test_looking_at_the_schema_is_reading(con: DuckDBPyConnection, sql: str) -> None:
    assert query(con, sql).rows


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO store.journal_position VALUES ('a', 1)",
        "DELETE FROM store.article",
        "CREATE TABLE t (n INTEGER)",
        "DROP VIEW articles",
        "COPY articles TO '/tmp/wiredesk-stolen.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "PRAGMA database_list",
        "SET enable_external_access = true",
        "CALL pragma_version()",
        "EXPORT DATABASE '/tmp/wiredesk-stolen'",
        "SELECT 1; DROP VIEW articles",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM read_blob('/etc/hostname')",
        "SELECT * FROM sniff_csv('/etc/passwd')",
        "SELECT * FROM parquet_metadata('/tmp/x.parquet')",
        "SELECT * FROM read_json_auto('http://127.0.0.1/')",
        "SELECT * FROM query('COPY (SELECT 1) TO ''/tmp/wiredesk-stolen.csv''')",
        "SELECT * FROM (SELECT '/etc/passwd' AS p) t, read_text(t.p)",
        "SELECT getenv('HOME')",
        "SELECT * FROM duckdb_secrets()",
        "EXPLAIN DELETE FROM store.article",
        "/* aside */ PRAGMA database_size",
        "CREATE TEMP TABLE t AS SELECT 1",
        "CREATE MACRO f() AS 1",
        "RESET ALL",
        "CHECKPOINT",
        "VACUUM",
        "USE store",
        "BEGIN",
        "PREPARE p AS SELECT 1",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '/tmp/wiredesk-stolen.csv'",
        "SELEC 1",
        "",
    ],
)
def test_everything_else_is_refused_in_a_sentence(con: DuckDBPyConnection, sql: str) -> None:
    with pytest.raises(QueryError):
        query(con, sql)
    assert not Path("/tmp/wiredesk-stolen.csv").exists()


def test_rows_are_limited_and_it_is_said(con: DuckDBPyConnection) -> None:
    answer = query(con, "SELECT * FROM range(100)", limit=10)
    assert len(answer.rows) == 10
    assert answer.more


def test_time_is_limited(con: DuckDBPyConnection) -> None:
    with pytest.raises(QueryError, match=r"longer than 0\.2 seconds"):
        query(
            con,
            "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3",
            seconds=0.2,
        )


def test_columns_of_one_name_keep_their_values_apart(con: DuckDBPyConnection) -> None:
    answer = query(con, "SELECT 1 AS a, 2 AS a, 3 AS a_2")
    assert dict(zip(answer.columns, answer.rows[0], strict=True)) == {"a": 1, "a_3": 2, "a_2": 3}


def test_what_does_not_fit_into_memory_is_refused_and_nothing_spills(
    con: DuckDBPyConnection, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MEMORY", "32MB")
    with pytest.raises(QueryError, match="more than 32MB of memory"):
        query(con, "SELECT range, md5(range::VARCHAR) AS m FROM range(2000000) ORDER BY m")
    assert not list(data_dir.glob("*.tmp"))


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("SELECT repeat('x', 4000000000)", "more than 2GB of memory"),
        ("SELECT levenshtein(repeat('a', 300000), repeat('b', 300000))", "longer than 0.5 seconds"),
    ],
)
def test_one_call_that_never_ends_or_fills_the_machine_ends_with_the_command(
    data_dir: Path, sql: str, says: str
) -> None:
    Store(data_dir).prepare(now=datetime(2026, 11, 23, tzinfo=UTC))
    command = [
        sys.executable, "-m", "pipelines.cli", "--data", str(data_dir), "query", "--seconds", "0.5", sql,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert says in done.stderr
