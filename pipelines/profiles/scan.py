"""A title and a text cut into sentences, each with the phrases found in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines import sentences
from pipelines.profiles.folding import fold
from pipelines.profiles.lexicon import Hit, Lexicon
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

    The title is one sentence: headlines join their parts with spaces and bars that end nothing.
    """
    lines: list[Line] = []
    which: Field
    for which, body in (("title", title), ("text", text)):
        if not body or not body.strip():
            continue
        spans = [_whole(body)] if which == "title" else sentences.sentences(body, LIMIT)
        for place, (start, end) in enumerate(spans):
            if start == end:
                continue
            folded = fold(body[start:end])
            hits = lexicon.find(folded) if lexicon is not None else []
            lines.append(Line(len(lines), which, place, start, end, body[start:end], folded, hits))
    return lines


def subject_weight(line: Line) -> float:
    """How surely one sentence speaks of the subject, 0 to 1; phrases inside a longer shadow word do not count."""
    shadows = [hit for hit in line.hits if hit.cue.name == "subject.shadow"]
    doubt = 1.0
    seen: set[str] = set()
    for hit in line.hits:
        if hit.cue.weight == 0.0 or not hit.cue.name.startswith("subject."):
            continue
        if any(shadow.start <= hit.start and hit.end <= shadow.end for shadow in shadows):
            continue
        word = line.folded[hit.start : hit.end].lower()
        if word not in seen:
            seen.add(word)
            doubt *= 1.0 - hit.cue.weight
    return 1.0 - doubt


def evidence(lines: Iterable[Line]) -> tuple[Evidence, ...]:
    """Quotations of whole sentences, in the order of the document, each once."""
    unique = {line.n: line for line in lines}
    return tuple(
        Evidence(quote=line.text, start=line.start, end=line.end, field=line.field)
        for _, line in sorted(unique.items())
    )
