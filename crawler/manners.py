"""A guest's manners: own hosts only, one request at a time per host, pauses as asked, and knowing when to go home."""

from __future__ import annotations

import logging
import re
import zlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import brotli  # type: ignore[import-untyped]
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawler.outcomes import REFUSALS, RETRIED, Named, outcome_of

log = logging.getLogger(__name__)


class OwnHosts:
    """No request leaves the outlet's own hosts, whoever asks for it: a link, a redirect or robots.txt."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> OwnHosts:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        outlet = self._crawler.spider.outlet  # type: ignore[union-attr]
        try:
            port = parts.port
        except ValueError:
            port = -1
        if (
            parts.scheme not in ("http", "https")
            or not outlet.owns_host(parts.hostname or "")
            or port not in (None, 80, 443)
        ):
            raise Named("off_outlet", f"it leads to {request.url[:200]}, off the outlet's own hosts")


class OwnRedirects(RedirectMiddleware):
    """Scrapy's redirects; a loop ends with a name."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            raise Named("redirect_loop", f"more than {self.max_redirect_times} redirects") from error
        except ValueError as error:
            raise Named("bad_redirect", f"it redirects to what is no address: {error}") from error


class BoundedCompression(HttpCompressionMiddleware):
    """Scrapy's decompression; bombs and damaged bytes end with a name. The encoding that was removed is remembered."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        encoding = response.headers.get(b"Content-Encoding")
        if encoding:
            request.meta["content_encoding"] = encoding.decode("latin-1")
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            raise Named("too_large", "the answer unpacks to more than the crawler takes") from error
        except (zlib.error, OSError, EOFError, ValueError, brotli.error) as error:
            raise Named("bad_encoding", f"the answer cannot be unpacked: {error}") from error


class BackOff:
    """Retries with pauses, and rest.

    After 429 or 5xx the host is left in peace for as long as ``Retry-After`` says (or 10 s, doubling). A host that asks
    for a longer pause than ``WIREDESK_LONGEST_PAUSE``, or fails or refuses ``WIREDESK_PATIENCE`` times in a row, is not
    asked again in this crawl; what was still to ask for ends as ``not_reached``.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._codes = {int(code) for code in settings.getlist("WIREDESK_RETRY_CODES")}
        self._first = settings.getfloat("WIREDESK_FIRST_PAUSE")
        self._longest = settings.getfloat("WIREDESK_LONGEST_PAUSE")
        self._patience = settings.getint("WIREDESK_PATIENCE")
        self._in_a_row: dict[str, int] = {}
        self.resting: dict[str, str] = {}
        """Host → why it is not asked again in this crawl; :func:`crawler.transport.resting` reads it."""
        crawler.stats.set_value("wiredesk/resting", self.resting)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> BackOff:
        backoff = cls(crawler)
        # The signal comes before the host's next request leaves; process_response would come after it.
        crawler.signals.connect(backoff.seen, signal=signals.response_downloaded)
        return backoff

    def seen(self, response: Response, request: Request) -> None:
        """Note what the host answered, before anything more is asked of it."""
        host = _host(request)
        if response.status not in self._codes and response.status not in REFUSALS:
            self._in_a_row[host] = 0
            return
        self._count(host, f"it answered {response.status}")
        if response.status not in self._codes:
            return
        pause = retry_after(response, datetime.now(UTC))
        if pause is None:
            pause = self._first * 2 ** request.meta.get("retry_times", 0)
        if pause > self._longest:
            self.resting[host] = f"{host} asks to be left alone for {pause:.0f} s: next crawl"
            log.warning("%s", self.resting[host])
        else:
            self._hold(request, pause)

    def process_response(self, request: Request, response: Response) -> Request | Response:
        if response.status not in self._codes:
            return response
        return self._again(request, f"http_{response.status}") or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        if isinstance(exception, Named) or not isinstance(exception, RETRIED):
            return None
        self._count(_host(request), outcome_of(exception)[0])
        return self._again(request, outcome_of(exception)[0])

    def _again(self, request: Request, reason: str) -> Request | None:
        if _host(request) in self.resting:
            return None
        spider = self._crawler.spider
        assert spider is not None
        most = request.meta.get("max_retry_times")
        return get_retry_request(
            request, spider=spider, reason=reason, max_retry_times=most, give_up_log_level="INFO"
        )

    def _count(self, host: str, what: str) -> None:
        self._in_a_row[host] = self._in_a_row.get(host, 0) + 1
        if self._in_a_row[host] >= self._patience and host not in self.resting:
            self.resting[host] = f"{host} failed {self._patience} times in a row ({what}): next crawl"
            log.warning("%s", self.resting[host])

    def _hold(self, request: Request, pause: float) -> None:
        """Let the host's slot start nothing for ``pause`` seconds."""
        engine = self._crawler.engine
        assert engine is not None
        slot = engine.downloader.slots.get(request.meta.get("download_slot", ""))
        if slot is not None:
            slot.delay = slot.delay or 0.01  # without a delay the slot would not look at its clock
            slot.lastseen = max(slot.lastseen, monotonic() + pause)
            log.info("%s: pausing %.0f s", _host(request), pause)


def retry_after(response: Response, now: datetime) -> float | None:
    """Seconds that ``Retry-After`` asks for; ``None`` where it says nothing that can be read."""
    raw: Any = response.headers.get(b"Retry-After")
    text = raw.decode("latin-1").strip() if raw else ""
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError, IndexError):
        return None


def _host(request: Request) -> str:
    return urlsplit(request.url).hostname or ""
