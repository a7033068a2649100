"""The constants of grouping, read once from ``settings.toml``."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every constant with its reason stands in ``settings.toml``; all scores are between 0 and 1, gaps are days."""

    body: float
    coverage: float
    better: float
    title_meaning: float
    title_only: float
    across_languages: float
    meaning_across: float
    names_across: float
    conflict: float
    floor: float
    days: float
    power: float
    undated: float
    rest: float
    patience: float
    threshold: float
    doubt: float
    typical_cohesion: float
    cohesion_prior: float
    merge_margin: float
    attach: float
    affair: float
    story_other: float
    story_coverage: float
    neighbours: int
    posting: int
    budget: int
    least_shared: float
    members: int
    window: int


@lru_cache(maxsize=1)
def default_settings() -> Settings:
    """The one setting that ships."""
    tables = tomllib.loads(_text())
    return Settings(**{name: value for table in tables.values() for name, value in table.items()})


def settings_digest() -> str:
    """Eight hex digits that change with any constant."""
    return hashlib.sha256(_text().encode("utf-8")).hexdigest()[:8]


def _text() -> str:
    return resources.files("pipelines.incidents").joinpath("settings.toml").read_text("utf-8")
