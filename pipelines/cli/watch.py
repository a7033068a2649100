"""``wiredesk watch``: scheduled crawls and runs, until it is told to stop."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import click

from pipelines import watch
from pipelines.cli.common import ALARMS, Session, UserError


@click.command("watch")
@click.option(
    "--config", type=click.Path(path_type=Path), help="The plan; default wiredesk.toml in the data folder."
)
@click.option("--once", is_flag=True, help="Crawl what is due, run the line, and stop (for cron).")
@click.option("--print-systemd", is_flag=True, help="Print the systemd unit and stop.")
@click.option(
    "--write-systemd",
    "units",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write all units (watch, desk, timer) into DIR and stop.",
)
@click.option(
    "--via", metavar="URL", hidden=True, help="A loopback proxy that stands for the outlets (tests)."
)
@click.pass_context
def watch_command(
    ctx: click.Context,
    config: Path | None,
    once: bool,
    print_systemd: bool,
    units: Path | None,
    via: str | None,
) -> None:
    """Crawl each outlet at its rhythm, run the line after crawls, ring alarms; one watch per data folder.

    Logs are JSON Lines on stderr; /health, /metrics and /alarms.atom are on 127.0.0.1 (docs/operating.md). SIGTERM and
    Ctrl-C stop it cleanly. With --once the exit code is 3 while an alarm stands.
    """
    session: Session = ctx.obj
    if print_systemd or units is not None:
        _systemd(session, units)
        return
    from crawler import outlets

    path = config or session.data_dir / "wiredesk.toml"
    if config is not None and not config.is_file():
        raise UserError(f"there is no plan at {config}")
    journal = watch.Journal(sys.stderr, lambda: session.now, quiet=session.quiet)
    forward = watch.Forward(journal)
    logging.getLogger("apscheduler").addHandler(forward)
    try:
        plan = watch.read_plan(path, outlets.all_outlets(), polite=via is None)
        to = watch.receivers(plan, os.environ)
        with watch.only_one(session.data_dir):
            keeper = _keeper(session, plan, journal, to, via)
            with _signals(keeper) as asked:
                well = keeper.once() if once else serve(keeper, session, asked)
    except watch.WatchError as error:
        raise UserError(str(error)) from error
    finally:
        logging.getLogger("apscheduler").removeHandler(forward)
    if not well:
        ctx.exit(ALARMS)


def _systemd(session: Session, folder: Path | None) -> None:
    command = Path(shutil.which("wiredesk") or sys.argv[0]).resolve()
    texts = watch.units(command, session.data_dir.resolve())
    if folder is None:
        click.echo(texts[watch.MAIN_UNIT], nl=False)
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
        session.say(str(folder / name))
    session.say(f"Next: systemctl --user daemon-reload && systemctl --user enable --now {watch.MAIN_UNIT}")


def _keeper(
    session: Session, plan: watch.Plan, journal: watch.Journal, to: watch.Receivers, via: str | None
) -> watch.Keeper:
    from pipelines.cli.retention import retire

    data_dir = session.data_dir
    state, lost = watch.load_state(data_dir)
    if lost:
        aside = watch.set_aside(data_dir)
        for sentence in lost:
            journal("state_damaged", "warning", reason=sentence, kept=str(aside))
        known = watch.crawls_of_the_log(data_dir, plan.rhythms)
        state.last_crawl = {**known, **state.last_crawl}
        state.run_owed = True
        watch.save_state(data_dir, state)
    reader = watch.LandingReader(data_dir, plan.zones)
    works = watch.Works(
        clock=lambda: session.now,
        crawl=lambda outlet, stop: _crawl(session, outlet, stop, via),
        run=lambda stop: _run(session, plan, stop),
        facts=lambda now, ask: _facts(session, plan, reader, now, ask),
        retire=lambda: retire(session, plan.keep),
        free_bytes=lambda: shutil.disk_usage(data_dir).free,
        archive_bytes=lambda: sum(p.stat().st_size for p in (data_dir / "archive").glob("*.warc.gz")),
    )
    return watch.Keeper(data_dir, plan, state, works, journal, to)


@contextmanager
def _signals(keeper: watch.Keeper) -> Iterator[threading.Event]:
    """SIGTERM and SIGINT ask the keeper to stop; the event tells when they have."""
    woken = threading.Event()

    def asked(_number: int, _frame: FrameType | None) -> None:
        keeper.stop()
        woken.set()

    before = {number: signal.signal(number, asked) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield woken
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def serve(keeper: watch.Keeper, session: Session, asked: threading.Event) -> bool:
    """Keep the schedule until it is asked to stop; true, since that is how it should end."""
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    scheduler = BackgroundScheduler(
        timezone=UTC, executors={"default": ThreadPoolExecutor(1), "post": ThreadPoolExecutor(1)}
    )
    with ExitStack() as stack:
        where: dict[str, str] = {}
        if keeper.plan.port is not None:
            feed = session.data_dir / "watch" / "alarms.atom"
            port = stack.enter_context(
                watch.listening(keeper.plan.port, keeper.exposition, keeper.health, feed)
            )
            where["figures"] = f"http://127.0.0.1:{port}/"
        keeper.arrange(scheduler)
        keeper.log("watching", outlets=len(keeper.plan.rhythms), process=os.getpid(), **where)
        keeper.judge(ask=True)
        scheduler.start()
        asked.wait()
        keeper.log("stopping")
        scheduler.shutdown(wait=True)
    keeper.log("stopped")
    return True


def _crawl(session: Session, outlet: str, stop: threading.Event, via: str | None) -> watch.Crawled:
    from crawler import run

    def heard(_landed: dict[str, int]) -> None:
        if stop.is_set():  # the crawl takes this as Ctrl-C: it lands what is in flight and answers
            raise KeyboardInterrupt

    try:
        report = run.crawl(
            session.data_dir,
            (outlet,),
            run_id=session.run_id("watch"),
            now=session.now,
            contact=os.environ.get("WIREDESK_CONTACT"),
            via=via,
            progress=heard,
        )
    except run.OutletBusyError as error:
        raise watch.LaterError(str(error)) from error
    except (run.CrawlError, OSError) as error:
        raise watch.WorkError(str(error)) from error
    [one] = report.outlets
    said = (*one.outcomes, *one.channels.values())
    return watch.Crawled(
        outcomes=one.outcomes,
        refused=any(words.startswith("refused") for words in said),
        troubles=() if report.interrupted else (*one.alarms, *report.set_aside),
        interrupted=report.interrupted,
    )


class _StoppedError(Exception):
    """The run was asked to stop between two chunks."""


def _run(session: Session, plan: watch.Plan, stop: threading.Event) -> Mapping[str, Mapping[str, int]] | None:
    from pipelines import line
    from pipelines.cli.run import complaints
    from pipelines.steps.base import Context
    from pipelines.store import StoreBusyError

    def heard(_stage: str, _done: int, _of: int) -> None:
        if stop.is_set():  # what is done is stored; the next run goes on from there
            raise _StoppedError

    context = Context(session.data_dir, session.run_id("watch"), session.now, plan.profile, plan.model)
    try:
        with complaints(session):
            funnel = line.run(session.store, context, command="watch", progress=heard)
    except _StoppedError:
        return None
    except UserError as error:
        busy = isinstance(error.__cause__, line.BusyError | StoreBusyError)
        raise (watch.LaterError if busy else watch.WorkError)(str(error)) from error
    except OSError as error:
        raise watch.WorkError(str(error)) from error
    return funnel.stages


def _facts(
    session: Session, plan: watch.Plan, reader: watch.LandingReader, now: datetime, ask: bool
) -> watch.Facts:
    from pipelines.store import NoStoreError, StoreError

    try:
        landed = reader.read((now - watch.WINDOW).date(), now.date())
        store: watch.StoreFacts | None = None
        if ask:
            try:
                with session.store.read() as con:
                    store = watch.store_facts(con, now, plan.zones)
            except NoStoreError:
                store = watch.StoreFacts()
    except (StoreError, OSError) as error:
        raise watch.WorkError(str(error)) from error
    return watch.Facts(landed, store)
