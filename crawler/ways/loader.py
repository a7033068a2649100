"""Spiders for Scrapy's own commands (``scrapy list``, ``scrapy crawl udn``), made from the facts of the outlets."""

from __future__ import annotations

from scrapy import Request
from scrapy.settings import BaseSettings

from crawler.outlets import all_outlets, get, identify
from crawler.ways.spider import OutletSpider, spider_class


class OutletSpiderLoader:
    """Loads a spider by the key of its outlet."""

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> OutletSpiderLoader:  # noqa: ARG003 - Scrapy's protocol
        return cls()

    def load(self, spider_name: str) -> type[OutletSpider]:
        return spider_class(get(spider_name))

    def list(self) -> list[str]:
        return list(all_outlets())

    def find_by_request(self, request: Request) -> list[str]:  # type: ignore[valid-type]
        found = identify(request.url)
        return [found.outlet_id] if found else []
