"""Facts of an event with the sentences that state them: who, where, how many, how much, when, what was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines import profiles
from pipelines.labels.dates import dates
from pipelines.labels.organisations import organisations
from pipelines.labels.places import countries, currency
from pipelines.labels.quantities import quantities
from pipelines.labels.reading import Sense
from pipelines.profiles import Profile
from pipelines.records import Fact

LEAD = 3
"""Sentences of the title or the text from whose beginning a date is taken where no sentence of harm holds one."""


def facts(senses: Sequence[Sense], profile: Profile, *, event: bool) -> tuple[Fact, ...]:
    """The facts of one text; quantities, date and actions only where it reports an ``event``."""
    places = list(countries(senses, profile, event=event))
    found: list[Fact] = [*organisations(senses, profile), *places]
    if event:
        found += _quantities(senses, currency(places))
        found += _date(senses)
        found += _actions(senses)
    return tuple(found)


def _quantities(senses: Sequence[Sense], yuan: str | None) -> Iterable[Fact]:
    seen: set[tuple[str, str | None, str]] = set()
    for sense in senses:
        for quantity in quantities(sense.line.folded, yuan):
            key = (quantity.value, quantity.unit, quantity.role)
            if key not in seen:
                seen.add(key)
                yield Fact(
                    kind="quantity",
                    value=quantity.value,
                    role=quantity.role,
                    unit=quantity.unit,
                    evidence=profiles.evidence([sense.line]),
                )


def _date(senses: Sequence[Sense]) -> Iterable[Fact]:
    """The first date in a sentence that tells of harm, else the first day or month in the lead."""
    told = [sense for sense in senses if sense.harms]
    told += [sense for sense in senses if not sense.harms and sense.line.place < LEAD]
    for sense in told:
        for value, precision in dates(sense.line.folded)[:1]:
            if precision == "year" and not sense.harms and not sense.subject:
                continue
            yield Fact(
                kind="event_date",
                value=value,
                precision=precision,
                evidence=profiles.evidence([sense.line]),
            )
            return


def _actions(senses: Sequence[Sense]) -> Iterable[Fact]:
    seen: set[str] = set()
    for sense in senses:
        for hit in sense.line.hits:
            kind, _, name = hit.cue.name.partition("/")
            if kind == "action" and name not in seen:
                seen.add(name)
                yield Fact(kind="mitigation", value=name, evidence=profiles.evidence([sense.line]))
