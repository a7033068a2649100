"""One text judged: class, limbs, severity, axes, facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pipelines import profiles
from pipelines.labels.axes import axis_labels
from pipelines.labels.classes import Verdict, decide
from pipelines.labels.facts import facts
from pipelines.labels.gravity import limbs as limbs_of
from pipelines.labels.gravity import quote, with_subject
from pipelines.labels.gravity import severity as severity_of
from pipelines.labels.reading import Sense, read
from pipelines.profiles import Profile
from pipelines.records import BAD_FIELD, OK, Evidence, Judgement, Label, Materialisation, Row, not_text

VERSION = "labels-4"
SHOWN = 3
SHARE = 0.3
"""A reason is quoted for the class from this share of the strongest reason's weight on."""


def judge(title: str | None, text: str | None, profile: Profile) -> Judgement:
    """Class, materialisation, limbs, severity and axis values of one text; ``title`` or ``text`` may be missing.

    Outcome ``no_text`` where both are empty, else ``ok``. A text that does not concern the subject is ``unrelated``
    and carries no labels.
    """
    senses = read(title, text, profile)
    if not senses:
        return Judgement(outcome="no_text", reason="neither title nor text")
    subject = profiles.certainty(sense.worth for sense in senses)
    if subject < profile.thresholds["mention"]:
        return Judgement(outcome=OK, class_="unrelated", reason=f"does not concern {profile.subject_plural}")
    found, candidates = axis_labels(senses, profile)
    if subject < profile.thresholds["relevance"]:
        return Judgement(
            outcome=OK,
            class_="unrelated",
            labels=tuple(found),
            candidates=tuple(candidates),
            reason=f"mentions {profile.subject_plural} too little to concern them",
        )
    verdict = decide(senses, profile)
    chances = sorted(
        ((round(p, 4), name) for name, p in verdict.probabilities.items()), key=lambda one: (-one[0], one[1])
    )
    others = [("class", name, chance) for chance, name in chances]
    if chances[0][0] < profile.thresholds["class"]:
        return Judgement(
            outcome="undecided",
            labels=tuple(found),
            candidates=(*others, *candidates),
            reason=f"no class reaches {profile.thresholds['class']}",
        )
    labels = [_class_label(verdict, senses, profile)]
    limbs: list[Label] = []
    severity = "unknown"
    materialisation: Materialisation | None = None
    if verdict.class_ in ("incident", "hazard"):
        materialisation = "actual" if verdict.class_ == "incident" else "plausible"
        limbs = limbs_of(senses, materialisation)
        labels += limbs
        step = severity_of(senses, verdict.class_, materialisation)
        if step is not None:
            severity = step.value
            labels.append(step)
    if verdict.class_ == "unrelated":
        labels = []
    others = [
        ("class", name, round(p, 4)) for name, p in verdict.probabilities.items() if name != verdict.class_
    ]
    others.sort(key=lambda one: (-one[2], one[1]))
    return Judgement(
        outcome=OK,
        class_=verdict.class_,
        materialisation=materialisation,
        limbs=tuple(label.value for label in limbs),
        severity=severity,
        labels=(*labels, *found),
        facts=facts(senses, profile, event=materialisation is not None),
        candidates=(*(one for one in others if one[1] != verdict.class_), *candidates),
        reason=", ".join(reason.name for reason in verdict.reasons[:3]),
    )


def _class_label(verdict: Verdict, senses: Sequence[Sense], profile: Profile) -> Label:
    enough = SHARE * verdict.shares[0] if verdict.shares else 0.0
    told = [
        reason.sense for reason, share in zip(verdict.reasons, verdict.shares, strict=True) if share >= enough
    ]
    shown = with_subject(told[:SHOWN], senses)
    return Label(
        axis="class",
        value=verdict.class_,
        score=round(verdict.probabilities[verdict.class_], 4),
        evidence=quote(shown),
        method="rules, fitted weights" if profile.weights else "rules",
    )


def filter_rows(rows: Iterable[Row], profile: str = "ai-incidents") -> Iterator[dict[str, Any]]:
    """The stage as a filter: ``id``, ``outcome``, ``class``, ``materialisation``, ``limbs[]``, ``severity``, ``labels[]``.

    A title or text that is no string has the outcome ``bad_field``.
    """
    loaded = profiles.load(profile)
    for row in rows:
        if wrong := not_text(row, "title", "text"):
            found = Judgement(outcome=BAD_FIELD, reason=wrong)
        else:
            found = judge(row.get("title"), row.get("text"), loaded)
        yield {"id": row.get("id", row.get("file")), **as_row(found)}


def as_row(found: Judgement) -> dict[str, Any]:
    """A judgement as the contract's JSON object."""
    return {
        "outcome": found.outcome,
        "class": found.class_,
        "materialisation": found.materialisation,
        "limbs": list(found.limbs),
        "severity": found.severity,
        "labels": [
            {
                "axis": label.axis,
                "value": label.value,
                "score": label.score,
                "evidence": [_evidence(one) for one in label.evidence],
                "method": label.method,
            }
            for label in found.labels
        ],
        "facts": [
            {
                "kind": fact.kind,
                "value": fact.value,
                "role": fact.role,
                "unit": fact.unit,
                "precision": fact.precision,
                "evidence": [_evidence(one) for one in fact.evidence],
            }
            for fact in found.facts
        ],
        "candidates": [
            {"axis": axis, "value": value, "score": score} for axis, value, score in found.candidates
        ],
        "reason": found.reason,
    }


def _evidence(one: Evidence) -> dict[str, Any]:
    return {"quote": one.quote, "start": one.start, "end": one.end, "field": one.field}
