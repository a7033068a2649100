"""Ids inside sentences become names that lead somewhere: ``t-1f0c…`` is the article of an outlet, with its title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ID = re.compile(
    r"\b(t-?[0-9a-f]{10,16}|\d{4}-\d{2}-\d{2}-[0-9a-z]{4,16}|[a-z0-9][a-z0-9.-]*:[A-Za-z0-9_-]+)\b"
)


@dataclass(frozen=True, slots=True)
class Name:
    """What an id stands for: a short name, the whole of it, and where the desk shows it."""

    short: str
    whole: str
    url: str


Names = Mapping[str, Name]


def names_in(con: DuckDBPyConnection, sentences: Iterable[str | None]) -> Names:
    """Names for the ids of texts, articles and incidents that stand in some sentences."""
    ids = sorted({match for sentence in sentences if sentence for match in _ID.findall(sentence)})
    if not ids:
        return {}
    rows = con.execute(
        """
        WITH asked AS (SELECT unnest(?::VARCHAR[]) AS id),
        found AS (
            SELECT a.id, t.article_id FROM asked a JOIN store.text t ON t.text_id = a.id
            UNION ALL SELECT id, id FROM asked WHERE contains(id, ':')
        )
        SELECT f.id, f.article_id, coalesce(any_value(o.name), any_value(a.outlet_id)), arg_max(a.title, a.version)
        FROM found f JOIN store.article a USING (article_id) LEFT JOIN store.outlet o USING (outlet_id)
        GROUP BY f.id, f.article_id
        """,
        [ids],
    ).fetchall()
    names = {
        name: Name(outlet, f"{outlet}: {title or ''}", f"/article/{quote(article, safe=':')}")
        for name, article, outlet, title in rows
    }
    incidents = con.execute(
        "SELECT incident_id, coalesce(title, title_original, incident_id) FROM store.incident "
        "WHERE incident_id IN (SELECT unnest(?::VARCHAR[]))",
        [ids],
    ).fetchall()
    return names | {name: Name(title, title, f"/incident/{name}") for name, title in incidents}


def pieces(sentence: str, names: Names) -> list[tuple[str, Name | None]]:
    """The sentence cut at the ids that have names."""
    found: list[tuple[str, Name | None]] = []
    at = 0
    for match in _ID.finditer(sentence):
        if match[0] in names:
            found += [(sentence[at : match.start()], None), (match[0], names[match[0]])]
            at = match.end()
    return [*found, (sentence[at:], None)]
