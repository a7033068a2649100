"""The twenty worked questions of docs/questions.sql run and answer; ``python -m tests.bundles.test_questions`` writes
docs/questions.md with the answers of the small invented world."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import duckdb
import pytest

from .world import INCIDENT, empty_store, world

DOCS = Path(__file__).parents[2] / "docs"
HEAD = """# Twenty questions

Written by `python -m tests.bundles.test_questions`; do not edit by hand. The SQL is in [questions.sql](questions.sql), the
views are explained in [data.md](data.md). The answers are those of the small invented world of `tests/bundles/world.py`: one
incident of four articles in three languages and scripts, one hazard, one merged id.
"""


def questions() -> list[tuple[str, str]]:
    """Question and SQL, in order."""
    text = (DOCS / "questions.sql").read_text(encoding="utf-8")
    found = re.findall(r"^-- \d+\. (.+)\n((?:(?!^-- \d+\.).*\n?)+)", text, re.MULTILINE)
    return [(question, sql.strip().rstrip(";")) for question, sql in found]


def peopled() -> duckdb.DuckDBPyConnection:
    """The small world with some that stopped on the way."""
    made = world()
    made.add(
        "fetch", fetch_id="f-404", url="https://lakenews.example/story/999", final_url=None, outlet_id="lakenews", article_id="lakenews:999",
        kind="article", way="feed", fetched="2026-03-05 00:00:00", http_status=404, outcome="http_404", reason="the page is gone",
        warc_file=None, warc_offset=None, warc_length=None, page_sha256=None, content_type=None, etag=None, last_modified=None,
        published_hint=None, run_id="run-1",
    )  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        return made.build(Path(folder))


def answer(con: duckdb.DuckDBPyConnection, sql: str) -> tuple[list[str], list[tuple[object, ...]]]:
    result = con.execute(sql)
    return [column[0] for column in result.description or ()], result.fetchall()


def _shown(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return text.replace("|", "/").replace("\n", " ")


def document() -> str:
    con = peopled()
    parts = [HEAD]
    for number, (question, sql) in enumerate(questions(), 1):
        names, rows = answer(con, sql)
        parts.append(f"\n## {number}. {question}\n\n```sql\n{sql}\n```\n\n")
        if rows:
            parts.append(f"| {' | '.join(names)} |\n|{'---|' * len(names)}\n")
            parts += [f"| {' | '.join(map(_shown, row))} |\n" for row in rows]
        else:
            parts.append("No row, as it should be.\n")
    return "".join(parts)


def test_there_are_twenty_and_each_is_one_select() -> None:
    found = questions()
    assert len(found) == 20
    for question, sql in found:
        assert question.endswith("?")
        assert ";" not in sql
        assert sql.startswith("SELECT")


@pytest.fixture(scope="module")
def stores() -> tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection]:
    """An empty store and the small world."""
    return empty_store(), peopled()


@pytest.mark.parametrize("number", range(20))
def test_each_runs_on_an_empty_store_and_on_the_world(
    stores: tuple[duckdb.DuckDBPyConnection, duckdb.DuckDBPyConnection], number: int
) -> None:
    empty, con = stores
    _, sql = questions()[number]
    assert answer(empty, sql)[1] == []
    names, rows = answer(con, sql)
    assert len(names) == len(set(names))
    assert bool(rows) == (number != 16), "every question but the seventeenth has an answer"


def test_the_answers_are_right() -> None:
    con = peopled()
    found = [answer(con, sql)[1] for _, sql in questions()]
    assert [row[0] for row in found[0]] == ["2026-03-05-zz11", INCIDENT]
    assert ("landing", "http_404", "the page is gone", 1) in found[2]
    assert found[3][0][2] == 2
    assert found[9] == [("lakenews", 2)]
    assert [row[2] for row in found[10]] == [0.0, 0.1, 31.8]
    assert found[11] == [(INCIDENT, ["incident 2", "complementary 1"], "most texts")]
    assert [row[0] for row in found[14]] == ["t-hant"]
    assert found[19] == [("Qinglan Technology", "developer", 1)]


def test_the_document_is_up_to_date() -> None:
    assert (DOCS / "questions.md").read_text(encoding="utf-8") == document(), (
        "run python -m tests.bundles.test_questions"
    )


if __name__ == "__main__":
    (DOCS / "questions.md").write_text(document(), encoding="utf-8")
