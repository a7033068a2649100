"""Reading as a filter on JSON rows."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.records import Article, Page, Row

FIELDS = (
    "title",
    "text",
    "authors",
    "published",
    "published_precision",
    "modified",
    "section",
    "image_url",
    "canonical_url",
    "site_name",
)
MAX_INFLATED = 64_000_000


def article_row(article: Article) -> dict[str, Any]:
    """The public fields of an article as JSON values."""
    row: dict[str, Any] = {"outcome": article.outcome}
    if article.reason:
        row["reason"] = article.reason
    for name in FIELDS:
        value = getattr(article, name)
        if isinstance(value, datetime):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        row[name] = value
    row["title_as_printed"] = article.title_as_printed
    row["extractor"] = article.extractor
    return row


def load(row: Row, base: Path | None) -> tuple[bytes, str] | str:
    """The page's bytes and content type, or the sentence that says why there are none."""
    if isinstance(text := row.get("html_text"), str):
        return text.encode("utf-8", "replace"), "text/html; charset=utf-8"
    name = row.get("html") or row.get("file")
    if not isinstance(name, str) or not name:
        return "the row has none of html, file and html_text"
    root = (base or Path()).resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        return f"{name} lies outside the input's folder"
    try:
        body = path.read_bytes()
    except OSError as error:
        return f"{name} cannot be read: {error.strerror or error}"
    if body[:2] == b"\x1f\x8b":
        try:
            body = _inflate(body)
        except (OSError, EOFError, zlib.error) as error:
            return f"{name} is a damaged gzip file: {error}"
        if len(body) > MAX_INFLATED:
            return f"{name} inflates to more than {MAX_INFLATED:,} bytes"
    return body, ""


def _inflate(body: bytes) -> bytes:
    import io

    with gzip.open(io.BytesIO(body)) as stream:
        return stream.read(MAX_INFLATED + 1)


def filter_rows(
    rows: Iterable[Row], base: Path | None = None, *, outlet_rules: bool = True
) -> Iterator[dict[str, Any]]:
    """One output row per input row, with the row's ``id`` (else its ``file``) and the fields of the contract.

    ``base`` is the folder that ``html`` and ``file`` are relative to. With ``outlet_rules`` a page whose URL a known
    outlet claims is read by that outlet's markup rules. A row whose page cannot be had gets the outcome
    ``unreadable_input``.
    """
    from crawler import outlets
    from pipelines.reading import read

    for row in rows:
        identity = row.get("id") if row.get("id") is not None else row.get("file")
        loaded = load(row, base)
        if isinstance(loaded, str):
            article = Article(outcome="unreadable_input", reason=loaded)
        else:
            address = row.get("url")
            url = address if isinstance(address, str) else None
            known = outlets.identify(url) if url and outlet_rules else None
            outlet = outlets.get(known.outlet_id) if known is not None else None
            article = read(Page(url=url, body=loaded[0], content_type=loaded[1]), outlet)
        yield {"id": identity, **article_row(article)}
