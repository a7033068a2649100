"""Text to one parsed tree, bounded: everything that reads the page shares it."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element as Element

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_ELEMENTS",
    "Element",
    "TooBigError",
    "TooDeepError",
    "inner_text",
    "parse",
    "squeeze",
]

MAX_DEPTH = 900
"""Deeper nesting is no page; careless real ones (unclosed ``font``) stay far below."""
MAX_ELEMENTS = 400_000
MAX_CHARACTERS = 20_000_000

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"\s+")
_PROLOG = re.compile(r"^\s*<\?xml[^>]*\?>", re.IGNORECASE)


class TooDeepError(ValueError):
    """The page nests deeper than ``MAX_DEPTH`` (found by the walk in :mod:`pipelines.reading.blocks`)."""


class TooBigError(ValueError):
    """The page has more elements or characters than any page of text."""


def parse(text: str) -> Element | None:
    """The page's root element without comments, or ``None`` where nothing is an element.

    Raises ``TooBigError`` for a page of more than ``MAX_CHARACTERS``.
    """
    if len(text) > MAX_CHARACTERS:
        raise TooBigError(f"{len(text):,} characters")
    clean = _PROLOG.sub("", _FORBIDDEN.sub("", text), count=1)
    if not clean.strip():
        return None
    # huge_tree lifts libxml2's depth limit of 256, below which it silently drops the rest of a page
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(clean.encode("utf-8"), parser=parser)
    except etree.XMLSyntaxError:
        return None


def squeeze(text: str | None) -> str:
    """Text with every run of white space made one space; an ideographic space inside stays, as headlines print it."""
    if not text:
        return ""
    if "\u3000" not in text:
        return " ".join(text.split())
    return _SPACES.sub(lambda run: "\u3000" if "\u3000" in run[0] else " ", text).strip()


def inner_text(element: Element) -> str:
    """All text below an element, white space folded."""
    return squeeze("".join(str(part) for part in element.itertext()))
