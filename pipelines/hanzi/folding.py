"""Fold Chinese text of any script and region to one form, with a way back to the source's code points."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import opencc

from pipelines.hanzi.scripts import OPENCC_VERSION, character_table
from pipelines.hanzi.words import digest, pattern, replacements

NORMALISATION_VERSION = f"hanzi-1+opencc-{OPENCC_VERSION}+words-{digest()}"
"""Changes when folded text changes: our rules, OpenCC's character tables, the word list."""


_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, as broken JSON escapes leave them: OpenCC takes UTF-8, which has none."""


def fold(text: str) -> str:
    """``text`` in canonical characters and words: simplified, mainland words, narrow letters and digits.

    Equal for a text and for its traditional, Taiwan and Hong Kong forms as far as the tables reach. Latin letters
    keep their case; punctuation stays except quotation marks, middle dots and wide spaces. Not for display.
    Fold both sides of a match: a lexicon's entries too, since simplified text has words that fold (装置 → 设备).
    """
    plain = text.translate(character_table())
    found, table = _fold_words()
    return found.sub(lambda hit: table[hit.group()], plain)


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """``(folded, offsets)``: ``folded`` equals ``fold(text)``, ``offsets[i]`` is where ``folded[i]`` came from.

    ``offsets`` holds ``len(folded) + 1`` code-point positions in ``text``, the last one its length. Where a word
    changed its length all its characters point at the word's start: take spans with ``source_span``.
    """
    plain = text.translate(character_table())
    found, table = _fold_words()
    parts: list[str] = []
    offsets: list[int] = []
    done = 0
    for hit in found.finditer(plain):
        word = table[hit.group()]
        start, end = hit.span()
        parts.append(plain[done:start] + word)
        offsets.extend(range(done, start))
        offsets.extend(range(start, end) if len(word) == end - start else [start] * len(word))
        done = end
    parts.append(plain[done:])
    offsets.extend(range(done, len(text) + 1))
    return "".join(parts), offsets


def source_span(offsets: Sequence[int], start: int, end: int) -> tuple[int, int]:
    """The span of the source text behind ``folded[start:end]``; a word that changed its length comes whole."""
    if not 0 <= start < end < len(offsets):
        raise ValueError(
            f"span {start}:{end} is empty or outside the folded text of {len(offsets) - 1} characters"
        )
    last = offsets[end - 1]
    while offsets[end] == last:
        end += 1
    return offsets[start], offsets[end]


def to_simplified(text: str) -> str:
    """``text`` in simplified characters and mainland words, fit to be read and translated.

    Characters by OpenCC with its phrases (乾隆 stays 乾隆), then the words of the list marked ``word``.
    Quotation marks, case and widths stay as they are.
    """
    plain = _to_simplified().convert(_LONE_SURROGATE.sub("\ufffd", text))
    found, table = _translate_words()
    return found.sub(lambda hit: table[hit.group()], plain)


@lru_cache(maxsize=1)
def _fold_words() -> tuple[re.Pattern[str], dict[str, str]]:
    table = replacements(("word", "fold"))
    return pattern(table), table


@lru_cache(maxsize=1)
def _translate_words() -> tuple[re.Pattern[str], dict[str, str]]:
    table = replacements(("word",))
    return pattern(table), table


@lru_cache(maxsize=1)
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
