"""The timeline of a page as inline SVG: the story's days, one row per outlet, drawn without a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .content import Row

WIDTH = 880
LABEL = 150
ROW = 30
TOP = 34
MARGIN = 22
MAX_ROWS = 14
CHARACTERS = 20
"""Length at which an outlet's name is cut; the full name is in its title element."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One article (or the event) on the drawing, in SVG units."""

    x: float
    y: float
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Lane:
    y: float
    name: str
    full: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing: everything placed, nothing styled."""

    width: int
    height: float
    left: float
    right: float
    lanes: tuple[Lane, ...]
    ticks: tuple[Tick, ...]
    dots: tuple[Dot, ...]


def draw(rows: Sequence[Row]) -> Timeline | None:
    """Places the events and articles of ``timeline.csv``; ``None`` when nothing has a date.

    Beyond fourteen outlets the rest share the last row.
    """
    shown = [row for row in rows if row["kind"] not in ("record", "decision")]
    if not shown:
        return None
    moments = [_time(row["moment"]) for row in shown]
    first, last = min(moments), max(moments)
    start = first.replace(hour=0, minute=0, second=0, microsecond=0)
    end = last.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    left, right = float(LABEL), float(WIDTH - MARGIN)
    span = (end - start).total_seconds()

    def across(moment: datetime) -> float:
        return round(left + (right - left) * (moment - start).total_seconds() / span, 1)

    names: list[str] = []
    for row in shown:
        name = row["source"] or "The event"
        if name not in names:
            names.append(name)
    crowded = len(names) > MAX_ROWS
    lanes_of = {name: min(index, MAX_ROWS - 1) for index, name in enumerate(names)}
    lanes = [
        Lane(
            TOP + ROW * (index + 0.5),
            "other outlets" if crowded and index == MAX_ROWS - 1 else _cut(name),
            "other outlets" if crowded and index == MAX_ROWS - 1 else name,
        )
        for index, name in enumerate(names[:MAX_ROWS])
    ]
    dots = []
    taken: set[tuple[int, int]] = set()
    for row, moment in zip(shown, moments, strict=True):
        lane = lanes_of[row["source"] or "The event"]
        # midday stands for a day without a time, so that the mark lies inside its day
        x = across(moment + timedelta(hours=12) if row["precision"] == "day" else moment)
        while (lane, round(x / 9)) in taken and x < right - 6:
            x += 9
        taken.add((lane, round(x / 9)))
        when = (
            row["moment"][:10] if row["precision"] == "day" else row["moment"][:16].replace("T", " ") + " UTC"
        )
        dots.append(
            Dot(
                round(x, 1),
                lanes[lane].y,
                row["kind"],
                f"{when} · {row['source'] or ''} · {row['what'] or ''}",
            )
        )
    return Timeline(
        WIDTH,
        TOP + ROW * len(lanes) + 8,
        left,
        right,
        tuple(lanes),
        tuple(_ticks(start, end, across)),
        tuple(dots),
    )


def _ticks(start: datetime, end: datetime, across: Callable[[datetime], float]) -> list[Tick]:
    days = (end - start).days
    step = next((step for step in (1, 2, 3, 7, 14, 30, 61, 91, 182, 365) if days / step <= 9), days // 8)
    ticks: list[Tick] = []
    day = start
    while day < end:
        label = (
            day.strftime("%-d %b %Y")
            if not ticks or day.year != (day - timedelta(days=step)).year
            else day.strftime("%-d %b")
        )
        ticks.append(Tick(across(day), label))
        day += timedelta(days=step)
    return ticks


def _cut(name: str) -> str:
    wide = 0
    for index, character in enumerate(name):
        wide += 2 if ord(character) > 0x2E80 else 1
        if wide > CHARACTERS:
            return name[:index] + "…"
    return name


def _time(moment: str) -> datetime:
    return datetime.fromisoformat(moment.removesuffix("Z")).replace(tzinfo=UTC)
