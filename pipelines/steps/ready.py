"""Ready articles (JSON records that came by ``wiredesk import --map``), and whose article a page is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from pipelines.reading import FIRST_YEAR, FUTURE
from pipelines.records import OK, Article


@dataclass(frozen=True, slots=True)
class Found:
    """The identity of an article."""

    article_id: str
    outlet_id: str
    url: str


def article(body: bytes, fetched: datetime | None) -> Article:
    """The article that a ``record`` page of the archive holds.

    The archive's own writer made the JSON (:mod:`pipelines.cli.imports`), so its fields are those of
    :class:`pipelines.records.Article`; a time keeps the zone that came with it. A time that cannot
    be a publication time is left out, within the bounds that reading has for a page, and ``reason`` says so.

    :param fetched: when the record was archived, with its zone; ``None`` bounds nothing.
    """
    row = json.loads(body)
    text = (row.get("text") or "").strip()
    if not text and not (row.get("title") or "").strip():
        return Article(outcome="empty_body", reason="the record has neither a title nor a text")
    published = datetime.fromisoformat(row["published"]) if row.get("published") else None
    reason = _unbelievable(published, fetched) if published else ""
    published = None if reason else published
    return Article(
        outcome=OK,
        reason=reason,
        title=row.get("title"),
        title_as_printed=row.get("title_as_printed") or row.get("title"),
        text=text or None,
        authors=tuple(row.get("authors") or ()),
        published=published,
        published_precision=row.get("published_precision") if published else None,
        section=row.get("section"),
        site_name=row.get("site_name"),
        extractor="record",
    )


def _unbelievable(published: datetime, fetched: datetime | None) -> str:
    """Why ``published`` is not taken; empty where it is."""
    aware = published if published.tzinfo else published.replace(tzinfo=UTC)
    if aware.year < FIRST_YEAR:
        return f"its publication time {published.isoformat()} lies before {FIRST_YEAR} and was left out"
    if fetched is not None and aware > fetched + FUTURE:
        return (
            f"its publication time {published.isoformat()} lies more than {FUTURE.days} days after the "
            "import and was left out"
        )
    return ""


def identify(url: str | None, read: Article) -> Found | None:
    """Whose article this is: by the URL it was fetched from, else by the URL that the page names itself.

    A page of a host that no outlet claims is kept under its host, with a hash of the URL as its own id.
    """
    from crawler import outlets

    for candidate in (url, read.canonical_url):
        found = outlets.identify(candidate) if candidate else None
        if found is not None and found.kind == "article" and found.article_id:
            return Found(found.article_id, found.outlet_id, found.canonical_url or candidate or "")
    if url and urlsplit(url).hostname:
        outlet = (urlsplit(url).hostname or "").removeprefix("www.")
        return Found(f"{outlet}:{hashlib.sha256(url.encode()).hexdigest()[:16]}", outlet, url)
    return None
