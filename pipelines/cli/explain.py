"""``wiredesk explain``: what happened, stage by stage, and why."""

from __future__ import annotations

import click

from pipelines.cli.common import Session, UserError, cell, store_errors
from pipelines.desk.explain import explain
from pipelines.store.reading import reader


@click.command("explain")
@click.argument("asked", metavar="URL·ID")
@click.pass_obj
def explain_command(session: Session, asked: str) -> None:
    """What happened to a URL, an article, a text or an incident: at each stage, by which run, and why."""
    with store_errors(), reader(session.data_dir) as con:
        steps = explain(con, asked)
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
