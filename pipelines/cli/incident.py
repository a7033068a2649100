"""``wiredesk incident``, ``text`` and ``article``: look at what the line made, and decide.

A decision is appended to the journal and needs no database; the next writer folds it in, and until then it is shown
as pending.
"""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import click

from pipelines import decisions
from pipelines.cli.common import WRONG_USE, Session, UserError, store_errors, to_json
from pipelines.desk import questions
from pipelines.steps.effects_articles import unfit
from pipelines.store import StoreBusyError
from pipelines.store.reading import reader

WHO = click.option(
    "--as", "name", metavar="NAME", help="Who decides (or WIREDESK_USER; else the login name)."
)
WHY = click.option("--reason", "-m", default="", help="Why; kept with the decision.")


def decide(
    session: Session,
    name: str | None,
    subject: str,
    subject_id: str,
    action: str,
    after: dict[str, Any],
    reason: str,
) -> None:
    """Write one decision down and say so."""
    decision = decisions.make(
        subject, subject_id, action, after, reason=reason, made_by=session.user(name), made=session.now
    )
    decisions.append(session.data_dir, decision)
    if session.as_json:
        click.echo(to_json({"decision_id": decision.decision_id, "state": "pending"}))
    else:
        session.say(f"{decision.decision_id}: written down; the next wiredesk run folds it in")


def must_exist(session: Session, kind: str, *ids: str) -> None:
    """A sentence for a mistyped id, where the database can be read at once; otherwise the decision may wait."""
    try:
        with store_errors(), reader(session.data_dir) as con:
            for subject_id in ids:
                near = questions.missing(con, kind, subject_id)
                if near is not None:
                    hint = f"; did you mean {', '.join(near)}?" if near else ""
                    raise UserError(f"there is no {kind} {subject_id}{hint}", WRONG_USE)
    except UserError as error:
        if not isinstance(error.__cause__, StoreBusyError):
            raise
        session.note(f"the database is busy: whether there is a {kind} {' '.join(ids)} was not looked up")


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
        rows = questions.incidents(con, state=state, class_=class_, since=since, limit=limit)
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
        found = questions.incident(con, incident_id)
    pending = questions.pending_decisions(
        session.data_dir, found["decisions_known"], found["record"]["incident_id"]
    )
    if session.as_json:
        click.echo(to_json({**found, "pending": pending}))
        return
    for line in questions.incident_lines(found, pending):
        click.echo(line)


@incident_command.command("review")
@click.option("--limit", default=20, show_default=True)
@click.pass_obj
def review(session: Session, limit: int) -> None:
    """What to look at first: the decisions that would settle most."""
    with store_errors(), reader(session.data_dir) as con:
        rows = questions.review_queue(con, limit=limit)
    session.rows(rows, ["incident_id", "settles", "why", "title"], empty="nothing waits for a decision")


@incident_command.command("history")
@click.argument("incident_id")
@click.pass_obj
def history(session: Session, incident_id: str) -> None:
    """What happened to an incident, oldest first."""
    must_exist(session, "incident", incident_id)
    with store_errors(), reader(session.data_dir) as con:
        rows = questions.history(con, incident_id)
    session.rows(rows, ["n", "happened", "revision", "kind", "detail", "made_by", "reason"])


@incident_command.command("merge")
@click.argument("source")
@click.argument("into")
@WHO
@WHY
@click.pass_obj
def merge(session: Session, source: str, into: str, name: str | None, reason: str) -> None:
    """SOURCE becomes part of INTO; its id leads there from now on."""
    if source == into:
        raise UserError("an incident cannot be merged into itself", WRONG_USE)
    must_exist(session, "incident", source, into)
    decide(session, name, "incident", source, "merge", {"into": into}, reason)


@incident_command.command("split")
@click.argument("incident_id")
@click.argument("texts", nargs=-1, required=True)
@WHO
@WHY
@click.pass_obj
def split(session: Session, incident_id: str, texts: tuple[str, ...], name: str | None, reason: str) -> None:
    """TEXTS leave the incident and make a new one."""
    must_exist(session, "incident", incident_id)
    must_exist(session, "text", *texts)
    decide(session, name, "incident", incident_id, "split", {"texts": sorted(texts)}, reason)


@incident_command.command("move")
@click.argument("text_id")
@click.argument("source")
@click.argument("into")
@WHO
@WHY
@click.pass_obj
def move(session: Session, text_id: str, source: str, into: str, name: str | None, reason: str) -> None:
    """A text goes from incident SOURCE to INTO (``new``: a new incident; ``none``: to no incident).

    SOURCE ``none`` adds a text that is in no incident.
    """
    must_exist(session, "text", text_id)
    must_exist(session, "incident", *(x for x in (source, into) if x not in ("none", "new")))
    after = {"from": None if source == "none" else source, "into": None if into == "none" else into}
    if after["from"] is None and after["into"] is None:
        raise UserError("from none to none moves nothing", WRONG_USE)
    decide(session, name, "text", text_id, "move", after, reason)


@incident_command.command("label")
@click.argument("incident_id")
@click.argument("axis")
@click.argument("value")
@click.option("--remove", is_flag=True, help="The value does not apply.")
@WHO
@WHY
@click.pass_obj
def label(
    session: Session, incident_id: str, axis: str, value: str, remove: bool, name: str | None, reason: str
) -> None:
    """Set (or with --remove reject) a value on an axis, for instance: label ID class hazard."""
    must_exist(session, "incident", incident_id)
    problem = questions.bad_value(axis, value)
    if problem:
        raise UserError(problem, WRONG_USE)
    decide(
        session,
        name,
        "incident",
        incident_id,
        "label",
        {"axis": axis, "value": value, "remove": remove},
        reason,
    )


@incident_command.command("title")
@click.argument("incident_id")
@click.argument("title")
@WHO
@WHY
@click.pass_obj
def title(session: Session, incident_id: str, title: str, name: str | None, reason: str) -> None:
    """Give an incident a title of your own."""
    must_exist(session, "incident", incident_id)
    decide(session, name, "incident", incident_id, "title", {"title": title}, reason)


@incident_command.command("note")
@click.argument("incident_id")
@click.argument("note")
@WHO
@click.pass_obj
def note(session: Session, incident_id: str, note: str, name: str | None) -> None:
    """Write a note on an incident."""
    must_exist(session, "incident", incident_id)
    decide(session, name, "incident", incident_id, "note", {"note": note}, "")


@incident_command.command("undo")
@click.argument("decision_id")
@WHO
@WHY
@click.pass_obj
def undo(session: Session, decision_id: str, name: str | None, reason: str) -> None:
    """Take a decision back: what was before comes again."""
    if not any(item.decision_id == decision_id for _, _, item in decisions.read(session.data_dir)):
        raise UserError(f"the journal has no decision {decision_id}", WRONG_USE)
    decide(session, name, "decision", decision_id, "undo", {}, reason)


@click.group("text")
def text_command() -> None:
    """Correct how articles fold into texts."""


@text_command.command("split")
@click.argument("article_id")
@WHO
@WHY
@click.pass_obj
def text_split(session: Session, article_id: str, name: str | None, reason: str) -> None:
    """ARTICLE_ID says something of its own: it leaves its text."""
    must_exist(session, "article", article_id)
    decide(session, name, "article", article_id, "split", {}, reason)


@click.group("article")
def article_command() -> None:
    """Keep, drop or fix an article."""


@article_command.command("keep")
@click.argument("article_id")
@WHO
@WHY
@click.pass_obj
def keep(session: Session, article_id: str, name: str | None, reason: str) -> None:
    """The article concerns the field, whatever the machine says."""
    must_exist(session, "article", article_id)
    decide(session, name, "article", article_id, "keep", {}, reason)


@article_command.command("drop")
@click.argument("article_id")
@WHO
@WHY
@click.pass_obj
def drop(session: Session, article_id: str, name: str | None, reason: str) -> None:
    """The article counts for nothing; it stays in the archive."""
    must_exist(session, "article", article_id)
    decide(session, name, "article", article_id, "drop", {}, reason)


@article_command.command("fix")
@click.argument("article_id")
@click.argument(
    "field", type=click.Choice(["title", "text", "published", "published_precision", "section", "authors"])
)
@click.argument("value")
@WHO
@WHY
@click.pass_obj
def fix(session: Session, article_id: str, field: str, value: str, name: str | None, reason: str) -> None:
    """Correct a field; the page's own version stays beside it. Times are UTC; authors a JSON list."""
    must_exist(session, "article", article_id)
    parsed: Any = value
    if field == "authors":
        try:
            parsed = json.loads(value)
        except ValueError as error:
            raise UserError('authors take a JSON list, for instance ["王小明"]', WRONG_USE) from error
        if not isinstance(parsed, list):
            raise UserError('authors take a JSON list, for instance ["王小明"]', WRONG_USE)
    problem = unfit(field, parsed)
    if problem:
        raise UserError(problem, WRONG_USE)
    decide(session, name, "article", article_id, "fix", {"field": field, "value": parsed}, reason)
