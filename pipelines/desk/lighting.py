"""A text as its sentences beside their translations, cut where a quotation begins and ends."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

Row = dict[str, Any]

FLAGS = {
    "repetition": "repeats itself",
    "too_short": "too short for the original",
    "too_long": "too long for the original",
    "number_lost": "a number is lost",
    "number_added": "a number is added",
    "name_lost": "a name is lost",
    "untranslated": "partly untranslated",
    "not_english": "does not read as English",
    "no_output": "no translation came",
}
"""What a flag of a translated sentence means, where its name does not say it."""


STRONG = frozenset({"class", "limb", "severity", "harm_type"})
"""Axes whose evidence decides what an incident is; that of the others is lit more softly."""


def anchor(row: Mapping[str, Any]) -> str:
    """The name of a quotation's place in a page."""
    return _anchor(row["text_id"], row["field"], row["start_at"], row["end_at"])


@lru_cache(maxsize=1 << 14)
def _anchor(*place: str | int) -> str:
    return "q-" + hashlib.sha256("\x1f".join(map(str, place)).encode()).hexdigest()[:12]


def aligned(article: Mapping[str, Any], sentences: Sequence[Row], spans: Sequence[Row]) -> list[Row]:
    """Title and body of an article, sentence by sentence, in reading order.

    :param article: with ``title`` and ``text``.
    :param sentences: of the article's text; without any, paragraphs stand in for them.
    :param spans: evidence with offsets into this article's title or text.

    Rows of ``field``, ``parts`` (see :func:`light`), ``target``, ``flags``, ``lit``, ``paragraph`` (a paragraph begins
    here). The sentences are laid over the article's own text: one that does not stand there (a carrier worded
    otherwise) is left out rather than lit wrongly.
    """
    rows = []
    for name in ("title", "text"):
        body = article[name] or ""
        here = [
            s for s in sentences if s["field"] == name and body[s["start_at"] : s["end_at"]] == s["source"]
        ]
        if not here:
            here = [
                {"start_at": m.start(), "end_at": m.end(), "source": m[0], "target": None, "flags": None}
                for m in re.finditer(r"[^\n]+", body)
            ]
        marks = [span for span in spans if span["field"] == name]
        for sentence in here:
            start, end = sentence["start_at"], sentence["end_at"]
            inside = [s for s in marks if s["start_at"] < end and s["end_at"] > start]
            rows.append(
                {
                    "field": name,
                    "parts": light(sentence["source"], start, inside),
                    "target": sentence["target"],
                    "flags": [flag_name(flag) for flag in sentence["flags"] or []],
                    "lit": bool(inside),
                    "paragraph": start == 0 or body[start - 1 : start] == "\n",
                }
            )
    return rows


def flag_name(flag: str) -> str:
    return FLAGS.get(flag, flag.replace("_", " "))


def light(source: str, start: int, spans: Sequence[Row]) -> list[Row]:
    """``source`` in pieces: ``text``, ``says`` (what it is evidence for, empty when for nothing), ``strong`` and ``anchors``.

    :param start: code point of the field at which ``source`` begins.
    """
    cuts = {0, len(source)}
    for span in spans:
        cuts |= {min(max(span[edge] - start, 0), len(source)) for edge in ("start_at", "end_at")}
    parts = []
    anchored: set[str] = set()
    for left, right in pairwise(sorted(cuts)):
        over = [span for span in spans if span["start_at"] - start < right and span["end_at"] - start > left]
        anchors = sorted({anchor(span) for span in over if span["start_at"] >= start} - anchored)
        anchored |= set(anchors)
        says = sorted({f"{span['axis'].replace('_', ' ')}: {span['value']}" for span in over})
        strong = any(span["axis"] in STRONG for span in over)
        parts.append(
            {"text": source[left:right], "says": "; ".join(says), "strong": strong, "anchors": anchors}
        )
    return parts


def quote_en(span: Mapping[str, Any], sentences: Iterable[Row]) -> str | None:
    """The translation of the sentences that a quotation touches."""
    found = [
        sentence["target"]
        for sentence in sentences
        if sentence["field"] == span["field"]
        and sentence["start_at"] < span["end_at"]
        and sentence["end_at"] > span["start_at"]
        and sentence["target"]
    ]
    english = " ".join(found)
    return english if english and english.strip() != span["quote"].strip() else None


def is_sample(*names: str | None) -> bool:
    """Whether an engine or model says that it is the sample package."""
    return any("sample" in name.lower() for name in names if name)
