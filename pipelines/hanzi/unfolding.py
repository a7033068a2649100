"""The way back from folded text: every way to write a piece of it, as a pattern over texts that nobody folds.

Folding a text costs twenty times what a pattern over it does; who looks for one piece in many texts asks the pattern
first and folds only where it matches.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from pipelines.hanzi.folding import fold_with_offsets
from pipelines.hanzi.scripts import character_table
from pipelines.hanzi.words import replacements

LONGEST = 6000
"""Characters of a pattern: one that grows longer, where many regional words overlap, costs more than it saves."""
_CASED = (
    (0x00, 0x3000), (0xA640, 0xAC00), (0xFF00, 0x10000), (0x10400, 0x10600), (0x10C80, 0x10D90), (0x118A0, 0x118E0),
    (0x16E40, 0x16E80), (0x1E900, 0x1E944),
)  # fmt: skip
"""Where letters have a lower case."""
_SIGMAS = "Σσς"
"""One letter: which of the small ones a large one becomes depends on its place in the word."""


def written(piece: str) -> str | None:
    """A regular expression that matches in every text whose ``fold``, in lower case, holds ``piece``.

    It may match elsewhere too (where a longer regional word shields a shorter one), so what it finds is folded and
    looked at again. ``None``: there are too many ways to write ``piece``.

    :param piece: of folded text, in lower case, not empty.
    """
    starting, inner = _words()
    rest = [""] * (len(piece) + 1)
    for at in reversed(range(len(piece))):
        ways = [_letter(piece[at]) + rest[at + 1]]
        for word in starting.get(piece[at], ()):
            if piece.startswith(word, at):
                ways += [form + rest[at + len(word)] for form in _forms(word)]
            elif word.startswith(piece[at:]):  # the piece may end within a word
                ways += _forms(word, head=piece[at:])
        for word, place in inner.get(piece[0], ()) if at == 0 else ():  # or begin within one
            tail = word[place:]
            if tail.startswith(piece):
                ways += _forms(word)
            elif piece.startswith(tail):
                ways += [form + rest[len(tail)] for form in _forms(word, tail=tail)]
        ways = list(dict.fromkeys(ways))
        rest[at] = ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"
        if len(rest[at]) > LONGEST:
            return None
    return rest[0]


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, list[str]], dict[str, list[tuple[str, int]]]]:
    """Words that others are folded to: by their first character; and by every later one, with its place."""
    starting: dict[str, list[str]] = {}
    inner: dict[str, list[tuple[str, int]]] = {}
    for word in sorted(_folded_to()):
        starting.setdefault(word[0], []).append(word)
        for place in range(1, len(word)):
            inner.setdefault(word[place], []).append((word, place))
    return starting, inner


@lru_cache(maxsize=1)
def _folded_to() -> dict[str, list[str]]:
    """By the word in lower case that they are folded to: the forms that are not that word."""
    found: dict[str, list[str]] = {}
    for form, word in replacements(("word", "fold")).items():
        if form != word:
            found.setdefault(word.lower(), []).append(form.lower())
    return found


def _forms(word: str, *, head: str = "", tail: str = "") -> list[str]:
    """How else ``word`` is written. Forms that share its end or beginning are left out: the piece stands in them as it is."""
    return [
        "".join(map(_letter, form))
        for form in _folded_to()[word]
        if not (head and form.startswith(head)) and not (tail and form.endswith(tail))
    ]


@lru_cache(maxsize=50_000)
def _letter(ch: str) -> str:
    ways = "".join(dict.fromkeys(ch + _written_as().get(ch, "") + (_SIGMAS if ch in _SIGMAS else "")))
    return re.escape(ch) if len(ways) == 1 else f"[{re.escape(ways)}]"


@lru_cache(maxsize=1)
def _written_as() -> dict[str, str]:
    """By character of folded text in lower case: the others that become it."""
    table = character_table()
    found: dict[str, list[str]] = {}
    for code in sorted({code for low, high in _CASED for code in range(low, high)} | table.keys()):
        plain = chr(table.get(code, code))
        small = plain.lower()
        if (became := small if len(small) == 1 else plain) != chr(code):
            found.setdefault(became, []).append(chr(code))
    return {became: "".join(ways) for became, ways in found.items()}


def fold_around(
    text: str, start: int, end: int, *, also: Callable[[str], bool] = lambda _: False
) -> tuple[str, list[int]]:
    """What ``fold_with_offsets`` would give for the least stretch around ``text[start:end]`` that folds as in the whole.

    The offsets are those of ``text``. A stretch ends before a character that no regional word holds and ``also`` denies.
    """
    inside = _in_words()
    while start > 0 and (text[start - 1] in inside or also(text[start - 1])):
        start -= 1
    while end < len(text) and (text[end] in inside or also(text[end])):
        end += 1
    folded, offsets = fold_with_offsets(text[start:end])
    return folded, [start + offset for offset in offsets]


@lru_cache(maxsize=1)
def _in_words() -> frozenset[str]:
    """Characters, as they are written, of which regional words are made: where there is none, folding begins anew."""
    letters = set().union(*replacements(("word", "fold")))
    return frozenset(
        letters | {chr(code) for code, plain in character_table().items() if chr(plain) in letters}
    )
