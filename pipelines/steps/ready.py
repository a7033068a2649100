"""Ready articles (JSON records that came by ``wiredesk import --map``), and whose article a page is."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from pipelines.records import OK, Article


@dataclass(frozen=True, slots=True)
class Found:
    """The identity of an article."""

    article_id: str
    outlet_id: str
    url: str


def article(body: bytes) -> Article:
    """The article that a ``record`` page of the archive holds.

    The archive's own writer made the JSON (:mod:`pipelines.steps.imports`), so its fields are those of
    :class:`pipelines.records.Article`; a time keeps the zone that came with it.
    """
    row = json.loads(body)
    text = (row.get("text") or "").strip()
    if not text and not (row.get("title") or "").strip():
        return Article(outcome="empty_body", reason="the record has neither a title nor a text")
    published = datetime.fromisoformat(row["published"]) if row.get("published") else None
    return Article(
        outcome=OK,
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
