"""Titles and texts as lists of source sentences, and translations put together again, paragraph by paragraph."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.records import Field, Sentence
from pipelines.sentences import sentences


@dataclass(frozen=True, slots=True)
class Source:
    """One sentence to translate: ``article[field][start:end]``."""

    field: Field
    start: int
    end: int
    text: str


def sources(title: str | None, text: str | None) -> list[Source]:
    """Sentences of the title, then of the text, with their offsets."""
    fields: tuple[tuple[Field, str | None], ...] = (("title", title), ("text", text))
    return [
        Source(field, start, end, value[start:end])
        for field, value in fields
        if value
        for start, end in sentences(value)
    ]


def joined(field: Field, original: str | None, translated: Iterable[Sentence]) -> str | None:
    """The English of one field: sentences joined by spaces, paragraphs by the line breaks between them."""
    if original is None:
        return None
    parts: list[str] = []
    end = 0
    for sentence in translated:
        if sentence.field != field or not sentence.target:
            continue
        if parts:
            parts.append("\n" if "\n" in original[end : sentence.start] else " ")
        parts.append(sentence.target)
        end = sentence.end
    return "".join(parts)
