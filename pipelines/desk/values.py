"""What codes are called: countries, languages, outlets, limbs, days with unsaid parts, outcomes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from pipelines import outcomes
from pipelines.field import UNKNOWN, Field
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NAMED = frozenset({"country", "language", "outlet", "limb", "class"})
"""Axes whose values are codes that have names."""
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAY = re.compile(r"(\d{4}|XXXX)(?:-(\d\d|XX))?(?:-(\d\d|XX))?")


@cache
def _tables() -> Mapping[str, Mapping[str, str]]:
    text = (resources.files("pipelines.desk") / "names.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def say(axis: str, value: str, outlets: Mapping[str, str], field: Field = UNKNOWN) -> str:
    """The name of a value for a person; the value itself where it is a name already, or none is known.

    :param outlets: as :func:`outlet_names` gives them.
    :param field: of the profile that gave the value.
    """
    if axis == "country":
        return country(value)
    if axis == "language":
        return language(value)
    if axis == "outlet":
        return outlets.get(value, value)
    if axis == "limb":
        return field.limb(value)
    return value


def outlet_names(con: DuckDBPyConnection) -> dict[str, str]:
    """Outlets' names by id; of outlets that share a name, each with its id."""
    rows = fetch_rows(con, "SELECT outlet_id, name FROM store.outlet WHERE name <> '' ORDER BY outlet_id")
    names = [row["name"] for row in rows]
    return {
        row["outlet_id"]: row["name"]
        if names.count(row["name"]) == 1
        else f"{row['name']} ({row['outlet_id']})"
        for row in rows
    }


def country(code: str) -> str:
    """``Taiwan`` for ``TWN`` and for ``TW``."""
    from pipelines.bundles import country_name

    return country_name(code)


@cache
def language(tag: str) -> str:
    """``Chinese (traditional, Taiwan)`` for ``zh-Hant-TW``."""
    tables = _tables()
    first, *rest = tag.split("-")
    said = tables["languages"].get(first.lower())
    if said is None:
        return tag
    parts = [tables["scripts"].get(part) or country(part.upper()) for part in rest]
    return f"{said} ({', '.join(parts)})" if parts else said


def day_said(edtf: str) -> str:
    """``20th of a month that is not said`` for ``XXXX-XX-20`` (EDTF, unsaid parts as ``X``)."""
    match = _DAY.fullmatch(edtf)
    if match is None:
        return _told(edtf)
    year, month, day = ("" if part is None or "X" in part else part for part in match.groups())
    if month and not 1 <= int(month) <= len(_MONTHS):
        return edtf
    name = _MONTHS[int(month) - 1] if month else ""
    if day and not name:
        return f"the {int(day)}{_ordinal(int(day))} (month not said)"
    said = " ".join(part for part in (str(int(day)) if day else "", name, year) if part)
    return said + ("" if year else " (year not said)")


_FIGURE = re.compile(r"\d+(?:\.\d+)?")
_ROUND = (("billion", 10**9), ("million", 10**6))


def quantity_said(value: str, unit: str) -> str:
    """``1 person``, ``260,000 people``, ``US$400 million``, ``CHF 1,234,567``; a range as ``3 to 5 people``.

    No digit is rounded away: a figure becomes millions only where three places hold all of it.
    """
    said = _FIGURE.sub(lambda match: _figure(match[0]), value).replace("/", " to ")
    sign = _tables()["money"].get(unit)
    if sign:
        return sign + said
    if re.fullmatch("[A-Z]{3}", unit):
        return f"{unit} {said}"
    return f"{said} {'person' if (value, unit) == ('1', 'people') else unit}".strip()


def _figure(digits: str) -> str:
    number = Decimal(digits)
    for word, size in _ROUND:
        if number >= size and number * 1000 % size == 0:
            return f"{(number / size).normalize():f} {word}"
    return f"{number:,f}"


_TOLD = re.compile(r"(?P<back>-?)P(?P<n>\d)(?P<unit>[DWMY])(?:-(?P<part>\d\d?))?|XXXX-W-(?P<day>[1-7])")
_UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _told(value: str) -> str:
    """``the day before`` for ``-P1D``: a day told from that of publication, as labels writes it."""
    match = _TOLD.fullmatch(value)
    if match is None:
        return value
    if match["day"]:
        return f"{_WEEKDAYS[int(match['day']) - 1]} (the latest before publication)"
    n, unit, part = int(match["n"]), match["unit"], match["part"]
    head = (
        {"W": lambda: _WEEKDAYS[int(part) - 1], "Y": lambda: _MONTHS[int(part) - 1]}[unit]() if part else ""
    )
    if n == 0 and unit == "D":
        return "the day of publication"
    when = f"the {_UNITS[unit]} of publication" if n == 0 else f"the {_UNITS[unit]} before publication"
    if n > 1:
        when = f"{n} {_UNITS[unit]}s before publication"
    return f"{head} of {when}" if head else when


def _ordinal(n: int) -> str:
    return "th" if 10 <= n % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")


def because(reason: str | None, stage: str = "", outcome: str = "", field: Field = UNKNOWN) -> str:
    """A stage's reason as a person reads it; what its outcome means where it gave none.

    :param field: of the profile that gave the reason.
    """
    if not reason:
        return "" if outcome == "ok" else outcomes.sentence(stage, outcome)
    said = [_event(part.strip(), field) for part in reason.split(",")]
    return "reads as " + "; ".join(dict.fromkeys(map(str, said))) if all(said) else reason


def _event(name: str, field: Field) -> str | None:
    """What one of the reasons for a class says; ``None`` when it is none."""
    if name.startswith("news."):
        return field.news.get(name.removeprefix("news."))
    return _tables()["events"].get(name)
