"""The records that pass along the line: one kind per stage, frozen, never edited by a later stage.

Every stage takes records (or, as a filter, JSON rows) and answers each input exactly once with a named
``outcome``: ``ok`` or the reason why there is nothing to pass on. Offsets are Unicode code points, end exclusive.
Times are timezone-aware; the store keeps UTC beside the outlet's own zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Row = Mapping[str, Any]
"""A JSON object as it comes in to, or goes out of, a stage filter."""

OK = "ok"
BAD_FIELD = "bad_field"
"""The outcome of a row with something else than text where a text belongs."""


def not_text(row: Row, *names: str) -> str:
    """Which of the fields ``names`` are neither text nor null, as a sentence; empty when all are."""
    wrong = [name for name in names if not isinstance(row.get(name), str | None)]
    return f"{' and '.join(wrong)} must be text or null" if wrong else ""


Precision = Literal["minute", "day"]
Field = Literal["title", "text"]
Relation = Literal["original", "twin", "copy", "update"]
Class = Literal["incident", "hazard", "complementary", "unrelated"]
Materialisation = Literal["actual", "plausible"]
Role = Literal["report", "follow-up", "complementary", "round-up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The bytes fetched for one URL, as the archive holds them."""

    url: str | None
    body: bytes
    content_type: str = ""
    """The ``Content-Type`` header as sent, empty when there was none."""
    fetched: datetime | None = None
    outlet_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What one page says: the result of reading."""

    outcome: str
    reason: str = ""
    title: str | None = None
    """Clean title, without the outlet's furniture."""
    title_as_printed: str | None = None
    text: str | None = None
    """Body, paragraphs joined by one newline."""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    """Aware, with the outlet's own offset; midnight where only the day is known."""
    published_precision: Precision | None = None
    modified: datetime | None = None
    section: str | None = None
    image_url: str | None = None
    canonical_url: str | None = None
    site_name: str | None = None
    extractor: str = ""
    """Readers and versions that gave this record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Language, script and region of one article."""

    outcome: str
    language: str | None = None
    """ISO 639-1, or 639-3 where there is no two-letter code; ``None`` is "unknown"."""
    script: str | None = None
    """ISO 15924; ``Hani`` where Han text is mixed or undecidable."""
    region: str | None = None
    """ISO 3166-1 alpha-2, only on evidence."""
    language_tag: str | None = None
    """BCP 47."""
    confidence: float = 0.0
    method: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A quotation that carries a label: ``input[field][start:end] == quote``."""

    quote: str
    start: int
    end: int
    field: Field


@dataclass(frozen=True, slots=True, kw_only=True)
class Relevance:
    """Whether a text concerns the subject of the profile, and by which sentences."""

    outcome: str
    relevant: bool
    score: float
    evidence: tuple[Evidence, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One value on one axis, with what carries it."""

    axis: str
    value: str
    score: float
    evidence: tuple[Evidence, ...] = ()
    method: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something pulled out of a text: an organisation, a country, a quantity, the event's date."""

    kind: str
    """``organisation``, ``system``, ``country``, ``quantity``, ``event_date``, ``mitigation``."""
    value: str
    """Normalised: canonical name, ISO alpha-3, number, ISO date."""
    role: str | None = None
    unit: str | None = None
    precision: str | None = None
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Class, limbs, severity and vocabulary values of one text."""

    outcome: str
    class_: Class | None = None
    materialisation: Materialisation | None = None
    limbs: tuple[str, ...] = ()
    severity: str = "unknown"
    labels: tuple[Label, ...] = ()
    facts: tuple[Fact, ...] = ()
    candidates: tuple[tuple[str, str, float], ...] = ()
    """``(axis, value, score)`` of what stayed below the threshold."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One source sentence beside its translation."""

    n: int
    field: Field
    start: int
    end: int
    source: str
    target: str | None
    flags: tuple[str, ...] = ()
    engine: str = ""
    model: str = ""
    """Package name, version and hash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """Title and text in English, sentence by sentence."""

    outcome: str
    title_en: str | None = None
    text_en: str | None = None
    sentences: tuple[Sentence, ...] = ()
    engine: str = ""
    model: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Which text an article carries, and why."""

    article_id: str
    text_id: str
    relation: Relation
    reason: str
    outcome: str = OK
    same_as: str | None = None
    """The article it was folded onto."""
    similarity: float | None = None
    attributed_source: str | None = None
    """The agency or outlet that the text credits (``Reuters``, ``Financial Times``, ``unnamed British media``)."""
