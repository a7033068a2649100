"""Ways into an outlet, as facts: where it lists its articles, and in what form. The spiders that walk them stand in
:mod:`crawler.ways`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlsplit

from crawler.facts import check_css, check_http_url, need


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One channel of an outlet."""

    name: ClassVar[str] = ""
    url: str
    rank: int = 1
    source: str = ""
    """Who says so, with its year and grade (``../shared/outlets.md``'s A to D)."""

    def __post_init__(self) -> None:
        need(bool(self.name), "use Feed, NewsMap, SectionList or JsonList")
        check_http_url(self.name, self.url)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def pages(self) -> tuple[str, ...]:
        """The URLs to ask, first page first."""
        return (self.url,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Way):
    """RSS 0.9x/2.0, RSS 1.0 (RDF) or Atom."""

    name: ClassVar[str] = "feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsMap(Way):
    """A Google-News sitemap with publication dates and titles, a plain sitemap, or an index of them."""

    name: ClassVar[str] = "newsmap"
    max_maps: int = 3
    """Sitemaps followed from an index, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paged(Way):
    page_url: str = ""
    """Format of later pages with ``{page}``; empty: one page alone."""
    first_page: int = 2
    """Number of the first of the later pages."""
    max_pages: int = 1
    """Pages asked in all, at most. A page without a new article ends the walk."""

    def __post_init__(self) -> None:
        Way.__post_init__(self)
        need(1 <= self.max_pages <= 50, f"{self.max_pages} pages of one list are too many")
        need(self.max_pages == 1 or "{page" in self.page_url, "several pages need a page_url with {page}")

    def pages(self) -> tuple[str, ...]:
        later = range(self.first_page, self.first_page + self.max_pages - 1)
        return (self.url, *(self.page_url.format(page=number) for number in later))


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionList(_Paged):
    """An HTML page that lists articles. Any link of the outlet's article shape counts; ``links`` narrows it."""

    name: ClassVar[str] = "section"
    links: str = "a[href]"
    """CSS of the links (or of elements around them)."""
    cards: str = ""
    """CSS of the element around one link and its time; empty: times are not read."""
    time: str = ""
    """CSS of the time inside a card."""
    time_format: str = ""
    """``strptime`` form of the printed time; empty: ISO."""
    base: str = ""
    """What relative links are joined to, where that is not the page itself."""

    def __post_init__(self) -> None:
        _Paged.__post_init__(self)
        for label in ("links", "cards", "time"):
            check_css(label, getattr(self, label))


@dataclass(frozen=True, slots=True, kw_only=True)
class JsonList(_Paged):
    """A JSON document, or JSONP, that lists articles."""

    name: ClassVar[str] = "json"
    items: str = ""
    """Dotted path of the list of items; empty: the document itself; ``*`` takes every value of an object or list."""
    link: tuple[str, ...] = ("url",)
    """Keys of the link, the first that is there."""
    time: str = ""
    """Dotted path of the time inside an item."""
    time_format: str = ""
    """``strptime`` form in the outlet's zone; empty: ISO 8601 or a UNIX time in seconds or milliseconds."""
    title: str = "title"
    lookup: str = "data"
    """Items that are strings name keys of this object of the document."""
    charset: str = ""
    """Encoding where the server declares none or a wrong one."""
