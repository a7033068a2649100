"""``wiredesk outlet``: the outlets, what their markup rests on, and their health."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from pipelines.cli.common import ALARMS, WRONG_USE, Session, UserError

Command = TypeVar("Command", bound=Callable[..., Any])

DRAFT = "as the reader reads the fixture: compare every field with the page, correct what is wrong, then delete this line"


def via_option(command: Command) -> Command:
    """``--via``: a server on this machine in the outlets' place."""
    return click.option(
        "--via",
        metavar="URL",
        help="A server on this machine (http://127.0.0.1:PORT) that answers for the outlet: to rehearse without network.",
    )(command)


def loopback(via: str | None) -> str | None:
    """``via`` as it was given.

    :raises UserError: where it is no address on this machine.
    """
    if via is not None:
        from crawler.transport import loopback_site

        try:
            loopback_site(via)
        except ValueError as error:
            raise UserError(f"--via: {error}", WRONG_USE) from error
    return via


def keys_or_error(keys: tuple[str, ...]) -> list[str]:
    """The keys asked for, or all; an unknown one is a sentence that names near ones."""
    from crawler import outlets

    known = outlets.all_outlets()
    for key in keys:
        if key not in known:
            try:
                outlets.get(key)
            except (KeyError, ValueError) as error:
                raise UserError(str(error.args[0]), WRONG_USE) from error
    return list(keys) or sorted(known)


@click.group("outlet")
def outlet_command() -> None:
    """The outlets and their health."""


@outlet_command.command("list")
@click.pass_obj
def list_outlets(session: Session) -> None:
    """Every outlet, its channels, and what its markup rests on."""
    from crawler import outlets

    rows: list[dict[str, Any]] = [
        {
            "outlet": outlet.key,
            "name": outlet.name,
            "language": outlet.language_tag,
            "country": outlet.country,
            "markup rests on": "a real page" if outlet.grade == "seen" else "a description",
            "run live": "yes" if outlet.run_live else "never",
            "every": f"{outlet.rhythm_minutes} min",
            "channels": len(outlet.ways),
        }
        for outlet in outlets.all_outlets().values()
    ]
    session.rows(rows)


@outlet_command.command("new")
@click.argument("key")
@click.option(
    "--home", required=True, metavar="URL", help="The outlet's address, for instance https://example.org/."
)
@click.option("--name", required=True, metavar="NAME", help="As the outlet calls itself, in its own script.")
@click.option(
    "--root",
    default=".",
    type=click.Path(path_type=Path),
    help="The checkout to write into (here, if not said).",
)
@click.pass_obj
def new(session: Session, key: str, home: str, name: str, root: Path) -> None:
    """Write a new outlet's file, fixture folder and failing test.

    This takes a checkout. KEY names the outlet everywhere: lower-case words joined by "-", as epochtimes-b5.
    """
    from crawler import author

    try:
        facts, test, folder = author.new_outlet(key, home=home, name=name, root=root)
    except author.AuthorError as error:
        raise UserError(str(error), WRONG_USE) from error
    session.say(f"{facts}\n{test} (fails until all is said)\n{folder}")
    session.say(f"Next: say the shape of its URLs in {facts}, then wiredesk outlet record URL")


@outlet_command.command("record")
@click.argument("url")
@via_option
@click.pass_obj
def record(session: Session, url: str, via: str | None) -> None:
    """Save a real page under the data folder (it is never committed)."""
    from crawler import author

    try:
        path = author.record(url, session.data_dir, now=session.now, via=loopback(via))
    except author.AuthorError as error:
        raise UserError(str(error)) from error
    known = (author.recorded_facts(path) or {}).get("article_id")
    session.say(str(path))
    session.say(
        f"It is {known}"
        if known
        else "Its URL has the shape of no article of its outlet: say it in the outlet's file"
    )
    session.say(f"Next: wiredesk outlet fixture {path}")


@outlet_command.command("fixture")
@click.argument("page", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", required=False, type=click.Path(path_type=Path))
@click.pass_obj
def fixture(session: Session, page: Path, target: Path | None) -> None:
    """Make a fixture that may be committed, of a real page.

    It has the markup of PAGE, every text replaced by generated text. Of a page that was recorded, TARGET is
    tests/outlets/KEY/page.html if not said, and beside it stands a draft of what is expected of it, for you to check.
    """
    from crawler import author

    try:
        facts = author.recorded_facts(page)
    except author.AuthorError as error:
        raise UserError(str(error)) from error
    if target is None:
        if facts is None:
            raise UserError(f"{page} was not recorded here: say where its fixture goes", WRONG_USE)
        target = Path("tests") / "outlets" / facts["outlet"] / "page.html"
        if not target.parent.parent.is_dir():
            raise UserError(
                f"{target.parent.parent} is not here: call this in a checkout, or say where to write",
                WRONG_USE,
            )
    body = author.make_fixture(page.read_bytes())
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(body)
    session.say(str(target))
    if facts is None:
        return
    expected = target.with_name("expected.json" if target.stem == "page" else f"expected-{target.stem}.json")
    if expected.exists():
        session.say(f"{expected} stands already and stays as it is")
        return
    said = draft(target.name, body, facts)
    expected.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    session.say(f"{expected} is a draft: compare it with the page, correct it, delete its first line")
    if said["expected"]["outcome"] != "ok":
        session.say(f"The reader says {said['expected']['outcome']}: {said['expected']['reason']}")


def draft(file: str, body: bytes, facts: dict[str, str]) -> dict[str, Any]:
    """What the reader reads of a fixture, in the form of ``tests/outlets/*/expected.json``."""
    from crawler import outlets
    from pipelines import reading
    from pipelines.records import Page

    identity = outlets.identify(facts["url"])
    outlet = outlets.all_outlets().get(facts["outlet"])
    fetched = datetime.fromisoformat(facts["fetched"])
    page = Page(url=facts["url"], body=body, content_type=facts["content_type"], fetched=fetched)
    article = reading.read(page, outlet)
    expected: dict[str, Any] = {"outcome": article.outcome}
    if article.outcome != "ok":
        expected["reason"] = article.reason
    else:
        expected |= {
            "title": article.title,
            "text": article.text,
            "authors": list(article.authors),
            "published": article.published.isoformat() if article.published else None,
            "published_precision": article.published_precision,
            "canonical_url": identity.canonical_url if identity else article.canonical_url,
        }
    return {
        "draft": DRAFT,
        "file": file,
        "url": facts["url"],
        "fetched": facts["fetched"],
        "content_type": facts["content_type"],
        "expected": expected,
        "absent": [],
    }


@outlet_command.command("check")
@click.argument("keys", metavar="[OUTLET…]", nargs=-1)
@via_option
@click.pass_context
def check(ctx: click.Context, keys: tuple[str, ...], via: str | None) -> None:
    """Probe the live outlets politely.

    Of each: robots.txt, each channel's first page, one article. Nothing that it fetches is kept. Ends with 3 when
    something is wrong.
    """
    from crawler import author

    session: Session = ctx.obj
    rows = author.check(keys_or_error(keys), session.data_dir, now=session.now, via=loopback(via))
    session.rows(rows)
    if any(row["state"] != "ok" for row in rows):
        ctx.exit(ALARMS)
