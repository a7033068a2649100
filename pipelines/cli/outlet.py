"""``wiredesk outlet``: the outlets, what their markup rests on, and their health."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from pipelines.cli.common import ALARMS, WRONG_USE, Session, UserError


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
    """Every outlet: its language, its channels, and whether a real page of it was seen."""
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
@click.option("--home", required=True, help="The outlet's address, for instance https://example.org/.")
@click.option("--name", required=True, help="As the outlet calls itself.")
@click.option("--root", default=".", type=click.Path(path_type=Path), help="The checkout to write into.")
@click.pass_obj
def new(session: Session, key: str, home: str, name: str, root: Path) -> None:
    """Write an outlet file, its fixture folder and a failing test (in a checkout)."""
    from crawler import author

    try:
        written = author.new_outlet(key, home=home, name=name, root=root)
    except author.AuthorError as error:
        raise UserError(str(error), WRONG_USE) from error
    for path in written:
        session.say(str(path))


@outlet_command.command("record")
@click.argument("url")
@click.pass_obj
def record(session: Session, url: str) -> None:
    """Save a real page under the data folder (it is never committed)."""
    from crawler import author

    try:
        path = author.record(url, session.data_dir, now=session.now)
    except author.AuthorError as error:
        raise UserError(str(error)) from error
    session.say(f"{path}\nNext: wiredesk outlet fixture {path}")


@outlet_command.command("fixture")
@click.argument("page", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_obj
def fixture(session: Session, page: Path, target: Path) -> None:
    """Make a fixture that may be committed: the markup of PAGE, every text replaced by generated text."""
    from crawler import author

    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(author.make_fixture(page.read_bytes()))
    session.say(str(target))


@outlet_command.command("check")
@click.argument("keys", nargs=-1)
@click.pass_context
def check(ctx: click.Context, keys: tuple[str, ...]) -> None:
    """Probe the live outlets politely, channel by channel."""
    from crawler import author

    session: Session = ctx.obj
    rows = author.check(keys_or_error(keys), session.data_dir, now=session.now)
    session.rows(rows)
    if any(row["state"] != "ok" for row in rows):
        ctx.exit(ALARMS)
