"""What the keys of a profile's files may hold; what is wrong is told in one sentence with file, key and what is allowed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGEST = 1000.0
"""Largest number that a profile may hold, either sign: far beyond any weight, and safe to reckon with."""


class ProfileError(ValueError):
    """A profile cannot be used; the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one key may hold."""

    holds: Callable[[Any], bool]
    allowed: str
    """What may stand there, as the end of ``it must be``."""


def _number(value: Any, low: float = -LARGEST, high: float = LARGEST) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _table(value: Any, holds: Callable[[Any], bool]) -> bool:
    return isinstance(value, dict) and all(holds(one) for one in value.values())


def _text(value: Any) -> bool:
    return isinstance(value, str)


def one_of(*allowed: str | int, note: str = "") -> Check:
    """One of a few values, and nothing that merely equals one (``true`` is no 1)."""
    listed = ", ".join(repr(one) if one == "" else str(one) for one in allowed)
    return Check(
        lambda value: any(type(value) is type(one) and value == one for one in allowed),
        f"{'one of ' if len(allowed) > 1 else ''}{listed}{note}",
    )


TEXT = Check(_text, "a text in quotation marks")
NAME = Check(
    lambda value: _text(value) and bool(value.strip()), "a text in quotation marks that is not empty"
)
FLAG = Check(lambda value: isinstance(value, bool), "true or false")
SHARE = Check(lambda value: _number(value, 0, 1), "a number from 0 to 1")
COUNT = Check(
    lambda value: isinstance(value, int) and _number(value, 0), f"a whole number from 0 to {LARGEST:.0f}"
)
TEXTS = Check(
    lambda value: isinstance(value, list) and all(map(_text, value)), "a list of texts in quotation marks"
)
FILES = Check(
    lambda value: (
        isinstance(value, list)
        and all(_text(one) and re.fullmatch(r"[\w-]+", one) for one in value)
        and len(set(value)) == len(value)
    ),
    "a list of names of files under axes/ without .toml, each once",
)
TABLE = Check(lambda value: isinstance(value, dict), "a table")
NUMBERS = Check(
    lambda value: _table(value, _number), f"a table of numbers from {-LARGEST:.0f} to {LARGEST:.0f}"
)
SHARES = Check(lambda value: _table(value, SHARE.holds), "a table of numbers from 0 to 1")
NAMED = Check(lambda value: _table(value, NAME.holds), "a table of texts in quotation marks, none empty")
TABLES_OF_NUMBERS = Check(lambda value: _table(value, NUMBERS.holds), "a table of tables of numbers")
TABLES_OF_SHARES = Check(
    lambda value: _table(value, SHARES.holds), "a table of tables of numbers from 0 to 1"
)


def checked(
    where: str, table: Mapping[str, Any], needed: Mapping[str, Check], also: Mapping[str, Check]
) -> None:
    """Refuse a table that lacks what is needed, has what is not known or holds what is not allowed.

    :raises ProfileError: with ``where`` (the file and the group), the key and what it may hold.
    """
    if missing := sorted(set(needed) - set(table)):
        raise ProfileError(f"{where} lacks {', '.join(missing)}")
    known = {**needed, **also}
    only(f"{where} has", table, known)
    for key, value in table.items():
        if not known[key].holds(value):
            shown = repr(value) if len(repr(value)) <= 60 else f"{repr(value)[:60]}…"
            raise ProfileError(f"{where} has {key} {shown}; it must be {known[key].allowed}")


def only(where: str, names: Collection[str], known: Collection[str]) -> None:
    """Refuse names that no profile knows; ``where`` is the beginning of the sentence."""
    if unknown := sorted(set(names) - set(known)):
        raise ProfileError(
            f"{where} {', '.join(unknown)}, which no profile knows; known: {', '.join(sorted(known))}"
        )


def groups(
    path: Path, needed: Mapping[str, Check], also: Mapping[str, Check]
) -> list[tuple[str, dict[str, Any]]]:
    """The groups of a file; each has what is needed, may have ``also`` and a word ``about`` it, and nothing else."""
    found = list(toml(path).items())
    for name, group in found:
        if not isinstance(group, dict):
            raise ProfileError(f"{path}: {name!r} stands outside any group; it must be a table [{name}]")
        checked(f"{path}: [{name}]", group, needed, {"about": TEXT, **also})
    return found


def toml(path: Path) -> dict[str, Any]:
    """A file's tables.

    :raises ProfileError: when it is missing or no TOML in UTF-8.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as fault:
        raise ProfileError(f"{path} is missing") from fault
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise ProfileError(f"{path} cannot be read: {fault}") from fault
