"""``wiredesk explain``: what happened, stage by stage, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines.cli.common import WRONG_USE, Session, UserError, cell, store_errors
from pipelines.desk import questions, whynot
from pipelines.desk.explain import explain
from pipelines.desk.explain_label import explain_label
from pipelines.store.reading import reader

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@click.command("explain")
@click.argument("asked", metavar="URL·ID")
@click.option("--incident", "incident_id", metavar="ID", help="Why it is in this incident, or why it is not.")
@click.option("--label", metavar="AXIS[=VALUE]", help="Why it has this label, or why it has not.")
@click.pass_obj
def explain_command(session: Session, asked: str, incident_id: str | None, label: str | None) -> None:
    """What happened to a URL, an article, a text, an incident or a decision: at each stage, by which run, rule and
    model, and why.

    wiredesk explain https://udn.com/news/story/1/2 --incident 2026-11-05-ur68
    wiredesk explain 2026-11-05-ur68 --label severity=disaster
    """
    if incident_id is not None and label is not None:
        raise UserError("one question at a time: --incident or --label", WRONG_USE)
    with store_errors(), reader(session.data_dir) as con:
        if label is not None:
            _check_axis(con, label.partition("=")[0])
        try:
            if incident_id is not None:
                steps = whynot.why_not(con, asked, incident_id)
            else:
                steps = explain_label(con, asked, label) if label else explain(con, asked)
        except whynot.UnknownError as error:
            raise UserError(str(error), WRONG_USE) from error
    if not steps:
        raise UserError(
            f"nothing is known of {asked}: it was never met, or its run has not been folded in (wiredesk run)"
        )
    if session.as_json:
        session.rows(steps)
        return
    for step in steps:
        session.say(f"{step['stage']:<12} {step['outcome']}")
        for part in (
            step["reason"],
            step["version"] and f"by {step['version']}",
            step["run_id"] and f"run {step['run_id']}",
        ):
            if part:
                session.say(f"{'':<12} {part}")
        if step["when"]:
            session.say(f"{'':<12} {cell(step['when'])} UTC")


def _check_axis(con: DuckDBPyConnection, axis: str) -> None:
    """A sentence for an axis that neither the database's profile nor a label in it has."""
    from pipelines import profiles

    if con.execute("SELECT 1 FROM store.label WHERE axis = ? LIMIT 1", [axis]).fetchone():
        return
    try:
        values = questions.vocabulary(axis, questions.profile_of(con))
    except profiles.ProfileError as error:
        raise UserError(f"{axis} cannot be looked up: {error}") from error
    if not values:
        raise UserError(f"there is no axis {axis!r}", WRONG_USE)
