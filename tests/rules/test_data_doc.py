"""docs/data.md is made from the schema and docs/columns.tsv; ``python -m tests.rules.test_data_doc`` writes it anew."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb

from tests.bundles.world import empty_store

DOCS = Path(__file__).parents[2] / "docs"
HEAD = """# The data

Written by `python -m tests.rules.test_data_doc` out of the schema and docs/columns.tsv; do not edit by hand.

These views are public: `wiredesk query "SQL"` opens them read-only, and so does any DuckDB client on `wiredesk.duckdb` (or
on the copy that `wiredesk store publish` makes, which may be held open while the line writes). Twenty worked questions are
in [questions.md](questions.md). Times are UTC, with the outlet's own zone beside them where it has one; lists are lists;
offsets are Unicode code points, end exclusive.

"""


def columns(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[str, str]]]:
    """Columns and types of every public view."""
    found: dict[str, list[tuple[str, str]]] = {}
    for view, column, kind in con.execute(
        "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c "
        "JOIN information_schema.tables t USING (table_schema, table_name) "
        "WHERE c.table_schema = 'main' AND t.table_type = 'VIEW' ORDER BY c.table_name, c.ordinal_position"
    ).fetchall():
        found.setdefault(view, []).append((column, kind))
    return found


def meanings() -> dict[str, dict[str, str]]:
    """What each view (under the empty name) and column means."""
    found: dict[str, dict[str, str]] = {}
    text = (DOCS / "columns.tsv").read_text(encoding="utf-8")
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE):
        assert row["column"] not in found.setdefault(row["view"], {}), row
        found[row["view"]][row["column"]] = row["meaning"]
    return found


def document() -> str:
    """docs/data.md as it must be."""
    schema = columns(empty_store())
    parts = [HEAD]
    for view, told in meanings().items():
        parts.append(f"## {view}\n\n{told['']}.\n\n| column | type | meaning |\n|---|---|---|\n")
        parts += [f"| `{name}` | {kind} | {told[name].replace('|', '/')} |\n" for name, kind in schema[view]]
        parts.append("\n")
    return "".join(parts).rstrip() + "\n"


def test_every_view_and_column_has_a_meaning() -> None:
    schema = {view: {"", *(name for name, _ in rows)} for view, rows in columns(empty_store()).items()}
    told = {view: set(rows) for view, rows in meanings().items()}
    assert told == schema
    assert all(meaning for rows in meanings().values() for meaning in rows.values())


def test_the_document_is_the_schema() -> None:
    assert (DOCS / "data.md").read_text(encoding="utf-8") == document(), (
        "run python -m tests.rules.test_data_doc"
    )


if __name__ == "__main__":
    (DOCS / "data.md").write_text(document(), encoding="utf-8")
