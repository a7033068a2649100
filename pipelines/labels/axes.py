"""Values on the axes of a profile, each from the sentences that speak for it.

A sentence speaks for a value by a cue phrase of the value, or by a harm that implies it. Sentences are independent
reasons, worth less the later they stand; a value stands from the profile's threshold on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines import profiles
from pipelines.labels.reading import Sense
from pipelines.profiles import Profile
from pipelines.records import Label

_PLACE = {1.0: 1.0, 0.6: 0.85, 0.25: 0.6}
SHOWN = 2
CANDIDATES = 3


@dataclass(slots=True)
class _Case:
    reasons: list[tuple[float, Sense]]

    @property
    def score(self) -> float:
        doubt = 1.0
        for weight, _ in self.reasons:
            doubt *= 1.0 - weight
        return 1.0 - doubt


def axis_labels(
    senses: Sequence[Sense], profile: Profile
) -> tuple[list[Label], list[tuple[str, str, float]]]:
    """Labels at or above the threshold, and the best candidates below it, by axis in the profile's order."""
    cases: dict[tuple[str, str], _Case] = {}
    for sense in senses:
        for key, weight in _spoken(sense).items():
            worth = weight * _PLACE[sense.place]
            if worth > 0.0:
                cases.setdefault(key, _Case([])).reasons.append((worth, sense))
    labels: list[Label] = []
    candidates: list[tuple[str, str, float]] = []
    for axis in profile.axes:
        below: list[tuple[float, str]] = []
        threshold = profile.thresholds.get(axis.key, profile.thresholds["axis"])
        for value in axis.values:
            case = cases.get((axis.key, value.name))
            if case is None:
                continue
            score = round(case.score, 4)
            if score >= threshold:
                labels.append(_label(axis.key, value.name, score, case, threshold))
            else:
                below.append((score, value.name))
        below.sort(key=lambda pair: (-pair[0], pair[1]))
        candidates.extend((axis.key, name, score) for score, name in below[:CANDIDATES])
    return labels, candidates


def _spoken(sense: Sense) -> dict[tuple[str, str], float]:
    """How strongly the sentence speaks for each value."""
    spoken = dict(sense.values)
    for said in sense.harms:
        for key, weight in said.harm.values.items():
            worth = weight * max(sense.link, 0.5)
            rest = 1.0 - spoken.get(key, 0.0)
            spoken[key] = 1.0 - rest * (1.0 - worth)
    return spoken


def _label(axis: str, value: str, score: float, case: _Case, threshold: float) -> Label:
    ranked = sorted(case.reasons, key=lambda pair: (-pair[0], pair[1].line.n))
    shown = _Case([])
    for reason in ranked:
        shown.reasons.append(reason)
        if len(shown.reasons) >= SHOWN and shown.score >= threshold:
            break
    lines = [sense.line for _, sense in shown.reasons]
    return Label(axis=axis, value=value, score=score, evidence=profiles.evidence(lines), method="rules")
