"""The spider of every outlet: it asks the listings, best channel first, then fetches the articles that are new.

It follows no link of an article, so that a page cannot lead it anywhere. All listings are read before the first article
is asked for: what ``--limit`` takes does not hang on which answer came first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.archive import ArchiveError, read_record
from crawler.landing import Met, same_bytes
from crawler.landinglog import LANDED, UNCHANGED
from crawler.outcomes import outcome_of
from crawler.outlet import NewsMap, Outlet, Way
from crawler.outlets import Registry, registry, request_url
from crawler.plan import Plan
from crawler.ways.articles import ArticleSpider, Candidate, Yield
from crawler.ways.entries import Entry, ListingError
from crawler.ways.reading import read_listing


class OutletSpider(ArticleSpider):
    """Crawls one outlet."""

    name = "outlet"

    def __init__(self, plan: Plan, outlets: Registry, **kwargs: Any) -> None:
        super().__init__(plan, outlets, **kwargs)
        self._asked_listings: set[str] = set()
        self._open = 0
        self._rank = 1
        self._poor: list[str] = []
        """Channels of the present rank that failed, broke off or named nothing."""

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> OutletSpider:
        if not args and "plan" not in kwargs:  # `scrapy crawl KEY`
            now = datetime.now(UTC)
            data = Path(crawler.settings.get("WIREDESK_DATA", "data"))
            kwargs["plan"] = Plan(data_dir=data, run_id=now.strftime("%Y%m%dT%H%M%S"), now=now)
        kwargs.setdefault("outlets", registry())
        return super().from_crawler(crawler, *args, **kwargs)

    @classmethod
    def update_settings(cls, settings: Any) -> None:
        super().update_settings(settings)
        if hasattr(cls, "outlet") and not settings.get("WIREDESK_VIA"):
            settings.set("DOWNLOAD_DELAY", cls.outlet.download_delay, priority="spider")

    async def start(self) -> AsyncIterator[Any]:
        for one in self._named() if self.plan.urls else self._listings(1):
            yield one

    # The listings.

    def _listings(self, rank: int) -> Yield:
        self._rank, self._poor = rank, []
        for number, way in enumerate(self.outlet.ways):
            wanted = way.rank == rank or self.plan.probe
            if wanted and (not self.plan.ways or way.name in self.plan.ways):
                yield from self._ask_listing(way.url, way=way, number=number, page=0)
        if not self._open:
            yield from self._rank_done()

    def _ask_listing(self, url: str, *, way: Way, number: int, page: int) -> Yield:
        address = request_url(url)
        if address in self._asked_listings:
            return
        self._asked_listings.add(address)
        self._open += 1
        earlier = self.known.listings.get(address)
        headers = {}
        if earlier and self._stored(earlier) is not None:
            headers = {"If-None-Match": earlier.etag, "If-Modified-Since": earlier.last_modified}
        yield Request(
            address,
            callback=self.on_listing,
            errback=self.on_listing_error,
            headers={name: value for name, value in headers.items() if value},
            cb_kwargs={"way": way, "number": number, "page": page, "asked": address},
            meta={"handle_httpstatus_list": [304]},
            dont_filter=True,
            priority=10,
        )

    def _stored(self, line: Any) -> bytes | None:
        try:
            return read_record(self.plan.data_dir / "archive", line.warc_file, line.warc_offset).body
        except ArchiveError as error:
            self.logger.warning("%s; it is asked for anew", error)
            return None

    def on_listing(self, response: Response, way: Way, number: int, page: int, asked: str) -> Yield:
        self._open -= 1
        earlier = self.known.listings.get(asked)
        body, content_type = response.body, (response.headers.get("Content-Type") or b"").decode("latin-1")
        same = earlier if response.status == 304 or same_bytes(response, earlier) else None
        if same is not None and response.status == 304:
            body, content_type = self._stored(same) or b"", same.content_type or ""
        outcome, reason, counts = UNCHANGED if same else LANDED, "", {}
        entries: tuple[Entry, ...] = ()
        more: tuple[str, ...] = ()
        try:
            listing = read_listing(
                way, body, url=response.url, content_type=content_type, zone=self.outlet.zone
            )
        except ListingError as error:
            outcome, reason, same = "not_a_listing", str(error), None
        else:
            entries, more = listing.entries, listing.more
            counts = self._take(entries, way, number, page) | {"entries": listing.total}
            reason = listing.damage or (
                "" if counts["listed"] or more else "it names no article of this outlet"
            )
        if reason:
            self._poor.append(f"{asked}: {reason}")
        keep = response if outcome == LANDED else None
        yield Met(
            url=asked, kind="listing", way=way.name, outcome=outcome, reason=reason, response=keep, earlier=same,
            status=response.status, final_url=response.url, counts=counts,
        )  # fmt: skip
        if isinstance(way, NewsMap):
            for address in more[: way.max_maps]:
                yield from self._ask_listing(address, way=way, number=number, page=page + 1)
        pages = way.pages()
        if (
            page + 1 < len(pages)
            and counts.get("new")
            and not self.plan.probe
            and not self._reached_since(entries)
        ):
            yield from self._ask_listing(pages[page + 1], way=way, number=number, page=page + 1)
        if not self._open:
            yield from self._rank_done()

    def on_listing_error(self, failure: Failure) -> Yield:
        self._open -= 1
        request: Request = failure.request  # type: ignore[attr-defined]
        outcome, reason, status = outcome_of(failure.value)
        asked, way = request.cb_kwargs["asked"], request.cb_kwargs["way"]
        self._poor.append(f"{asked}: {reason}")
        yield Met(url=asked, kind="listing", way=way.name, outcome=outcome, reason=reason, status=status)
        if not self._open:
            yield from self._rank_done()

    def _take(self, entries: tuple[Entry, ...], way: Way, number: int, page: int) -> dict[str, int]:
        """Note the articles of a listing; count what they are."""
        counts = {"listed": 0, "new": 0, "known": 0, "other": 0}
        for place, entry in enumerate(entries):
            identity = self.outlets.identify(request_url(entry.url))
            if identity is None or identity.outlet_id != self.outlet.key or identity.article_id is None:
                counts["other"] += 1
                continue
            counts["listed"] += 1
            if identity.article_id in self.candidates:
                continue
            known = self.known.has(identity.canonical_url, identity.article_id) or self.known.given_up(
                identity.canonical_url, identity.article_id
            )
            counts["known" if known else "new"] += 1
            self.candidates[identity.article_id] = Candidate(
                url=identity.canonical_url, article_id=identity.article_id, way=way.name, published=entry.published,
                order=(number, page, place), modified=entry.modified,
            )  # fmt: skip
        return counts

    def _reached_since(self, entries: tuple[Entry, ...]) -> bool:
        dated = [entry.published for entry in entries if entry.published]
        return bool(self.plan.since and dated and max(dated) < self.plan.since)

    def _falls_short(self) -> bool:
        """Whether ``--since`` reaches behind what the first channels list."""
        dated = [candidate.published for candidate in self.candidates.values() if candidate.published]
        if self.plan.since is None or not dated or min(dated) <= self.plan.since:
            return False
        self._poor.append(f"the first channels reach back to {min(dated).isoformat()} only")
        return True

    def _rank_done(self) -> Yield:
        poor = self._rank == 1 and (self._poor or not self.candidates or self._falls_short())
        if poor and not self.plan.probe and self.outlet.ways_of_rank(2):
            self.logger.info("second channels: %s", "; ".join(self._poor) or "the first named nothing")
            yield from self._listings(2)
        else:
            yield from self._articles()


def spider_class(outlet: Outlet) -> type[OutletSpider]:
    """The spider of ``outlet``."""
    name = "".join(part.title() for part in outlet.key.split("-")) + "Spider"
    return type(name, (OutletSpider,), {"outlet": outlet, "name": outlet.key, "__module__": __name__})
