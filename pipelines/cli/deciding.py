"""``wiredesk incident merge · split · move · label · title · note · undo``, ``text`` and ``article``: decide.

A decision is appended to the journal and needs no database; the next writer folds it in, and until then it is shown
as pending. Where the database can be read at once, what cannot come to anything is said before it is written.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from pipelines import decisions, desk
from pipelines.cli.common import WRONG_USE, Session, UserError, looked_up, must_exist, to_json
from pipelines.cli.incident import incident_command
from pipelines.field import profile_of
from pipelines.steps.effects_articles import FIXABLE, unfit

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Asked = tuple[str, str, str, dict[str, Any]]
"""Subject, its id, action, and what the decision asks for."""

text_command = click.Group("text", help="Correct how articles fold into texts.")
article_command = click.Group("article", help="Keep, drop or fix an article.")


def deciding(
    group: click.Group, verb: str, *, why: bool = True
) -> Callable[[Callable[..., Asked]], Callable[..., Asked]]:
    """A verb that writes one decision down: the function checks what was asked and says what to write."""

    def wrap(function: Callable[..., Asked]) -> Callable[..., Asked]:
        def run(session: Session, name: str | None, reason: str = "", **arguments: Any) -> None:
            subject, subject_id, action, after = function(session, **arguments)
            made_by = session.user(name)
            one = decisions.make(
                subject, subject_id, action, after, reason=reason, made_by=made_by, made=session.now
            )
            decisions.append(session.data_dir, one)
            if session.as_json:
                click.echo(to_json({"decision_id": one.decision_id, "state": "pending"}))
            else:
                session.say(f"{one.decision_id}: written down; the next wiredesk run folds it in")

        functools.update_wrapper(run, function)  # its help, and the arguments that stand on it
        command: Callable[..., None] = click.pass_obj(run)
        if why:
            command = click.option("--reason", "-m", default="", help="Why; kept with the decision.")(command)
        command = click.option(
            "--as", "name", metavar="NAME", help="Who decides (or WIREDESK_USER; else the login name)."
        )(command)
        group.command(verb)(command)
        return function

    return wrap


def _current(session: Session, con: DuckDBPyConnection, incident_id: str) -> str:
    """Where an incident id leads today, with a note where that is elsewhere."""
    now = desk.resolve(con, incident_id)
    if now != incident_id:
        session.note(f"{incident_id} was merged into {now}: the decision holds for {now}")
    return now


def _incident(session: Session, incident_id: str) -> None:
    """A sentence for an id that there is not, a note for one that leads elsewhere."""
    must_exist(session, "incident", incident_id)
    with looked_up(session, f"where {incident_id} leads") as con:
        if con is not None:
            _current(session, con, incident_id)


def _texts(session: Session, incident_id: str) -> set[str] | None:
    """The texts that an incident has; ``None`` when a decision that waits may change them, or nobody can say now."""
    with looked_up(session, f"what {incident_id} holds") as con:
        if con is None:
            return None
        known = {name for (name,) in con.execute("SELECT decision_id FROM decisions").fetchall()}
        now = _current(session, con, incident_id)
        rows = con.execute("SELECT DISTINCT text_id FROM incident_members WHERE incident_id = ?", [now])
        texts = {name for (name,) in rows.fetchall()}
    waits = any(one.decision_id not in known for _, _, one in _journal(session))
    return None if waits else texts


def _journal(session: Session) -> list[tuple[str, int, decisions.Decision]]:
    try:
        return list(decisions.read(session.data_dir))
    except decisions.JournalError as error:
        raise UserError(str(error)) from error


def _bad_value(session: Session, axis: str, value: str) -> str | None:
    """Why the value cannot stand on the axis, by the database's profile; by every profile that ships while it is busy."""
    from pipelines import profiles

    with looked_up(session, f"which profile has {axis}") as con:
        names = (profile_of(con),) if con else profiles.available()
    try:
        problems = [desk.bad_value(axis, value, name) for name in names]
    except profiles.ProfileError as error:
        raise UserError(f"{axis} cannot be checked: {error}") from error
    return problems[0] if all(problems) else None


def _words(what: str, said: str) -> str:
    if not said.strip():
        raise UserError(f"a {what} needs words", WRONG_USE)
    return said


@deciding(incident_command, "merge")
@click.argument("source")
@click.argument("into")
def merge(session: Session, source: str, into: str) -> Asked:
    """SOURCE becomes part of INTO; its id leads there from now on."""
    must_exist(session, "incident", source, into)
    with looked_up(session, f"where {source} and {into} lead") as con:
        if source == into or (con and desk.resolve(con, source) == desk.resolve(con, into)):
            what = "cannot be merged into itself" if source == into else f"and {into} are one already"
            raise UserError(f"{source} {what}", WRONG_USE)
    return "incident", source, "merge", {"into": into}


@deciding(incident_command, "split")
@click.argument("incident_id")
@click.argument("texts", nargs=-1, required=True)
def split(session: Session, incident_id: str, texts: tuple[str, ...]) -> Asked:
    """TEXTS leave the incident and make a new one."""
    must_exist(session, "incident", incident_id)
    must_exist(session, "text", *texts)
    here = _texts(session, incident_id)
    if here is not None and (strange := sorted(set(texts) - here)):
        raise UserError(f"{', '.join(strange)} is not in {incident_id}", WRONG_USE)
    if here is not None and here <= set(texts):
        raise UserError(f"{incident_id} has no other text: there is nothing to split it from", WRONG_USE)
    return "incident", incident_id, "split", {"texts": sorted(texts)}


@deciding(incident_command, "move")
@click.argument("text_id")
@click.argument("source")
@click.argument("into")
def move(session: Session, text_id: str, source: str, into: str) -> Asked:
    """A text goes from incident SOURCE to incident INTO.

    INTO new makes a new incident of it, none takes it out of all; SOURCE none adds a text that is in no incident.
    """
    must_exist(session, "text", text_id)
    must_exist(session, "incident", *(x for x in (source, into) if x not in ("none", "new")))
    if source == into or source == "new":
        what = "from none to none" if source == "none" else f"from {source} to {into}"
        raise UserError(f"{what} moves nothing", WRONG_USE)
    here = _texts(session, source) if source != "none" else None
    if here is not None and text_id not in here:
        raise UserError(f"{text_id} is not in {source}", WRONG_USE)
    after = {"from": None if source == "none" else source, "into": None if into == "none" else into}
    return "text", text_id, "move", after


@deciding(incident_command, "label")
@click.argument("incident_id")
@click.argument("axis")
@click.argument("value")
@click.option("--remove", is_flag=True, help="The value does not apply.")
def label(session: Session, incident_id: str, axis: str, value: str, remove: bool) -> Asked:
    """Set or reject a value on an axis, as in: label ID class hazard."""
    _incident(session, incident_id)
    problem = _bad_value(session, axis, value)
    if problem:
        raise UserError(problem, WRONG_USE)
    return "incident", incident_id, "label", {"axis": axis, "value": value, "remove": remove}


@deciding(incident_command, "title")
@click.argument("incident_id")
@click.argument("title")
def title(session: Session, incident_id: str, title: str) -> Asked:
    """Give an incident a title of your own."""
    _incident(session, incident_id)
    return "incident", incident_id, "title", {"title": _words("title", title)}


@deciding(incident_command, "note", why=False)
@click.argument("incident_id")
@click.argument("note")
def note(session: Session, incident_id: str, note: str) -> Asked:
    """Write a note on an incident."""
    _incident(session, incident_id)
    return "incident", incident_id, "note", {"note": _words("note", note)}


@deciding(incident_command, "undo")
@click.argument("decision_id")
def undo(session: Session, decision_id: str) -> Asked:
    """Take a decision back: what was before comes again."""
    made = {one.decision_id: one for _, _, one in _journal(session)}
    old = made.get(decision_id)
    if old is None:
        raise UserError(f"the journal has no decision {decision_id}", WRONG_USE)
    if old.action == "undo":
        raise UserError(
            f"{decision_id} takes {old.subject_id} back: to have that again, decide it again", WRONG_USE
        )
    taken = next(
        (one for one in made.values() if one.action == "undo" and one.subject_id == decision_id), None
    )
    with looked_up(session, f"what became of {decision_id}") as con:
        sql = "SELECT outcome, undone_by FROM decisions WHERE decision_id = ?"
        row = con.execute(sql, [decision_id]).fetchone() if con else None
        refused = con and taken and con.execute(sql, [taken.decision_id]).fetchone()
    if taken and not (refused and refused[0] == "refused"):
        raise UserError(f"{decision_id} was taken back already, by {taken.decision_id}", WRONG_USE)
    if row and row[0] in ("no_effect", "refused"):
        raise UserError(
            f"{decision_id} changed nothing (wiredesk explain {decision_id} says why): "
            "there is nothing to take back",
            WRONG_USE,
        )
    return "decision", decision_id, "undo", {}


def _about(action: str, means: str) -> Callable[..., Asked]:
    """A verb about one article that asks for nothing more."""

    @click.argument("article_id")
    def asked(session: Session, article_id: str) -> Asked:
        must_exist(session, "article", article_id)
        return "article", article_id, action, {}

    asked.__doc__ = means
    return asked


deciding(text_command, "split")(_about("split", "ARTICLE_ID says something of its own: it leaves its text."))
deciding(article_command, "keep")(
    _about("keep", "The article concerns the field, whatever the machine says.")
)
deciding(article_command, "drop")(_about("drop", "The article counts for nothing; it stays in the archive."))


@deciding(article_command, "fix")
@click.argument("article_id")
@click.argument("field", type=click.Choice(FIXABLE))
@click.argument("value")
def fix(session: Session, article_id: str, field: str, value: str) -> Asked:
    """Correct a field; the page's own version stays beside it. Times are UTC; authors a JSON list."""
    must_exist(session, "article", article_id)
    parsed: Any = value
    if field == "authors":
        try:
            parsed = json.loads(value)
        except ValueError as error:
            raise UserError('authors take a JSON list, for instance ["王小明"]', WRONG_USE) from error
    problem = unfit(field, parsed)
    if problem:
        raise UserError(problem, WRONG_USE)
    return "article", article_id, "fix", {"field": field, "value": parsed}
