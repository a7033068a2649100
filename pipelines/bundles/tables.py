"""The tables of a bundle: columns from ``tables.tsv``, rows from the content, CSV that no spreadsheet executes.

CSV is RFC 4180 in UTF-8 with LF; a list is a JSON array in its cell (industries contain commas), an empty cell is
null, and text that a spreadsheet would run gets an apostrophe in front (:func:`~pipelines.bundles.safety.cell`).
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from .content import Content, Row
from .safety import cell

DUCKDB_TYPES = {
    "string": "VARCHAR",
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "datetime": "TIMESTAMP",
    "date": "DATE",
    "array": "VARCHAR[]",
    "object": "JSON",
}


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    type: str
    """A Table Schema type."""
    description: str


@cache
def schemas() -> Mapping[str, tuple[Column, ...]]:
    """The columns of each table, in order."""
    text = (resources.files(__package__) / "tables.tsv").read_text(encoding="utf-8")
    found: dict[str, list[Column]] = {}
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", strict=True):
        found.setdefault(row["table"], []).append(Column(row["column"], row["type"], row["description"]))
    return {table: tuple(columns) for table, columns in found.items()}


def to_json(value: Any) -> str:
    """One line of JSON with sorted keys, the same bytes for the same value."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def to_pretty_json(value: Any) -> str:
    """JSON for people: indented, sorted keys, a newline at the end."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False) + "\n"


def to_csv(columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> str:
    """The rows as CSV with a header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in columns])
    writer.writerows([_cell(row[column.name]) for column in columns] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return cell(value.replace("\r\n", "\n").replace("\r", "\n"))
    if isinstance(value, list | dict):
        return to_json(value)
    return repr(value)


def to_jsonl(rows: Iterable[Mapping[str, Any]]) -> str:
    return "".join(to_json(row) + "\n" for row in rows)


def write_parquet(columns: Sequence[Column], jsonl: Path, target: Path) -> None:
    """``jsonl`` as Parquet, written by a DuckDB of its own with one thread, so that the bytes repeat."""
    import duckdb

    kinds = {column.name: DUCKDB_TYPES[column.type] for column in columns}
    with duckdb.connect(
        config={"threads": "1", "autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    ) as con:
        names = ", ".join(f'"{name}"' for name in kinds)
        con.execute(
            f"CREATE TABLE rows AS SELECT {names} FROM read_json(?, format = 'newline_delimited', "
            f"maximum_object_size = 268435456, columns = {kinds!r})",
            [str(jsonl)],
        )
        con.execute(
            f"COPY rows TO '{str(target).replace(chr(39), chr(39) * 2)}' (FORMAT parquet, COMPRESSION zstd)"
        )


def table_rows(content: Content, archived: Mapping[str, str]) -> dict[str, list[Row]]:
    """The rows of every table of ``tables.tsv``.

    :param archived: per article, where its page is.
    """
    about = {row["article_id"]: about_article(row) for row in content.articles}
    nowhere = {"url": None, "language": None, "script": None, "source": None}
    members = {row["article_id"]: row for row in content.members}
    quoted: dict[tuple[str, str, str, str], int] = {}
    for row in content.evidence:
        quoted[label_key(row)] = quoted.get(label_key(row), 0) + 1
    tables = {
        "articles": [
            row
            | about[row["article_id"]]
            | {
                "role": members[row["article_id"]]["role"],
                "archived": archived[row["article_id"]],
                "translated_by": content.article_translated_by(row),
            }
            for row in content.articles
        ],
        "labels": [row | {"quotations": quoted.get(label_key(row), 0)} for row in content.labels],
        "evidence": [
            row
            | about.get(row["article_id"], nowhere)
            | {"sentence": sentence_of(content, row), "translated_by": content.translated_by(row["text_id"])}
            for row in content.evidence
        ],
        "membership": [row | about[row["article_id"]] for row in content.members],
        "votes": content.votes,
        "decisions": content.decisions,
        "entities": content.facts,
        "timeline": timeline(content),
        "rejects": [nowhere | about.get(row["article_id"], {}) | row for row in content.rejects],
    }
    return {
        name: [{column.name: row[column.name] for column in schemas()[name]} for row in rows]
        for name, rows in tables.items()
    }


def about_article(article: Row) -> Row:
    """What every table says of an article that it lists."""
    return {
        "url": article["url"],
        "language": article["language"],
        "script": article["script"],
        "source": article["outlet_name"] or article["outlet_as_printed"] or article["outlet_id"],
    }


def label_key(row: Row) -> tuple[str, str, str, str]:
    return row["subject"], row["subject_id"], row["axis"], row["value"]


def sentence_of(content: Content, evidence: Row) -> int | None:
    """The number of the sentence in which a quotation begins."""
    for sentence in content.sentences.get(evidence["text_id"], []):
        if (
            sentence["field"] == evidence["field"]
            and sentence["start_at"] <= evidence["start_at"] < sentence["end_at"]
        ):
            return int(sentence["n"])
    return None


def timeline(content: Content) -> list[Row]:
    """The story and the record's own life in one list, oldest first."""
    empty = {column.name: None for column in schemas()["timeline"]}
    found: list[Row] = []
    if content.incident["event_date"]:
        moment = f"{content.incident['event_date']}T00:00:00Z"
        precision = content.incident["event_date_precision"] or "day"
        what = "The event, as the articles date it"
        found.append(empty | {"moment": moment, "precision": precision, "kind": "event", "what": what})
    found += [
        empty
        | about_article(article)
        | {
            "moment": article["published"],
            "precision": article["published_precision"] or "minute",
            "kind": "report" if article["relation"] == "original" else article["relation"],
            "what": article["title"],
            "article_id": article["article_id"],
        }
        for article in content.articles
        if article["published"]
    ]
    happened = [("record", row["happened"], row["kind"], row) for row in content.history]
    happened += [("decision", row["made"], row["action"], row) for row in content.decisions]
    found += [
        empty
        | {
            "moment": moment,
            "precision": "minute",
            "kind": kind,
            "what": f"{what}: {row['reason']}" if row["reason"] else what,
            "made_by": row["made_by"],
            "translated_by": "; ".join(content.translators(row["reason"] or "")) or None,
        }
        for kind, moment, what, row in happened
    ]
    return sorted(
        found, key=lambda row: (row["moment"], row["kind"], row["article_id"] or "", row["what"] or "")
    )
