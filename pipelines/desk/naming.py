"""Ids inside sentences become names that lead somewhere: ``t-1f0c…`` is the article of an outlet, with its title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from pipelines.desk.lists import among
from pipelines.desk.values import country

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
    place, values = among(ids)
    texts = dict(
        con.execute(f"SELECT text_id, article_id FROM store.text WHERE text_id IN {place}", values).fetchall()
    )
    leads = texts | {name: name for name in ids if ":" in name}
    articles, known = among(sorted(set(leads.values())))
    rows = con.execute(
        f"""
        SELECT a.article_id, coalesce(any_value(o.name), any_value(a.outlet_id)), arg_max(a.title, a.version)
        FROM store.article a LEFT JOIN store.outlet o USING (outlet_id) WHERE a.article_id IN {articles} GROUP BY a.article_id
        """,
        known,
    ).fetchall()
    told = {article: (outlet, title) for article, outlet, title in rows}
    names = {
        name: Name(
            told[article][0],
            f"{told[article][0]}: {told[article][1] or ''}",
            f"/article/{quote(article, safe=':')}",
        )
        for name, article in leads.items()
        if article in told
    }
    incidents = con.execute(
        f"SELECT incident_id, coalesce(title, title_original, incident_id) FROM store.incident WHERE incident_id IN {place}",
        values,
    ).fetchall()
    return names | {name: Name(title, title, f"/incident/{name}") for name, title in incidents}


_SHARED = re.compile(
    r"(?<=same name )[A-Z]{3}\b|(?<=same names ).+?(?=, (?:same|headlines|a day|\d+ days|cosine)\b|;|$)"
)
"""The names that a reason to join says two texts share, countries among them by their codes."""


def countries_said(sentence: str) -> str:
    """``same names Taiwan and 曜行科技`` for ``same names TWN and 曜行科技``."""
    return _SHARED.sub(
        lambda found: re.sub(r"\b[A-Z]{3}\b", lambda code: country(code[0]), found[0]), sentence
    )


def pieces(sentence: str, names: Names) -> list[tuple[str, Name | None]]:
    """The sentence cut at the ids that have names, countries by their names."""
    sentence = countries_said(sentence)
    found: list[tuple[str, Name | None]] = []
    at = 0
    for match in _ID.finditer(sentence):
        if match[0] in names:
            found += [(sentence[at : match.start()], None), (match[0], names[match[0]])]
            at = match.end()
    return [*found, (sentence[at:], None)]
