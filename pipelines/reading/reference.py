"""trafilatura as the reader of reference: asked where ours is unsure, and to measure agreement."""

from __future__ import annotations

import re
from collections import Counter
from importlib.metadata import version

_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|\w+")
MAX_CHARACTERS = 3_000_000
"""Longer pages are not given to trafilatura, whose time grows faster than the page."""


def name() -> str:
    """``trafilatura/<version>``."""
    return f"trafilatura/{version('trafilatura')}"


def read(text: str, url: str | None) -> str:
    """trafilatura's body of a page given as text; empty where it finds none."""
    from trafilatura import bare_extraction

    if len(text) > MAX_CHARACTERS:
        return ""
    document = bare_extraction(text, url=url, with_metadata=False, include_comments=False)
    found = getattr(document, "text", None)
    return found.strip() if isinstance(found, str) else ""


def agreement(one: str, other: str) -> float:
    """F1 of two texts over 3-token shingles, each Han character a token: 1 equal, 0 nothing in common."""
    left, right = _shingles(one), _shingles(other)
    if not left or not right:
        return 0.0
    common = sum((left & right).values())
    return 2 * common / (sum(left.values()) + sum(right.values()))


def _shingles(text: str, n: int = 3) -> Counter[tuple[str, ...]]:
    words = _TOKEN.findall(text.lower())
    return Counter(tuple(words[i : i + n]) for i in range(max(1, len(words) - n + 1))) if words else Counter()
