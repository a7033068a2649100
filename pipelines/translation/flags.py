"""What looks wrong in a translated sentence: named flags, from source and target alone.

Each flag answers one question that a reader would ask; :mod:`pipelines.translation.doubt` makes one number of them.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from importlib import resources

from pipelines.sentences import weight
from pipelines.translation.glossary import Name
from pipelines.translation.names import missing
from pipelines.translation.numbers import chinese_numbers, english_numbers, lost

REPETITION = "repetition"
TOO_SHORT = "too_short"
TOO_LONG = "too_long"
NUMBER_LOST = "number_lost"
NUMBER_ADDED = "number_added"
NAME_LOST = "name_lost"
UNTRANSLATED = "untranslated"
NOT_ENGLISH = "not_english"
OTHER_MEANING = "other_meaning"
EMPTY = "no_output"
DOUBTFUL = "doubtful"
FLAGS = (
    REPETITION,
    TOO_SHORT,
    TOO_LONG,
    NUMBER_LOST,
    NUMBER_ADDED,
    NAME_LOST,
    UNTRANSLATED,
    NOT_ENGLISH,
    OTHER_MEANING,
    EMPTY,
    DOUBTFUL,
)
SERIOUS = frozenset(
    {
        REPETITION,
        TOO_SHORT,
        TOO_LONG,
        NAME_LOST,
        UNTRANSLATED,
        NOT_ENGLISH,
        OTHER_MEANING,
        EMPTY,
        NUMBER_LOST,
        NUMBER_ADDED,
    }
)
"""Flags for which another attempt is made."""

_ALIKE = 0.35
"""Cosine below which two sentences are taken to say different things: nine in ten such outputs of Argos are among the
worst tenth (docs/quality.md), and four of five of its translations of another sentence lie below."""
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_FOREIGN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|\d+(?:[.,]\d+)*")
_LETTER = re.compile(r"[^\W\d_]")
_COMMON = frozenset(
    tomllib.loads(resources.files(__package__).joinpath("english.toml").read_text(encoding="utf-8"))[
        "function"
    ]["words"]
)


def words(text: str) -> list[str]:
    """English words and figures, as they stand."""
    return _WORD.findall(text)


def repeated(target: str) -> int:
    """Words of the target that only repeat: loops of up to six words, said three times in a row (long ones: twice)."""
    found = [word.lower() for word in words(target)]
    covered = 0
    at = 0
    while at < len(found):
        best = 0
        for length in range(1, 7):
            unit = found[at : at + length]
            times = 1
            while len(unit) == length and found[at + times * length : at + (times + 1) * length] == unit:
                times += 1
            if times >= 3 or (times == 2 and length >= 3):
                best = max(best, (times - 1) * length)
        covered += best
        at += best or 1
    return covered


def spread(target: str) -> float:
    """Share of the target's three-word runs that occur more than once (loops that are not in a row)."""
    found = [word.lower() for word in words(target)]
    runs = Counter(zip(found, found[1:], found[2:], strict=False))
    total = sum(runs.values())
    return sum(count - 1 for count in runs.values()) / total if total else 0.0


def length_ratio(source: str, target: str) -> float:
    """Words of the target for each unit of weight of the source (news: 0.58 in the mean)."""
    return len(words(target)) / max(weight(source.strip()), 1.0)


def untranslated(target: str) -> float:
    """Han characters among the letters of the target."""
    letters = len(_LETTER.findall(target))
    return len(_HAN.findall(target)) / letters if letters else 0.0


def english(target: str) -> bool:
    """Whether the target reads as English: Latin letters and, if it is long enough to tell, some function words."""
    letters = _LETTER.findall(target)
    if not letters:
        return True
    latin = sum(letter.isascii() or "LATIN" in _script(letter) for letter in letters)
    if latin / len(letters) < 0.7:
        return False
    found = [word.lower() for word in words(target) if word[0].isalpha()]
    return len(found) < 15 or any(word in _COMMON for word in found)


def of(
    source: str, target: str, names: Iterable[Name] = (), likeness: float | None = None
) -> tuple[str, ...]:
    """Flags of one translation from Chinese, in the order of :data:`FLAGS`.

    Args:
        source: the sentence in simplified characters, before names were locked.
        target: its translation as it would be stored.
        names: glossary names that stand in the source.
        likeness: cosine of source and target; without it nothing is said of meaning.
    """
    if not target.strip():
        return (NAME_LOST, EMPTY) if list(names) else (EMPTY,)
    found = {*of_any(source, target, likeness)}
    heft = weight(source.strip())
    ratio = length_ratio(source, target)
    said = len(words(target))
    if heft >= 8 and ratio < 0.3:
        found.add(TOO_SHORT)
    if ratio > 1.5 and said >= 12:
        found.add(TOO_LONG)
    before, after = chinese_numbers(source), english_numbers(target)
    if lost(before, after):
        found.add(NUMBER_LOST)
    if lost([number for number in after if number.text[0].isdigit()], before):
        found.add(NUMBER_ADDED)
    if missing(target, names):
        found.add(NAME_LOST)
    return tuple(flag for flag in FLAGS if flag in found)


def of_any(source: str, target: str, likeness: float | None = None) -> tuple[str, ...]:
    """Flags that need no knowledge of the source's words and numbers, for every language."""
    if not target.strip():
        return (EMPTY,)
    found = set()
    loops, said = repeated(target), len(words(target))
    if loops >= 5 or loops > 0.15 * said or (spread(target) >= 0.2 and said >= 12):
        found.add(REPETITION)
    if _FOREIGN.search(target):
        found.add(UNTRANSLATED)
    if not english(target):
        found.add(NOT_ENGLISH)
    if likeness is not None and likeness < _ALIKE and weight(source.strip()) >= 8:
        found.add(OTHER_MEANING)
    return tuple(flag for flag in FLAGS if flag in found)


def _script(letter: str) -> str:
    import unicodedata

    return unicodedata.name(letter, "")
