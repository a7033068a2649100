"""``wiredesk incident``: look at what the line made; to decide about it is :mod:`pipelines.cli.deciding`."""

from __future__ import annotations

from datetime import date

import click

from pipelines import desk
from pipelines.cli.common import WRONG_USE, Session, UserError, cell, must_exist, store_errors, to_json
from pipelines.desk import changed
from pipelines.store import reader


@click.group("incident")
def incident_command() -> None:
    """List, show and curate incidents."""


@incident_command.command("list")
@click.option(
    "--state", type=click.Choice(["open", "quiet", "merged", "withdrawn"]), help="Only in this state."
)
@click.option("--class", "class_", type=click.Choice(["incident", "hazard"]), help="Only of this class.")
@click.option("--since", metavar="DAY", help="Only with a report from this day on (YYYY-MM-DD).")
@click.option("--limit", default=50, show_default=True)
@click.pass_obj
def list_incidents(
    session: Session, state: str | None, class_: str | None, since: str | None, limit: int
) -> None:
    """Incidents, the latest first."""
    if since is not None:
        try:
            date.fromisoformat(since)
        except ValueError as error:
            raise UserError(f"--since takes a day like 2026-11-20, not {since!r}", WRONG_USE) from error
    with store_errors(), reader(session.data_dir) as con:
        rows = desk.incidents(con, state=state, class_=class_, since=since, limit=limit)
    columns = [
        "incident_id",
        "class",
        "severity",
        "articles",
        "texts",
        "origins",
        "languages",
        "state",
        "title",
    ]
    session.rows(rows, columns, empty="no incidents: wiredesk run makes them from what has landed")


@incident_command.command("show")
@click.argument("incident_id")
@click.pass_obj
def show_incident(session: Session, incident_id: str) -> None:
    """One incident: record, votes, evidence, articles, history."""
    must_exist(session, "incident", incident_id)
    with store_errors(), reader(session.data_dir) as con:
        found = desk.incident(con, incident_id)
    pending = desk.pending_decisions(
        session.data_dir, found["decisions_known"], found["record"]["incident_id"]
    )
    if session.as_json:
        click.echo(to_json({**found, "pending": pending}))
        return
    for line in desk.incident_lines(found, pending):
        click.echo(line)


@incident_command.command("review")
@click.option("--limit", default=20, show_default=True)
@click.pass_obj
def review(session: Session, limit: int) -> None:
    """What to look at first: the decisions that would settle most."""
    with store_errors(), reader(session.data_dir) as con:
        rows = desk.review_queue(con, limit=limit)
    session.rows(rows, ["incident_id", "settles", "why", "title"], empty="nothing waits for a decision")


@incident_command.command("history")
@click.argument("incident_id")
@click.pass_obj
def history(session: Session, incident_id: str) -> None:
    """What happened to an incident, oldest first."""
    must_exist(session, "incident", incident_id)
    with store_errors(), reader(session.data_dir) as con:
        rows = desk.history(con, incident_id)
    if session.as_json:
        session.rows(rows)
        return
    for row in rows:
        what = changed(row["kind"], row["detail"], row["reason"], row["made_by"])
        session.say(f"{cell(row['happened'])}  revision {row['revision']}  {what}")
