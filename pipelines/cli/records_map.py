"""Ready articles from other crawls: their fields renamed by ``--map``, their times given a zone."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.cli.common import WRONG_USE, UserError

FIELDS = ("url", "title", "text", "published", "authors", "outlet", "section")
TEXTS = ("title", "text", "section", "outlet")
"""Those that are text or nothing."""
JSON_KINDS = {bool: "true or false", int: "a number", float: "a number", dict: "an object", list: "a list"}
HALF = "half a character (a surrogate without its pair)"


@dataclass(frozen=True, slots=True)
class Ready:
    """One ready article: its URL and the JSON that the archive keeps; or why it is none."""

    url: str | None
    record: dict[str, Any]
    outcome: str = "ok"
    reason: str = ""


def parse_map(text: str) -> dict[str, str]:
    """``text=content,url=link`` as field → name in the file.

    :raises UserError: for a field that there is not, or a part that is no pair.
    """
    found = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        name, sign, source = part.partition("=")
        if not sign or not source:
            raise UserError(f"--map takes FIELD=NAME pairs, not {part!r}", WRONG_USE)
        if name not in FIELDS:
            raise UserError(f"--map knows no field {name!r}: {', '.join(FIELDS)}", WRONG_USE)
        found[name] = source
    return found


def rows_of(path: Path) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """The objects of a JSON array or of a JSON Lines file, compressed or not, each with its place (``line 3``, ``entry
    3`` of an array); ``None`` for a line or an entry that is no JSON object.

    :raises UserError: when the file holds no JSON object at all.
    """
    raw = path.read_bytes()
    try:
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
        array = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, EOFError, OSError, zlib.error, RecursionError) as error:
        raise UserError(f"{path} is neither a JSON array nor JSON Lines: {error}") from error
    if array is not None:
        yield from ((f"entry {n}", row if isinstance(row, dict) else None) for n, row in enumerate(array, 1))
        return
    rows = [(f"line {n}", _object(line)) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
    if rows and not any(row is not None for _, row in rows):
        raise UserError(f"{path} is neither a JSON array nor JSON Lines: no line of it is a JSON object")
    yield from rows


def _object(line: str) -> dict[str, Any] | None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def address(value: object) -> str | None:
    """``value`` where it is an http(s) address that can be written down, ``None`` where nothing is said.

    :raises ValueError: for anything else.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if not isinstance(value, str):
        raise ValueError(f"its url is no text: {value!r}")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"its url holds {HALF}") from error
    try:
        parts = urlsplit(value.strip())
    except ValueError as error:
        raise ValueError(f"its url is no address: {value!r}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"its url is no address: {value!r}")
    return value.strip()


def ready(row: Mapping[str, Any], names: Mapping[str, str], zone: tzinfo | None) -> Ready:
    """One row as a ready article.

    :param zone: for times without one whose outlet is unknown; ``None`` takes UTC, and the reason says so.
    """
    got = {name: row.get(names.get(name, name)) for name in FIELDS}
    try:
        url = address(got["url"])
    except ValueError as error:
        return Ready(None, {}, "bad_url", str(error))
    try:
        json.dumps(got, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return Ready(url, {}, "bad_text", f"it holds {HALF}")
    for field in TEXTS:
        if got[field] is not None and not isinstance(got[field], str):
            wrong = f"its {names.get(field, field)} is no text but {JSON_KINDS[type(got[field])]}"
            return Ready(url, {}, "bad_field", wrong)
    reason = ""
    record: dict[str, Any] = {
        "title": _text(got["title"]),
        "text": _text(got["text"]),
        "section": _text(got["section"]),
    }
    authors = got["authors"]
    if isinstance(authors, str):
        authors = [authors] if authors.strip() else []
    if not isinstance(authors, list | None) or not all(isinstance(name, str) for name in authors or []):
        return Ready(url, {}, "bad_authors", f"its authors are no list of names: {authors!r}"[:200])
    record["authors"] = [name.strip() for name in authors or [] if name.strip()]
    record["site_name"] = _text(got["outlet"])
    if got["published"]:
        try:
            moment, precision = _moment(str(got["published"]))
        except ValueError:
            return Ready(url, {}, "bad_date", f"{got['published']!r} is no ISO 8601 time")
        if moment.tzinfo is None:
            known = outlet_zone(url) or zone
            if known is None:
                reason = "its time had no zone and was taken as UTC"
            moment = moment.replace(tzinfo=known or UTC)
        record["published"] = moment.isoformat()
        record["published_precision"] = precision
    return Ready(url, record, "ok", reason)


def _text(value: str | None) -> str | None:
    return (value or "").strip() or None


def _moment(text: str) -> tuple[datetime, str]:
    moment = datetime.fromisoformat(text.strip().replace("/", "-"))
    day_only = moment.time() == time(0) and len(text.strip()) <= 10
    return moment, "day" if day_only else "minute"


def outlet_zone(url: str | None) -> tzinfo | None:
    """The zone of the outlet whose host a URL is on."""
    from crawler import outlets

    host = (urlsplit(url).hostname or "").lower() if url else ""
    for outlet in outlets.all_outlets().values():
        if host and outlet.owns_host(host):
            return outlet.zone
    return None
