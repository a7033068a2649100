"""Facts of 120 leads that we wrote, scored: organisations with roles, systems, countries, quantities, the event's date.

``labels_facts.tsv`` was written before the code was read for it, and split by a fixed seed: rules were mended on ``dev``
alone. Names and roles may have alternatives (``a|b``); a role left empty among them may stay unsaid.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from pipelines import profiles
from pipelines.labels.dates import resolve
from pipelines.labels.facts import facts
from pipelines.labels.reading import read
from pipelines.profiles import Profile
from pipelines.profiles.folding import fold, lower
from pipelines.records import Fact

LEADS = Path(__file__).parent / "labels_facts.tsv"
COUNTED = ("deaths", "injured", "money")
"""Kinds of quantities that the leads are labelled with."""
Row = dict[str, str]


def leads(half: str | None = None, language: str = "") -> list[Row]:
    """The rows of one half (``dev``, ``test``; both where none is named) and of one language."""
    with LEADS.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [row for row in rows if half in (None, row["half"]) and row["lang"].startswith(language)]


def _listed(cell: str) -> Iterator[tuple[list[str], list[str]]]:
    """``name|name:role|role; …`` as names and roles."""
    for one in filter(None, (part.strip() for part in cell.split(";"))):
        name, _, role = one.partition(":")
        yield name.split("|"), role.split("|")


def same(found: str, names: Sequence[str], profile: Profile) -> bool:
    """Whether a value is one of the names, under the gazetteer's name for it, or a longer or shorter form of it."""
    value = lower(fold(found))
    for name in names:
        folded = lower(fold(name))
        if value in folded or folded in value:
            return True
        known = {hit.cue.name.partition(":")[2] for hit in profile.lexicon.find(fold(name))}
        if found in known:
            return True
    return False


def _named(row: Row, found: Sequence[Fact], profile: Profile, count: Counter[str], misses: list[str]) -> None:
    told = [one for one in found if one.kind in ("organisation", "system")]
    organisations, systems = list(_listed(row["organisations"])), list(_listed(row["systems"]))
    for names, roles in organisations:
        mine = [one for one in told if same(one.value, names, profile)]
        count.update(organisation=1, organisation_found=bool(mine))
        right = any((one.role or "") in roles for one in mine)
        count.update(role_right=right)
        if not right:
            misses.append(f"{names} {roles}: {[(one.value, one.role) for one in mine]}")
    for names, _ in systems:
        met = any(same(one.value, names, profile) for one in told)
        count.update(system=1, system_found=met)
        if not met:
            misses.append(f"system {names}")
    for one in told:
        meant = any(same(one.value, names, profile) for names, _ in (*organisations, *systems))
        count.update(named=1, named_right=meant)
        if not meant:
            misses.append(f"no name: {one.value} {one.role}")


def _sets(row: Row, found: Sequence[Fact], count: Counter[str], misses: list[str]) -> None:
    """Countries, and quantities of the kinds that the leads are labelled with."""
    expected = {tuple(one.split(":")) for one in row["countries"].replace(" ", "").split(";") if one}
    told = {(one.value, one.role or "") for one in found if one.kind == "country"}
    codes, mine = {code for code, _ in expected}, {code for code, _ in told}
    count.update(country=len(codes), countries=len(mine), country_right=len(codes & mine))
    count.update(country_role_right=len(expected & told))
    if expected != told:
        misses.append(f"countries {sorted(expected)}: {sorted(told)}")
    amounts = {one.strip() for one in row["quantities"].split(";") if one.strip()}
    given = {
        f"{one.role}={one.value.replace('/', '-')}" + (f" {one.unit or '?'}" if one.role == "money" else "")
        for one in found
        if one.kind == "quantity" and one.role in COUNTED
    }
    count.update(quantity=len(amounts), quantities=len(given), quantity_right=len(amounts & given))
    if amounts != given:
        misses.append(f"quantities {sorted(amounts)}: {sorted(given)}")


def _dated(row: Row, found: Sequence[Fact], count: Counter[str], misses: list[str]) -> None:
    expected = {tuple(one.split("/")) for one in row["date"].split("|") if one}
    told = None
    for one in found:
        if one.kind == "event_date":
            day = resolve(one.value, date.fromisoformat(row["published"]))
            told = (day, one.precision) if day else None
    count.update(date=bool(expected), dates=told is not None, date_right=told in expected)
    if (expected and told not in expected) or (not expected and told):
        misses.append(f"date {sorted(expected)}: {told}")


def score(rows: Sequence[Row]) -> tuple[dict[str, float], list[str]]:
    """Shares right, by what is measured, and one line for each lead with something wrong."""
    profile = profiles.load("ai-incidents")
    count: Counter[str] = Counter()
    wrong: list[str] = []
    for row in rows:
        found = facts(read(None, row["text"], profile), profile, event=True)
        misses: list[str] = []
        _named(row, found, profile, count, misses)
        _sets(row, found, count, misses)
        _dated(row, found, count, misses)
        if misses:
            wrong.append(f"{row['id']} {row['text']}\n    " + "\n    ".join(misses))

    def share(part: str, of: str) -> float:
        return count[part] / count[of] if count[of] else 0.0

    return {
        "organisations found": share("organisation_found", "organisation"),
        "role right": share("role_right", "organisation"),
        "systems found": share("system_found", "system"),
        "names that are names": share("named_right", "named"),
        "countries found": share("country_right", "country"),
        "countries right": share("country_right", "countries"),
        "country's role right": share("country_role_right", "country"),
        "quantities found": share("quantity_right", "quantity"),
        "quantities right": share("quantity_right", "quantities"),
        "dates found": share("date_right", "date"),
        "dates right": share("date_right", "dates"),
    }, wrong
