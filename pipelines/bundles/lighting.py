"""Evidence lit up: sentences beside their translations, cut where a quotation begins and ends."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from .content import Row


def paragraphs(article: Row) -> list[Row]:
    """Title and paragraphs of a text that has no sentences, in the form of sentences."""
    nothing = {"target": None, "flags": None, "engine": None, "model": None}
    return [
        nothing | {"field": field, "start_at": match.start(), "end_at": match.end(), "source": match[0]}
        for field in ("title", "text")
        if article["text"]
        for match in re.finditer(r"[^\n]+", article[field] or "")
    ]


def sentence_row(sentence: Row, spans: Sequence[Row]) -> dict[str, Any]:
    """One sentence beside its translation, cut where evidence begins and ends."""
    inside = [
        row
        for row in spans
        if row["field"] == sentence["field"]
        and row["start_at"] < sentence["end_at"]
        and row["end_at"] > sentence["start_at"]
    ]
    return {
        "field": sentence["field"],
        "parts": light(sentence["source"], sentence["start_at"], inside),
        "target": sentence["target"],
        "flags": [flag.replace("_", " ") for flag in sentence["flags"] or []],
        "lit": bool(inside),
    }


def light(source: str, start: int, spans: Sequence[Row]) -> list[dict[str, Any]]:
    """``source`` in pieces, each with what it is evidence for and the anchors of the quotations that begin in it.

    :param start: code point of the field at which ``source`` begins.
    """
    cuts = {0, len(source)}
    for row in spans:
        cuts |= {min(max(row[edge] - start, 0), len(source)) for edge in ("start_at", "end_at")}
    edges = sorted(cuts)
    parts = []
    anchored: set[str] = set()
    for left, right in pairwise(edges):
        over = [row for row in spans if row["start_at"] - start < right and row["end_at"] - start > left]
        anchors = sorted({anchor(row) for row in over if row["start_at"] - start >= 0} - anchored)
        anchored |= set(anchors)
        says = sorted({f"{row['axis'].replace('_', ' ')}: {row['value']}" for row in over})
        parts.append({"text": source[left:right], "for": "; ".join(says), "anchors": anchors})
    return parts


def anchor(row: Row) -> str:
    """The name of a quotation's place in a page."""
    place = f"{row['text_id']}\x1f{row['field']}\x1f{row['start_at']}\x1f{row['end_at']}"
    return "q-" + hashlib.sha256(place.encode()).hexdigest()[:12]
