"""Every incident side by side, as columns: what a list, its numbers and its charts ask of thousands, in a millisecond each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.desk.cards import Card
from pipelines.hanzi import fold

Bools = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
NEVER = np.iinfo(np.int64).min
"""The moment of what has none."""


def micros(moment: datetime | None) -> int:
    """Microseconds since 1970 of a time of the store; :data:`NEVER` without one."""
    if moment is None:
        return NEVER
    span = moment.replace(tzinfo=UTC) - _EPOCH
    return (span.days * 86_400 + span.seconds) * 1_000_000 + span.microseconds


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Deck(dict[str, Card]):
    """The cards by id, in the order of their ids, each also a row of the columns."""

    def __init__(self, cards: Iterable[Card], limbs: Sequence[str] = ()) -> None:
        super().__init__((card.incident_id, card) for card in cards)
        self.limbs = tuple(limbs)
        """Of the profile, in its order."""
        self.rows: Sequence[Card] = tuple(self.values())
        self.place = {name: n for n, name in enumerate(self)}
        self.marks = {card.incident_id: card.one("mark") for card in self.rows}
        self.merged: Bools = np.array([card.merged_into is not None for card in self.rows], bool)
        self.first: Whole = np.array([micros(card.first) for card in self.rows], np.int64)
        self.last: Whole = np.array([micros(card.last) for card in self.rows], np.int64)
        known: dict[tuple[str, str], int] = {}
        codes = [known.setdefault(pair, len(known)) for card in self.rows for pair in card.pairs]
        self.pairs: Sequence[tuple[str, str]] = list(known)
        self._known = known
        self._codes = np.array(codes, np.int64)
        self._owners = np.repeat(
            np.arange(len(self.rows)), [len(card.pairs) for card in self.rows] if self.rows else []
        )
        self._orders: dict[str, Whole] = {}

    def having(self, axis: str, values: Collection[str]) -> Bools:
        """Whose values on ``axis`` are among these."""
        wanted = np.zeros(len(self.pairs), bool)
        wanted[[self._known[axis, value] for value in values if (axis, value) in self._known]] = True
        held = np.zeros(len(self), bool)
        held[self._owners[wanted[self._codes]]] = True
        return held

    def named(self, ids: Collection[str]) -> Bools:
        """Those of some ids."""
        held = np.zeros(len(self), bool)
        held[[self.place[name] for name in ids if name in self.place]] = True
        return held

    def tally(self, among: Bools) -> dict[str, dict[str, int]]:
        """By axis: how many of these incidents have each value, values that none has left out."""
        numbers = np.bincount(self._codes[among[self._owners]], minlength=len(self.pairs))
        found: dict[str, dict[str, int]] = {}
        for code in np.flatnonzero(numbers).tolist():
            axis, value = self.pairs[code]
            found.setdefault(axis, {})[value] = int(numbers[code])
        return found

    def ordered(self, among: Bools, name: str, key: Callable[[Card], Any]) -> list[Card]:
        """These incidents in the order ``name``, by ``key``; an order is worked out once."""
        if name not in self._orders:
            self._orders[name] = np.array(sorted(range(len(self)), key=lambda n: key(self.rows[n])), np.int64)
        order = self._orders[name]
        return [self.rows[n] for n in order[among[order]].tolist()]

    def days(self, among: Bools) -> dict[tuple[date, str], int]:
        """How many of these were first reported on a day, by the day and the class."""
        kinds, which = self._classes
        days = self._ordinals[among]
        spots, numbers = np.unique((days * len(kinds) + which[among])[days > 0], return_counts=True)
        return {
            (date.fromordinal(spot // len(kinds)), kinds[spot % len(kinds)]): n
            for spot, n in zip(spots.tolist(), numbers.tolist(), strict=True)
        }

    @cached_property
    def _ordinals(self) -> Whole:
        return np.array([card.first.toordinal() if card.first else 0 for card in self.rows], np.int64)

    @cached_property
    def _classes(self) -> tuple[list[str], Whole]:
        known: dict[str, int] = {}
        which = [known.setdefault(card.one("class"), len(known)) for card in self.rows]
        return list(known) or [""], np.array(which, np.int64)

    @cached_property
    def affairs(self) -> dict[str, list[str]]:
        """The incidents of each affair, merged ones too."""
        found: dict[str, list[str]] = {}
        for card in self.rows:
            found.setdefault(card.affair_id, []).append(card.incident_id)
        return found

    @cached_property
    def lowered(self) -> Sequence[str]:
        """The titles, so that capitals do not matter."""
        return [card.title.casefold() for card in self.rows]

    @cached_property
    def titles(self) -> tuple[Shares, Shares]:
        """What titles have in common, in English and in the original."""
        return Shares([card.title for card in self.rows]), Shares(
            [card.title_original or "" for card in self.rows]
        )


class Shares:
    """Which words or pairs of characters each of some titles holds."""

    def __init__(self, titles: Sequence[str]) -> None:
        known: dict[str, int] = {}
        held = [[known.setdefault(token, len(known)) for token in sorted(_tokens(title))] for title in titles]
        self._sizes = np.array([len(one) for one in held], np.int64)
        self._edges = np.concatenate([[0], np.cumsum(self._sizes)])
        self._codes = np.array([code for one in held for code in one], np.int64)
        self._owners = np.repeat(np.arange(len(held)), self._sizes)
        self._many = len(known)

    def with_all(self, n: int) -> npt.NDArray[np.float64]:
        """The Dice coefficient (0 to 1) of title ``n`` with each of them."""
        wanted = np.zeros(self._many, bool)
        wanted[self._codes[self._edges[n] : self._edges[n + 1]]] = True
        both = np.bincount(self._owners[wanted[self._codes]], minlength=len(self._sizes))
        sizes = self._sizes + self._sizes[n]
        share: npt.NDArray[np.float64] = np.zeros(len(sizes))
        np.divide(2.0 * both, sizes, out=share, where=both > 0)
        return share


def _tokens(title: str) -> frozenset[str]:
    if title.isascii():
        words = title.lower().split()
        return frozenset(word.strip(".,:;’'\"()") for word in words if len(word) > 3)
    plain = "".join(c for c in fold(title).lower() if c.isalnum())
    return frozenset(plain[n : n + 2] for n in range(len(plain) - 1))
