"""``wiredesk explain``: what happened, stage by stage, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipelines import outcomes
from pipelines.cli.common import WRONG_USE, Session, UserError, cell, store_errors
from pipelines.desk import UnknownError, because, explain, explain_label, vocabulary, why_not
from pipelines.field import field_of, profile_of
from pipelines.store import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from pipelines.desk import Step
    from pipelines.field import Field


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
    asked = asked.strip()
    if not asked:
        raise UserError(
            "nothing is asked: name a URL, an article, a text, an incident or a decision", WRONG_USE
        )
    if incident_id is not None and label is not None:
        raise UserError("one question at a time: --incident or --label", WRONG_USE)
    with store_errors(), reader(session.data_dir) as con:
        field = field_of(con)
        if label is not None:
            _check_axis(con, label.partition("=")[0])
        try:
            if incident_id is not None:
                steps = why_not(con, asked, incident_id)
            else:
                steps = explain_label(con, asked, label) if label else explain(con, asked)
        except UnknownError as error:
            raise UserError(str(error), WRONG_USE) from error
    if not steps:
        raise UserError(
            f"nothing is known of {asked}: it was never met, or its run has not been folded in (wiredesk run)"
        )
    if session.as_json:
        session.rows(steps)
        return
    for step in steps:
        head, *under = _lines(step, field)
        session.say(f"{step['stage']:<12} {head}")
        for part in under:
            session.say(f"{'':<12} {part}")


def _lines(step: Step, field: Field) -> Iterator[str]:
    """What a step came to; below it why, by what, in which run or by which decision, and when."""
    why = because(step["reason"], step["stage"], step["outcome"], field)
    if step["version"].startswith("revision "):  # a line of an incident's history: its sentence says all
        yield why
        if step["version"] != "revision 0":  # what opened it came before its first revision
            yield f"at {step['version']}"
    else:
        yield outcomes.name(step["outcome"])
        if why:
            yield why
        if step["version"]:
            yield f"by {step['version']}"
    if step["run_id"]:
        yield f"{'decision' if step['run_id'].startswith('d-') else 'run'} {step['run_id']}"
    if step["when"]:
        yield f"{cell(step['when'])} UTC"


def _check_axis(con: DuckDBPyConnection, axis: str) -> None:
    """A sentence for an axis that neither the database's profile nor a label in it has."""
    from pipelines import profiles

    if con.execute("SELECT 1 FROM store.label WHERE axis = ? LIMIT 1", [axis]).fetchone():
        return
    try:
        values = vocabulary(axis, profile_of(con))
    except profiles.ProfileError as error:
        raise UserError(f"{axis} cannot be looked up: {error}") from error
    if not values:
        raise UserError(f"there is no axis {axis!r}", WRONG_USE)
