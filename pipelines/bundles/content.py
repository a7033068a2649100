"""One incident with everything that belongs to it, as :mod:`pipelines.bundles.gathering` takes it out of the public views."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

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
