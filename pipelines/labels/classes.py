"""The class of a text: incident, hazard, complementary or unrelated, by weighed reasons that can be shown.

Each reason (a harm reported, a harm feared, a kind of news) counts once, at its best sentence. What a reason adds to
the score of each class stands in the profile; ``weights.toml`` may correct the weights by training.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp

from pipelines.labels.reading import Sense
from pipelines.profiles import Profile
from pipelines.profiles.profile import CLASSES
from pipelines.records import Class


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason at its best sentence."""

    name: str
    strength: float
    sense: Sense


@dataclass(frozen=True, slots=True)
class Verdict:
    """Probabilities of the classes, and the reasons for the one chosen, strongest first."""

    class_: Class
    probabilities: Mapping[str, float]
    reasons: tuple[Reason, ...]


def reasons(senses: Sequence[Sense]) -> dict[str, Reason]:
    """Every reason of a text by name: ``actual``, ``plausible``, ``harm.*`` and ``news.*``."""
    found: dict[str, Reason] = {}

    def offer(name: str, strength: float, sense: Sense) -> None:
        if strength > 0.0 and (name not in found or strength > found[name].strength):
            found[name] = Reason(name, strength, sense)

    for sense in senses:
        by_stance: dict[str, float] = {}
        for said in sense.harms:
            strength = said.harm.strength * sense.link
            rest = 1.0 - by_stance.get(said.stance, 0.0)
            by_stance[said.stance] = 1.0 - rest * (1.0 - 0.8 * strength)
            offer(f"harm.{said.harm.name}.{said.stance}", strength * sense.place, sense)
        for stance, strength in by_stance.items():
            offer(stance, strength * sense.place, sense)
        for name in sense.news:
            offer(f"news.{name}", sense.place, sense)
    return found


def weights_of(name: str, profile: Profile) -> Mapping[str, float]:
    """What the reason adds to the score of each class at full strength."""
    if name in profile.weights:
        return profile.weights[name]
    kind, _, rest = name.partition(".")
    if kind == "news":
        return profile.news[rest].weights
    return profile.classes.get(name, {})


def decide(senses: Sequence[Sense], profile: Profile) -> Verdict:
    """Weigh the reasons of a text that concerns the subject."""
    found = reasons(senses)
    scores: dict[str, float] = {name: weights_of("bias", profile).get(name, 0.0) for name in CLASSES}
    for reason in found.values():
        for name, weight in weights_of(reason.name, profile).items():
            scores[name] += weight * reason.strength
    top = max(scores.values())
    total = sum(exp(score - top) for score in scores.values())
    probabilities = {name: exp(score - top) / total for name, score in scores.items()}
    chosen: Class = max(CLASSES, key=lambda name: probabilities[name])
    ranked = sorted(
        (r for r in found.values() if weights_of(r.name, profile).get(chosen, 0.0) > 0.0),
        key=lambda r: (-weights_of(r.name, profile)[chosen] * r.strength, r.name),
    )
    return Verdict(chosen, probabilities, tuple(ranked))
