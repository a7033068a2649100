"""Which limb of the definition a harm falls under, and how grave it is; sentences add up as independent reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipelines import profiles
from pipelines.labels.reading import Said, Sense
from pipelines.profiles import certainty
from pipelines.records import Evidence, Label

SUBJECT_SHOWN = 0.5
SHOWN = 2
OTHER_STANCE = 0.5
"""What a harm counts for the limb of an actual event where its own sentence only fears it, and the other way round."""
SECOND_LIMB = 0.5
"""A further limb stands from this share of the strongest limb's score on."""
RUINOUS = 0.1
"""How firmly a sentence must tell that a community no longer functions."""
GRAVE = 0.3
"""From this score on, a harm that is serious by nature makes the event serious."""


def with_subject(shown: list[Sense], senses: Sequence[Sense]) -> list[Sense]:
    """The sentences, with the one that best names the subject where none of them does."""
    if max((sense.subject for sense in shown), default=0.0) < SUBJECT_SHOWN:
        best = max(senses, key=lambda sense: (sense.subject * sense.place, -sense.line.n))
        shown = [*shown, best]
    return shown


def quote(senses: Iterable[Sense]) -> tuple[Evidence, ...]:
    """The sentences as quotations."""
    return profiles.evidence(sense.line for sense in senses)


def _worth(said: Said, sense: Sense) -> float:
    return said.harm.strength * sense.link * sense.place


def _firmest(pairs: Iterable[tuple[Said, Sense]]) -> list[tuple[Said, Sense]]:
    return sorted(pairs, key=lambda pair: (-_worth(*pair), pair[1].line.n))


def limbs(senses: Sequence[Sense], stance: str) -> list[Label]:
    """The limbs, strongest first. Harms that only lend weight (a lawsuit) count where no other harm is named."""
    every = [(said, sense) for sense in senses for said in sense.harms if said.harm.limb]
    named = [pair for pair in every if not pair[0].harm.context] or every
    by_limb: dict[str, dict[int, tuple[float, Sense]]] = {}
    for said, sense in named:
        worth = _worth(said, sense) * (1.0 if said.stance == stance else OTHER_STANCE)
        of = by_limb.setdefault(said.harm.limb, {})
        if worth > of.get(sense.line.n, (0.0, sense))[0]:
            of[sense.line.n] = (worth, sense)
    scored = [(certainty(w for w, _ in of.values()), limb, list(of.values())) for limb, of in by_limb.items()]
    scored.sort(key=lambda one: (-one[0], one[1]))
    return [
        _label("limb", limb, score, found, senses)
        for score, limb, found in scored
        if score > 0.0 and score >= SECOND_LIMB * scored[0][0]
    ]


def severity(senses: Sequence[Sense], class_: str, stance: str) -> Label | None:
    """The rung of the ladder as far as a sentence tells it; ``None`` is unknown."""
    pairs = [(said, sense) for sense in senses for said in sense.harms]
    every = [pair for pair in pairs if pair[0].stance == stance] or pairs
    grave = [pair for pair in every if pair[0].harm.serious]
    ruinous = [pair for pair in every if pair[0].harm.disastrous]
    if class_ == "incident" and grave and ruinous and _worth(*_firmest(ruinous)[0]) >= RUINOUS:
        firmest = (*_firmest(grave)[:2], _firmest(ruinous)[0])
        told = {sense.line.n: (_worth(said, sense), sense) for said, sense in firmest}
        score = certainty(worth for worth, _ in told.values())
        if score >= GRAVE:
            return _label("severity", "disaster", score, list(told.values()), senses)
    for value, among in ((f"serious {class_}", grave), (class_, every)):
        found: dict[int, tuple[float, Sense]] = {}
        for said, sense in among:
            worth = _worth(said, sense)
            if worth > found.get(sense.line.n, (0.0, sense))[0]:
                found[sense.line.n] = (worth, sense)
        score = certainty(worth for worth, _ in found.values())
        if score >= (GRAVE if value != class_ else 1e-4):
            return _label("severity", value, score, list(found.values()), senses)
    return None


def _label(
    axis: str, value: str, score: float, found: list[tuple[float, Sense]], senses: Sequence[Sense]
) -> Label:
    ranked = sorted(found, key=lambda pair: (-pair[0], pair[1].line.n))
    shown = with_subject([sense for _, sense in ranked[:SHOWN]], senses)
    return Label(axis=axis, value=value, score=score, evidence=quote(shown), method="rules")
