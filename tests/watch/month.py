"""A made-up month: outlets with weekly habits that fail, refuse, fall silent, change markup and come back.

The schedule (APScheduler), the keeper, the alarms, the landing log and the database's tables are the real ones; made up
are the clock, what outlets publish, and what the line would have read from it.
"""

from __future__ import annotations

import logging
import math
import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import BaseScheduler

from crawler.landinglog import LandingLine, LandingLog, utc_stamp
from pipelines.store.schema import migrate
from pipelines.watch import load_state, read_plan
from pipelines.watch.delivery import Receivers
from pipelines.watch.facts import Facts, store_facts
from pipelines.watch.journal import Forward, Journal
from pipelines.watch.keeper import Crawled, Keeper, WorkError, Works
from pipelines.watch.landings import LandingReader

BEGIN = datetime(2026, 9, 7, tzinfo=UTC)
"""A Monday; two weeks pass, from which the watch learns what is usual, then comes the month."""
MONTH = BEGIN + timedelta(weeks=2)
END = MONTH + timedelta(days=30)


@dataclass(frozen=True)
class Outlet:
    """An outlet's habits: articles on a weekday, on Saturday and on Sunday."""

    week: int
    saturday: int
    sunday: int
    tag: str
    timezone: str
    country: str
    rhythm_minutes: int = 240


FIRST_HOUR, LAST_HOUR = 7, 19
"""Of an outlet's own day: when it publishes."""
OUTLETS = {
    "morning": Outlet(60, 45, 40, "zh-Hant", "Asia/Taipei", "TW"),
    "business": Outlet(40, 0, 0, "zh-Hant", "Asia/Taipei", "TW"),
    "evening": Outlet(30, 30, 30, "zh-Hant", "Asia/Taipei", "TW"),
    "mainland": Outlet(50, 30, 30, "zh-Hans", "Asia/Shanghai", "CN"),
    "english": Outlet(24, 16, 16, "en", "Europe/Berlin", "DE"),
    "weekly": Outlet(2, 0, 1, "en", "Europe/Berlin", "DE"),
}


@dataclass(frozen=True)
class Episode:
    """Something goes wrong from one day of the month to another, and alarms should ring."""

    what: str
    outlet: str
    first: float
    days: float
    rings: tuple[tuple[str, str], ...]

    def on(self, moment: datetime, what: str, outlet: str = "") -> bool:
        start = MONTH + timedelta(days=self.first)
        return (
            self.what == what
            and self.outlet == outlet
            and start <= moment < start + timedelta(days=self.days)
        )


EPISODES = (
    Episode("holiday", "TW", 2 - 8 / 24, 1, ()),  # a day of Taipei
    Episode("silent", "morning", 7, 3, (("outlet silent", "morning"),)),
    Episode("fails", "mainland", 3.2, 2.1, (("outlet failing", "mainland"),)),
    Episode("refuses", "business", 11.3, 1.5, (("outlet refused", "business"),)),
    Episode("markup", "evening", 10.4, 2.2, (("funnel collapse", "evening"),)),
    Episode("future", "english", 13.1, 2.5, (("future dates", "english"),)),
    Episode("language", "mainland", 13, 3, (("language gone", "zh-Hans"),)),
    Episode("soft 404", "evening", 17.3, 1.6, (("soft 404s", "evening"),)),
    Episode(
        "blind", "", 18.5, 4.5, (("funnel collapse", "relevance"),)
    ),  # a profile that finds nothing any more
    Episode("off", "", 24.3, 1.4, ()),
    Episode("loops", "", 15.2, 1.5, (("translation loops", "translation"),)),
    Episode("line", "", 23.1, 0.8, (("run failed", "watch"),)),
    Episode("silent", "mainland", 27, 4, (("outlet silent", "mainland"), ("language gone", "zh-Hans"))),
)


def load(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Rows into a table, faster for a few than the store's own way for many."""
    places = ", ".join("(" + ", ".join(map(literal, row.values())) + ")" for row in rows)
    con.execute(f"INSERT INTO store.{table} ({', '.join(rows[0])}) VALUES {places}")


def literal(value: Any) -> str:
    match value:
        case None | bool() | int():
            return "NULL" if value is None else str(value)
        case datetime():
            return f"TIMESTAMP '{value.replace(tzinfo=None)}'"
        case list():
            return "[" + ", ".join(map(literal, value)) + "]::VARCHAR[]"
        case _:
            return "'" + str(value).replace("'", "''") + "'"


class Clock:
    now = BEGIN


class Schedule(BaseScheduler):
    """APScheduler, run by hand: time passes when :meth:`run_until` says so."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(timezone=UTC, executors={"default": DebugExecutor(), "post": DebugExecutor()})
        self.clock = clock

    def wakeup(self) -> None:
        pass

    def shutdown(self, wait: bool = True) -> None:
        super().shutdown(wait)

    def run_until(self, end: datetime) -> None:
        while (jobs := self.get_jobs()) and (due := min(job.next_run_time for job in jobs)) < end:
            self.clock.now = max(self.clock.now, datetime.fromtimestamp(due.timestamp(), UTC))
            self._process_jobs()
        self.clock.now = max(self.clock.now, end)


@contextmanager
def fast(clock: Clock, seed: int) -> Iterator[None]:
    """APScheduler reads this clock, and draws its jitter from this seed."""

    class Now(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return clock.now.astimezone(tz)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("apscheduler.schedulers.base.datetime", Now)
        patch.setattr("apscheduler.triggers.interval.datetime", Now)
        patch.setattr("apscheduler.triggers.interval.random", random.Random(seed))
        patch.setattr("pipelines.watch.keeper.STORE_EVERY", timedelta(hours=9))
        patch.setattr(os, "fsync", lambda _descriptor: None)  # no power is cut here
        yield


@dataclass
class World:
    """What the outlets do, and the two hands of the keeper that reach for it."""

    data_dir: Path
    seed: int
    episodes: tuple[Episode, ...] = EPISODES
    end: datetime = END
    clock: Clock = field(default_factory=Clock)
    log: StringIO = field(default_factory=StringIO)
    crawled: list[tuple[str, datetime]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.con = duckdb.connect(
            config={"threads": 1}
        )  # small tables: more threads only wait for each other
        migrate(self.con, now=BEGIN)
        self.until = dict.fromkeys(OUTLETS, BEGIN)
        self.stumbled: set[str] = set()
        self.waiting: list[dict[str, Any]] = []
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.n = 0
        known = {key: SimpleNamespace(**vars(one)) for key, one in OUTLETS.items()}
        (self.data_dir / "wiredesk.toml").write_text("jitter_seconds = 900\n[alarms]\nfailing_after = 2\n")
        self.plan = read_plan(self.data_dir / "wiredesk.toml", known)
        self.reader = LandingReader(self.data_dir, self.plan.zones)

    def on(self, what: str, outlet: str = "", moment: datetime | None = None) -> bool:
        return any(one.on(moment or self.clock.now, what, outlet) for one in self.episodes)

    def keeper(self) -> Keeper:
        """A watch as it starts, with the state that the last one left."""
        state, lost = load_state(self.data_dir)
        assert lost == []
        works = Works(
            clock=lambda: self.clock.now, crawl=self.crawl, run=self.run, facts=self.facts, retire=dict,
            free_bytes=lambda: 10**12, archive_bytes=lambda: 0,
        )  # fmt: skip
        journal = Journal(self.log, lambda: self.clock.now)
        return Keeper(self.data_dir, self.plan, state, works, journal, Receivers())

    def published(self, outlet: str) -> int:
        """Articles since the last look, by the habits of the day and a little chance."""
        habits, mean, hour = OUTLETS[outlet], 0.0, self.until[outlet]
        while hour < self.clock.now:
            step = min(self.clock.now, hour + timedelta(hours=1))
            there = hour.astimezone(ZoneInfo(habits.timezone))
            day = (habits.week,) * 5 + (habits.saturday, habits.sunday)
            calm = (
                0.05
                if self.on("holiday", habits.country, hour)
                else 0
                if self.on("silent", outlet, hour)
                else 1
            )
            if FIRST_HOUR <= there.hour < LAST_HOUR:
                mean += day[there.weekday()] * calm * (step - hour) / timedelta(hours=LAST_HOUR - FIRST_HOUR)
            hour = step
        self.until[outlet] = self.clock.now
        return max(0, round(self.random.gauss(mean, math.sqrt(mean)))) if mean else 0

    def crawl(self, outlet: str, _stop: Event) -> Crawled:
        now = self.clock.now
        self.crawled.append((outlet, now))
        stumbles = (
            outlet not in self.stumbled and self.random.random() < 0.03
        )  # once, not twice in succession
        self.stumbled = self.stumbled | {outlet} if stumbles else self.stumbled - {outlet}
        bad = stumbles or self.on("fails", outlet) or self.on("refuses", outlet)
        run_id = f"{now:%Y%m%dT%H%M%S%f}-1-watch"
        refused = self.on("refuses", outlet)
        listing = "refused" if refused else "http_500" if bad else "landed"
        lines = [self.line(outlet, run_id, "listing", listing)]
        outcomes: dict[str, int] = {}
        for _ in range(0 if bad else self.published(outlet)):
            gone = self.on("soft 404", outlet) and self.random.random() < 0.7
            self.n += 1
            line = self.line(outlet, run_id, "article", "soft_404" if gone else "landed")
            lines.append(line)
            outcomes[line.outcome] = outcomes.get(line.outcome, 0) + 1
            self.waiting.append({**line.row(), "fetch_id": f"f{self.n}"})
        log = LandingLog(self.data_dir)
        log.append(lines, sync=False)
        log.close()
        self.clock.now += timedelta(seconds=20)
        return Crawled(outcomes, refused, ("no channel gave a listing",) if bad else ())

    def line(self, outlet: str, run_id: str, kind: Any, outcome: str) -> LandingLine:
        return LandingLine(
            url=f"https://{outlet}.example/{self.n}", outlet_id=outlet, kind=kind, way="feed", outcome=outcome,
            fetched=utc_stamp(self.clock.now), run_id=run_id, article_id=f"{outlet}:{self.n}",
        )  # fmt: skip

    def run(self, _stop: Event) -> Mapping[str, Mapping[str, int]]:
        """The line's rows for what has landed, as its stages would have written them."""
        if self.on("line"):
            raise WorkError("the model is gone")
        now, run_id = self.clock.now, f"{self.clock.now:%Y%m%dT%H%M%S%f}-1-line"

        def add(table: str, **row: Any) -> None:
            self.rows.setdefault(table, []).append(row)

        def result(stage: str, subject: str, outcome: str) -> None:
            add("stage_result", stage=stage, subject_id=subject, outcome=outcome, version="1", run_id=run_id)

        add("run", run_id=run_id, command="watch", started=now, outcome="done")
        for fetch in self.waiting:
            outlet, name, text = fetch["outlet_id"], fetch["article_id"], f"t{fetch['fetch_id']}"
            fetched = datetime.fromisoformat(fetch["fetched"])
            add(
                "fetch",
                **{key: value for key, value in fetch.items() if key != "counts"} | {"fetched": fetched},
            )
            if fetch["outcome"] != "landed":
                continue
            broken = self.random.random() < (0.97 if self.on("markup", outlet) else 0.03)
            result("reading", fetch["fetch_id"], "no_text" if broken else "ok")
            if broken:
                continue
            ahead = self.on("future", outlet) and self.random.random() < 0.6
            add(
                "article", article_id=name, version=1, fetch_id=fetch["fetch_id"], outlet_id=outlet, fetched=fetched,
                published=fetched + timedelta(days=40 if ahead else 0), body_sha256="",
            )  # fmt: skip
            swapped = self.on("language", outlet)
            add("language", article_id=name, language_tag="zh-Hant" if swapped else OUTLETS[outlet].tag)
            result("language", name, "ok")
            add("text", text_id=text, article_id=name, input_sha256="")
            relevant = self.random.random() < 0.1 and not self.on("blind")
            result("relevance", text, "ok" if relevant else "not_relevant")
            loops = self.random.random() < (0.4 if self.on("loops") else 0.01)
            for n in range(2):
                flags = ["repetition"] if loops else []
                add(
                    "sentence", text_id=text, field="text", n=n, start_at=0, end_at=1, source="句", target="words",
                    flags=flags, current=True,
                )  # fmt: skip
        self.waiting.clear()
        return {}

    def facts(self, now: datetime, ask: bool) -> Facts:
        if ask:
            for table, found in self.rows.items():
                load(self.con, table, found)
            self.rows.clear()
        landed = self.reader.read((now - timedelta(weeks=9)).date(), now.date())
        return Facts(landed, store_facts(self.con, now, self.plan.zones) if ask else None)

    def live(self) -> None:
        """Two weeks and the month, with the hours in which the machine is off."""
        stops = [(MONTH + timedelta(days=one.first), one.days) for one in self.episodes if one.what == "off"]
        forward = Forward(Journal(self.log, lambda: self.clock.now))
        logging.getLogger("apscheduler").addHandler(forward)
        with fast(self.clock, self.seed):
            for stop, days in [*stops, (self.end, 0.0)]:
                schedule = Schedule(self.clock)
                self.keeper().arrange(schedule)
                schedule.start()
                schedule.run_until(stop)
                schedule.shutdown()
                self.clock.now = stop + timedelta(days=days)
        logging.getLogger("apscheduler").removeHandler(forward)
        assert '"event": "library"' not in self.log.getvalue()  # no job broke
