"""What the index knows a text by: overlapping pairs of Han characters, stems of English words, other words as they are.

Texts are folded first (:mod:`pipelines.hanzi`), so 晶片 and 芯片 are one token. Scripts that write no spaces (Han, kana,
Hangul, Thai, Lao, Burmese, Khmer) give pairs, and the last character of each run by itself: so every character begins a
token, and one character alone is a range of tokens.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from pipelines.hanzi import fold
from pipelines.search.stems import stem

UNSPACED = (
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\u0e00-\u0eff"
    "\u1000-\u109f\u1780-\u17ff\U00020000-\U000323af"
)
RUN = re.compile(f"[{UNSPACED}]+")
WORD = re.compile(r"[^\W_]+(?:[.,]\d+)*(?:['’][a-z]{1,2}\b)?")
_PLAIN = re.compile("[a-z]{3,}")
_LONGEST = 60
"""Letters of a word that are kept: longer ones are addresses and noise."""
EXACT = 6
"""Bytes by which a long token's number is in order."""
COMMON = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "not",
        "of",
        "on",
        "or",
        "she",
        "so",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "to",
        "was",
        "we",
        "were",
        "what",
        "when",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
    ]
)
"""English words that no article is looked for by: they are not in the index."""


def folded(text: str) -> str:
    """``text`` as the index sees it: one script, one region's words, lower case; offsets are those of ``fold``."""
    return lower(fold(text))


def lower(text: str) -> str:
    """``text`` in lower case, one character for one: İ, whose lower case is two, stays."""
    small = text.lower()
    return (
        small
        if len(small) == len(text)
        else "".join(ch if len(ch.lower()) > 1 else ch.lower() for ch in text)
    )


@lru_cache(maxsize=200_000)
def word_token(word: str) -> str:
    """The token of one word in lower case: its English stem, without accents, commas in numbers and ``'s``."""
    word = spelled(word)
    return (stem(word) if stemmed(word) else word)[:_LONGEST]


def spelled(word: str) -> str:
    """A word in lower case without accents, commas in numbers and ``'s``."""
    word = re.sub(r"['’][a-z]*$", "", word).replace(",", "")
    if word.isascii():
        return word
    return "".join(ch for ch in unicodedata.normalize("NFKD", word) if not unicodedata.combining(ch))


def stemmed(word: str) -> bool:
    """Whether the token of a :func:`spelled` word is its stem."""
    return _PLAIN.fullmatch(word) is not None


def tokens_of(text: str) -> Counter[str]:
    """How often each token stands in ``text``, which is :func:`folded`."""
    found: Counter[str] = Counter()
    for run in RUN.findall(text):
        found.update(map(str.__add__, run, run[1:]))
        found[run[-1]] += 1
    rest = RUN.sub(" ", text)
    found.update(word_token(word) for word in WORD.findall(rest) if word not in COMMON)
    found.pop("", None)
    return found


def words_in(text: str) -> Iterator[tuple[str, int, int]]:
    """Token, start and end of each spaced word of a folded text, common words too."""
    for match in WORD.finditer(RUN.sub(lambda run: " " * len(run.group()), text)):
        yield word_token(match.group()), match.start(), match.end()


@lru_cache(maxsize=500_000)
def code(token: str) -> int:
    """A token as the 64-bit number that the table holds: its UTF-8, so that numbers are in the order of the tokens.

    A pair of Han characters has six bytes and is held whole; of a token of more than eight bytes the first six and a
    checksum of two: of two long words that begin alike, one pair in 65,536 is one number.
    """
    data = token.encode("utf-8", "replace")
    if len(data) > 8:
        data = data[:EXACT] + (zlib.crc32(data) & 0xFFFF).to_bytes(2, "big")
    return int.from_bytes(data.ljust(8, b"\x00"), "big")


def code_range(start: str) -> tuple[int, int]:
    """The lowest and highest number of the tokens that begin with ``start``, of which the first six bytes count."""
    data = start.encode("utf-8", "replace")[:EXACT]
    return int.from_bytes(data.ljust(8, b"\x00"), "big"), int.from_bytes(data.ljust(8, b"\xff"), "big")
