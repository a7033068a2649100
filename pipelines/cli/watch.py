"""``wiredesk watch``: scheduled crawls and runs, until it is told to stop."""

from __future__ import annotations

import json
import shutil
import signal
import sys
import threading
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import click

from pipelines import watch
from pipelines.cli.common import Session, UserError


@click.command("watch")
@click.option(
    "--config", type=click.Path(path_type=Path), help="The plan; default wiredesk.toml in the data folder."
)
@click.option("--print-systemd", is_flag=True, help="Print a systemd unit and stop.")
@click.option("--once", is_flag=True, help="Crawl what is due, run the line, and stop (for cron).")
@click.pass_obj
def watch_command(session: Session, config: Path | None, print_systemd: bool, once: bool) -> None:
    """Crawl each outlet at its rhythm, run the line after crawls, ring alarms; one instance per data folder.

    Logs are JSON Lines on stderr. SIGTERM and Ctrl-C stop it after the crawl that is under way.
    """
    if print_systemd:
        command = shutil.which("wiredesk") or sys.argv[0]
        click.echo(watch.SYSTEMD.format(command=Path(command).resolve(), data=session.data_dir.resolve()))
        return
    from crawler import outlets

    try:
        plan = watch.plan(config or session.data_dir / "wiredesk.toml", outlets.all_outlets())
        with watch.only_one(session.data_dir):
            keeper = Keeper(session, plan)
            if once:
                keeper.once()
            else:
                keeper.serve()
    except watch.WatchError as error:
        raise UserError(str(error)) from error


class Keeper:
    """Crawls and runs in turn, never two at once, and remembers when."""

    def __init__(self, session: Session, plan: watch.Plan) -> None:
        self.session, self.plan = session, plan
        self.state = watch.load_state(session.data_dir)
        self.turn = threading.Lock()

    def log(self, event: str, **fields: Any) -> None:
        click.echo(
            json.dumps({"at": self.session.now.isoformat(), "event": event, **fields}, ensure_ascii=False),
            err=True,
        )

    def once(self) -> None:
        now = self.session.now
        for key, due in sorted(watch.first_due(self.plan, self.state, now).items()):
            if due <= now:
                self.crawl(key)

    def serve(self) -> None:
        from apscheduler.schedulers.background import BackgroundScheduler

        scheduler = BackgroundScheduler(timezone=UTC)
        stop = threading.Event()

        def asked(_number: int, _frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, asked)
        for key, due in watch.first_due(self.plan, self.state, self.session.now).items():
            scheduler.add_job(
                self.crawl,
                "interval",
                args=[key],
                id=key,
                seconds=self.plan.rhythms[key].total_seconds(),
                jitter=int(self.plan.jitter.total_seconds()),
                next_run_time=due,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )
        self.log("watching", outlets=len(self.plan.rhythms))
        scheduler.start()
        stop.wait()
        self.log("stopping")
        scheduler.shutdown(wait=True)
        self.log("stopped")

    def crawl(self, key: str) -> None:
        """One outlet, then the line when something landed; a failure is logged and alarms, and the watch goes on."""
        with self.turn:
            alarms = self._crawl(key)
            self._silence(alarms)
            watch.save_state(self.session.data_dir, self.state)

    def _crawl(self, key: str) -> list[watch.Alarm]:
        from pipelines.cli import crawl as street
        from pipelines.cli import run as line

        now = self.session.now.isoformat()
        self.state.last_crawl[key] = now
        try:
            report = street.crawl(self.session, (key,), since=None, limit=None, via=None)
            landed = sum(one.landed for one in report.outlets)
            if report.interrupted:
                self.state.last_crawl.pop(key, None)  # the next watch goes on at once
            self.log(
                "crawled",
                outlet=key,
                interrupted=report.interrupted,
                landed=landed,
                rows=street.rows_of(report),
            )
            alarms = [watch.Alarm(now, "crawl", key, text) for one in report.outlets for text in one.alarms]
            if landed:
                funnel = line.run(self.session, command="watch")
                self.state.last_run = now
                self.log("ran", funnel={stage: dict(counts) for stage, counts in funnel.stages.items()})
        except (UserError, OSError) as error:
            self.log("failed", outlet=key, reason=str(error))
            alarms = [watch.Alarm(now, "failed", key, str(error))]
        return alarms

    def _silence(self, alarms: list[watch.Alarm]) -> None:
        from crawler.archive import LandingLog

        since = (self.session.now - timedelta(weeks=watch.WEEKS + 1)).astimezone(UTC).isoformat()
        lines = [
            {"kind": line.kind, "outcome": line.outcome, "outlet_id": line.outlet_id, "fetched": line.fetched}
            for line in LandingLog(self.session.data_dir).read_all()
            if line.fetched >= since[:10]
        ]
        every = [*alarms, *watch.silent(self.plan, watch.landed_by_day(lines), self.session.now)]
        emit: Callable[[str], None] = lambda text: click.echo(text, err=True)  # noqa: E731
        watch.ring(self.session.data_dir, self.state, every, emit)
