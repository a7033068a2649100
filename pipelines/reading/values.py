"""What a block is worth: its length in words, its share of links, its sentence marks, its names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from pipelines.reading.blocks import Block
from pipelines.reading.tables import table

_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]+")
_STOP = re.compile(r"[。！？；，、!?;…]|[.,:](?=\s|$)|[.!?][\"”’)]")
_TOKEN = re.compile(r"[a-z]+|[A-Z][a-z]*|[A-Z]+(?![a-z])")
_SPLIT = re.compile(r"[^A-Za-z]+")

SCRAP = 12.0
"""Weight under which a block without a sentence mark is a scrap: a label, a button, a menu entry."""


@dataclass(slots=True)
class Measure:
    """``size`` (:func:`weight`), ``share`` of linked characters, sentence marks, and the ``value`` they make."""

    size: float
    share: float
    stops: int
    value: float

    @property
    def prose(self) -> bool:
        """Whether this is running text: long enough for a sentence, with a sentence mark, hardly linked."""
        return self.stops > 0 and self.size >= 15 and self.share < 0.4


def weight(text: str) -> float:
    """Length of a text that means the same in Chinese and English: one per wide character, two per other word."""
    if text.isascii():
        return 2.0 * len(_WORD.findall(text))
    return len(_WIDE.findall(text)) + 2.0 * len(_WORD.findall(text))


def measure(block: Block) -> Measure:
    """Running text is worth its length, link lists cost, scraps count for little."""
    size = weight(block.text)
    share = block.links / max(1, len(block.text) - block.text.count(" "))
    stops = len(_STOP.findall(block.text))
    if share > 0.5:
        value = -(6 + size * 0.4)
    elif size < SCRAP and not stops:
        value = -2.0 if share else 0.1 * size
    else:
        value = size * (1 - share) * (1.0 if stops else 0.4)
    return Measure(size, share, stops, value)


@lru_cache(maxsize=20_000)
def name_tokens(names: str) -> frozenset[str]:
    """Parts of class and id names: whole names, their hyphenated parts and camelCase parts, lower case."""
    found: set[str] = set()
    for name in names.split():
        found.add(name.lower())
        for part in _SPLIT.split(name):
            if part:
                found.add(part.lower())
                found.update(piece.lower() for piece in _TOKEN.findall(part))
    return frozenset(found)


@cache
def names(key: str) -> frozenset[str]:
    """The name tokens listed under ``key`` in :file:`furniture.toml`."""
    return frozenset(str(table("furniture.toml")["names"][key]).split())


@cache
def lines(key: str) -> re.Pattern[str]:
    """The expressions listed under ``key`` in :file:`furniture.toml` as one, to be matched from a block's start."""
    return re.compile(
        "|".join(f"(?:{line})" for line in table("furniture.toml")["lines"][key]), re.IGNORECASE
    )
