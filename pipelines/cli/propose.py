"""``wiredesk propose``: ask a language model about texts; an option that nothing else in the desk needs."""

from __future__ import annotations

from collections import Counter

import click

from pipelines.cli.common import FAILED, WRONG_USE, Session, UserError


@click.command("propose")
@click.argument("asked", metavar="ID…", nargs=-1, required=True)
@click.option(
    "--with",
    "wanted",
    metavar="URL#MODEL",
    required=True,
    help="An OpenAI-compatible endpoint; its key from WIREDESK_ENDPOINT_KEY.",
)
@click.option(
    "--profile", default="ai-incidents", show_default=True, help="Whose vocabularies are asked for."
)
@click.option(
    "--timeout", default=60.0, show_default=True, metavar="SECONDS", help="How long one answer may take."
)
@click.pass_obj
def propose_command(
    session: Session, asked: tuple[str, ...], wanted: str, profile: str, timeout: float
) -> None:
    """Let a language model propose labels, a title, a summary and a rationale.

    ID is an article, a text, an incident (all its texts) or a URL. The article leaves this machine for the endpoint
    that you name. Every proposal quotes a sentence that stands in the text, or is rejected; what is left stands beside the
    labels, marked [AI generated], and changes neither them nor any decision: see wiredesk explain ID. Runs wait until
    it has ended.
    """
    from pipelines import labels, line, profiles
    from pipelines.cli.run import complaints
    from pipelines.steps import proposals

    try:
        endpoint = labels.endpoint(wanted, timeout=timeout)
        loaded = profiles.load(profile)
    except (ValueError, profiles.ProfileError) as error:
        raise UserError(str(error), WRONG_USE) from error
    outcomes: Counter[str] = Counter()
    rows: list[dict[str, object]] = []
    # nothing is taken out of the journal, and no database takes another's place, while answers come in
    with complaints(session), line.alone(session.data_dir):
        session.store.prepare(now=session.now)
        for row, found in proposals.propose_all(session.store, asked, loaded, endpoint, now=session.now):
            outcomes[found.outcome] += 1
            head = {"text_id": row["text_id"], "outcome": found.outcome, "method": found.method}
            lines = [dict(one) for one in proposals.lines(found)]
            rows.append(
                {**head, "reason": found.reason, "proposals": lines, "rejected": list(found.rejected)}
            )
            _say(session, rows[-1])
    if session.as_json:
        session.rows(rows)
    if not rows:
        raise UserError(
            f"no text is known under {', '.join(asked)}: give an article, a text, an incident or a URL"
        )
    if not outcomes["ok"]:
        raise UserError("no proposal was made: " + str(rows[0]["reason"]), FAILED)


def _say(session: Session, row: dict[str, object]) -> None:
    session.say(f"{row['text_id']}  {row['outcome']}  {row['method']}")
    if row["reason"]:
        session.say(f"  {row['reason']}")
    for one in row["proposals"] if isinstance(row["proposals"], list) else []:
        name = f"{one['axis']}: {one['value']}" if one["axis"] else f"{one['kind']}: {one['value']}"
        session.say(f"  {name}\n    “{one['quote']}”")
    for why in row["rejected"] if isinstance(row["rejected"], list) else []:
        session.say(f"  rejected: {why}")
