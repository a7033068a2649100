"""Templates, and the few words and links that they share. Everything is escaped; only checked addresses become links."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pipelines import outcomes
from pipelines.desk import values
from pipelines.desk.lighting import FLAGS
from pipelines.desk.naming import pieces
from pipelines.desk.values import country, language
from pipelines.desk.wording import axis_name, changed, decided
from pipelines.field import UNKNOWN, Field
from pipelines.profiles import CLASSES

if TYPE_CHECKING:
    from jinja2 import Environment

FIELD: ContextVar[Field] = ContextVar("field", default=UNKNOWN)
"""What the profile of the database on show calls things; the macros see no page, so it does not come from there."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})")


@cache
def environment() -> Environment:
    """The desk's templates, read once; an undefined name is an error, never an empty place."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    env = Environment(
        loader=PackageLoader("pipelines.desk.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=lambda value: "" if value is None else visible(value) if type(value) is str else value,
    )
    env.filters |= {
        "day": day,
        "minute": minute,
        "published": published,
        "weburl": web_url,
        "segment": segment,
        "lang": language_of,
        "many": many,
        "spaced": spaced,
        "clip": clip,
        "script": script,
        "pieces": pieces,
        "release": release,
        "country": country,
        "language": language,
        "because": _because,
        "outcome_name": outcomes.name,
        "class_name": _class,
        "axis_name": axis_name,
    }
    env.globals |= {"decided": decided, "changed": changed, "FLAGS": FLAGS, "say": _say, "CLASSES": CLASSES}
    return env


def _class(value: str | None) -> str:
    name = FIELD.get().class_name(value)
    return name[:1].upper() + name[1:] if value else name


def _because(reason: str | None, stage: str, outcome: str) -> str:
    return values.because(reason, stage, outcome, FIELD.get())


def _say(axis: str, value: str, outlets: Mapping[str, str]) -> str:
    return values.say(axis, value, outlets, FIELD.get())


def visible(value: str) -> str:
    """``value`` without the control characters that HTML forbids."""
    if value.isprintable():
        return value
    return "".join(
        c if c in "\t\n" or unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in value
    )


def day(moment: datetime | date | str | None) -> str:
    """``5 Nov 2026``, of a day of the store or of the search index (ISO 8601)."""
    if isinstance(moment, str):
        moment = date.fromisoformat(moment)
    return f"{moment.day} {moment:%b %Y}" if moment else "no date"


def minute(moment: datetime | str | None) -> str:
    """A time of the store (UTC) or of the journal (ISO 8601 in UTC)."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC" if moment else "no time"


def published(article: Mapping[str, Any]) -> str:
    """When an article appeared, by the outlet's own clock."""
    moment, zone = article["published"], article["published_zone"] or ""
    if moment is None:
        return "no date given"
    local, name = moment, "UTC"
    if match := _OFFSET.fullmatch(zone):
        shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
        local, name = moment + (shift if match[1] == "+" else -shift), f"UTC{match[1]}{match[2]}:{match[3]}"
    elif "/" in zone:
        try:
            local, name = moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)), zone
        except (ZoneInfoNotFoundError, ValueError):
            name = "UTC"
    if article["published_precision"] == "day":
        return day(local)
    return f"{local.day} {local:%b %Y, %H:%M} ({name})"


def web_url(url: str | None) -> str | None:
    """``url`` when a person may be sent there: http or https, a host, no user name and nothing invisible."""
    if not url or any(ord(c) <= 32 or unicodedata.category(c) in ("Cc", "Cf") for c in url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    good = parts.scheme.lower() in ("http", "https") and host and "@" not in parts.netloc and "\\" not in url
    return url if good else None


def release(version: str, stage: str) -> str:
    """The short name of a stage's version: ``language-2`` for ``language-2+tables-c55f…``, ``reading-2`` for ``2``."""
    first = re.split(r"[+ ]", version)[0]
    return f"{stage}-{first}" if first.isdigit() else first


def segment(value: str) -> str:
    """``value`` as one segment of a path of ours."""
    return quote(value, safe=":")


def language_of(tag: str | None) -> str | None:
    """A language tag fit for an attribute ``lang``."""
    return tag if tag and re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", tag) else None


def many(n: int | None, one: str, several: str | None = None) -> str:
    """``1 article``, ``2 articles``."""
    count = n or 0
    return f"{spaced(count)} {one if count == 1 else several or one + 's'}"


def spaced(n: float | None) -> str:
    """A number with thin spaces between thousands."""
    return f"{n or 0:,}".replace(",", "\u202f")


def clip(text: str, columns: int) -> str:
    """``text`` cut to about ``columns`` Latin letters; a Han character takes the room of two."""
    room = columns
    for place, character in enumerate(text):
        room -= 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if room < 0:
            return text[:place].rstrip() + "…"
    return text


def script(text: str | None) -> str:
    """A language tag for a title whose language nobody stored: it chooses the letter forms that a browser shows."""
    if not text or not _HAN.search(text):
        return "en"
    from pipelines.hanzi import script_of

    found, _ = script_of(text)
    return "zh" if found == "Hani" else f"zh-{found}"


def local_path(path: str) -> str:
    """``path`` when it leads to a page of the desk, else the morning page."""
    good = path.startswith("/") and not path.startswith("//") and "\\" not in path and visible(path) == path
    return path if good and "\n" not in path and "\t" not in path else "/"
