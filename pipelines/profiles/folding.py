"""The folding that lexicons and texts share: one script and one region's words by ``hanzi``, lower case."""

from __future__ import annotations

from pipelines import hanzi

_MARKS = str.maketrans("｜？！；：", "|?!;:")
"""Headlines part their column from their subject with either bar, and ask with either mark."""


def fold(text: str) -> str:
    """``text`` folded by :func:`pipelines.hanzi.fold`, its case kept."""
    return hanzi.fold(text)


def lower(text: str) -> str:
    """``text`` in lower case, as long as before (a letter whose lower case is longer stays)."""
    text = text.translate(_MARKS)
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
