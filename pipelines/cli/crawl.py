"""``wiredesk crawl`` and ``wiredesk fetch``: the street, from the command line."""

from __future__ import annotations

import os
import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.common import ALARMS, WRONG_USE, Session, UserError
from pipelines.cli.outlet import keys_or_error

if TYPE_CHECKING:
    from crawler.plan import CrawlReport

AGO = re.compile(r"(\d+)\s*([mhdw])")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def since_when(text: str | None, now: datetime) -> datetime | None:
    """``2d``, ``6h``, ``1w`` before now, or a day ``YYYY-MM-DD``.

    :raises UserError: for anything else.
    """
    if text is None:
        return None
    ago = AGO.fullmatch(text.strip())
    if ago:
        return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise UserError(
            f"--since takes 2d, 6h, 1w or a day like 2026-11-20, not {text!r}", WRONG_USE
        ) from error
    return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)


@click.command("crawl")
@click.argument("keys", metavar="[OUTLET…]", nargs=-1)
@click.option(
    "--since",
    metavar="AGO",
    help="Only articles that their listing dates since then: 6h, 2d, 1w, or a day (2026-11-20).",
)
@click.option(
    "--limit",
    metavar="N",
    type=click.IntRange(min=1),
    help="At most so many new articles of each outlet; the rest comes later.",
)
@click.option(
    "--via", metavar="URL", hidden=True, help="A loopback proxy that stands for the outlets (demo, tests)."
)
@click.pass_context
def crawl_command(
    ctx: click.Context, keys: tuple[str, ...], since: str | None, limit: int | None, via: str | None
) -> None:
    """Crawl outlets (all, when none is named) into the archive and the landing log.

    Only what is new is fetched, one page at a time of each host, as robots.txt and the outlet's own pace allow. Ends
    with 3 when an outlet raises an alarm: it refuses us, its robots.txt or a listing cannot be read, or it lists far
    less than it should.
    """
    session: Session = ctx.obj
    report = crawl(session, keys, since=since, limit=limit, via=via)
    rows = rows_of(report)
    session.rows(rows)
    session.say(closing(report))
    alarms = [f"{one.outlet_id}: {alarm}" for one in report.outlets for alarm in one.alarms]
    if report.recovered:
        session.note(f"{report.recovered} page(s) of a crawl that was cut off are in the log again")
    for sentence in report.set_aside:
        session.note(f"set aside: {sentence}")
    for warning in (f"{one.outlet_id}: {warning}" for one in report.outlets for warning in one.warnings):
        session.note(f"warning: {warning}")
    for alarm in alarms:
        session.note(f"alarm: {alarm}")
    if report.interrupted:
        raise UserError(
            "the crawl was stopped; what has landed is kept, and the next crawl goes on from there"
        )
    if alarms:
        ctx.exit(ALARMS)


def crawl(
    session: Session,
    keys: tuple[str, ...],
    *,
    since: str | None,
    limit: int | None,
    via: str | None,
    settings: dict[str, Any] | None = None,
) -> CrawlReport:
    """Run the crawl and give its report; ``settings`` are Scrapy's, for a site on this machine."""
    from crawler import run

    wanted = keys_or_error(keys)
    try:
        return run.crawl(
            session.data_dir,
            wanted,
            since=since_when(since, session.now),
            limit=limit,
            run_id=session.run_id("crawl"),
            now=session.now,
            contact=os.environ.get("WIREDESK_CONTACT"),
            via=via,
            settings=settings,
        )
    except run.CrawlError as error:
        raise UserError(str(error)) from error


def closing(report: CrawlReport) -> str:
    """What came of a crawl, in a line."""
    landed = sum(one.landed for one in report.outlets)
    outlets = sum(one.landed > 0 for one in report.outlets)
    if not landed:
        return f"nothing new in {report.seconds:.0f} s"
    pages, places = ("page" if landed == 1 else "pages"), ("outlet" if outlets == 1 else "outlets")
    return f"{landed} {pages} of {outlets} {places} landed in {report.seconds:.0f} s. Next: wiredesk run"


def rows_of(report: CrawlReport) -> list[dict[str, Any]]:
    """One row per outlet: what was listed, new, landed, and what failed for which reason."""
    return [
        {
            "outlet": one.outlet_id,
            "listed": one.listed,
            "new": one.new,
            "landed": one.landed,
            "not landed": ", ".join(f"{n} {name}" for name, n in sorted(one.failed.items())),
        }
        for one in report.outlets
    ]


@click.command("fetch")
@click.argument("url")
@click.option("--via", metavar="URL", hidden=True)
@click.pass_context
def fetch_command(ctx: click.Context, url: str, via: str | None) -> None:
    """One page, politely, into the archive; wiredesk run reads it.

    URL must be one of an outlet that is declared (wiredesk outlet list).
    """
    from crawler import run

    session: Session = ctx.obj
    try:
        line = run.fetch_one(
            url,
            session.data_dir,
            run_id=session.run_id("fetch"),
            now=session.now,
            contact=os.environ.get("WIREDESK_CONTACT"),
            via=via,
        )
    except run.CrawlError as error:
        raise UserError(str(error)) from error
    if line.outcome not in ("landed", "unchanged"):
        raise UserError(f"{url}: {line.outcome}" + (f": {line.reason}" if line.reason else ""))
    session.say(f"{line.outcome}: {line.article_id or line.url}; next: wiredesk run")
