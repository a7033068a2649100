"""Which other incidents may be the same one: what a person is offered when merging."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

from pipelines.desk.cards import Card
from pipelines.hanzi import fold

NEAR = timedelta(days=45)
FLOOR = 0.12


@dataclass(frozen=True, slots=True)
class Alike:
    """Another incident, and how much of the two titles is the same (0 to 1)."""

    card: Card
    share: float
    affair: bool


def alike(cards: Mapping[str, Card], incident_id: str, *, most: int = 6) -> list[Alike]:
    """Open incidents within 45 days whose titles share most character pairs, those of the same affair first.

    The measure is the Dice coefficient of the titles' folded pairs of characters, the better of the English and the
    original title: simplified and traditional titles compare as one.
    """
    this = cards[incident_id]
    mine = _pairs(this)
    found = []
    for card in cards.values():
        if card.incident_id == incident_id or card.merged_into:
            continue
        affair = card.affair_id == this.affair_id
        if not affair and not _near(this, card):
            continue
        share = max(_dice(a, b) for a, b in zip(mine, _pairs(card), strict=True))
        if affair or share >= FLOOR:
            found.append(Alike(card, round(share, 2), affair))
    return sorted(found, key=lambda item: (not item.affair, -item.share, item.card.incident_id))[:most]


def _near(one: Card, other: Card) -> bool:
    if not (one.first and one.last and other.first and other.last):
        return False
    return one.first - other.last <= NEAR and other.first - one.last <= NEAR


def _pairs(card: Card) -> tuple[frozenset[str], frozenset[str]]:
    return _of(card.title), _of(card.title_original or "")


@lru_cache(maxsize=1 << 15)
def _of(title: str) -> frozenset[str]:
    if title.isascii():
        words = title.lower().split()
        return frozenset(word.strip(".,:;’'\"()") for word in words if len(word) > 3)
    plain = "".join(c for c in fold(title).lower() if c.isalnum())
    return frozenset(plain[n : n + 2] for n in range(len(plain) - 1))


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0
