"""Which other incidents may be the same one: what a person is offered when merging."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.desk.cards import Card
from pipelines.desk.deck import NEVER, Bools, Deck

NEAR = 45 * 86_400 * 1_000_000
"""Microseconds: 45 days."""
FLOOR = 0.12


@dataclass(frozen=True, slots=True)
class Alike:
    """Another incident, and how much of the two titles is the same (0 to 1)."""

    card: Card
    share: float
    affair: bool


def alike(deck: Deck, incident_id: str, *, most: int = 6) -> list[Alike]:
    """Open incidents within 45 days whose titles share most character pairs, those of the same affair first.

    The measure is the Dice coefficient of the titles' folded pairs of characters, the better of the English and the
    original title: simplified and traditional titles compare as one.
    """
    n = deck.place[incident_id]
    english, original = deck.titles
    share = np.maximum(english.with_all(n), original.with_all(n))
    family = deck.named(deck.affairs[deck[incident_id].affair_id])
    fits = ~deck.merged & (family | (_near(deck, n) & (share >= FLOOR)))
    fits[n] = False
    found = [
        Alike(deck.rows[other], round(float(share[other]), 2), bool(family[other]))
        for other in np.flatnonzero(fits).tolist()
    ]
    return sorted(found, key=lambda item: (not item.affair, -item.share, item.card.incident_id))[:most]


def _near(deck: Deck, n: int) -> Bools:
    first, last = deck.first[n], deck.last[n]
    if NEVER in (first, last):
        return np.zeros(len(deck), bool)
    there: Bools = (deck.first != NEVER) & (deck.last != NEVER)
    there &= (deck.last >= first - NEAR) & (deck.first <= last + NEAR)
    return there
