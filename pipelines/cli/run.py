"""``wiredesk run``: the line over everything that has landed and is not done, and its funnel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import click

from pipelines.cli.common import WRONG_USE, Progress, Session, UserError, store_errors, table
from pipelines.line import STAGES, Funnel

MEANS = {
    "not_relevant": "does not concern the profile's field",
    "bad_date": "the file's row has a date that is none: mend it and import again",
    "bad_authors": "the file's row has authors that are no names",
    "bad_text": "the file's row has a text that cannot be stored",
    "bad_field": "a field of the file's row is not of the kind that it must be",
    "bad_row": "the file's row cannot be read: wiredesk explain URL tells what is wrong",
    "missing_file": "the manifest names a file that is not there",
    "damaged_file": "the manifest names a file that cannot be read",
    "unrelated": "concerns the field, but is neither incident nor hazard nor about one",
    "waiting": "complementary: waits for an incident to attach to",
    "no_model": "no translation package is installed",
    "unsupported_language": "no installed package reads this language",
    "refused": "the translator gave nothing: wiredesk explain says why",
    "passed_through": "already English",
    "undecided": "below the thresholds: the candidates are kept",
    "unchanged": "the page says what it said before",
    "known": "already in the archive",
    "quote_gone": "a passage that a proposal quoted stands no longer in the text: that one was left out",
    "unknown_text": "its text is not in the database any more",
    "consent_page": "a page that asks for consent, no article",
    "empty_body": "neither a title nor a text",
    "html_bomb": "markup without end: not read",
    "http_404": "the outlet has no such page",
    "http_410": "the outlet took the page away",
    "list_page": "a list of articles, no article",
    "login_page": "a page to sign in, no article",
    "too_deep": "markup nested without end: not read",
    "undecodable": "its characters cannot be told",
    "video_page": "a film, no text",
    "retired": "its page was taken out by age or for room: it cannot be read again",
}
"""What the commonest outcomes mean, for a reader of the funnel."""


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
    from pipelines.desk.values import because

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
                    "means": MEANS.get(outcome) or because(None, outcome).removesuffix("."),
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
