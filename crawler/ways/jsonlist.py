"""JSON and JSONP lists, with the quirks that outlets serve: GBK, trailing commas, items that are strings."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from w3lib.encoding import http_content_type_encoding

from crawler.outlet import JsonList
from crawler.ways.entries import MAX_ENTRIES, Entry, Listing, ListingError, parse_time

_CALLBACK = re.compile(r"^\s*(?:/\*.*?\*/\s*)?[\w.$]+\s*\((.*)\)\s*;?\s*$", re.DOTALL)
_STRING_OR_COMMA = re.compile(r'("(?:\\.|[^"\\])*")|,(?=\s*[\]}])', re.DOTALL)


def read_json(way: JsonList, body: bytes, *, url: str, content_type: str, zone: ZoneInfo) -> Listing:
    """Entries of a JSON list as ``way`` describes it."""
    text = _decode(body, http_content_type_encoding(content_type), way.charset)
    wrapped = _CALLBACK.match(text)
    document = _parse(wrapped.group(1) if wrapped else text)
    items = _at(document, way.items)
    if not isinstance(items, list):
        if isinstance(document, dict) and way.items and items is None:
            return Listing(entries=(), total=0)  # past the end, some outlets leave the list out
        raise ListingError(f"the JSON holds no list at {way.items or 'its root'!r}")
    lookup = document.get(way.lookup) if isinstance(document, dict) else None
    entries = []
    for raw in items[:MAX_ENTRIES]:
        item = lookup.get(raw) if isinstance(raw, str) and isinstance(lookup, dict) else raw
        link = next((v for key in way.link if isinstance(v := _at(item, key), str) and v.strip()), None)
        if link is None:
            continue
        title = _at(item, way.title)
        when = _at(item, way.time) if way.time else None
        entries.append(
            Entry(
                url=urljoin(url, link.strip()),
                published=parse_time(str(when), zone, way.time_format)
                if isinstance(when, str | int)
                else None,
                title=title if isinstance(title, str) else None,
            )
        )
    return Listing(entries=tuple(entries), total=len(items))


def _parse(text: str) -> Any:
    try:
        return json.loads(text, strict=False)
    except RecursionError as error:
        raise ListingError("the JSON is nested too deeply") from error
    except ValueError:
        pass
    try:
        return json.loads(_STRING_OR_COMMA.sub(lambda m: m.group(1) or "", text), strict=False)
    except (ValueError, RecursionError) as error:
        raise ListingError(f"this is no JSON: {error}") from error


def _at(document: Any, path: str) -> Any:
    """The value at a dotted path; ``*`` gathers every value of a list or object; ``None`` where there is nothing."""
    values: Any = document
    for step in path.split(".") if path else ():
        if step == "*":
            values = list(values.values()) if isinstance(values, dict) else values
            if isinstance(values, list) and all(isinstance(v, list) for v in values):
                values = [one for part in values for one in part]
        elif isinstance(values, dict):
            values = values.get(step)
        elif isinstance(values, list) and step.isdigit():
            values = values[int(step)] if int(step) < len(values) else None
        else:
            return None
    return values


def _decode(body: bytes, declared: str | None, expected: str) -> str:
    for encoding in dict.fromkeys(("utf-8-sig", declared, expected, "gb18030")):
        try:
            if encoding:
                return body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode("utf-8", "replace")
