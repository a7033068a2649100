"""What every spider of an outlet does with articles: which are new, which changed, and what becomes of each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import scrapy
from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from crawler.archive import LandingLine, LandingLog
from crawler.landing import LandingPipeline, Met, PassedOver, same_bytes
from crawler.landinglog import LANDED, UNCHANGED
from crawler.outcomes import outcome_of
from crawler.outlet import Outlet
from crawler.outlets import Registry, request_url
from crawler.plan import Plan

Yield = Iterator["Request | Met | PassedOver"]

REVISIT_DAYS = timedelta(days=3)
"""An article older than this is not asked for again, whatever its listing says."""
REVISIT_GRACE = timedelta(minutes=2)
MOST_REVISITS = 20
"""Changed articles asked for again in one crawl."""

PAGE_TYPES = ("html", "xml", "text/plain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """An article that a listing names."""

    url: str
    article_id: str
    way: str
    published: datetime | None
    order: tuple[int, int, int]
    """Way, page and place: newest first where no time is given."""
    modified: datetime | None = None
    """When the listing says that it was changed."""

    @property
    def hint(self) -> str | None:
        return self.published.isoformat() if self.published else None


class ArticleSpider(scrapy.Spider):
    """Fetches the articles of one outlet that :attr:`candidates` holds."""

    outlet: Outlet

    def __init__(self, plan: Plan, outlets: Registry, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.outlets = outlets
        self.known = LandingLog(plan.data_dir).known(self.outlet.key)
        self.candidates: dict[str, Candidate] = {}
        self.waiting: dict[str, Candidate] = {}
        """URL → what was asked for and is not answered yet."""

    def _articles(self) -> Yield:
        stats = self.crawler.stats
        fresh = [c for c in self.candidates.values() if not self._is_known(c)]
        changed = [] if self.plan.probe else self._changed()
        stats.set_value("wiredesk/listed", len(self.candidates))
        stats.set_value("wiredesk/known", len(self.candidates) - len(fresh))
        stats.set_value("wiredesk/new", len(fresh))
        fresh.sort(key=_newest_first)
        wanted: list[Candidate] = []
        passed: list[Met] = []
        for candidate in fresh:
            if self.plan.since and candidate.published and candidate.published < self.plan.since:
                passed.extend(self._passed_over(candidate, "older_than_since"))
            elif self.plan.limit is not None and len(wanted) >= self.plan.limit:
                passed.extend(self._passed_over(candidate, "over_limit"))
            else:
                wanted.append(candidate)
        if passed and not self.plan.probe:
            yield PassedOver(met=tuple(passed))
        self.waiting = {candidate.url: candidate for candidate in wanted}
        for candidate in wanted:
            yield self._ask_article(candidate)
        yield from self._revisits(changed)

    def _is_known(self, candidate: Candidate) -> bool:
        return self.known.has(candidate.url, candidate.article_id) or self.known.given_up(
            candidate.url, candidate.article_id
        )

    def _changed(self) -> list[Candidate]:
        """Known articles that a listing says were changed after they landed: the newest few of the last days."""
        since = self.plan.now - REVISIT_DAYS
        found = []
        for candidate in self.candidates.values():
            landed = self.known.landed_at.get(candidate.article_id)
            recent = candidate.published is not None and candidate.published >= since
            if not landed or not recent or candidate.modified is None:
                continue
            if candidate.modified > datetime.fromisoformat(landed) + REVISIT_GRACE:
                found.append(candidate)
        return sorted(found, key=_newest_first)[:MOST_REVISITS]

    def _revisits(self, changed: list[Candidate]) -> Yield:
        earlier = (
            LandingLog(self.plan.data_dir).newest(self.outlet.key, {c.article_id for c in changed})
            if changed
            else {}
        )
        for candidate in changed:
            line = earlier.get(candidate.article_id)
            if line is not None:
                self.waiting[candidate.url] = candidate
                headers = {"If-None-Match": line.etag, "If-Modified-Since": line.last_modified}
                request = self._ask_article(candidate, line)
                request.headers.update({name: value for name, value in headers.items() if value})
                yield request

    def _passed_over(self, candidate: Candidate, outcome: str) -> Iterator[Met]:
        if self.known.last_outcome.get(candidate.url) == outcome:
            self.crawler.stats.inc_value(f"wiredesk/outcome/{outcome}")
            return  # its line says so already
        since = self.plan.since.isoformat() if self.plan.since else ""
        reasons = {
            "older_than_since": f"listed as older than {since}",
            "over_limit": f"over the limit of {self.plan.limit}",
        }
        yield self._met(candidate, outcome, reasons[outcome])

    def _named(self) -> Yield:
        """The articles that the plan names."""
        for place, url in enumerate(self.plan.urls):
            identity = self.outlets.identify(request_url(url))
            own_id = (identity.article_id if identity else None) or ""
            address = identity.canonical_url if identity and own_id else request_url(url)
            candidate = Candidate(
                url=address, article_id=own_id, way="fetch", published=None, order=(0, 0, place)
            )
            self.candidates[address] = self.waiting[address] = candidate
            yield self._ask_article(candidate)
        self.crawler.stats.set_value("wiredesk/listed", len(self.candidates))
        self.crawler.stats.set_value("wiredesk/new", len(self.candidates))

    def _ask_article(self, candidate: Candidate, earlier: LandingLine | None = None) -> Request:
        return Request(
            candidate.url,
            callback=self.on_article,
            errback=self.on_article_error,
            cb_kwargs={"candidate": candidate, "earlier": earlier},
            meta={"handle_httpstatus_list": [304]} if earlier else {},
            dont_filter=True,
        )

    def on_article(
        self, response: Response, candidate: Candidate, earlier: LandingLine | None = None
    ) -> Yield:
        self.waiting.pop(candidate.url, None)
        if earlier is not None and (response.status == 304 or same_bytes(response, earlier)):
            yield replace(self._met(candidate, UNCHANGED, "", response), earlier=earlier)
            return
        identity = self.outlets.identify(response.url)
        content_type = (response.headers.get("Content-Type") or b"text/html").decode("latin-1").lower()
        if identity is not None and identity.outlet_id != self.outlet.key:
            reason = f"it leads to {response.url}, a page of the outlet {identity.outlet_id}"
            yield self._met(candidate, "off_outlet", reason, response)
        elif identity is None or (identity.article_id is None and candidate.article_id):
            yield self._met(
                candidate, "soft_404", f"it leads to {response.url}, which is no article", response
            )
        elif not any(kind in content_type for kind in PAGE_TYPES):
            yield self._met(candidate, "not_html", f"it answers {content_type}", response)
        elif not response.body.strip():
            yield self._met(candidate, "empty", "the answer has no content", response)
        else:
            yield Met(
                url=candidate.url, kind="article", way=candidate.way, outcome=LANDED, response=response,
                article_id=identity.article_id, published_hint=candidate.hint,
            )  # fmt: skip

    def on_article_error(self, failure: Failure) -> Yield:
        request: Request = failure.request  # type: ignore[attr-defined]
        candidate: Candidate = request.cb_kwargs["candidate"]
        self.waiting.pop(candidate.url, None)
        outcome, reason, status = outcome_of(failure.value)
        yield replace(self._met(candidate, outcome, reason), status=status)

    def _met(
        self, candidate: Candidate, outcome: str, reason: str = "", response: Response | None = None
    ) -> Met:
        return Met(
            url=candidate.url,
            kind="article",
            way=candidate.way,
            outcome=outcome,
            reason=reason,
            article_id=candidate.article_id or None,
            published_hint=candidate.hint,
            final_url=response.url if response else None,
            status=response.status if response else None,
        )

    def unfinished(self) -> Iterator[Met]:
        """What the crawl ended without reaching."""
        for candidate in self.waiting.values():
            yield self._met(candidate, "not_reached", "the crawl ended before its turn")

    def met_robots(
        self,
        url: str,
        *,
        outcome: str,
        reason: str = "",
        status: int | None = None,
        response: Response | None = None,
    ) -> None:
        """Land a robots.txt."""
        met = Met(
            url=url,
            kind="robots",
            way="robots",
            outcome=outcome,
            reason=reason,
            status=status,
            response=response,
        )
        pipeline = self.crawler.get_item_pipeline(LandingPipeline)
        assert pipeline is not None
        pipeline.process_item(met)


def _newest_first(candidate: Candidate) -> tuple[float, tuple[int, int, int]]:
    return (-candidate.published.timestamp() if candidate.published else 0.0, candidate.order)
