"""``wiredesk bundle``: take an incident out whole, check it, read it back."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli.common import Session, UserError, store_errors
from pipelines.cli.incident import must_exist
from pipelines.store.reading import reader


@click.group("bundle")
def bundle_command() -> None:
    """Export, verify and import incident bundles."""


@bundle_command.command("export")
@click.argument("ids", nargs=-1, required=True)
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--share-safe", is_flag=True, help="Quotes and hashes; no third party's bodies or pages.")
@click.option("--zip", "as_zip", is_flag=True, help="One zip file instead of a folder.")
@click.pass_obj
def export(session: Session, ids: tuple[str, ...], target: Path, share_safe: bool, as_zip: bool) -> None:
    """One bundle per incident ID into the folder TARGET (``all``: every incident)."""
    from pipelines import bundles

    with store_errors(), reader(session.data_dir) as con:
        if ids == ("all",):
            rows = con.execute(
                "SELECT incident_id FROM incidents WHERE state <> 'merged' ORDER BY 1"
            ).fetchall()
            ids = tuple(name for (name,) in rows)
    must_exist(session, "incident", *ids)
    with store_errors(), reader(session.data_dir) as con:
        try:
            written = bundles.export(
                con, session.data_dir / "archive", list(ids), target, share_safe=share_safe, zip=as_zip
            )
        except bundles.BundleError as error:
            raise UserError(str(error)) from error
    for path in written:
        session.say(str(path))


@bundle_command.command("verify")
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.pass_obj
def verify(session: Session, bundle: Path) -> None:
    """Check a bundle: every byte, every row count, nothing added, nothing missing."""
    from pipelines import bundles

    problems = bundles.verify(bundle)
    if problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        raise UserError(f"{bundle} is not as it was exported: {len(problems)} problem(s)")
    session.say(f"{bundle}: every file is as it was exported")
