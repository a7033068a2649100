"""The judgement of relevance from the subject lexicon of a profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipelines import profiles
from pipelines.profiles import Line, Profile
from pipelines.records import BAD_FIELD, OK, Relevance, Row, not_text

VERSION = "relevance-3"

SHOWN = 3
"""Sentences quoted at most, more only where it takes more to reach the threshold."""


def judge(title: str | None, text: str | None, profile: Profile) -> Relevance:
    """Whether ``title`` and ``text`` concern the subject of ``profile``; either may be missing.

    Outcome ``no_text`` where both are empty, else ``ok``. The score lies between 0 and 1; ``relevant`` is true from
    the profile's threshold on, and then at least one sentence is quoted.
    """
    lines = profiles.read_lines(title, text, profile.subject_lexicon)
    if not lines:
        return Relevance(outcome="no_text", relevant=False, score=0.0, reason="neither title nor text")
    worth = profiles.subject_score(lines, profiles.subject_weights(lines, profile), profile)
    weighed = sorted(zip(worth, lines, strict=True), key=lambda pair: (-pair[0], pair[1].n))
    score = profiles.certainty(worth)
    if score < profile.thresholds["relevance"]:
        return Relevance(outcome=OK, relevant=False, score=score, reason=_why_not(score, profile))
    shown = _enough(weighed, profile.thresholds["relevance"])
    count = sum(one > 0.0 for one in worth)
    reason = f"{count} of {len(lines)} sentences speak of {profile.subject_plural}"
    return Relevance(outcome=OK, relevant=True, score=score, evidence=profiles.evidence(shown), reason=reason)


def _enough(weighed: list[tuple[float, Line]], threshold: float) -> list[Line]:
    shown: list[tuple[float, Line]] = []
    for worth, line in weighed:
        if worth == 0.0 or (len(shown) >= SHOWN and profiles.certainty(w for w, _ in shown) >= threshold):
            break
        shown.append((worth, line))
    return [line for _, line in shown]


def _why_not(score: float, profile: Profile) -> str:
    if score == 0.0:
        return f"no word for {profile.subject_plural}"
    return f"{profile.subject_plural} are mentioned, too little to be the subject"


def filter_rows(rows: Iterable[Row], profile: str = "ai-incidents") -> Iterator[dict[str, Any]]:
    """The stage as a filter: ``id``, ``outcome``, ``relevant``, ``score``, ``evidence[]``, ``reason`` for each row.

    A title or text that is no string has the outcome ``bad_field``.
    """
    loaded = profiles.load(profile)
    for row in rows:
        if wrong := not_text(row, "title", "text"):
            found = Relevance(outcome=BAD_FIELD, relevant=False, score=0.0, reason=wrong)
        else:
            found = judge(row.get("title"), row.get("text"), loaded)
        yield {
            "id": row.get("id", row.get("file")),
            "outcome": found.outcome,
            "relevant": found.relevant,
            "score": found.score,
            "evidence": [
                {"quote": one.quote, "start": one.start, "end": one.end, "field": one.field}
                for one in found.evidence
            ],
            "reason": found.reason,
        }
