"""English word stems by Porter's algorithm (M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980).

The rules and their order are the paper's, with the two departures of the author's own reference version (``bli`` and
``logi`` in step 2). Written here because no stemmer is among the libraries that wiredesk installs.
"""

from __future__ import annotations

import re
from functools import lru_cache

_HAS_VOWEL = re.compile(r"[aeiou]|(?<=[^aeiou])y")
_DOUBLE = re.compile(r"([^aeiou])\1$")
_SHORT_END = re.compile(r"[^aeiouy][aeiouy][^aeiouwxyY]$")

_STEP_2 = (
    ("ational", "ate"), ("tional", "tion"), ("enci", "ence"), ("anci", "ance"), ("izer", "ize"), ("bli", "ble"),
    ("alli", "al"), ("entli", "ent"), ("eli", "e"), ("ousli", "ous"), ("ization", "ize"), ("ation", "ate"),
    ("ator", "ate"), ("alism", "al"), ("iveness", "ive"), ("fulness", "ful"), ("ousness", "ous"), ("aliti", "al"),
    ("iviti", "ive"), ("biliti", "ble"), ("logi", "log"),
)  # fmt: skip
_STEP_3 = (
    ("icate", "ic"), ("ative", ""), ("alize", "al"), ("iciti", "ic"), ("ical", "ic"), ("ful", ""), ("ness", ""),
)  # fmt: skip
_STEP_4 = (
    "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti",
    "ous", "ive", "ize",
)  # fmt: skip


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of a lower-case word of the letters a to z; words of one or two letters are their own stems."""
    if len(word) < 3:
        return word
    word = _inflection(_plural(word))
    if word.endswith("y") and _HAS_VOWEL.search(word[:-1]):
        word = word[:-1] + "i"
    word = _first_longest(word, _STEP_2)
    word = _first_longest(word, _STEP_3)
    for suffix in sorted(_STEP_4, key=len, reverse=True):
        if word.endswith(suffix):
            rest = word[: -len(suffix)]
            if _measure(rest) > 1 and (suffix != "ion" or rest[-1:] in ("s", "t")):
                word = rest
            break
    if word.endswith("e"):
        rest = word[:-1]
        if _measure(rest) > 1 or (_measure(rest) == 1 and not _SHORT_END.search(_marked(rest))):
            word = rest
    if word.endswith("ll") and _measure(word) > 1:
        word = word[:-1]
    return word


def _plural(word: str) -> str:
    if word.endswith(("sses", "ies")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def _inflection(word: str) -> str:
    if word.endswith("eed"):
        return word[:-1] if _measure(word[:-3]) > 0 else word
    for suffix in ("ed", "ing"):
        rest = word.removesuffix(suffix)
        if rest != word:
            if not _HAS_VOWEL.search(rest):
                return word
            if rest.endswith(("at", "bl", "iz")):
                return rest + "e"
            if _DOUBLE.search(_marked(rest)) and rest[-1] not in "lsz":
                return rest[:-1]
            if _measure(rest) == 1 and _SHORT_END.search(_marked(rest)):
                return rest + "e"
            return rest
    return word


def _first_longest(word: str, rules: tuple[tuple[str, str], ...]) -> str:
    """The rule with the longest suffix that fits decides, whether its condition holds or not."""
    fitting = [rule for rule in rules if word.endswith(rule[0])]
    if not fitting:
        return word
    suffix, other = max(fitting, key=lambda rule: len(rule[0]))
    rest = word[: -len(suffix)]
    return rest + other if _measure(rest) > 0 else word


def _marked(word: str) -> str:
    """``word`` with each y that is a consonant (first, or after a vowel) written Y."""
    return re.sub(r"(?:(?<=^)|(?<=[aeiou]))y", "Y", word)


def _measure(word: str) -> int:
    """Porter's m: how many times a consonant group follows a vowel group."""
    return len(re.findall(r"[aeiouy]+[^aeiouy]+", _marked(word)))
