"""What the URL of the search page asks for: words, and where to look for them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from pipelines import search
from pipelines.desk.filters import day_of
from pipelines.profiles import CLASSES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

KINDS = {"article": "articles", "incident": "incidents"}
LONGEST_QUERY, LONGEST_VALUE = 1000, 200


@dataclass(frozen=True, slots=True)
class Sought:
    """A search as its URL says it; an empty field asks nothing."""

    words: str = ""
    kind: str = "article"
    everything: bool = False
    """Also what stands in no incident."""
    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    languages: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    """What in the URL was not understood, as sentences."""

    @property
    def filters(self) -> search.Filters:
        return search.Filters(
            outlets=self.outlets,
            since=self.since,
            until=self.until,
            languages=self.languages,
            classes=self.classes,
            grouped=not self.everything,
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the words keeps articles or incidents out that would else be looked at."""
        return bool(self.outlets or self.since or self.until or self.languages or self.classes)

    def query(self) -> str:
        """The search as a query string, in one order."""
        pairs = [("q", self.words)] if self.words else []
        pairs += [("kind", self.kind)] if self.kind != "article" else []
        pairs += [("everything", "yes")] if self.everything else []
        pairs += [("from", self.since.isoformat())] if self.since else []
        pairs += [("to", self.until.isoformat())] if self.until else []
        for name, values in (("outlet", self.outlets), ("language", self.languages), ("class", self.classes)):
            pairs += [(name, value) for value in values]
        return urlencode(pairs)


def parse(pairs: Iterable[tuple[str, str]]) -> Sought:
    """The search of a query string; a filter that is none is named in ``problems`` and changes nothing."""
    words, kind, everything = "", "article", False
    days: dict[str, date] = {}
    chosen: dict[str, list[str]] = {"outlet": [], "language": [], "class": []}
    problems = []
    for name, raw in pairs:
        value = raw.strip()[: LONGEST_QUERY if name == "q" else LONGEST_VALUE]
        if not value:
            continue
        if name == "q":
            words = value
        elif name == "kind" and value in KINDS:
            kind = value
        elif name == "everything":
            everything = value == "yes"
        elif name in ("from", "to"):
            try:
                days[name] = day_of(value)
            except ValueError as error:
                problems.append(str(error))
        elif name == "class" and value not in CLASSES:
            problems.append(f"class has no value “{value}”")
        elif name in chosen:
            if value not in chosen[name]:
                chosen[name].append(value)
        else:
            problems.append(f"“{name}={value}” is no filter")
    return Sought(
        words=words,
        kind=kind,
        everything=everything,
        outlets=tuple(chosen["outlet"]),
        since=days.get("from"),
        until=days.get("to"),
        languages=tuple(chosen["language"]),
        classes=tuple(chosen["class"]),
        problems=tuple(problems),
    )


def offered(con: DuckDBPyConnection) -> dict[str, list[str]]:
    """By ``outlet`` and ``language``: the values that the index knows.

    A language stands also in its shorter forms where several of its tags have them in common: ``zh`` over
    ``zh-Hans`` and ``zh-Hant-TW``.
    """
    rows = con.execute("SELECT DISTINCT outlet_id, language_tag FROM store.search_document").fetchall()
    tags = {tag for _, tag in rows if tag}
    above: dict[str, set[str]] = {}
    for tag in tags:
        parts = tag.split("-")
        for n in range(1, len(parts)):
            above.setdefault("-".join(parts[:n]), set()).add(tag)
    shared = {short for short, under in above.items() if len(under) > 1}
    return {
        "outlet": sorted({outlet for outlet, _ in rows if outlet}),
        "language": sorted(tags | shared),
    }
