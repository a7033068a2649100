"""What the profile that judged a database calls things: its field, its classes, its limbs, its kinds of news.

A library for what is shown (the desk, bundles, the command line). The stages take the profile itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DEFAULT_PROFILE = "ai-incidents"
WITHOUT_NOUN = {"complementary": "complementary information", "unrelated": "unrelated"}
"""Classes that are called the same in every field."""


@dataclass(frozen=True, slots=True)
class Field:
    """The words of one profile."""

    noun: str
    """What stands before the class: ``AI`` incident; empty when nobody knows."""
    limbs: Mapping[str, str]
    """Limb → its words, in the profile's order."""
    news: Mapping[str, str]
    """Kind of news → what it is about."""

    def class_name(self, value: str | None, unknown: str = "not classed") -> str:
        """``AI incident``, ``cyber hazard``, ``complementary information``."""
        if not value:
            return unknown
        return WITHOUT_NOUN.get(value) or f"{self.noun} {value}".strip()

    def limb(self, value: str) -> str:
        """A limb in the profile's words: ``(b) disruption of …``, ``loss of availability: …``."""
        words = self.limbs.get(value)
        if len(value) == 1:
            return f"({value}) {words}" if words else f"({value})"
        return words or value


UNKNOWN = Field("", {}, {})
"""Of a profile that is gone."""


def profile_of(con: DuckDBPyConnection) -> str:
    """The profile that judged this database, by name or folder; a database keeps to one.

    Where nothing was judged here (all came in bundles, or nothing yet) it is :data:`DEFAULT_PROFILE`.
    """
    row = con.execute("SELECT min(profile) FROM store.relevance WHERE profile <> 'imported'").fetchone()
    return str(row[0]) if row and row[0] else DEFAULT_PROFILE


def field_of(con: DuckDBPyConnection) -> Field:
    """The words of the profile of this database; :data:`UNKNOWN` when the profile is gone."""
    from pipelines import profiles

    try:
        return load(profile_of(con))
    except profiles.ProfileError:
        return UNKNOWN


@lru_cache(maxsize=8)
def load(profile: str) -> Field:
    """The words of a profile.

    :raises ProfileError: when there is none of this name.
    """
    from pipelines import profiles

    found = profiles.load(profile)
    return Field(found.noun, dict(found.limbs), {name: kind.about for name, kind in found.news.items()})
