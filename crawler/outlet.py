"""The facts of one outlet, and the record that holds them.

An outlet is *one publisher's edition in one script*. Its facts are said once, in ``crawler/spiders/<key>.py``, and
read by the spiders, by reading, by the store and by the documentation. This module imports nothing of Scrapy, so
that the stages may use the facts without the crawler's machinery.

Every record checks itself when it is made: a wrong fact stops the import, not the crawl at three in the morning.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import ClassVar, Literal
from zoneinfo import ZoneInfo

from crawler.facts import FactError, check_css, check_host, check_http_url, check_pattern, need
from crawler.wayfacts import Feed, JsonList, NewsMap, SectionList, Way

__all__ = [
    "FactError",
    "Feed",
    "JsonList",
    "Markup",
    "NewsMap",
    "NotArticle",
    "Outlet",
    "SectionList",
    "UrlPattern",
    "Way",
]

Grade = Literal["seen", "described"]
"""``seen``: a real saved page; ``described``: somebody's description, no page seen."""

TimeRule = Literal["as_declared", "false_z_is_local", "time_then_date", "day_only"]
"""How an outlet's printed times are to be taken.

``as_declared``
    As printed; where no zone is printed, the outlet's own (``Outlet.timezone``).
``false_z_is_local``
    JSON-LD ends in ``Z`` (or ``+00:00``), but the clock is the outlet's own zone: keep the clock, take the zone.
``time_then_date``
    The ``time`` element holds two parts, the clock first (``17:30`` ``2020/08/09``), in the outlet's zone.
``day_only``
    Only a day is known: midnight in the outlet's zone, precision ``day``.
"""

PageKind = Literal["article", "listing", "other"]

MIN_DELAY = 1.0
"""Seconds between two requests to one host: no outlet may be asked faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlPattern:
    """One URL shape of an outlet, and what it identifies.

    Matching is against the cleaned URL (:func:`crawler.outlets.clean_url`): host in lower case, no port, path
    percent-encoded in upper-case hex, no fragment. ``host`` and ``path`` must match in full; a trailing slash is
    forgiven. Named groups of ``host`` and ``path``, and the parameters in ``query``, fill ``id`` and ``canonical``.
    """

    host: str
    """Regular expression for the host."""
    path: str
    """Regular expression for the path."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters that belong to the identity, each with the regular expression of its value."""
    kind: PageKind = "article"
    id: str = "{id}"
    """Format of the outlet's own id, from the named groups."""
    canonical: str = ""
    """Format of the canonical URL; empty: the cleaned URL without tracking parameters."""

    def __post_init__(self) -> None:
        groups = {*check_pattern("host", self.host), *check_pattern("path", self.path), *self.query}
        for name, value in self.query.items():
            check_pattern(f"query {name}", value)
        for label, template in (
            ("id", self.id if self.kind == "article" else ""),
            ("canonical", self.canonical),
        ):
            missing = set(re.findall(r"{(\w+)}", template)) - groups
            need(
                not missing,
                f"{label} {template!r} names groups that no part of the pattern gives: {sorted(missing)}",
            )
        if self.canonical:
            check_http_url("canonical", self.canonical)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotArticle:
    """A sign that a page answered 200 but is no article.

    All conditions that are set must hold: ``css`` selects something, ``text`` (regular expression) is found in the
    visible text, ``html`` (regular expression) is found in the raw page, ``url`` in the final or canonical URL, and the
    visible text is at most ``max_text`` characters long.
    """

    outcome: Literal[
        "paywall",
        "script_redirect",
        "soft_404",
        "consent",
        "login",
        "listing",
        "video",
        "deleted",
        "members_only",
    ]
    css: str = ""
    text: str = ""
    html: str = ""
    url: str = ""
    max_text: int | None = None

    def __post_init__(self) -> None:
        need(
            bool(self.css or self.text or self.html or self.url),
            f"a sign of {self.outcome} needs a condition",
        )
        check_css("css", self.css)
        for name in ("text", "html", "url"):
            check_pattern(name, getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Markup:
    """One generation of an outlet's page template: where each field is printed.

    Selector fields are CSS selectors, tried in order; the first that selects something with text wins. They are hints
    beside JSON-LD and meta elements, and a field may be empty: then the general reader answers alone.
    """

    rests_on: Grade
    source: str
    """Where this was seen or who describes it, with its year."""
    valid_until: date | None = None
    """Last day of this template, as near as the pages seen tell; ``None``: still in use. A page of an earlier day is
    read by the template of its day."""
    title: tuple[str, ...] = ()
    time: tuple[str, ...] = ()
    """Elements of the publication time: the ``datetime`` (or ``content``) attribute if present, else the text."""
    modified: tuple[str, ...] = ()
    time_formats: tuple[str, ...] = ()
    """``strptime`` forms of the printed text, tried in order, where it is not ISO 8601."""
    time_rule: TimeRule = "as_declared"
    author: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    lead_image: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    """Containers of the body; paragraphs are taken inside."""
    strip: tuple[str, ...] = ()
    """Elements to remove before the body is read."""
    byline_patterns: tuple[str, ...] = ()
    """Regular expressions over the author element or the first and last paragraphs, with a group ``names`` (persons,
    separated by ``、`` ``，`` ``/`` ``／`` or white space) or ``agency``."""
    strip_lines: tuple[str, ...] = ()
    """A paragraph in which one of these is found at its start is dropped."""
    strip_inline: tuple[str, ...] = ()
    """Text removed inside paragraphs."""
    cut_from: tuple[str, ...] = ()
    """The first paragraph that starts so, and all after it, are dropped."""

    SELECTORS: ClassVar[tuple[str, ...]] = (
        "title", "time", "modified", "author", "section", "lead_image", "body", "strip",
    )  # fmt: skip
    PATTERNS: ClassVar[tuple[str, ...]] = ("byline_patterns", "strip_lines", "strip_inline", "cut_from")

    def __post_init__(self) -> None:
        need(bool(self.source), "a markup must say its source")
        for name in self.SELECTORS:
            for selector in getattr(self, name):
                need(bool(selector), f"{name} holds an empty selector")
                check_css(name, selector)
        for name in self.PATTERNS:
            for pattern in getattr(self, name):
                need(bool(pattern), f"{name} holds an empty pattern")
                groups = check_pattern(name, pattern)
                if name == "byline_patterns":
                    need(
                        bool({"names", "agency"} & set(groups)),
                        f"{pattern!r} has neither group names nor agency",
                    )


@dataclass(frozen=True, kw_only=True)
class Outlet:
    """The facts of one outlet."""

    key: str
    """Name of the outlet everywhere: command line, ``outlet_id``, spider name; the file name with ``_`` for ``-``."""
    name: str
    """As it calls itself, in its own script."""
    home: str
    country: str
    """ISO 3166-1 alpha-2 of the publisher's seat."""
    language_tag: str
    """BCP 47, with script for Chinese (``zh-Hant``)."""
    timezone: str
    """IANA zone of the times it prints without one."""
    hosts: tuple[str, ...]
    """Its own hosts; ``.hket.com`` stands for every sub-domain. The crawler never leaves them."""
    paths: tuple[str, ...] = ("/",)
    """Path prefixes that are this edition's, where several editions share a host."""
    urls: tuple[UrlPattern, ...]
    ways: tuple[Way, ...]
    """Channels; those of rank 1 are tried first, those of rank 2 when the first fail or give nothing."""
    tracking_params: tuple[str, ...] = ()
    """Query parameters that never belong to the identity, besides the general ones."""
    title_suffixes: tuple[str, ...] = ()
    """Regular expressions of the furniture at the end of a printed title, removed repeatedly."""
    markups: tuple[Markup, ...] = ()
    """Newest first."""
    not_article: tuple[NotArticle, ...] = ()
    expected: tuple[int, int] = (1, 2000)
    """Articles that one listing of the first rank should give: fewer is an error, more a warning."""
    rhythm_minutes: int = 60
    """Minutes between two scheduled crawls."""
    download_delay: float = 2.0
    """Seconds between two requests to one host, before robots.txt asks for more."""
    run_live: bool = False
    """Whether wiredesk was ever run against the live outlet."""
    notes: str = ""
    """What an operator should know: blocking, quirks, conflicting sources."""
    licence_note: str = (
        "All rights reserved by the publisher; pages are kept for research, never redistributed."
    )

    def __post_init__(self) -> None:
        try:
            self._check()
        except FactError as error:
            raise FactError(f"outlet {self.key!r}: {error}") from error

    def _check(self) -> None:
        need(
            bool(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.key)), "a key is lower-case words joined by '-'"
        )
        need(bool(self.name.strip()), "the name is empty")
        check_http_url("home", self.home)
        need(
            bool(re.fullmatch(r"[A-Z]{2}", self.country)),
            f"country {self.country!r} is no ISO 3166-1 alpha-2 code",
        )
        tag = r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?"
        need(bool(re.fullmatch(tag, self.language_tag)), f"{self.language_tag!r} is no language tag")
        need(
            not self.language_tag.startswith("zh") or self.script in ("Hans", "Hant"),
            "Chinese needs its script",
        )
        need(self.timezone == ZoneInfo(self.timezone).key, f"unknown time zone {self.timezone!r}")
        need(
            bool(self.hosts) and bool(self.urls) and bool(self.ways), "hosts, urls and ways may not be empty"
        )
        for host in self.hosts:
            check_host(host)
        need(all(path.startswith("/") for path in self.paths), "paths start with '/'")
        need(any(u.kind == "article" for u in self.urls), "no URL pattern of an article")
        need({way.rank for way in self.ways} <= {1, 2} and self.ways[0].rank == 1, "ways have rank 1, then 2")
        for way in self.ways:
            need(self.owns_host(way.host), f"the way {way.url} leaves the outlet's own hosts")
        for suffix in self.title_suffixes:
            check_pattern("title_suffixes", suffix)
        ends = [markup.valid_until or date.max for markup in self.markups]
        need(ends == sorted(ends, reverse=True), "markups stand newest first")
        need(0 < self.expected[0] < self.expected[1], "expected is (fewest, most) with 0 < fewest < most")
        need(self.download_delay >= MIN_DELAY, f"a download delay under {MIN_DELAY} s is impolite")
        need(self.rhythm_minutes >= 5, "a rhythm under five minutes is impolite")

    @property
    def script(self) -> str:
        """ISO 15924 script of the edition."""
        parts = [part for part in self.language_tag.split("-") if len(part) == 4]
        return parts[0] if parts else "Latn"

    @property
    def grade(self) -> Grade:
        """What the present template rests on; ``described`` where no page of the present one was seen."""
        present = next((markup for markup in self.markups if markup.valid_until is None), None)
        return present.rests_on if present else "described"

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def owns_host(self, host: str) -> bool:
        """Whether ``host`` (lower case, no port) is one of the outlet's own."""
        return any(
            host == own or (own.startswith(".") and (host.endswith(own) or host == own[1:]))
            for own in self.hosts
        )

    def markup_for(self, day: date | None) -> Markup | None:
        """The template of ``day`` (of publication or fetch); the newest one when no day is known."""
        if day is not None:
            fitting = [m for m in self.markups if m.valid_until is None or m.valid_until >= day]
            return fitting[-1] if fitting else None
        return self.markups[0] if self.markups else None

    def ways_of_rank(self, rank: int) -> tuple[Way, ...]:
        return tuple(way for way in self.ways if way.rank == rank)
