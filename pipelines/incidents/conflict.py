"""What speaks against a link: two headlines that count the same thing and come to different figures.

A body repeats old figures and background; a headline says what is new. So only figures of headlines are set against
each other, by the word that they count (``2.3亿``, ``3 killed``, ``5架``), and one that both share settles the matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from pipelines.incidents.model import Features
from pipelines.incidents.sparse import Floats, Indices
from pipelines.incidents.tokens import numbers

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads

_COUNTED = re.compile(r"(?<![\d.,a-z-])(\d+(?:[.,]\d+)*)\s?([\u3400-\u9fff]|[a-z]{3,})")
_CALENDAR = frozenset("年月日号时分秒周岁") | {
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "the", "and", "for", "with", "from", "in", "year", "years", "day", "days", "hour", "hours",
}  # fmt: skip
"""Ages, dates and times differ from one report of an event to the next."""
_TIMES = frozenset({"hours", "minutes", "days", "years"})


@lru_cache(maxsize=65536)
def counted(heading: str) -> frozenset[tuple[str, str]]:
    """``(what is counted, figure)`` of a folded headline."""
    if not any(c.isdigit() for c in heading):
        return frozenset()
    found = set()
    for quantity in numbers(heading):
        figure, _, unit = quantity.partition(" ")
        if unit not in _TIMES:
            found.add((unit or "#", figure))
    for figure, word in _COUNTED.findall(heading):
        if word not in _CALENDAR and word not in "万亿千百十":
            found.add((word, figure.replace(",", "")))
    return frozenset(found)


def conflicts(texts: Sequence[Features], first: Indices, second: Indices) -> Floats:
    """1 for each pair whose headlines count the same thing differently and share no figure, else 0."""
    said = [counted(text.heading) for text in texts]
    speaks = np.array([bool(figures) for figures in said], dtype=bool)
    out = np.zeros(len(first), np.float32)
    both = np.flatnonzero(speaks[first] & speaks[second])
    for pair, i, j in zip(both.tolist(), first[both].tolist(), second[both].tolist(), strict=True):
        mine, theirs = said[i], said[j]
        if mine.isdisjoint(theirs) and not {what for what, _ in mine}.isdisjoint(what for what, _ in theirs):
            out[pair] = 1
    return out
