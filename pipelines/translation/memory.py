"""The translation memory: what a model has translated once it need not translate again.

Keyed by engine, its settings, the model's hash and the sentence as the model read it: simplified, names locked. So one
sentence is translated once per model, in whatever article, outlet or script it comes. It holds raw outputs; names and
flags are put on afterwards, so a glossary that grows needs no new translation of what it does not touch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """One row of the memory."""

    key: str
    engine: str
    model: str
    source: str
    target: str
    flags: tuple[str, ...] = ()
    """Flags of the raw output, for whoever looks into the memory; never read back."""
    item: str = ""
    """The article that brought it first: when that is forgotten, so is this."""


class Memory(Protocol):
    """Where translations are kept; the store's implementation reads and writes in bulk."""

    def get(self, keys: Sequence[str]) -> dict[str, str]:
        """Raw targets of the keys that are known."""

    def put(self, rows: Iterable[Remembered]) -> None:
        """Keep new rows; a known key keeps its first row."""


class InMemory:
    """A memory that lasts as long as the process. ``hits`` and ``misses`` count keys asked for.

    Args:
        rows: what it knows from the beginning.
        limit: rows that it holds at most; the oldest go first, so that no input is too long for it.
    """

    def __init__(self, rows: Iterable[Remembered] = (), *, limit: int = 50_000) -> None:
        self.rows: dict[str, str] = {}
        self.limit = limit
        self.hits = 0
        self.misses = 0
        self.put(rows)

    def get(self, keys: Sequence[str]) -> dict[str, str]:
        """Raw targets of the keys that are known."""
        found = {key: self.rows[key] for key in keys if key in self.rows}
        self.hits += len(found)
        self.misses += len(set(keys)) - len(found)
        return found

    def put(self, rows: Iterable[Remembered]) -> None:
        """Keep new rows; a known key keeps its first row."""
        for row in rows:
            self.rows.setdefault(row.key, row.target)
            if len(self.rows) > self.limit:
                del self.rows[next(iter(self.rows))]


def key(engine: str, settings: str, model: str, sentence: str) -> str:
    """The memory's key: SHA-256 over engine, settings, model and the sentence as the model reads it."""
    parts = "\x1f".join((engine, settings, model, hashlib.sha256(sentence.encode()).hexdigest()))
    return hashlib.sha256(parts.encode()).hexdigest()
