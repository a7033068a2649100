"""What the facts of an incident's texts say together: countries, the day of the event, whose report it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
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
    """A day as ISO 8601; a year or month that the text left out is that of the latest such day before it was published.

    ``None`` where no whole day is known.
    """
    candidates = [value]
    if value.startswith("XXXX-XX") and published:
        month = published.date().replace(day=1)
        before = (month - timedelta(days=1)).replace(day=1)
        candidates = [f"{one:%Y-%m}{value[7:]}" for one in (month, before)]
    elif value.startswith("XXXX") and published:
        candidates = [f"{year}{value[4:]}" for year in (published.year, published.year - 1)]
    for candidate in candidates:
        try:
            day = date.fromisoformat(candidate)
        except ValueError:
            continue
        if published is None or day <= published.date() + timedelta(days=1):
            return day.isoformat()
    return None


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
