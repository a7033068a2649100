"""The one item pipeline: what was fetched goes to the WARC, and every URL met gets one line in the landing log.

The record is on disk before its line is written; the line is on disk before the next item is taken.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.http import Request, Response

from crawler.archive import ArchiveWriter, LandingLine, LandingLog, stored_line
from crawler.landinglog import LANDED, LineKind, utc_stamp
from crawler.settings import VERSION

SOFTWARE = f"wiredesk {VERSION}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """One URL and what became of it; the only kind of item."""

    url: str
    kind: LineKind
    way: str
    outcome: str
    reason: str = ""
    article_id: str | None = None
    response: Response | None = None
    """What to archive; ``None`` where there is nothing to."""
    status: int | None = None
    final_url: str | None = None
    published_hint: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    earlier: LandingLine | None = None
    """The line of the same bytes, fetched before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOver:
    """URLs that are not asked for, of which there may be thousands; the other kind of item."""

    met: tuple[Met, ...]


class LandingPipeline:
    """Writes the archive and the landing log of one spider."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> LandingPipeline:
        return cls(crawler)

    def open_spider(self) -> None:
        self._broken = ""
        spider: Any = self._crawler.spider
        self._plan, self._outlet_id = spider.plan, spider.outlet.key
        self._log = LandingLog(self._plan.data_dir)
        self._warc = ArchiveWriter(self._plan.data_dir, self._plan.run_id, self._outlet_id, software=SOFTWARE)

    def process_item(self, item: Met | PassedOver) -> Met | PassedOver:
        if self._broken:
            raise DropItem(self._broken)
        try:
            return self._process(item)
        except (
            OSError
        ) as error:  # a full disk, a folder that is gone: what landed stays, and nothing more is asked for
            self._broken = f"{self._plan.data_dir} cannot be written to: {error.strerror or error}"
            self._crawler.stats.set_value("wiredesk/broken", self._broken)
            closing = self._crawler.engine.close_spider_async(reason="cannot_write")
            self._closing = asyncio.get_running_loop().create_task(closing)
            raise DropItem(self._broken) from error

    def _process(self, item: Met | PassedOver) -> Met | PassedOver:
        if isinstance(item, PassedOver):
            moment = self._plan.moment()
            self._log.append([self._line(met, moment) for met in item.met], sync=False)
            for met in item.met:
                self._count(met)
            return item
        self._land(item)
        self._count(item)
        return item

    def _land(self, item: Met) -> None:
        moment = self._plan.moment()
        line = self._line(item, moment)
        if item.response is not None and item.outcome == LANDED:
            response = item.response
            row = line.row()
            at = self._warc.write_response(
                response.url,
                status=f"{response.status} {_phrase(response.status)}",
                headers=_response_headers(response),
                body=response.body,
                fetched=moment,
                meta={
                    name: value
                    for name, value in row.items()
                    if not name.startswith(("warc_", "page_", "fetched"))
                },
                request=_request_headers(response.request),
            )
            self._warc.sync()
            line = stored_line(row, at, moment)
        self._log.append([line], sync=line.warc_file is not None)

    def _line(self, item: Met, moment: datetime) -> LandingLine:
        """The line of ``item``, without the place of a record that is still to be written."""
        line: dict[str, Any] = {
            "url": item.url, "final_url": item.final_url, "outlet_id": self._outlet_id, "article_id": item.article_id,
            "kind": item.kind, "way": item.way, "http_status": item.status, "outcome": item.outcome,
            "reason": item.reason, "published_hint": item.published_hint, "run_id": self._plan.run_id,
            "counts": item.counts, "fetched": utc_stamp(moment),
        }  # fmt: skip
        response = item.response
        if response is not None:
            line |= {
                "final_url": response.url, "http_status": response.status, "content_type": _header(response, "Content-Type"),
                "etag": _header(response, "ETag"), "last_modified": _header(response, "Last-Modified"),
            }  # fmt: skip
        if item.earlier is not None:
            line |= _where(item.earlier)
        return LandingLine.from_row(line)

    def _count(self, item: Met) -> None:
        stats = self._crawler.stats
        if item.kind == "article":
            stats.inc_value(f"wiredesk/outcome/{item.outcome}")
        else:
            words = f"{item.outcome}: {item.reason}" if item.reason else item.outcome
            stats.set_value(f"wiredesk/{item.kind}/{item.url}", words)

    def close_spider(self) -> None:
        if self._broken:
            self._warc.abandon()
            self._log.abandon()
            return
        spider: Any = self._crawler.spider
        self._process(PassedOver(met=tuple(spider.unfinished())))
        self._warc.close()
        self._log.close()


def same_bytes(response: Response, earlier: LandingLine | None) -> bool:
    """Whether ``response`` has the body that ``earlier`` points to."""
    return earlier is not None and hashlib.sha256(response.body).hexdigest() == earlier.page_sha256


def _where(earlier: LandingLine) -> dict[str, Any]:
    names = ("warc_file", "warc_offset", "warc_length", "page_sha256", "content_type")
    kept = {name: getattr(earlier, name) for name in names}
    return kept | {
        name: getattr(earlier, name) for name in ("etag", "last_modified") if getattr(earlier, name)
    }


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1").strip() if value else None


def _pairs(headers: Any) -> Iterable[tuple[str, str]]:
    for name, values in headers.items():
        for value in values:
            yield name.decode("latin-1"), value.decode("latin-1")


def _response_headers(response: Response) -> list[tuple[str, str]]:
    headers = list(_pairs(response.headers))
    removed = response.meta.get("content_encoding") if response.request else None
    if removed and not response.headers.get("Content-Encoding"):
        headers.append(("Content-Encoding", removed))
    return headers


def _request_headers(request: Request | None) -> list[tuple[str, str]] | None:
    if request is None:
        return None
    return [("Host", urlsplit(request.url).netloc), *_pairs(request.headers)]


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
