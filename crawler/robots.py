"""robots.txt as RFC 9309 has it, and its Crawl-delay.

No robots.txt (4xx): everything is allowed. Unreachable (5xx, no answer, a redirect off the outlet's hosts): nothing is,
in this crawl. Scrapy's own middleware takes the second for the first.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.outcomes import FAILURES, Named, outcome_of, outcome_of_status

log = logging.getLogger(__name__)

LONGEST_DELAY = 120.0
"""Seconds; an outlet that asks for more between two requests is not crawled."""


LONGEST_WAIT = 15.0
"""Seconds for a robots.txt."""


class Rules:
    """What one host's robots.txt says to us."""

    def __init__(
        self, parser: Protego | None, outcome: str = "", reason: str = "", delay: float = 0.0
    ) -> None:
        self._parser, self._outcome, self._reason, self.delay = parser, outcome, reason, delay

    def check(self, url: str, agent: str) -> None:
        """Raises :class:`~crawler.outcomes.Named` where ``url`` may not be asked for."""
        if self._outcome:
            raise Named(self._outcome, self._reason)
        if self._parser is not None and not self._parser.can_fetch(url, agent):
            raise Named("robots_forbidden", "robots.txt forbids it to us")


class Robots:
    """Asks each host for its robots.txt once per crawl, first of all, and holds to it."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"]
        self._rules: dict[str, asyncio.Future[Rules]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Robots:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        if request.meta.get("is_robots"):
            return
        parts = urlsplit(request.url)
        if parts.netloc not in self._rules:
            future = asyncio.get_running_loop().create_future()
            self._rules[parts.netloc] = future
            try:
                future.set_result(await self._ask(f"{parts.scheme}://{parts.netloc}/robots.txt"))
            except BaseException as error:
                future.set_exception(error)  # whoever waits for these rules must hear of it
                future.exception()
                raise
        rules = await asyncio.shield(self._rules[parts.netloc])
        rules.check(request.url, self._agent)

    async def _ask(self, url: str) -> Rules:
        engine, spider = self._crawler.engine, self._spider()
        assert engine is not None
        timeout = min(LONGEST_WAIT, self._crawler.settings.getfloat("DOWNLOAD_TIMEOUT"))
        meta = {
            "is_robots": True,
            "max_retry_times": 1,
            "download_timeout": timeout,
            "download_maxsize": 2 * 2**20,
        }
        request = Request(url, callback=NO_CALLBACK, priority=1000, meta=meta)
        try:
            response = await engine.download_async(request)
        except FAILURES as error:
            outcome, reason, status = outcome_of(error)
            spider.met_robots(url, outcome=outcome, reason=reason, status=status)
            return Rules(None, "robots_unreachable", f"robots.txt could not be read ({outcome}: {reason})")
        return self._read(url, response)

    def _read(self, url: str, response: Response) -> Rules:
        spider = self._spider()
        if response.status >= 500 or response.status == 429:
            outcome, reason, status = outcome_of_status(response)
            spider.met_robots(url, outcome=outcome, reason=reason, status=status)
            return Rules(None, "robots_unreachable", f"robots.txt could not be read ({reason})")
        if response.status >= 300:
            spider.met_robots(
                url,
                outcome=f"http_{response.status}",
                reason="no robots.txt: all allowed",
                status=response.status,
            )
            return Rules(None)
        spider.met_robots(url, outcome="landed", response=response)
        parser = Protego.parse(response.body.decode("utf-8", "replace"))
        delay = float(parser.crawl_delay(self._agent) or 0.0)
        rate = parser.request_rate(self._agent)
        if rate is not None and rate.requests:
            delay = max(delay, rate.seconds / rate.requests)
        if delay > LONGEST_DELAY:
            return Rules(None, "robots_forbidden", f"robots.txt asks for {delay:.0f} s between two requests")
        self._slow_down(urlsplit(url).hostname or "", delay)
        return Rules(parser, delay=delay)

    def _spider(self) -> Any:
        return self._crawler.spider

    def _slow_down(self, host: str, delay: float) -> None:
        engine = self._crawler.engine
        assert engine is not None
        downloader = engine.downloader
        slot = downloader.slots.get(host)
        if slot is not None and delay > slot.delay:
            slot.delay, slot.jitter = delay, 0.0
        if delay > self._crawler.settings.getfloat("DOWNLOAD_DELAY"):
            downloader.per_slot_settings[host] = {"delay": delay, "jitter": 0.0, "concurrency": 1}
            log.info("%s asks for %.1f s between two requests", host, delay)
