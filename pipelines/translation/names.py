"""Lock names: put the English name into the source, and see to it that it stands in the translation.

A model copies Latin names far more faithfully than it translates Chinese ones or carries placeholders
(DECISIONS.md, translation, has the figures). What comes out is corrected where a known wrong rendering stands, and
checked: :func:`missing` decides, not the model.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache, partial

from pipelines.translation.glossary import Found, Name


def lock(sentence: str, found: Iterable[Found]) -> str:
    """The sentence with locked names in English, set off from letters and digits by spaces."""
    parts: list[str] = []
    at = 0
    for hit in found:
        if not hit.name.locked:
            continue
        parts.append(sentence[at : hit.start])
        left = " " if hit.start and _wordy(sentence[hit.start - 1]) else ""
        right = " " if hit.end < len(sentence) and _wordy(sentence[hit.end]) else ""
        parts.append(f"{left}{hit.name.english}{right}")
        at = hit.end
    return "".join(parts) + sentence[at:]


def correct(target: str, names: Iterable[Name]) -> str:
    """The target with known wrong renderings replaced and doubled names (``X X``, ``X (X)``) said once."""
    capital = target[:1].isupper()
    for name in dict.fromkeys(names):
        if name.corrected:
            target = _renderings(name).sub(partial(_rightly, name.english), target)
        target = _doubled(name.english).sub(_escaped(name.english), target)
    return target[:1].upper() + target[1:] if capital else target


def missing(target: str, names: Iterable[Name]) -> list[str]:
    """English names that do not stand in the target as the glossary writes them, in order."""
    return [name.english for name in dict.fromkeys(names) if not holds(target, name)]


def holds(target: str, name: Name) -> bool:
    """Whether the name stands in the target as a word; case and plural are free for terms only."""
    return _as_word(name.english, name.kind == "term").search(target) is not None


def _wordy(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in "_%")


def _rightly(english: str, match: re.Match[str]) -> str:
    return match["right"] or english + match["plural"]


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\")


@lru_cache(maxsize=4096)
def _as_word(english: str, term: bool) -> re.Pattern[str]:
    body = re.escape(english) + ("(?:e?s)?" if term else "")
    return re.compile(rf"(?<![A-Za-z0-9]){body}(?![A-Za-z0-9])", re.IGNORECASE if term else 0)


@lru_cache(maxsize=4096)
def _renderings(name: Name) -> re.Pattern[str]:
    """The name itself, so that no rendering inside it is touched, or one of its renderings with a plural."""
    every = "|".join(re.escape(text) for text in sorted(name.corrected, key=lambda text: (-len(text), text)))
    plural = "(?P<plural>s?)" if name.kind == "term" else "(?P<plural>)"
    return re.compile(
        rf"(?<![A-Za-z0-9])(?:(?P<right>{re.escape(name.english)})|(?:{every}){plural})(?![A-Za-z0-9])",
        re.IGNORECASE if name.kind == "term" else 0,
    )


@lru_cache(maxsize=4096)
def _doubled(english: str) -> re.Pattern[str]:
    name = re.escape(english)
    return re.compile(rf"(?<![A-Za-z0-9]){name}(?:[\s,]*[(（]\s*{name}\s*[)）]|[\s,]+{name})+(?![A-Za-z0-9])")
