"""The class of a text: incident, hazard, complementary or unrelated, by weighed reasons that can be shown.

What a reason (a harm reported, a harm feared, a kind of news) adds to the score of each class stands in the profile;
``weights.toml`` may correct that by training (:mod:`pipelines.labels.train`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

from pipelines.labels.reading import BODY, LEAD, Sense
from pipelines.profiles import CLASSES, Profile
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
    shares: tuple[float, ...]
    """What each of them adds to the score of the class chosen."""


NEWS_PLACE = {1.0: 1.0, LEAD: 0.5, BODY: 0.12}
"""What a kind of news counts by the place of its sentence: a launch in the last paragraph makes no launch story."""
ONE_HARM = 0.8
"""How much of the whole one harm at full strength in the title gives."""


def reasons(senses: Sequence[Sense], profile: Profile) -> dict[str, Reason]:
    """Every reason of a text by name: ``actual``, ``plausible``, ``near_miss`` and ``news.*``.

    Harms add up over the sentences as independent reasons; a kind of news counts once, at its best place.
    """
    found: dict[str, Reason] = {}
    harmed = any(  # the lead reports harm done: that nobody was hurt beside it makes no near miss of it
        said.stance == "actual" and not (said.harm.accident or said.harm.context)
        for sense in senses
        if sense.place >= LEAD
        for said in sense.harms
        if said.harm.limb
    )
    for sense in senses:
        for name in sense.news:
            if profile.news[name].place is None or sense.place == 1.0:
                _offer(found, f"news.{name}", NEWS_PLACE[sense.place], sense)
        if sense.near_miss and not harmed:
            _offer(found, "near_miss", NEWS_PLACE[sense.place] ** 0.5, sense)
    for stance in ("actual", "plausible"):
        doubt, best = 1.0, None
        for sense in senses:
            spared = 1.0
            for said in sense.harms:
                if said.stance == stance:
                    spared *= 1.0 - ONE_HARM * said.harm.strength * sense.link
            share = (1.0 - spared) * sense.place
            doubt *= 1.0 - share
            if share > 0.0 and (best is None or share > best[0]):
                best = (share, sense)
        if best is not None:
            found[stance] = Reason(stance, 1.0 - doubt, best[1])
    return _outranked(found, senses, profile)


def _outranked(found: dict[str, Reason], senses: Sequence[Sense], profile: Profile) -> dict[str, Reason]:
    """Without the kinds of news that another one stands over; weaker where a kind needs a harm and none is named."""
    kept = dict(found)
    harmful = any(sense.denied or any(said.harm.limb for said in sense.harms) for sense in senses)
    for name, reason in found.items():
        kind = profile.news.get(name.removeprefix("news."))
        if kind is None:
            continue
        for lower in kind.over:
            other = found.get(f"news.{lower}")
            if other is not None and other.strength <= reason.strength:
                kept.pop(other.name, None)
        if not harmful and kind.harmless < 1.0 and name in kept:
            kept[name] = replace(reason, strength=reason.strength * kind.harmless)
    return kept


def _offer(found: dict[str, Reason], name: str, strength: float, sense: Sense) -> None:
    if name not in found or strength > found[name].strength:
        found[name] = Reason(name, strength, sense)


def rule_weights(name: str, profile: Profile) -> Mapping[str, float]:
    """What the profile's author wrote that the reason adds to the score of each class."""
    kind, _, rest = name.partition(".")
    return profile.news[rest].weights if kind == "news" else profile.classes.get(name, {})


def weights_of(name: str, profile: Profile) -> dict[str, float]:
    """What the reason adds to the score of each class at full strength: by rule, corrected by training."""
    rule, fitted = rule_weights(name, profile), profile.weights.get(name, {})
    return {one: rule.get(one, 0.0) + fitted.get(one, 0.0) for one in CLASSES}


def decide(senses: Sequence[Sense], profile: Profile) -> Verdict:
    """Weigh the reasons of a text that concerns the subject."""
    found = reasons(senses, profile)
    scores: dict[str, float] = {name: weights_of("bias", profile).get(name, 0.0) for name in CLASSES}
    for reason in found.values():
        for name, weight in weights_of(reason.name, profile).items():
            scores[name] += weight * reason.strength
    top = max(scores.values())
    total = sum(exp(score - top) for score in scores.values())
    probabilities = {name: exp(score - top) / total for name, score in scores.items()}
    chosen: Class = max(CLASSES, key=lambda name: probabilities[name])
    ranked = sorted(
        (
            (weights_of(reason.name, profile)[chosen] * reason.strength, reason)
            for reason in found.values()
            if weights_of(reason.name, profile)[chosen] > 0.0
        ),
        key=lambda pair: (-pair[0], pair[1].name),
    )
    return Verdict(
        class_=chosen,
        probabilities=probabilities,
        reasons=tuple(reason for _, reason in ranked),
        shares=tuple(share for share, _ in ranked),
    )
