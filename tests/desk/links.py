"""Follows every link of the desk into itself, and says which lead nowhere: no answer, or no such place in the page."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from tests.desk.client import Browser

POINTS = {"a": "href", "link": "href", "script": "src", "iframe": "src", "img": "src", "form": "action"}


@dataclass
class Page(HTMLParser):
    """The addresses that a page points at, the places that it has, and names given twice."""

    links: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    twice: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if name := told.get("id"):
            self.twice |= {name} & self.places
            self.places.add(name)
        target = told.get(POINTS.get(tag, ""))
        if target is not None and told.get("method") != "post":
            self.links.append(target)


@dataclass
class Walk:
    """What a walk found: pages by path, and what was wrong, each with the page that points there."""

    pages: dict[str, Page] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)


def walk(browser: Browser, start: str = "/", *, each: int | None = None, most: int = 2000) -> Walk:
    """Every page that can be reached from ``start`` by links, each asked for once.

    Two filters of the list at once lead to all their combinations, so pages with several are not followed further.

    :param each: of addresses with a query, and of captured pages, how many of each kind are asked for; ``None`` for all.

    :raises AssertionError: when there are more than ``most`` pages.
    """
    found = Walk()
    ahead, met = deque([start]), {start}
    asked: Counter[str] = Counter()
    pointed: list[tuple[str, str, str]] = []
    while ahead:
        path = ahead.popleft()
        answer = browser.get(path)
        if answer.status in (301, 302, 303):
            target = urljoin(path, answer.headers["location"])
            if target not in met:
                met.add(target)
                ahead.append(target)
            continue
        if answer.status != 200:
            found.wrong.append(f"{path} answers {answer.status}")
            continue
        page = Page()
        found.pages[path] = page
        if not answer.headers["content-type"].startswith("text/html") or path.startswith("/captured/"):
            continue
        page.feed(answer.text)
        found.wrong += [f"{path} has two places #{name}" for name in sorted(page.twice)]
        deep = path.count("&") + path.count("=") > 1
        for link in page.links:
            parts = urlsplit(urljoin(f"http://desk{path}", link))
            if parts.netloc != "desk":
                continue
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            pointed.append((path, target, unquote(parts.fragment)))
            if target not in met and not (deep and "=" in target):
                kind = parts.path.split("/")[1]
                many = bool(parts.query) or kind == "captured"
                if many and each is not None and asked[kind] >= each:
                    continue
                asked[kind] += many
                met.add(target)
                ahead.append(target)
        assert len(met) <= most, f"the desk of this world has more than {most} pages"
    for path, target, fragment in pointed:
        there = found.pages.get(target)
        if fragment and there is not None and fragment not in there.places:
            found.wrong.append(f"{path} points at {target}#{fragment}, and there is no such place")
    return found
