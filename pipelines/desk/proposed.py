"""What a language model proposed for texts, where somebody asked one: shown apart, since none of it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.desk.lighting import Row, quote_en
from pipelines.desk.lists import among
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def proposals(con: DuckDBPyConnection, texts: Sequence[str]) -> list[Row]:
    """Rows of the view ``proposals`` for these texts, in one order."""
    if not texts:
        return []
    place, values = among(texts)
    return fetch_rows(
        con,
        f"SELECT * FROM proposals WHERE text_id IN {place} ORDER BY text_id, model, prompt_version, n",
        values,
    )


def presented(
    rows: Sequence[Row],
    sentences: Mapping[str, Sequence[Row]],
    tags: Mapping[str, str | None],
    numbers: Mapping[str, int],
) -> list[dict[str, Any]]:
    """Proposals by text, model and prompt version, in the order of the texts' ``numbers`` on the page.

    :param sentences: of each text, with their translations.
    :param tags: the language of each article.
    """
    groups: dict[tuple[str, str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row["text_id"], row["model"], row["prompt_version"])
        group = groups.setdefault(
            key,
            {
                **{name: row[name] for name in ("model", "prompt_version", "made", "mark", "article_id")},
                "number": numbers.get(row["text_id"]),
                "lang": tags.get(row["article_id"]),
                "rows": [],
            },
        )
        here = sentences.get(row["text_id"], ())
        group["rows"].append(
            {
                "kind": row["kind"],
                "axis": row["axis"],
                "value": row["value"],
                "quote": (row["quote"] or "").strip(),
                "english": quote_en(row, here) if _stands(row, here) else None,
            }
        )
    return sorted(groups.values(), key=lambda group: group["number"] or 0)


def _stands(row: Row, sentences: Sequence[Row]) -> bool:
    """Whether the quotation is still where the model read it: the article may have changed since."""
    where = [
        one
        for one in sentences
        if one["field"] == row["field"]
        and one["start_at"] < row["end_at"]
        and one["end_at"] > row["start_at"]
    ]
    said = "".join("".join(one["source"] for one in where).split())
    return "".join((row["quote"] or "").split()) in said
