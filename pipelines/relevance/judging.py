"""The judgement of relevance from the subject lexicon of a profile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipelines import profiles
from pipelines.profiles import Line, Profile
from pipelines.records import OK, Relevance, Row

VERSION = "relevance-1"

TITLE = 1.0
LEAD = 0.8
BODY = 0.5
"""What a sentence is worth by its place: a headline says what a text is about, a late sentence may mention it."""
LEAD_SENTENCES = 3
SHOWN = 3
"""Sentences quoted at most."""


def place_weight(line: Line, titled: bool) -> float:
    """What the place of a sentence is worth; without a title the first sentence stands for it."""
    if line.field == "title" or (not titled and line.place == 0):
        return TITLE
    return LEAD if line.place < LEAD_SENTENCES else BODY


def judge(title: str | None, text: str | None, profile: Profile) -> Relevance:
    """Whether ``title`` and ``text`` concern the subject of ``profile``; either may be missing.

    Outcome ``no_text`` where both are empty, else ``ok``. The score lies between 0 and 1; ``relevant`` is true from
    the profile's threshold on, and then at least one sentence is quoted.
    """
    lines = profiles.read_lines(title, text, profile.subject_lexicon)
    if not lines:
        return Relevance(outcome="no_text", relevant=False, score=0.0, reason="neither title nor text")
    titled = any(line.field == "title" for line in lines)
    weighed = [(profiles.subject_weight(line) * place_weight(line, titled), line) for line in lines]
    weighed.sort(key=lambda pair: (-pair[0], pair[1].n))
    doubt = 1.0
    for weight, _ in weighed:
        doubt *= 1.0 - weight
    score = round(1.0 - doubt, 4)
    relevant = score >= profile.thresholds["relevance"]
    shown = [line for weight, line in weighed[:SHOWN] if weight > 0.0] if relevant else []
    if relevant and sum(w for w, line in weighed[:SHOWN]) < profile.thresholds["relevance"]:
        shown = [line for weight, line in weighed if weight > 0.0]
    reason = (
        f"{len(shown)} sentences speak of {profile.subject_plural}"
        if relevant
        else _why_not(weighed, profile)
    )
    return Relevance(
        outcome=OK, relevant=relevant, score=score, evidence=profiles.evidence(shown), reason=reason
    )


def _why_not(weighed: list[tuple[float, Line]], profile: Profile) -> str:
    if weighed[0][0] == 0.0:
        return f"no word for {profile.subject_plural}"
    return f"{profile.subject_plural} are mentioned, too little to be the subject"


def filter_rows(rows: Iterable[Row], profile: str = "ai-incidents") -> Iterator[dict[str, Any]]:
    """The stage as a filter: ``id``, ``outcome``, ``relevant``, ``score``, ``evidence[]``, ``reason`` for each row."""
    loaded = profiles.load(profile)
    for row in rows:
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
