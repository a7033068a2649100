"""How requests leave the machine: to public addresses only, or, for demo and tests, all to one loopback site."""

from __future__ import annotations

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from scrapy.http import Response
from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred

from crawler.outcomes import PRIVATE_NAMES, Named, PrivateAddressError


def loopback_site(via: str) -> str:
    """Check the address of a loopback site (``http://127.0.0.1:8080``) and give it back.

    Raises:
        ValueError: it is no http URL with a port on a loopback address.
    """
    parts = urlsplit(via)
    try:
        loopback = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        loopback = False
    if parts.scheme != "http" or not loopback or not parts.port:
        raise ValueError(f"{via!r} is no loopback site: give http://127.0.0.1:PORT")
    return f"http://{parts.netloc}"


class PublicResolver(CachingThreadedResolver):
    """Resolves names; one that resolves to a private, loopback or link-local address is refused, so that no outlet can
    send the crawler into the house."""

    def getHostByName(self, name: str, timeout: Any = ()) -> Deferred[str]:  # noqa: N802 - Twisted's name
        found: Deferred[str] = super().getHostByName(name, timeout)
        return found.addCallback(_public, name)


def _public(address: str, name: str) -> str:
    if not ipaddress.ip_address(address).is_global:
        PRIVATE_NAMES[name] = address
        raise PrivateAddressError(f"{name} resolves to {address}, which is no public address")
    return address


class OutletHandler(HTTP11DownloadHandler):
    """Scrapy's HTTP handler; with the setting ``WIREDESK_VIA`` each request goes in absolute form to that loopback
    site, and the response keeps the URL that was asked for."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        via = crawler.settings.get("WIREDESK_VIA")
        self._via = loopback_site(via) if via else None
        self._crawler = crawler

    async def download_request(self, request: Request) -> Response:
        # Requests wait in the host's queue: what happened to the ones before them is known only now.
        reason = resting(self._crawler).get(urlsplit(request.url).hostname or "")
        if reason:
            raise Named("not_reached", reason)
        if self._via is None:
            if _is_private_literal(request.url):
                raise CannotResolveHostError(f"{request.url} names an address that is not public")
            return await super().download_request(request)
        url = "http://" + request.url.split("://", 1)[1]
        sent = request.replace(url=url, meta={**request.meta, "proxy": self._via})
        response = await super().download_request(sent)
        return response.replace(url=request.url)


def resting(crawler: Crawler) -> dict[str, str]:
    """Host → why it is not asked again in this crawl."""
    notes: dict[str, str] = crawler.stats.get_value("wiredesk/resting", {}) or {}
    return notes


def _is_private_literal(url: str) -> bool:
    try:
        return not ipaddress.ip_address(urlsplit(url).hostname or "").is_global
    except ValueError:
        return False
