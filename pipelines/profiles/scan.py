"""A title and a text cut into sentences, each with the phrases found in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines import sentences
from pipelines.profiles.folding import fold, lower
from pipelines.profiles.lexicon import Hit, Lexicon
from pipelines.profiles.profile import Profile
from pipelines.records import Evidence, Field

LIMIT = 400
"""Longest sentence, in the measure of :func:`pipelines.sentences.weight`: run-on text is cut, sentences are not."""


@dataclass(slots=True)
class Line:
    """One sentence of the title or the text; offsets are code points of that field, end exclusive."""

    n: int
    """Position in the document: the title's sentences first."""
    field: Field
    place: int
    """Position within its field, from 0."""
    start: int
    end: int
    text: str
    folded: str
    hits: list[Hit]


def _whole(text: str) -> tuple[int, int]:
    return len(text) - len(text.lstrip()), len(text.rstrip())


def read_lines(title: str | None, text: str | None, lexicon: Lexicon | None = None) -> list[Line]:
    """The sentences of a document in order; with ``lexicon``, each holds its hits.

    The title is one sentence: headlines join their parts with spaces and bars that end nothing. One that is longer than
    any headline is read like a text: what is looked for in a sentence may take the square of its length.
    """
    lines: list[Line] = []
    which: Field
    for which, body in (("title", title), ("text", text)):
        if not body or not body.strip():
            continue
        headline = which == "title" and sentences.weight(body) <= LIMIT
        spans = [_whole(body)] if headline else sentences.sentences(body, LIMIT)
        for place, (start, end) in enumerate(spans):
            if start == end:
                continue
            folded = fold(body[start:end])
            hits = lexicon.find(folded) if lexicon is not None else []
            lines.append(Line(len(lines), which, place, start, end, body[start:end], folded, hits))
    return lines


TITLE, LEAD, BODY = 1.0, 0.6, 0.4
"""What a sentence is worth for the subject by its place: a headline says what a text is about, a late sentence may
only mention it."""
LEAD_SENTENCES = 3
SURE = 0.5
"""From this weight on a sentence speaks of the subject by itself."""
FAINT = 0.5
"""What words that only hint at the subject are worth where no sentence speaks of it surely, however often they stand."""
HEADLINE_ALONE = 0.6
"""What a headline is worth whose subject word a text of ``LONG`` sentences never takes up."""
LONG = 5
IMAGINED = 0.3
"""What is left of every sentence where the headline says that the subject is imagined: a film, satire, a child's drawing."""


def subject_weights(lines: Sequence[Line], profile: Profile) -> list[float]:
    """How surely each sentence speaks of the subject, 0 to 1.

    Phrases inside a longer shadow word do not count, nor a word that the text uses in another meaning: a homonym does
    where the text holds what tells so and no other phrase for the subject.
    """
    weights = [_subject_weight(line, frozenset(), profile) for line in lines]
    if any(weights) and profile.homonyms:
        folded = [lower(line.folded) for line in lines]
        foreign = frozenset(
            word for word, telling in profile.homonyms.items() if any(telling.search(text) for text in folded)
        )
        if foreign:
            without = [_subject_weight(line, foreign, profile) for line in lines]
            if max(without) < SURE:
                return without
    head = [line for line in lines if line.place == 0 and (line.field == "title" or line.n == 0)]
    if any(hit.cue.name in profile.imagined for line in head for hit in line.hits):
        return [weight * IMAGINED for weight in weights]
    return weights


def _subject_weight(line: Line, foreign: frozenset[str], profile: Profile) -> float:
    shadows = [hit for hit in line.hits if hit.cue.name == "subject.shadow"]
    doubt = 1.0
    seen: set[str] = set()
    for hit in line.hits:
        if hit.cue.weight == 0.0 or not hit.cue.name.startswith("subject."):
            continue
        if any(shadow.start <= hit.start and hit.end <= shadow.end for shadow in shadows):
            continue
        partner = profile.beside.get(hit.cue.name)
        if partner is not None and not any(
            one.cue.name == partner and (one.end <= hit.start or hit.end <= one.start) for one in line.hits
        ):
            continue
        word = lower(line.folded[hit.start : hit.end])
        if word not in seen and word not in foreign:
            seen.add(word)
            doubt *= 1.0 - hit.cue.weight
    return 1.0 - doubt


def subject_score(lines: Sequence[Line], weights: Sequence[float], profile: Profile) -> list[float]:
    """What each sentence adds to the certainty that the text concerns the subject, by weight and place.

    A sentence with a phrase that tells what the subject did, or was used for, counts as in the lead wherever it stands.
    """
    titled = any(line.field == "title" for line in lines)
    body = [weight for line, weight in zip(lines, weights, strict=True) if line.field == "text"]
    faint = FAINT if max(weights, default=0.0) < SURE else 1.0
    alone = titled and len(body) >= LONG and not any(body)
    worth = []
    for line, weight in zip(lines, weights, strict=True):
        if line.field == "title" or (not titled and line.place == 0):
            place = HEADLINE_ALONE if alone else TITLE
        else:
            deed = any(hit.cue.name in profile.deeds for hit in line.hits)
            place = LEAD if deed or line.place < LEAD_SENTENCES else BODY
        worth.append(weight * place * faint)
    return worth


def certainty(worth: Iterable[float]) -> float:
    """Independent reasons together: 1 minus the product of their doubts, rounded to four places."""
    doubt = 1.0
    for one in worth:
        doubt *= 1.0 - one
    return round(1.0 - doubt, 4)


def evidence(lines: Iterable[Line]) -> tuple[Evidence, ...]:
    """Quotations of whole sentences, in the order of the document, each once."""
    unique = {line.n: line for line in lines}
    return tuple(
        Evidence(quote=line.text, start=line.start, end=line.end, field=line.field)
        for _, line in sorted(unique.items())
    )
