"""One page to one article: decode, parse once, ask the readers, name the outcome."""

from __future__ import annotations

from datetime import datetime

from pipelines.reading import metadata, structured, times
from pipelines.reading.decode import decode, is_binary
from pipelines.reading.metadata import Declared
from pipelines.reading.tree import TooBigError, TooDeepError, parse
from pipelines.records import OK, Article, Page, Precision

VERSION = "1"

_PUBLISHED = (
    "article:published_time", "og:published_time", "og:article:published_time", "datepublished", "pubdate", "publishdate",
    "publish_date", "publishtime", "publish-date", "published_time", "bytedance:published_time", "weibo:article:create_at",
    "og:release_date", "dc.date.issued", "dcterms.created", "dc.date", "dcterms.date", "sailthru.date", "parsely-pub-date",
    "article.published", "release_date", "date", "ptime",
)  # fmt: skip
_MODIFIED = (
    "article:modified_time", "og:updated_time", "og:modified_time", "datemodified", "lastmod", "last-modified",
    "bytedance:updated_time", "weibo:article:update_at", "dcterms.modified", "dc.date.modified", "article.updated",
)  # fmt: skip


def read_page(page: Page, zone: str | None = None) -> Article:
    """Read one fetched page."""
    if not page.body.strip():
        return Article(outcome="empty_page", reason="the page has no bytes")
    if is_binary(page.body):
        return Article(outcome="not_html", reason="the bytes are no text: an image, a PDF or an archive")
    decoded = decode(page.body, page.content_type)
    if decoded.damage > 0.2:
        return Article(outcome="undecodable", reason=f"no encoding reads it; best {decoded.encoding}")
    try:
        root = parse(decoded.text)
    except TooDeepError as error:
        return Article(outcome="too_deep", reason=str(error))
    except TooBigError as error:
        return Article(outcome="html_bomb", reason=str(error))
    if root is None:
        return Article(outcome="empty_page", reason="the page has no element and no text")
    declared = metadata.declare(root, page.url)
    title = metadata.headline(declared, [])
    where = times.place(zone, page.url, declared.language)
    published, precision = _time(
        declared, where, page.fetched, _PUBLISHED, ("datePublished", "pubDate", "dateCreated")
    )
    modified, _ = _time(declared, where, page.fetched, _MODIFIED, ("dateModified", "upDate"))
    import os
    if os.environ.get("TRAF"):
        text = _trafilatura(decoded.text, page.url)
    else:
        from pipelines.reading.blocks import lay_out
        from pipelines.reading.body import find
        found = find(lay_out(root), title.printed if title else "")
        text = found.text if found else ""
    return Article(
        outcome=OK if text else "empty_body",
        reason="" if text else "no reader found a body",
        title=title.clean if title else None,
        title_as_printed=title.printed if title else None,
        text=text or None,
        authors=(),
        published=published,
        published_precision=precision,
        modified=modified,
        section=metadata.section(declared),
        image_url=metadata.image_url(declared),
        canonical_url=metadata.canonical_url(declared),
        site_name=metadata.site_name(declared),
        extractor=f"reading/{VERSION} trafilatura",
    )


def _time(
    declared: Declared,
    where: times.Place,
    fetched: datetime | None,
    names: tuple[str, ...],
    keys: tuple[str, ...],
) -> tuple[datetime | None, Precision | None]:
    values = [structured.text_of(declared.article.get(key)) for key in keys]
    values += [declared.first(name) for name in names]
    for value in values:
        stamp = times.parse(value)
        if stamp and times.believable(stamp, fetched):
            return times.settle(stamp, where)
    return None, None


def _trafilatura(text: str, url: str | None) -> str:
    from trafilatura import bare_extraction

    document = bare_extraction(text, url=url, with_metadata=False, include_comments=False)
    found = getattr(document, "text", None)
    return found.strip() if isinstance(found, str) else ""
