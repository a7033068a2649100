"""Times as news pages write them, to aware datetimes with the page's own offset.

A time keeps the zone it declares. Without one the outlet's zone is used, then the country domain, then the language
(:file:`zones.toml`); where nothing tells the zone only the day is kept. The date inside a URL is never read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pipelines.reading import FIRST_YEAR, FUTURE, LAST_YEAR
from pipelines.reading.tables import table
from pipelines.records import Precision

_MONTHS = {
    name: n
    for n, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_MONTH = r"(?P<month_name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = (
    r"(?P<half_before>[上下中]午|凌晨|早上|晚上|[ap]\.?m\.?)?\s*"
    r"(?P<hour>[01]?\d|2[0-4])\s?(?:[:：]|[時时点點]\s?)(?P<minute>[0-5]\d)(?:分|(?:[:：]|分\s?)(?P<second>[0-5]\d)秒?(?:[.,]\d{1,9})?)?"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?"
)
_ZONE_NAME = r"(?:北京|台北|臺北|香港|格林[尼威]治(?:标准|標準)?)[時时][间間]"
_ZONE = r"(?:\s*\(?(?P<zone>Z\b|(?:GMT|UTC)?\s?[+-]\d{1,2}(?::?[0-5]\d)?(?!\d)|[A-Za-z]{2,4}\b|(?:北京|台北|香港)[時时][間间]))?"
_YMD = r"(?<!\d)(?P<year>(?:19|20)\d\d)\s?(?:[-/.年]|\s-\s)\s?(?P<month>0?[1-9]|1[0-2])\s?(?:[-/.月])\s?(?P<day>0?[1-9]|[12]\d|3[01])(?!\d)\s?[日号號]?"
_GAP = r"(?:\s*(?:T|[(（]?(?:星期|週|周)?[一二三四五六日天]?[)）]?|at|,|-|–|\||·|，)?\s*)"
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_YMD}[\s,，]*(?P<zone>{_ZONE_NAME})\s*{_CLOCK}",
        _YMD + _GAP + _CLOCK + _ZONE,
        r"(?<!\d)(?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?P<second>)(?P<half>)(?P<half_before>)\s+"
        + _YMD
        + r"(?P<zone>)",
        rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year>(?:19|20)\d\d)(?:{_GAP}{_CLOCK}{_ZONE})?",
        rf"\b{_MONTH}\s+(?P<day>\d{{1,2}})\s+{_CLOCK}{_ZONE}\s+(?P<year>(?:19|20)\d\d)\b",
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?[\s-]+{_MONTH},?[\s-]+(?P<year>(?:19|20)\d\d)(?:{_GAP}{_CLOCK}{_ZONE})?",
        rf"(?<![\d/])(?P<day>1[3-9]|2\d|3[01])[/.](?P<month>0?[1-9]|1[0-2])[/.](?P<year>(?:19|20)\d\d)(?:{_GAP}{_CLOCK}{_ZONE})?",
        rf"(?<![\d/])(?P<month>0?[1-9]|1[0-2])/(?P<day>1[3-9]|2\d|3[01])/(?P<year>(?:19|20)\d\d)(?:{_GAP}{_CLOCK}{_ZONE})?",
        _YMD,
        r"(?<!\d)(?P<year>19[89]\d|20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?:T?(?P<hour>[01]\d|2[0-3]):?(?P<minute>[0-5]\d):?(?P<second>[0-5]\d)?(?P<half>)(?P<half_before>)(?P<zone>Z)?)?(?!\d)",
    )
)
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")
_AFTERNOON = {"下午", "晚上"}
_ONE_SPELLING = str.maketrans("時間標準臺威", "时间标准台尼")
"""Of the names of zones: 格林威治時間 is 格林尼治时间."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A time as written: ``moment`` is naive where no zone was written."""

    moment: datetime
    precision: Precision
    instant: bool = False
    """Counted in seconds since 1970: it names a moment, not the page's clock."""

    @property
    def zoned(self) -> bool:
        return self.moment.tzinfo is not None


def facts() -> dict[str, Any]:
    """The tables of :file:`zones.toml`."""
    return table("zones.toml")


def parse(text: str | None) -> Stamp | None:
    """The first time in ``text``, or ``None``. Impossible days (31 February) are not repaired."""
    if not text or len(text) > 400:
        text = (text or "")[:400]
    text = text.strip()
    if _EPOCH.match(text):
        seconds = int(text) / (1000 if len(text) == 13 else 1)
        moment = datetime.fromtimestamp(seconds, UTC)
        return Stamp(moment, "minute", True) if FIRST_YEAR <= moment.year <= LAST_YEAR else None
    for pattern in _PATTERNS:
        match = pattern.search(text)
        if match and (stamp := _stamp(match.groupdict())):
            return stamp
    return None


def _stamp(parts: dict[str, str | None]) -> Stamp | None:
    year, day = int(parts["year"] or 0), int(parts["day"] or 0)
    month = int(parts.get("month") or _MONTHS.get((parts.get("month_name") or "").lower()[:3], 0))
    try:
        moment = datetime(year, month, day)  # noqa: DTZ001  naive on purpose: the zone is decided later
    except ValueError:
        return None
    if not parts.get("hour"):
        return Stamp(moment, "day")
    hour, minute = int(parts["hour"] or 0), int(parts.get("minute") or 0)
    half = (parts.get("half") or parts.get("half_before") or "").lower()[:2]
    if (half.startswith("p") or half in _AFTERNOON) and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    moment += timedelta(hours=hour, minutes=minute, seconds=int(parts.get("second") or 0))
    zone = _zone(parts.get("zone"))
    return Stamp(moment.replace(tzinfo=zone) if zone else moment, "minute")


def _zone(written: str | None) -> tzinfo | None:
    name = (written or "").strip().lower().translate(_ONE_SPELLING)
    if not name:
        return None
    known = facts()
    if name in known["abbreviations"]:
        return timezone(timedelta(minutes=known["abbreviations"][name]))
    if name in known["named"]:
        return ZoneInfo(known["named"][name])
    match = re.fullmatch(r"(?:gmt|utc)?\s?([+-])(\d{1,2}):?(\d\d)?", name)
    if match is None:
        return None
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    if minutes > 14 * 60:
        return None
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page's clock hangs. ``basis`` is ``outlet``, ``domain``, ``language`` or empty (unknown)."""

    zone: ZoneInfo | None
    basis: str


def place(outlet_zone: str | None, url: str | None, language: str | None) -> Place:
    """The zone for times written without one, by the strongest evidence there is."""
    if outlet_zone:
        return Place(ZoneInfo(outlet_zone), "outlet")
    known = facts()
    try:
        host = (urlsplit(url or "").hostname or "").rstrip(".")
    except ValueError:
        host = ""
    domain = host.rsplit(".", 1)[-1]
    if domain in known["domains"]:
        return Place(ZoneInfo(known["domains"][domain]), "domain")
    tag = (language or "").lower().replace("_", "-").split("-")[0]
    if tag in known["languages"]:
        return Place(ZoneInfo(known["languages"][tag]), "language")
    return Place(None, "")


def settle(stamp: Stamp, where: Place) -> tuple[datetime, Precision]:
    """An aware time and its precision: the written zone, else the page's; without any, the day alone (UTC midnight)."""
    moment, precision = stamp.moment, stamp.precision
    if precision == "day":
        moment = moment.replace(hour=0, minute=0, second=0, microsecond=0)
        return moment.replace(tzinfo=moment.tzinfo or where.zone or UTC), "day"
    if moment.tzinfo is None:
        if where.zone is None:
            return moment.replace(hour=0, minute=0, second=0, tzinfo=UTC), "day"
        return moment.replace(tzinfo=where.zone), "minute"
    if where.zone is not None and (stamp.instant or where.basis in ("outlet", "domain")):
        return moment.astimezone(where.zone), "minute"
    return moment, "minute"


def believable(stamp: Stamp, fetched: datetime | None) -> bool:
    """Whether the time can be a publication time: not before the web, not after the fetch."""
    if not FIRST_YEAR <= stamp.moment.year <= LAST_YEAR:
        return False
    if fetched is None:
        return True
    moment = stamp.moment if stamp.zoned else stamp.moment.replace(tzinfo=UTC)
    return moment <= (fetched if fetched.tzinfo else fetched.replace(tzinfo=UTC)) + FUTURE
