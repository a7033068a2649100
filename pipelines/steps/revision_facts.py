"""What the facts of an incident's texts say together: countries, the day of the event, whose report it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.steps.revision import TextOf


@dataclass(frozen=True, slots=True)
class Publisher:
    """The house behind an outlet: the editions that share its host, under the name of the first."""

    name: str
    own_names: frozenset[str]
    """What the house calls itself in its editions: a text that credits one of these credits nobody else."""


def countries(texts: Sequence[TextOf]) -> list[str]:
    """Countries of the facts, those that most texts name first."""
    named: dict[str, set[str]] = {}
    for text in texts:
        for fact in text.facts:
            if fact["kind"] == "country":
                named.setdefault(fact["value"], set()).add(text.text_id)
    return sorted(named, key=lambda code: (-len(named[code]), code))


def event_date(texts: Sequence[TextOf]) -> dict[str, Any]:
    """The day of the event: what most texts say, the more precise and the earlier of equals."""
    said: dict[tuple[str, str], int] = {}
    for text in texts:
        for fact in text.facts:
            day = day_of(fact["value"], text.row["published"]) if fact["kind"] == "event_date" else None
            if day is not None:
                key = (day, fact["precision"] or "day")
                said[key] = said.get(key, 0) + 1
    if not said:
        return {"event_date": None, "event_date_precision": None}
    day, precision = min(said, key=lambda key: (-said[key], key[0]))
    return {"event_date": day, "event_date_precision": precision}


def day_of(value: str, published: datetime | None) -> str | None:
    """A day as ISO 8601; what the text left out, or told from its own day, is reckoned from when it was published.

    ``None`` where no whole day is known, or one that was still to come.
    """
    from pipelines import labels

    day = labels.resolve_date(value, published.date() if published else None)
    if day is None or len(day) < len("2024-03-05"):
        return None
    return day


def publishers(con: DuckDBPyConnection) -> dict[str, Publisher]:
    """Outlet id → publisher: outlets belong together when one's host is the other's or lies under it."""
    rows = con.execute(
        "SELECT outlet_id, name, coalesce(home, '') FROM store.outlet ORDER BY outlet_id"
    ).fetchall()
    hosts = {key: (urlsplit(home).hostname or key).removeprefix("www.") for key, _, home in rows}
    heads = {
        key: min((other for other in hosts.values() if host == other or host.endswith("." + other)), key=len)
        for key, host in hosts.items()
    }
    names: dict[str, list[str]] = {}
    for key, name, _ in rows:
        names.setdefault(heads[key], []).append(name)
    return {
        key: Publisher(names[head][0], frozenset(name.casefold() for name in names[head]))
        for key, head in heads.items()
    }


def origin_of(credited: str | None, house: Publisher | None) -> str | None:
    """Whom a text credits; where that is the house itself or nobody, the house, whatever the edition."""
    if house is None or (credited is not None and credited.casefold() not in house.own_names):
        return credited
    return house.name
