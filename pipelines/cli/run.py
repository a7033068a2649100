"""``wiredesk run``: the line over everything that has landed and is not done, and its funnel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click

from pipelines.cli.common import WRONG_USE, Progress, Session, UserError, store_errors, table
from pipelines.line import STAGES, Funnel
from pipelines.outcomes import meaning


@click.command("run")
@click.option("--from", "first", type=click.Choice(STAGES), help="Do again from this stage.")
@click.option("--to", "last", type=click.Choice(STAGES), help="Stop after this stage.")
@click.option("--profile", default="ai-incidents", show_default=True, help="What the desk watches for.")
@click.option(
    "--translate-with",
    "model",
    metavar="PACKAGE",
    help="An installed package by name, or an OpenAI-compatible endpoint as URL#MODEL.",
)
@click.pass_obj
def run_command(
    session: Session, first: str | None, last: str | None, profile: str, model: str | None
) -> None:
    """The line over everything that has landed and is not done.

    Prints the funnel: for every stage how many came in, and what became of each.
    """
    funnel = run(session, first=first, last=last, profile=profile, model=model)
    show(session, funnel)


def run(
    session: Session,
    *,
    first: str | None = None,
    last: str | None = None,
    profile: str = "ai-incidents",
    model: str | None = None,
    command: str = "run",
) -> Funnel:
    """Run the line for a session; its complaints are sentences."""
    from pipelines import line
    from pipelines.steps.base import Context

    if first and last and STAGES.index(first) > STAGES.index(last):
        raise UserError(f"--from {first} comes after --to {last}", WRONG_USE)
    context = Context(session.data_dir, session.run_id(command), session.now, profile, model)
    with complaints(session) as progress:
        return line.run(session.store, context, command=command, first=first, last=last, progress=progress)


@contextmanager
def complaints(session: Session) -> Iterator[Progress]:
    """What stops a run is a sentence; its progress shows on a terminal."""
    from pipelines import bundles, decisions, line, profiles, translation
    from pipelines.steps.landing import LandingLogError

    progress = Progress(session)
    try:
        with store_errors():
            yield progress
    except (
        line.LineError,
        LandingLogError,
        decisions.JournalError,
        profiles.ProfileError,
        bundles.BundleError,
        *translation.ERRORS,
    ) as error:
        raise UserError(str(error)) from error
    finally:
        progress.end()


def show(session: Session, funnel: Funnel) -> None:
    """Print the funnel, one line per stage and outcome, and what an older version made."""
    from pipelines import versions

    rows = rows_of(funnel)
    if session.as_json:
        session.rows(rows)
    elif any(row["n"] for row in rows):
        session.say(table(rows, ["stage", "in", "outcome", "n", "means"]))
    else:
        written = funnel.stages.get("revisions", Counter())["ok"]
        records = "incident record was" if written == 1 else "incident records were"
        session.say(
            f"Nothing new has landed; {written} {records} written anew."
            if written
            else "Nothing new has landed: nothing to do."
        )
    for sentence in funnel.told:
        session.say(sentence)
    older = versions.sentence(funnel.older)
    if older:
        (session.note if session.as_json else session.say)(older)


def rows_of(funnel: Funnel) -> list[dict[str, object]]:
    """The funnel as rows: ``stage``, ``in`` (on the first row of a stage), ``outcome``, ``n``, ``means``."""
    rows: list[dict[str, object]] = []

    def block(stage: str, total: int, outcomes: Counter[str]) -> None:
        ordered = sorted(outcomes.items(), key=lambda item: (item[0] != "ok", -item[1], item[0]))
        for place, (outcome, n) in enumerate(ordered or [("–", 0)]):
            rows.append(
                {
                    "stage": stage if not place else "",
                    "in": total if not place else None,
                    "outcome": outcome,
                    "n": n,
                    "means": "" if outcome == "ok" else meaning(stage, outcome),
                }
            )

    if funnel.landed:
        block("landing", funnel.landed.total(), funnel.landed)
    if funnel.decisions:
        block("decisions", funnel.decisions.total(), funnel.decisions)
    for stage in (*STAGES, "proposals"):
        if stage in funnel.stages:
            block(stage, funnel.inputs[stage], funnel.stages[stage])
    return rows
