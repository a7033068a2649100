"""Charts as plain numbers placed on a drawing: the template draws them, the same rows go out as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.desk.filters import Found
from pipelines.desk.values import NAMED

CHARTS = {
    "timeline": "Incidents by first report",
    "outlet": "By outlet",
    "harm_type": "By harm type",
    "industry": "By industry",
    "country": "By country",
}
CLASSES = ("incident", "hazard", "other")
WIDTH, HEIGHT = 900, 120
LONGEST = 12
"""Bars of one chart; the rest are one bar together."""
MOST_COLUMNS = 90


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its label, its value and its length as a share of the longest (0 to 1)."""

    label: str
    n: int
    share: float


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a column of the timeline, placed in a drawing of ``WIDTH`` by ``HEIGHT``."""

    kind: str
    n: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """Columns of equal spans of time, stacked by class."""

    unit: str
    """``day``, ``week`` or ``month``."""
    rows: list[tuple[str, dict[str, int]]]
    """First day of the span, and the incidents by class."""
    pieces: list[Piece]
    ticks: list[tuple[float, str]]
    most: int


def bars(tally: Mapping[str, int]) -> list[Bar]:
    """Incidents by value of an axis, the most first; one incident may count for several values."""
    ordered = sorted(tally.items(), key=lambda item: (-item[1], item[0]))
    longest = ordered[0][1] if ordered else 1
    return [Bar(label, n, n / longest) for label, n in ordered]


def timeline(days: Mapping[tuple[date, str], int]) -> Timeline | None:
    """Incidents by the day, week or month of their first report; ``None`` when none has a day.

    :param days: numbers by day and class, as :class:`pipelines.desk.filters.Found` has them.
    """
    if not days:
        return None
    first, last = min(days)[0], max(days)[0]
    span = (last - first).days
    unit = "day" if span < 62 else "week" if span < 7 * MOST_COLUMNS else "month"
    tally: dict[date, Counter[str]] = {}
    for (day, kind), n in days.items():
        tally.setdefault(_start(day, unit), Counter())[kind if kind in CLASSES else "other"] += n
    starts = [_start(first, unit)]
    while starts[-1] < _start(last, unit):
        starts.append(_next(starts[-1], unit))
    rows = [
        (start.isoformat(), {kind: tally.get(start, Counter())[kind] for kind in CLASSES}) for start in starts
    ]
    most = max(sum(counts.values()) for _, counts in rows)
    step = WIDTH / len(rows)
    wide = max(1.0, min(step * 0.8, 40.0))
    pieces = []
    for n, (_, counts) in enumerate(rows):
        top = float(HEIGHT)
        for kind in CLASSES:
            if counts[kind]:
                high = counts[kind] / most * HEIGHT
                top -= high
                x = n * step + (step - wide) / 2
                pieces.append(
                    Piece(kind, counts[kind], round(x, 1), round(top, 1), round(wide, 1), round(high, 1))
                )
    every = max(1, -(-len(rows) // 8))
    ticks = [
        (round(n * step + step / 2, 1), _tick(start, unit))
        for n, (start, _) in enumerate(rows)
        if n % every == 0
    ]
    return Timeline(unit, rows, pieces, ticks, most)


def _start(day: date, unit: str) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if unit == "month" else day


def _next(start: date, unit: str) -> date:
    if unit == "month":
        return (start.replace(day=28) + timedelta(days=4)).replace(day=1)
    return start + timedelta(days=7 if unit == "week" else 1)


def _tick(start: str, unit: str) -> str:
    day = date.fromisoformat(start)
    return day.strftime("%b %Y") if unit == "month" else day.strftime("%-d %b")


def table(
    found: Found, chart: str, say: Callable[[str, str], str]
) -> tuple[list[str], list[list[str | int]]]:
    """The numbers behind a chart: column names and rows; codes stand beside their names."""
    if chart == "timeline":
        drawn = timeline(found.days)
        rows: list[list[str | int]] = [
            [start, *(counts[kind] for kind in CLASSES)] for start, counts in (drawn.rows if drawn else [])
        ]
        return [f"{drawn.unit if drawn else 'day'} from", *CLASSES], rows
    drawn_bars = bars(found.tallies.get(chart, {}))
    if chart in NAMED:
        return [chart, "name", "incidents"], [[bar.label, say(chart, bar.label), bar.n] for bar in drawn_bars]
    return [chart, "incidents"], [[bar.label, bar.n] for bar in drawn_bars]


def to_csv(columns: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """RFC 4180; a cell that a spreadsheet would run as a formula gets an apostrophe in front."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([[_harmless(cell) if isinstance(cell, str) else cell for cell in row] for row in rows])
    return out.getvalue()


def _harmless(cell: str) -> str:
    return "'" + cell if cell[:1] in "=+-@\t\r＝＋－＠" else cell
