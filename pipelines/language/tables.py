"""The tables of the room, read once: scripts, telling letters and telling words."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files


def digest() -> str:
    """The first eight hex digits of the SHA-256 of the room's tables."""
    folder = files(__package__)
    return sha256(
        b"".join((folder / name).read_bytes() for name in ("markers.tsv", "scripts.toml"))
    ).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Script:
    """One script of Unicode: its ISO 15924 code, its letters, and its language where it has only one."""

    code: str
    letters: re.Pattern[str]
    language: str | None


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters that tell one language among those that share a script."""

    script: str
    language: str
    letters: re.Pattern[str]
    share: float


@lru_cache(maxsize=1)
def scripts() -> tuple[tuple[Script, ...], tuple[Letters, ...]]:
    """The scripts besides Han, and the telling letters."""
    table = tomllib.loads((files(__package__) / "scripts.toml").read_text(encoding="utf-8"))
    return (
        tuple(
            Script(row["code"], re.compile(f"[{row['ranges']}]"), row.get("language"))
            for row in table["script"]
        ),
        tuple(
            Letters(row["script"], row["language"], re.compile(f"[{row['letters']}]"), float(row["share"]))
            for row in table["letters"]
        ),
    )


@dataclass(frozen=True, slots=True)
class Markers:
    """Telling words of one group: a pattern for all of them, and language and weight of each."""

    pattern: re.Pattern[str]
    weight: dict[str, tuple[str, float]]

    def tally(self, text: str) -> dict[str, float]:
        """Summed weights a language; a word that shields (language ``-``) counts for none.

        A word that needs company (a weight under 1) counts once: its own repetition is none.
        """
        total: dict[str, float] = {}
        met: set[str] = set()
        for form in self.pattern.findall(text):
            language, weight = self.weight[form]
            if language == "-" or (weight < 1 and form in met):
                continue
            met.add(form)
            total[language] = total.get(language, 0.0) + weight
        return total


@lru_cache(maxsize=4)
def markers(group: str) -> Markers:
    """The telling words of ``group`` (``han``, ``latin``, ``cyrillic``); the longest at each place wins."""
    weight: dict[str, tuple[str, float]] = {}
    text = (files(__package__) / "markers.tsv").read_text(encoding="utf-8")
    for line in text.splitlines():
        cells = line.split("\t")
        if line.startswith("#") or cells[0] != group:
            continue
        weight[cells[2]] = (cells[1], float(cells[3]))
    if not weight:
        raise ValueError(f"markers.tsv has no group {group!r}")
    forms = "|".join(re.escape(form) for form in sorted(weight, key=lambda form: (-len(form), form)))
    return Markers(re.compile(rf"\b(?:{forms})\b" if group != "han" else forms), weight)
