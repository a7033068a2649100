"""The filters of the list of incidents: they live in the URL, and beside each value stands what choosing it would give."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np

from pipelines import search
from pipelines.desk.cards import MARKS, Card
from pipelines.desk.deck import NEVER, Bools, Deck, micros
from pipelines.profiles import CLASSES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AXES: Mapping[str, str] = {
    "class": "Class",
    "severity": "Severity",
    "mark": "Review",
    "state": "State",
    "language": "Language",
    "outlet": "Outlet",
    "country": "Country",
    "harm_type": "Harm type",
    "principle": "AI principle",
    "industry": "Industry",
    "stakeholder": "Affected stakeholder",
    "limb": "Limb of the definition",
}
ORDERS: Mapping[str, Sequence[str]] = {
    "class": CLASSES,
    "severity": ("disaster", "serious incident", "incident", "serious hazard", "hazard", "unknown"),
    "mark": MARKS,
    "state": ("open", "quiet", "merged"),
}
"""Axes whose values have an order of their own; the others go by count."""
DAY = 86_400 * 1_000_000
"""In microseconds."""
SORTS: Mapping[str, tuple[str, Callable[[Card], tuple[object, ...]]]] = {
    "latest": ("latest report", lambda c: (-_stamp(c.last), c.incident_id)),
    "newest": ("first report, newest first", lambda c: (-_stamp(c.first), c.incident_id)),
    "first": ("first report, oldest first", lambda c: (c.first is None, _stamp(c.first), c.incident_id)),
    "articles": ("most articles", lambda c: (-c.articles, c.incident_id)),
    "origins": ("most independent origins", lambda c: (-c.origins, -c.articles, c.incident_id)),
    "severity": ("most severe", lambda c: (_rank(c), -c.articles, c.incident_id)),
    "title": ("title", lambda c: (c.title.casefold(), c.incident_id)),
}


def _stamp(moment: datetime | None) -> int:
    """Seconds, for ordering alone; no moment is the oldest."""
    if moment is None:
        return 0
    return moment.toordinal() * 86400 + moment.hour * 3600 + moment.minute * 60 + moment.second


def _rank(card: Card) -> int:
    order = ORDERS["severity"]
    return order.index(card.one("severity")) if card.one("severity") in order else len(order)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a URL asks for."""

    words: str = ""
    since: date | None = None
    until: date | None = None
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sort: str = "latest"
    page: int = 1
    problems: tuple[str, ...] = ()
    """What in the URL was not understood, as sentences."""

    def pairs(self, *, page: bool = False) -> list[tuple[str, str]]:
        """The filters as the pairs of a query string, in one order."""
        found = [("q", self.words)] if self.words else []
        found += [("from", self.since.isoformat())] if self.since else []
        found += [("to", self.until.isoformat())] if self.until else []
        found += [(axis, value) for axis in AXES for value in self.chosen.get(axis, ())]
        found += [("sort", self.sort)] if self.sort != "latest" else []
        return found + ([("page", str(self.page))] if page and self.page > 1 else [])

    def query(self, *, page: bool = False) -> str:
        return urlencode(self.pairs(page=page))

    def toggled(self, axis: str, value: str) -> Filters:
        """With ``value`` chosen on ``axis``, or no longer."""
        there = self.chosen.get(axis, ())
        now = tuple(x for x in there if x != value) if value in there else (*there, value)
        return replace(self, chosen={**self.chosen, axis: now}, page=1)

    @property
    def empty(self) -> bool:
        return not (self.words or self.since or self.until or any(self.chosen.values()))

    def describe(self, say: Callable[[str, str], str] = lambda _axis, value: value) -> str:
        """The filters in words, to name a saved query by; ``say`` names the value of an axis."""
        parts = [f"“{self.words}”"] if self.words else []
        parts += [
            f"{AXES[axis].lower()} {' or '.join(say(axis, value) for value in values)}"
            for axis, values in self.chosen.items()
            if values
        ]
        parts += [f"from {self.since}"] if self.since else []
        parts += [f"to {self.until}"] if self.until else []
        return ", ".join(parts) or "every incident"


def day_of(value: str) -> date:
    """A day as a URL says it.

    :raises ValueError: when it is none; the message is a sentence.
    """
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"“{value}” is no day: write it as 2026-11-20") from error


def parse(pairs: Iterable[tuple[str, str]]) -> Filters:
    """The filters of a query string; what is no filter is named in ``problems`` and changes nothing."""
    words, sort, page = "", "latest", 1
    days: dict[str, date] = {}
    chosen: dict[str, list[str]] = {}
    problems = []
    for name, raw in pairs:
        value = raw.strip()[:200]
        if not value:
            continue
        if name == "q":
            words = value
        elif name in ("from", "to"):
            try:
                days[name] = day_of(value)
            except ValueError as error:
                problems.append(str(error))
        elif name in AXES:
            known = ORDERS.get(name)
            if known and value not in known:
                problems.append(f"{AXES[name].lower()} has no value “{value}”")
            elif value not in chosen.setdefault(name, []):
                chosen[name].append(value)
        elif name == "sort" and value in SORTS:
            sort = value
        elif name == "page" and value.isdigit() and 0 < int(value) <= 100_000:
            page = int(value)
        else:
            problems.append(f"“{name}={value}” is no filter")
    return Filters(
        words=words,
        since=days.get("from"),
        until=days.get("to"),
        chosen={axis: tuple(values) for axis, values in chosen.items()},
        sort=sort,
        page=page,
        problems=tuple(problems),
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What the filters leave, in order, and how many incidents each value would leave."""

    cards: list[Card]
    counts: Mapping[str, list[tuple[str, int]]]
    """By axis: value and count, counted with the filters of the other axes."""
    tallies: Mapping[str, Mapping[str, int]]
    """By axis: how many of ``cards`` have each value."""
    days: Mapping[tuple[date, str], int]
    """How many of ``cards`` were first reported on a day, by the day and the class."""


def holding(
    con: DuckDBPyConnection,
    deck: Deck,
    words: str,
    *,
    data_dir: Path,
    known: Callable[[], search.Records] | None = None,
) -> set[str] | None:
    """The incidents whose articles, title or id hold the words of a filter; ``None`` without words.

    :param known: gives :func:`pipelines.search.records` of this state of the database.
    """
    if not words:
        return None
    plain = words.casefold()
    named = {deck.rows[n].incident_id for n, title in enumerate(deck.lowered) if plain in title}
    named |= {plain} & deck.keys()
    return named | set(
        search.incidents_holding(con, words, data_dir=data_dir, known=known() if known else None)
    )


def apply(
    deck: Deck, filters: Filters, *, marks: Mapping[str, str], holding: Collection[str] | None
) -> Found:
    """Filter, count and sort.

    A value is counted among the incidents that every *other* axis lets through, so that the numbers say what a click
    would give. An incident is within the days when any of its reports may be: its first is not after the last day, and
    its last is not before the first.

    :param marks: marks that are pending, by incident.
    :param holding: as :func:`holding` finds them.
    """
    wanted = {axis: values for axis, values in filters.chosen.items() if values}
    marks = {name: mark for name, mark in marks.items() if name in deck}
    fits = {axis: deck.having(axis, values) for axis, values in wanted.items()}
    if "mark" in wanted:
        for name, mark in marks.items():
            fits["mark"][deck.place[name]] = mark in wanted["mark"]
    if "state" not in wanted:
        fits["state"] = ~deck.merged  # merged incidents show only when asked for
    base = _within(deck, filters)
    if holding is not None:
        base &= deck.named(holding)
    failed = np.zeros(len(deck), np.int64)
    for fit in fits.values():
        failed += ~fit
    passed = base & (failed == 0)
    tallies = _tally(deck, passed, marks)
    counts = {axis: dict.fromkeys(wanted.get(axis, ()), 0) | tallies.get(axis, {}) for axis in AXES}
    for axis, fit in fits.items():
        others = base & (failed == ~fit)  # nothing, or this axis alone, keeps them out
        counts[axis] |= _tally(deck, others, marks).get(axis, {})
    return Found(
        deck.ordered(passed, filters.sort, SORTS[filters.sort][1]),
        {
            axis: _ordered(found, deck.limbs if axis == "limb" else ORDERS.get(axis))
            for axis, found in counts.items()
        },
        tallies,
        deck.days(passed),
    )


def _tally(deck: Deck, among: Bools, marks: Mapping[str, str]) -> dict[str, dict[str, int]]:
    """As :meth:`Deck.tally`, each pending mark in place of the one that the database knows."""
    found = deck.tally(among)
    for name, mark in marks.items():
        if among[deck.place[name]]:
            there = found["mark"]
            there[deck[name].one("mark")] -= 1
            there[mark] = there.get(mark, 0) + 1
    if marks:
        found["mark"] = {mark: n for mark, n in found.get("mark", {}).items() if n}
    return found


def _within(deck: Deck, filters: Filters) -> Bools:
    held = np.ones(len(deck), bool)
    if filters.since:
        held &= deck.last >= _midnight(filters.since)
    if filters.until:
        held &= (deck.first != NEVER) & (deck.first < _midnight(filters.until) + DAY)
    return held


def _midnight(day: date) -> int:
    return micros(datetime(day.year, day.month, day.day, tzinfo=UTC))


def _ordered(tally: Mapping[str, int], order: Sequence[str] | None) -> list[tuple[str, int]]:
    """Values and numbers in an order of their own, those that it does not know last; without one by number."""
    if order:
        further = sorted(set(tally) - set(order))
        return [(value, tally[value]) for value in (*order, *further) if value in tally]
    return sorted(tally.items(), key=lambda item: (-item[1], item[0]))
