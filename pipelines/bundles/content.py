"""One incident with everything that belongs to it, as :mod:`pipelines.bundles.gathering` takes it out of the public views."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.field import Field
from pipelines.store import fetch_rows

from .safety import safe_id

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]

JSON_COLUMNS = frozenset({"summary_sentences", "detail", "before", "after", "versions", "counts", "timeline"})


@dataclass(frozen=True, slots=True)
class Content:
    """One incident with all that is known of it. Times are ISO 8601 in UTC with ``Z``; lists are lists."""

    incident: Row
    field: Field
    """What the profile of the database calls its classes."""
    redirects: list[str]
    """Ids that were merged into this one: they resolve here."""
    related: list[str]
    """Other incidents of the same affair."""
    members: list[Row]
    articles: list[Row]
    """Members' articles with text, outlet name and country; the text in English is in ``sentences``."""
    texts: list[Row]
    sentences: dict[str, list[Row]]
    """By text: title first, then the text, in reading order."""
    labels: list[Row]
    evidence: list[Row]
    votes: list[Row]
    facts: list[Row]
    history: list[Row]
    decisions: list[Row]
    outlets: list[Row]
    fetches: list[Row]
    rejects: list[Row]
    runs: list[Row]
    titles: list[Row]
    """Translated titles of the articles, those of today and earlier ones, with ``translated_by``."""

    @property
    def incident_id(self) -> str:
        return str(self.incident["incident_id"])

    @property
    def name(self) -> str:
        """The bundle's folder name."""
        return f"incident-{safe_id(self.incident_id)}-r{int(self.incident['revision'])}"

    def values(self, axis: str, subject_id: str | None = None) -> list[str]:
        """The values of a subject on an axis, the surest first; the incident's own where no subject is named."""
        subject_id = subject_id or self.incident_id
        return [
            row["value"] for row in self.labels if row["subject_id"] == subject_id and row["axis"] == axis
        ]

    def quotations(self, axis: str, value: str, subject_id: str | None = None) -> list[Row]:
        """The evidence of one label."""
        subject_id = subject_id or self.incident_id
        return [
            row
            for row in self.evidence
            if row["subject_id"] == subject_id and row["axis"] == axis and row["value"] == value
        ]

    def translated_by(self, text_id: str | None) -> str | None:
        """Engine and model that translated a text, or ``None`` when nothing did."""
        for row in self.sentences.get(text_id or "", []):
            if row["engine"] and row["target"] is not None:
                return f"{row['engine']} {row['model'] or ''}".strip()
        return None

    def article_translated_by(self, article: Row) -> str | None:
        """Engine and model that translated an article's text, else its title."""
        titles = (row for row in self.titles if row["article_id"] == article["article_id"] and row["current"])
        return self.translated_by(article["text_id"]) or next((row["translated_by"] for row in titles), None)

    def translators(self, quoting: str | None = None) -> list[str]:
        """Every engine and model behind English of this record, in order.

        :param quoting: only those of translated titles that this text holds.
        """
        if quoting is not None:
            return sorted({row["translated_by"] for row in self.titles if row["title_en"] in quoting})
        found = {self.article_translated_by(row) for row in self.articles} - {None}
        return sorted({str(name) for name in found} | {row["translated_by"] for row in self.titles})

    def entities(self, kind: str, *roles: str) -> list[str]:
        """Canonical values of facts of a kind, each once; with roles, only those that have one of them."""
        found = {
            row["value"]: None
            for row in self.facts
            if row["kind"] == kind and (not roles or row["role"] in roles)
        }
        return sorted(found)

    def modified(self) -> str:
        """When the record last changed: the newest entry of its history, else its newest article; never now."""
        times = [row["happened"] for row in self.history] + [row["made"] for row in self.decisions]
        times = times or [row["fetched"] for row in self.articles if row["fetched"]]
        return max(times) if times else self.created()

    def created(self) -> str:
        """First publication, which never moves with an export; the day in the id where no article has a time."""
        return str(self.incident["first_published"] or f"{self.incident_id[:10]}T00:00:00Z")


def written_by(translated_by: str | None) -> Row:
    """``engine`` and ``model`` of a ``translated_by``; bundles of before 2026-11-23 name none beside a title."""
    engine, _, model = (translated_by or "").partition(" ")
    return {"engine": engine or None, "model": model or None}


def iso(moment: datetime) -> str:
    """A UTC time of the store as ISO 8601 with ``Z``."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return moment.isoformat() + "Z"


def plain(row: Mapping[str, Any]) -> Row:
    """A database row as JSON values: times as text, JSON columns parsed."""
    result: Row = {}
    for name, value in row.items():
        if isinstance(value, datetime):
            result[name] = iso(value)
        elif isinstance(value, date):
            result[name] = value.isoformat()
        elif name in JSON_COLUMNS and isinstance(value, str):
            result[name] = json.loads(value)
        else:
            result[name] = value
    return result


def rows(con: DuckDBPyConnection, sql: str, *parameters: Any) -> list[Row]:
    return [plain(row) for row in fetch_rows(con, sql, parameters)]
