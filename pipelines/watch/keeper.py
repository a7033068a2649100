"""The keeper of the schedule: crawls and runs in turn, judges, rings, tells, retires; and remembers all of it.

Clock, crawl, run and the rest come in as arguments (:class:`Works`); APScheduler says when. All work but telling runs
one job after the other, so that two crawls or two runs never meet.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from . import alarms, delivery, ringing
from .delivery import DeliveryError, Receivers
from .facts import Facts
from .figures import Figures
from .journal import Journal
from .plan import Plan
from .state import Alarm, Post, State, Trouble, save_state

if TYPE_CHECKING:
    from apscheduler.events import JobExecutionEvent
    from apscheduler.schedulers.base import BaseScheduler

TELL_EVERY = timedelta(seconds=15)
"""How often posts that wait are looked at."""
STORE_EVERY = timedelta(hours=2)
"""The database is asked for alarms after a run, at most so often."""
RETIRE_EVERY = timedelta(days=1)
MISSED = 3
"""An outlet that was not crawled for so many of its rhythms means that the watch is stalled."""
MINUTES_OF_GRACE = 30


class WorkError(Exception):
    """A crawl, a run or a retirement that could not be done; the message says why."""


class LaterError(WorkError):
    """Somebody else is at work on the data folder: it is tried again, and nobody need hear of it."""


@dataclass(frozen=True, slots=True)
class Crawled:
    """What came of one crawl of one outlet."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    """Outcome → articles; ``landed`` among them."""
    refused: bool = False
    troubles: tuple[str, ...] = ()
    """What a person should hear of."""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Works:
    """What the keeper sets to work. Each raises :class:`WorkError` when it cannot."""

    clock: Callable[[], datetime]
    crawl: Callable[[str, threading.Event], Crawled]
    """Gets the outlet and the event by which it is asked to come to an early end."""
    run: Callable[[threading.Event], Mapping[str, Mapping[str, int]] | None]
    """Gives stage → outcome → inputs; ``None`` when it was asked to stop before its end."""
    facts: Callable[[datetime, bool], Facts]
    """Gets the time, and whether the database is to be asked."""
    retire: Callable[[], Mapping[str, int]]
    """Takes out what is too old or too much; outlet → pages."""
    free_bytes: Callable[[], int]
    archive_bytes: Callable[[], int]


class Keeper:
    """One watch over one data folder."""

    def __init__(
        self, data_dir: Path, plan: Plan, state: State, works: Works, journal: Journal, to: Receivers
    ) -> None:
        self.data_dir, self.plan, self.state, self.works, self.log, self.to = (
            data_dir, plan, state, works, journal, to,
        )  # fmt: skip
        self.figures = Figures()
        self.stopping = threading.Event()
        self.started = works.clock()
        self._guard = threading.RLock()
        self._store_asked: datetime | None = None
        self._store_stale = True
        self._quiet: list[str] = []
        self._scheduler: BaseScheduler | None = None
        self.worst: list[str] = []
        """What went wrong since the start, for the exit state of a single pass."""
        for outlet, when in state.last_crawl.items():
            if outlet in plan.rhythms:
                self.figures.last_crawl.labels(outlet).set(datetime.fromisoformat(when).timestamp())
        if state.last_run:
            self.figures.last_run.set(datetime.fromisoformat(state.last_run).timestamp())
        self.figures.waiting.set(len(state.posts))

    # When

    def due(self, now: datetime) -> dict[str, datetime]:
        """When each outlet is crawled first: at its time, or now when that has passed (once, however many it missed)."""
        found = {}
        for outlet, rhythm in self.plan.rhythms.items():
            last = self.state.last_crawl.get(outlet)
            when = datetime.fromisoformat(last) + rhythm if last else now
            # a last crawl in the future is a clock that was put right: it must not silence the outlet
            found[outlet] = min(max(now, when), now + rhythm)
        return found

    def arrange(self, scheduler: BaseScheduler) -> None:
        """Put every job on the schedule. ``scheduler`` has the executors ``default`` (one worker) and ``post``."""
        from apscheduler.events import EVENT_JOB_ERROR

        scheduler.add_listener(self._broke, EVENT_JOB_ERROR)
        now = self.works.clock()
        always: dict[str, Any] = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        if self.state.run_owed:
            scheduler.add_job(self.run, "date", run_date=now, id="run owed", **always)
        for outlet, when in sorted(self.due(now).items(), key=lambda item: (item[1], item[0])):
            scheduler.add_job(
                self.crawl, "interval", args=[outlet], id=outlet, next_run_time=when,
                seconds=self.plan.rhythms[outlet].total_seconds(), jitter=self.plan.jitter.total_seconds() or None,
                **always,
            )  # fmt: skip
        if self.to.channels:
            scheduler.add_job(
                self.tell, "interval", id="tell", executor="post", next_run_time=now,
                seconds=TELL_EVERY.total_seconds(), **always,
            )  # fmt: skip
        if self.plan.keep.limits:
            last = self.state.last_retention
            first = max(now, datetime.fromisoformat(last) + RETIRE_EVERY) if last else now
            scheduler.add_job(
                self.retire, "interval", id="retire", next_run_time=min(first, now + RETIRE_EVERY),
                seconds=RETIRE_EVERY.total_seconds(), **always,
            )  # fmt: skip
        self._scheduler = scheduler

    def _broke(self, event: JobExecutionEvent) -> None:
        """A job ended with an error that nobody foresaw: it is told like a run that fails, and the watch goes on."""
        reason = f"the job {event.job_id} broke down: {type(event.exception).__name__}: {event.exception}"
        with self._guard:
            self.state.run_failed, self.state.run_owed = reason, True
            self._save()
        self.log("broke_down", "error", job=event.job_id, reason=reason, traceback=event.traceback)

    def once(self) -> bool:
        """One pass: what is due is crawled, the line runs, alarms ring and are told. Whether all is well."""
        now = self.works.clock()
        if self.state.run_owed:
            self.run()
        for outlet, when in sorted(self.due(now).items()):
            if when <= now:
                self.crawl(outlet)
        if self.plan.keep.limits:
            self.retire()
        self.judge(ask=True)
        self.tell()
        return not self.worst and not self.state.ringing

    # The jobs

    def crawl(self, outlet: str) -> None:
        """One outlet, then the line when something landed; a failure is remembered, and the watch goes on."""
        if self.stopping.is_set():
            return
        now, began = self.works.clock(), monotonic()
        if self.works.free_bytes() < self.plan.keep.min_free_bytes:
            self.log("crawl_skipped", "warning", outlet=outlet, reason="the disk is nearly full")
            self.judge()
            return
        owed = self.state.run_owed
        self._owe(True)  # should we be killed now, what has landed by then is owed a run
        try:
            done = self.works.crawl(outlet, self.stopping)
        except LaterError as error:
            self._owe(owed)
            self.log("crawl_waits", outlet=outlet, reason=str(error))
            return
        except WorkError as error:
            done = Crawled(troubles=(str(error),))
            owed = True  # what had landed until then nobody has told
        landed = done.outcomes.get("landed", 0)
        ended = "interrupted" if done.interrupted else "trouble" if done.troubles else "done"
        self.figures.crawls.labels(outlet, ended).inc()
        self.figures.crawl_seconds.observe(monotonic() - began)
        for outcome, n in done.outcomes.items():
            self.figures.pages.labels(outlet, outcome).inc(n)
        with self._guard:
            if not done.interrupted:  # an interrupted crawl goes on at the next start
                self.state.last_crawl[outlet] = _iso(now)
                self.figures.last_crawl.labels(outlet).set(now.timestamp())
                self._remember(outlet, done, now)
            self.state.run_owed = owed or landed > 0
            self._save()
        self.log(
            "crawled", "warning" if done.troubles else "info", outlet=outlet, ended=ended,
            seconds=round(monotonic() - began, 1), outcomes=dict(sorted(done.outcomes.items())), troubles=list(done.troubles),
        )  # fmt: skip
        if self.state.run_owed:
            self.run()
        self.judge()

    def _owe(self, owed: bool) -> None:
        with self._guard:
            self.state.run_owed = owed
            self._save()

    def _remember(self, outlet: str, done: Crawled, now: datetime) -> None:
        if not done.troubles:
            self.state.troubles.pop(outlet, None)
            return
        before = self.state.troubles.get(outlet)
        since, crawls = (before.since, before.crawls) if before else (_iso(now), 0)
        self.state.troubles[outlet] = Trouble(since, crawls + 1, done.refused, done.troubles)
        self.worst += [f"{outlet}: {reason}" for reason in done.troubles]

    def run(self) -> None:
        """The line over what has landed."""
        if self.stopping.is_set():
            return
        now, began = self.works.clock(), monotonic()
        outcome, reason = "done", None
        funnel: Mapping[str, Mapping[str, int]] | None = None
        try:
            funnel = self.works.run(self.stopping)
            outcome = "done" if funnel is not None else "stopped"
        except LaterError as error:
            self.log("run_waits", reason=str(error))
            return
        except WorkError as error:
            outcome, reason = "failed", str(error)
        self.figures.runs.labels(outcome).inc()
        self.figures.run_seconds.observe(monotonic() - began)
        for stage, outcomes in (funnel or {}).items():
            for name, n in outcomes.items():
                self.figures.inputs.labels(stage, name).inc(n)
        with self._guard:
            self.state.run_failed = reason
            self.state.run_owed = outcome != "done"
            if outcome == "done":
                self.state.last_run = _iso(now)
                self.figures.last_run.set(now.timestamp())
                self._store_stale = True
            self._save()
        if reason:
            self.worst.append(reason)
        self.log(
            "ran", "error" if reason else "info", outcome=outcome, seconds=round(monotonic() - began, 1),
            funnel={stage: dict(counts) for stage, counts in (funnel or {}).items() if counts},
            **({"reason": reason} if reason else {}),
        )  # fmt: skip

    def judge(self, *, ask: bool = False) -> None:
        """Look for alarms; ring those that are new, and tell of those that are over."""
        now = self.works.clock()
        fresh = self._store_stale and (self._store_asked is None or now - self._store_asked >= STORE_EVERY)
        try:
            facts = self.works.facts(now, ask or fresh)
        except WorkError as error:
            self.log("judging_waits", "warning", reason=str(error))
            return
        free = self.works.free_bytes()
        if facts.store is not None:
            self._store_asked, self._store_stale = now, False
        judged = alarms.judge(self.plan, self.state, facts, now, free_bytes=free)
        with self._guard:
            change = ringing.change(self.state, judged, store_asked=facts.store is not None)
            if change:
                ringing.write_down(self.data_dir, _iso(now), change)
                self.state.posts += delivery.posts(change, self.to.channels, now)
                self._save()
        for alarm in change.rang:
            self.log("alarm", "warning", **_alarm(alarm))
        for alarm in change.over:
            self.log("alarm_over", **_alarm(alarm), since=alarm.when)
        for sentence in judged.quiet:
            if sentence not in self._quiet:
                self.log("quiet_day", message=sentence)
        self._quiet = judged.quiet
        self.figures.rings(self.state.ringing)
        self.figures.free.set(free)
        if facts.store is not None:
            self.figures.archive.set(self.works.archive_bytes())

    def tell(self) -> None:
        """Send the posts that are due; what fails is tried again later."""
        now = self.works.clock()
        with self._guard:
            due = [post for post in self.state.posts if delivery.due(post, now)]
        for post in due:
            if self.stopping.is_set():
                return
            self._tell(post, now)
        with self._guard:
            self.figures.waiting.set(len(self.state.posts))

    def _tell(self, post: Post, now: datetime) -> None:
        after: Post | None = None
        try:
            delivery.send(post, self.to)
            outcome, reason = "delivered", None
        except DeliveryError as error:
            after = delivery.later(post, now)
            outcome, reason = ("failed" if after else "given_up"), str(error)
        self.figures.deliveries.labels(post.channel, outcome).inc()
        level = "info" if outcome == "delivered" else "warning" if after else "error"
        self.log("told", level, channel=post.channel, post=post.post_id, outcome=outcome, tries=post.tries + 1,
                 **({"reason": reason} if reason else {}), **({"next_try": after.next_try} if after else {}))  # fmt: skip
        with self._guard:
            self.state.posts = [
                after if one is post and after else one
                for one in self.state.posts
                if after or one is not post
            ]
            self._save()

    def retire(self) -> None:
        """Take out pages that are too old or too much."""
        if self.stopping.is_set():
            return
        now = self.works.clock()
        try:
            taken = self.works.retire()
        except LaterError as error:
            self.log("retirement_waits", reason=str(error))
            return
        except WorkError as error:
            self.worst.append(str(error))
            self.log("retirement_failed", "error", reason=str(error))
            return
        for outlet, n in taken.items():
            self.figures.retired.labels(outlet).inc(n)
        with self._guard:
            self.state.last_retention = _iso(now)
            self._save()
        self.log("retired", pages=sum(taken.values()), outlets=dict(taken))

    # What is to be seen

    def health(self) -> dict[str, Any]:
        """How the watch is: ``ok``, ``alarms``, or ``stalled`` when crawls have not taken place for long."""
        now = self.works.clock()
        with self._guard:
            late = [
                outlet
                for outlet, rhythm in self.plan.rhythms.items()
                if now
                > max(datetime.fromisoformat(self.state.last_crawl.get(outlet) or _iso(self.started)), self.started)
                + max(MISSED * rhythm, timedelta(minutes=MINUTES_OF_GRACE)) + self.plan.jitter
            ]  # fmt: skip
            standing = [_alarm(alarm) for _, alarm in sorted(self.state.ringing.items())]
            said: dict[str, Any] = {
                "status": "stalled" if late else "alarms" if standing else "ok",
                "since": _iso(self.started),
                "outlets": len(self.plan.rhythms),
                "late": sorted(late),
                "last_run": self.state.last_run,
                "run_owed": self.state.run_owed,
                "untold": len(self.state.posts),
                "alarms": standing,
            }
        upcoming = self.upcoming()
        said["next"] = dict(sorted(upcoming.items(), key=lambda item: item[1])[:5])
        return said

    def exposition(self) -> bytes:
        """The figures as Prometheus reads them."""
        self.upcoming()
        return self.figures.text()

    def upcoming(self) -> dict[str, str]:
        """Outlet → when it is crawled next."""
        jobs = self._scheduler.get_jobs() if self._scheduler else []
        found = {
            job.id: job.next_run_time for job in jobs if job.id in self.plan.rhythms and job.next_run_time
        }
        for outlet, when in found.items():
            self.figures.next_crawl.labels(outlet).set(when.timestamp())
        return {outlet: _iso(when) for outlet, when in found.items()}

    def stop(self) -> None:
        """Ask the work that is under way to come to an early end, and let nothing new begin."""
        self.stopping.set()

    def _save(self) -> None:
        save_state(self.data_dir, self.state)


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _alarm(alarm: Alarm) -> dict[str, str]:
    return {"kind": alarm.kind, "subject": alarm.subject, "message": alarm.message}
