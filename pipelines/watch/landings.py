"""What the landing logs say of each outlet and day: crawls, listings, articles landed.

A log that has not grown since it was read is not read again, so that asking after every crawl stays cheap.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

BROUGHT = frozenset({"landed", "retired", "soft_404"})
"""Outcomes of a page that the outlet brought: also where its bytes have gone since, or where it was none after all
(there is an alarm for that)."""
LISTED = frozenset({"landed", "unchanged"})
NOT_CRAWLED = frozenset({"warc", "import", "fetch"})
"""Ways of pages that a person brought: they say nothing of an outlet's rhythm."""


@dataclass(slots=True)
class Day:
    """One outlet on one day of its own zone."""

    crawls: int = 0
    good: int = 0
    """Crawls that got a listing."""
    landed: int = 0
    """Articles."""

    def add(self, other: Day, times: int = 1) -> None:
        self.crawls += times * other.crawls
        self.good += times * other.good
        self.landed += times * other.landed


Landings = dict[str, dict[date, Day]]
"""Outlet → day → what came."""


class LandingReader:
    """Reads the landing logs of a data folder, each once unless it grows."""

    def __init__(self, data_dir: Path, zones: Mapping[str, str]) -> None:
        self.folder = data_dir / "landing"
        self.zones = {key: ZoneInfo(zone) for key, zone in zones.items()}
        self._read: dict[str, tuple[int, Landings]] = {}
        self._all: Landings = {}

    def read(self, since: date, now: date) -> Landings:
        """Outlets and days, those from ``since`` on for certain. What is no line is passed over: recovery sees to it."""
        # run ids begin with a day in UTC; a crawl has ended after two
        first, ended = (f"{day - timedelta(days=n):%Y%m%d}" for day, n in ((since, 1), (now, 2)))
        with suppress(FileNotFoundError), os.scandir(self.folder) as entries:
            for entry in entries:
                old = entry.name[:8].isdigit() and entry.name[:8] < first
                if old or not entry.name.endswith(".jsonl"):
                    continue
                known = self._read.get(entry.name)
                if known is not None and entry.name < ended:
                    continue
                size = entry.stat().st_size
                if known is None or known[0] != size:
                    counts = self._count(Path(entry.path))
                    self._add(known[1] if known else {}, -1)
                    self._add(counts, 1)
                    self._read[entry.name] = (size, counts)
        return self._all

    def _add(self, counts: Landings, times: int) -> None:
        for outlet, days in counts.items():
            for day, one in days.items():
                self._all.setdefault(outlet, {}).setdefault(day, Day()).add(one, times)

    def _count(self, path: Path) -> Landings:
        """The counts of one log: one crawl of one outlet, as a rule."""
        found: Landings = {}
        crawled: dict[str, tuple[date, bool]] = {}
        for raw in path.read_bytes().splitlines():
            row = _line(raw)
            if row is None or row.get("way") in NOT_CRAWLED:
                continue
            outlet = row["outlet_id"]
            moment = datetime.fromisoformat(row["fetched"])
            day = moment.astimezone(self.zones.get(outlet, UTC)).date()
            if row["kind"] in ("listing", "robots"):
                began, good = crawled.get(outlet, (day, False))
                good = good or (row["kind"] == "listing" and row["outcome"] in LISTED)
                crawled[outlet] = (began, good)
            elif row["outcome"] in BROUGHT:
                found.setdefault(outlet, {}).setdefault(day, Day()).landed += 1
        for outlet, (day, good) in crawled.items():
            found.setdefault(outlet, {}).setdefault(day, Day()).add(Day(crawls=1, good=int(good)))
        return found


def _line(raw: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(raw)
    except ValueError:
        return None
    needed = ("outlet_id", "kind", "outcome", "fetched")
    return row if isinstance(row, dict) and all(isinstance(row.get(name), str) for name in needed) else None
