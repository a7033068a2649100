"""When an article was published and changed: declared times first, checked against what the page prints."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import TYPE_CHECKING

from pipelines.reading import structured, times
from pipelines.reading.blocks import Layout
from pipelines.reading.metadata import Declared
from pipelines.reading.tables import table
from pipelines.reading.times import Place, Stamp
from pipelines.records import Precision

if TYPE_CHECKING:
    from pipelines.reading.outlet_rules import Hints

BEFORE, AFTER = 8, 16
"""Blocks before and after the headline in which the printed time is looked for."""

_SCRIPTED = re.compile(
    r"\b(?:publish(?:ed)?_?(?:time|date|at)|pub_?(?:time|date)|create_?time|ct|article_?date)\b[\"']?\s*[:=]\s*[\"']([^\"'\n]{8,40})[\"']",
    re.IGNORECASE,
)
_UPDATED = re.compile(r"更新|修改|修訂|updated|modified|edited|changed", re.IGNORECASE)
_PUBLISHED = re.compile(
    r"发布|發布|發佈|发表|發表|刊登|出版|來源|来源|时间|時間|日期|稿源|published|posted|first\b|created",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Dates:
    """What the page says about its time; ``basis`` names where the publication time was found and its zone's source."""

    published: datetime | None = None
    precision: Precision | None = None
    modified: datetime | None = None
    basis: str = ""


def first_day(page: Declared, fetched: datetime | None) -> date | None:
    """The day that a page declares for itself; ``None`` where it declares none."""
    names = table("declared.toml")
    for stamp, _ in _declared(page, names["published"], names["published_json"], fetched):
        return stamp.moment.date()
    return None


def read(
    page: Declared,
    layout: Layout,
    anchor: int,
    body: range,
    where: Place,
    fetched: datetime | None,
    hints: Hints | None = None,
) -> Dates:
    """Publication and modification time.

    ``anchor`` is the headline's block (-1: none), ``body`` the body's blocks. A declared day is refined by a printed
    time of the same day; a declared ``Z`` whose clock the page repeats with another offset is not UTC.
    """
    names = table("declared.toml")
    stamps = list(_declared(page, names["published"], names["published_json"], fetched))
    changes = list(_declared(page, names["modified"], names["modified_json"], fetched))
    rule = hints.markup.time_rule if hints is not None and hints.markup is not None else "as_declared"
    if hints is not None and hints.time is not None and times.believable(hints.time, fetched):
        stamps.append((hints.time, "markup"))
    if hints is not None and hints.modified is not None and times.believable(hints.modified, fetched):
        changes.append((hints.modified, "markup"))
    if rule == "false_z_is_local":
        stamps = [(_local(stamp), source) for stamp, source in stamps]
        changes = [(_local(stamp), source) for stamp, source in changes]
    false = _false_zero(page, [*stamps, *changes])
    stamps = [(_shift(stamp, false), source) for stamp, source in stamps]
    changes = [(_shift(stamp, false), source) for stamp, source in changes]
    printed = list(_printed(layout, anchor, body, fetched))
    if not stamps and not printed:
        stamps = list(_scripted(page, fetched))
    chosen = _choose(
        stamps, [stamp for stamp, updated in printed if not updated] or [stamp for stamp, _ in printed]
    )
    published, precision, basis = None, None, ""
    if chosen is not None:
        stamp, source = chosen
        if rule == "day_only":
            stamp = replace(stamp, precision="day")
        published, precision = times.settle(stamp, where)
        zone = "written" if stamp.zoned else (where.basis or "unknown")
        basis = f"{source}, zone {zone}"
    change = changes[0][0] if changes else next((stamp for stamp, updated in printed if updated), None)
    modified = times.settle(change, where)[0] if change is not None else None
    if published is not None and modified is not None and modified < published:
        modified = None  # a template's own date, or a clock that runs behind: not a change of this article
    return Dates(published, precision, modified, basis)


def _declared(
    page: Declared, names: list[str], keys: list[str], fetched: datetime | None
) -> Iterator[tuple[Stamp, str]]:
    for key in keys:
        if stamp := _believed(structured.text_of(page.article.get(key)), fetched):
            yield stamp, "json-ld"
    for name in names:
        for value in page.meta.get(name, [])[:1]:
            if stamp := _believed(value, fetched):
                yield stamp, "meta"
    if keys[0] == "datePublished":
        for attribute in ("data-publishtime", "data-published", "data-pubtime", "data-publish-time"):
            if stamp := _believed(page.root.get(attribute) or "", fetched):
                yield stamp, "html"


def _scripted(page: Declared, fetched: datetime | None) -> Iterator[tuple[Stamp, str]]:
    """Times that only a script holds (``var publish_time = "…"``), as on pages that print them by script."""
    for script in page.root.iter("script"):
        for match in _SCRIPTED.finditer((script.text or "")[:200_000]):
            if stamp := _believed(match[1], fetched):
                yield stamp, "script"
                return


def _believed(value: str, fetched: datetime | None) -> Stamp | None:
    stamp = times.parse(value) if value else None
    return stamp if stamp is not None and times.believable(stamp, fetched) else None


def _false_zero(page: Declared, stamps: list[tuple[Stamp, str]]) -> tzinfo | None:
    """The zone that the page's ``Z`` times are really in, where one clock reading is also written with that offset."""
    written = [stamp for stamp, _ in stamps]
    zero = {
        _clock(stamp)
        for stamp in written
        if stamp.zoned and not stamp.moment.utcoffset() and not stamp.instant
    }
    if not zero:
        return None
    written += [
        stamp for element in page.root.iter("time") if (stamp := times.parse(element.get("datetime")))
    ]
    for stamp in written:
        if stamp.zoned and stamp.precision == "minute" and stamp.moment.utcoffset() and _clock(stamp) in zero:
            return stamp.moment.tzinfo
    return None


def _clock(stamp: Stamp) -> datetime:
    return stamp.moment.replace(tzinfo=None, microsecond=0)


def _shift(stamp: Stamp, zone: tzinfo | None) -> Stamp:
    if zone is None or not stamp.zoned or stamp.moment.utcoffset() or stamp.instant:
        return stamp
    return replace(stamp, moment=stamp.moment.replace(tzinfo=zone))


def _local(stamp: Stamp) -> Stamp:
    """A ``Z`` time as the clock it really is, for outlets known to write a false ``Z``."""
    if stamp.zoned and not stamp.moment.utcoffset() and not stamp.instant:
        return replace(stamp, moment=stamp.moment.replace(tzinfo=None))
    return stamp


def _printed(
    layout: Layout, anchor: int, body: range, fetched: datetime | None
) -> Iterator[tuple[Stamp, bool]]:
    """Times printed around the headline and at the body's ends, best first; the flag says "this is an update"."""
    blocks = layout.blocks
    centre = anchor if anchor >= 0 else body.start
    near = [
        *range(centre, min(centre + AFTER, len(blocks))),
        *range(centre - 1, max(centre - BEFORE, 0) - 1, -1),
    ]
    found: list[tuple[int, Stamp, bool]] = []
    for order, n in enumerate(near):
        text = blocks[n].text
        if len(text) > 240 and n not in body:
            continue
        element = layout.nodes[blocks[n].inline].element
        stamp = _believed(element.get("datetime") or "", fetched) or _believed(text[:160], fetched)
        if stamp is None:
            continue
        rank = order
        if stamp.precision == "day":
            rank += 100
        if _PUBLISHED.search(text):
            rank -= 12
        if len(text) > 120:
            rank += 60
        found.append((rank, stamp, bool(_UPDATED.search(text)) and not _PUBLISHED.search(text)))
    found.sort(key=lambda item: item[0])
    yield from ((stamp, updated) for _, stamp, updated in found)


def _choose(stamps: list[tuple[Stamp, str]], printed: list[Stamp]) -> tuple[Stamp, str] | None:
    if not stamps:
        return (_day(printed[0]), "printed") if printed else None
    stamp, source = stamps[0]
    clock = stamp.moment
    vague = _day(stamp).precision == "day"
    if vague:
        for other, where in [*stamps[1:], *((p, "printed") for p in printed)]:
            if (
                other.precision == "minute"
                and other.moment.date() == clock.date()
                and (other.moment.hour or other.moment.minute)
            ):
                return other, where
    return _day(stamp), source


def _day(stamp: Stamp) -> Stamp:
    """Midnight sharp is how systems that know only the day write it."""
    clock = stamp.moment
    if clock.hour == clock.minute == clock.second == clock.microsecond == 0:
        return replace(stamp, precision="day")
    return stamp
