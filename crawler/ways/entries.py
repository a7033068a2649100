"""What a listing says: entries with their link, title and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

MAX_ENTRIES = 10_000
"""Entries read from one listing; the rest is counted and named."""


class ListingError(ValueError):
    """What came is no listing of this kind, in a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One link of a listing."""

    url: str
    published: datetime | None = None
    """Aware."""
    title: str | None = None
    modified: datetime | None = None
    """When the listing says that it was changed, where that is another time than its publication."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A listing as read."""

    entries: tuple[Entry, ...]
    total: int
    """Entries there were, also those beyond :data:`MAX_ENTRIES`."""
    damage: str = ""
    """Why it is not whole; empty where it is."""
    more: tuple[str, ...] = ()
    """Further listings that it points to (a sitemap index), newest first."""


def parse_time(text: str | None, zone: ZoneInfo, form: str = "") -> datetime | None:
    """A printed time as an aware ``datetime``: by ``form``, ISO 8601, RFC 822 or a UNIX time. ``None`` where it is none
    of these; a time without zone is the outlet's."""
    text = " ".join((text or "").split())
    if not text:
        return None
    moment = _by_form(text, form) if form else _unix(text) or _iso(text) or _rfc822(text)
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=zone)


def _by_form(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is added by the caller
    except ValueError:
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.replace("/", "-"))
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text)
    except (ValueError, IndexError, TypeError):
        return None


def _unix(text: str) -> datetime | None:
    if not text.isascii() or not text.isdigit() or len(text) not in (10, 13):
        return None
    return datetime.fromtimestamp(int(text) / (1000 if len(text) == 13 else 1), UTC)
