"""Ready articles from other crawls: their fields renamed by ``--map``, their times given a zone."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.cli.common import WRONG_USE, UserError

FIELDS = ("url", "title", "text", "published", "authors", "outlet", "section")


@dataclass(frozen=True, slots=True)
class Ready:
    """One ready article: its URL and the JSON that the archive keeps; or why it is none."""

    url: str | None
    outlet: str | None
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


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON array or of a JSON Lines file, compressed or not.

    :raises UserError: when the file is neither.
    """
    raw = path.read_bytes()
    try:
        text = (gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw).decode("utf-8-sig")
        rows = (
            json.loads(text)
            if text.lstrip().startswith("[")
            else [json.loads(x) for x in text.splitlines() if x.strip()]
        )
    except (ValueError, EOFError, OSError) as error:
        raise UserError(f"{path} is neither a JSON array nor JSON Lines: {error}") from error
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            raise UserError(f"{path}: entry {place + 1} is no JSON object")
        yield row


def ready(row: Mapping[str, Any], names: Mapping[str, str], zone: tzinfo | None) -> Ready:
    """One row as a ready article.

    :param zone: for times without one whose outlet is unknown; ``None`` takes UTC, and the reason says so.
    """
    got = {name: row.get(names.get(name, name)) for name in FIELDS}
    url = got["url"] if isinstance(got["url"], str) and urlsplit(got["url"]).hostname else None
    reason = ""
    record: dict[str, Any] = {
        "title": _text(got["title"]),
        "text": _text(got["text"]),
        "section": _text(got["section"]),
    }
    authors = got["authors"]
    record["authors"] = [authors] if isinstance(authors, str) and authors.strip() else list(authors or [])
    record["site_name"] = _text(got["outlet"])
    if got["published"]:
        try:
            moment, precision = _moment(str(got["published"]))
        except ValueError:
            return Ready(url, None, {}, "bad_date", f"{got['published']!r} is no ISO 8601 time")
        if moment.tzinfo is None:
            known = outlet_zone(url) or zone
            if known is None:
                reason = "its time had no zone and was taken as UTC"
            moment = moment.replace(tzinfo=known or UTC)
        record["published"] = moment.isoformat()
        record["published_precision"] = precision
    return Ready(url, record["site_name"], record, "ok", reason)


def _text(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None


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
