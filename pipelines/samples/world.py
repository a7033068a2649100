"""The invented articles and the truth about them, read from the package's own files."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from pipelines.records import Class, Materialisation, Relation

NOW = datetime(2026, 11, 20, tzinfo=UTC)
"""The moment at which the sample world stands: listings were made, and pages are fetched, then."""


class SampleError(ValueError):
    """A file of the sample world contradicts itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleArticle:
    """One invented article, as its outlet would hold it before printing."""

    outlet: str
    id: str
    """The outlet's own id, spelled as in ``article_id``."""
    url: str
    title: str
    published: datetime
    """Aware, in the zone that the outlet prints."""
    modified: datetime
    section: tuple[str, ...]
    """From the general to the special."""
    keywords: tuple[str, ...]
    paragraphs: tuple[str, ...]
    slug: str = ""
    byline: str = ""
    """As printed; for RTI the source credit (新聞引據)."""
    writer: str = ""
    """RTI's 採訪撰稿."""
    agencies: str = ""
    """Deutsche Welle's agency credit."""
    dateline: str = ""
    """The Epoch Times' bracket before the first sentence."""
    editor: str = ""
    """The Epoch Times' 責任編輯."""
    teaser: str = ""
    caption: str = ""
    credit: str = ""
    furniture: tuple[str, ...] = ()
    """Paragraphs that the outlet prints inside the body and that are no part of the text."""
    twin_of: str = ""
    """``article_id`` of the article that this is a script conversion of."""

    @property
    def article_id(self) -> str:
        return f"{self.outlet}:{self.id}"

    @property
    def number(self) -> str:
        """The digits of the id."""
        return self.id.lstrip("an-")

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def text(self) -> str:
        """The body that a perfect reader finds, paragraphs joined by one newline; furniture and dateline apart."""
        return "\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True, kw_only=True)
class TruthRow:
    """What is true of one article; see README.md of this package for the way it was judged."""

    url: str
    article_id: str
    title: str
    published: datetime
    class_: Class
    materialisation: Materialisation | None
    limbs: tuple[str, ...]
    severity: str
    relevant: bool
    incidents: tuple[str, ...]
    """Labels of the events that it tells of; several for a round-up, none for most of the news."""
    text: str
    relation: Relation
    trap: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OddPage:
    """A page that is served on purpose though it is no article."""

    url: str
    outlet: str
    status: int
    expect: str
    """The outcome that the line should give: ``script_redirect``, ``soft_404``, ``paywall``, ``http_404``, ``video``,
    ``moved`` (it redirects to an article) or ``robots`` (the outlet forbids it)."""
    title: str
    """The headline under which the listings show it."""
    body: str = ""


@lru_cache(maxsize=1)
def load_articles() -> tuple[SampleArticle, ...]:
    """Every article, in order of publication, then of ``article_id``.

    Raises:
        SampleError: an id or URL that occurs twice, or a time without zone.
    """
    found = []
    for path in sorted((files(__package__) / "articles").iterdir(), key=lambda p: p.name):
        if path.name.endswith(".toml"):
            rows = tomllib.loads(path.read_text(encoding="utf-8"))["article"]
            found += [_article(row) for row in rows]
    found.sort(key=lambda a: (a.published, a.article_id))
    for name in ("article_id", "url"):
        values = [getattr(article, name) for article in found]
        twice = {value for value in values if values.count(value) > 1}
        if twice:
            raise SampleError(f"{name} occurs twice: {', '.join(sorted(twice))}")
    return tuple(found)


def _article(row: dict[str, Any]) -> SampleArticle:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
    }
    for key in ("published", "modified"):
        values[key] = datetime.fromisoformat(values[key])
        if values[key].tzinfo is None:
            raise SampleError(f"{row['url']}: {key} has no zone")
    return SampleArticle(**values)


@lru_cache(maxsize=1)
def load_truth() -> tuple[TruthRow, ...]:
    """The truth, one row an article, in the order of the file."""
    lines = (files(__package__) / "truth.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(_truth(json.loads(line)) for line in lines)


def _truth(row: dict[str, Any]) -> TruthRow:
    incident = row.pop("incident")
    incidents = tuple(incident) if isinstance(incident, list) else (incident,) if incident else ()
    return TruthRow(
        class_=row.pop("class"),
        incidents=incidents,
        limbs=tuple(row.pop("limbs")),
        published=datetime.fromisoformat(row.pop("published")),
        **row,
    )


@lru_cache(maxsize=1)
def load_odd_pages() -> tuple[OddPage, ...]:
    """The pages that are no articles."""
    text = (files(__package__) / "odd_pages.toml").read_text(encoding="utf-8")
    return tuple(OddPage(**row) for row in tomllib.loads(text)["page"])
