"""From a URL to the answer that the sample outlets give, headers included, without any server."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from pipelines.samples.listings import HTML, listings
from pipelines.samples.pages import article_page
from pipelines.samples.world import NOW, OddPage, SampleArticle, load_articles, load_odd_pages

DW_STORY = re.compile(r"/(zh|zh-hant|en)/(?:[^/]+/)?(a-\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


def hosts() -> tuple[str, ...]:
    """The hosts that answer, in alphabetical order."""
    return tuple(sorted({host for host, _ in listings()} | {article.host for article in load_articles()}))


@lru_cache(maxsize=512)
def render(url: str) -> Response | None:
    """What the sample outlets answer to a GET of ``url``; ``None`` where there is no such host or page.

    The scheme does not matter; parameters that a page does not know are ignored, as the real outlets do. Equal URLs
    give equal bytes, and a strong ``ETag`` and ``Last-Modified`` with every page that is found.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
    except ValueError:  # no URL at all, as "http://["
        return None
    path = unquote(parts.path) or "/"
    params = dict(parse_qsl(parts.query, keep_blank_values=True))
    key = _key(host, path, params)
    found = _articles().get(key)
    if found is None and key[2]:  # an RTI number that nobody has
        return None
    if isinstance(found, SampleArticle):
        return _page(article_page(found), HTML, found.modified)
    if isinstance(found, OddPage) and found.body:
        answer = _page(found.body, HTML, NOW)
        if found.status == 200:
            return answer
        return Response(status=found.status, headers={"Content-Type": HTML}, body=answer.body)
    story = DW_STORY.fullmatch(path) if host == "www.dw.com" else None
    if story:
        return _moved(*story.groups())
    listing = listings().get((host, path))
    listed = listing(params) if listing else None
    return _page(listed[1], listed[0], NOW) if listed else None


def _key(host: str, path: str, params: Mapping[str, str]) -> tuple[str, str, str]:
    identity = f"{params.get('uid')},{params['pid']}" if host == "www.rti.org.tw" and "pid" in params else ""
    return host, path, identity


@lru_cache(maxsize=1)
def _articles() -> dict[tuple[str, str, str], SampleArticle | OddPage]:
    table: dict[tuple[str, str, str], SampleArticle | OddPage] = {}
    pages: list[SampleArticle | OddPage] = [*load_articles(), *load_odd_pages()]
    for page in pages:
        parts = urlsplit(page.url)
        key = _key(parts.hostname or "", unquote(parts.path), dict(parse_qsl(parts.query)))
        table[key] = page
    return table


def _moved(lang: str, own_id: str) -> Response | None:
    """Deutsche Welle sends a story asked for under another slug, or under none, to its own address."""
    outlet = f"dw-{lang}"
    for article in load_articles():
        if article.outlet == outlet and article.id == own_id:
            return Response(status=301, headers={"Location": article.url, "Content-Type": HTML})
    return None


def _page(text: str, content_type: str, modified: datetime) -> Response:
    body = text.encode()
    headers = {
        "Content-Type": content_type,
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:24]}"',
        "Last-Modified": format_datetime(modified.astimezone(UTC), usegmt=True),
    }
    return Response(status=200, headers=headers, body=body)
