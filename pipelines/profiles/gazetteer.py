"""What any desk may meet, whatever its subject: organisations, systems, countries and their places, actions taken.

The tables stand in ``common/``. In a sentence's hits they are ``organisation:NAME``, ``country/USA``, ``place/USA`` (a place
there), ``country/-`` (a longer name that tells no country) and ``action/ceasing``.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipelines.profiles.folding import fold, lower
from pipelines.profiles.lexicon import Cue

COMMON = Path(__file__).parent / "common"
"""What profiles share unless they bring their own: how a sentence stands to what it says, and the gazetteer."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation or system of the gazetteer."""

    name: str
    kind: str
    """``organisation`` or ``system``."""
    role: str | None
    """The role it plays unless its sentence says otherwise."""
    country: str | None = None
    """ISO alpha-3 of the country that an authority speaks for."""


def phrases(text: str) -> list[str]:
    """The phrases of a list, parted by bars and line breaks."""
    return [phrase.strip() for line in text.splitlines() for phrase in line.split("|") if phrase.strip()]


@cache
def organisations() -> tuple[tuple[Organisation, tuple[str, ...]], ...]:
    """The shared organisations and systems, each with its names in print."""
    found = []
    for table in sorted((COMMON / "organisations").glob("*.tsv")):
        for line in _lines(table):
            name, kind, role, country, printed = line.split("\t")
            one = Organisation(name, kind, None if role == "-" else role, None if country == "-" else country)
            found.append((one, tuple(phrases(printed))))
    return tuple(found)


@cache
def cues() -> tuple[tuple[Cue, tuple[str, ...]], ...]:
    """Countries, their places, and actions taken."""
    found = []
    for line in _lines(COMMON / "countries.tsv"):
        code, chinese, english = line.split("\t")
        name = f"place/{code[1:]}" if code.startswith("@") else f"country/{code}"
        found.append((Cue(name), tuple(phrases(f"{chinese}|{english}"))))
    actions = tomllib.loads((COMMON / "actions.toml").read_text(encoding="utf-8"))
    found += [(Cue(f"action/{name}"), tuple(phrases(group["phrases"]))) for name, group in actions.items()]
    return tuple(found)


def _lines(table: Path) -> list[str]:
    return [
        line for line in table.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]


@cache
def _places() -> frozenset[str]:
    named = [names for cue, names in cues() if cue.name.startswith(("country/", "place/"))]
    return frozenset(lower(fold(name.removeprefix("="))) for names in named for name in names)


def is_place(name: str) -> bool:
    """Whether a name is that of a country or a place that the gazetteer holds, or an adjective of one."""
    return lower(fold(name)) in _places()
