"""``wiredesk model``: translation packages under the data folder."""

from __future__ import annotations

from pathlib import Path

import click

from pipelines.cli.common import Session, UserError


@click.group("model")
def model_command() -> None:
    """Translation packages: list, install, verify."""


@model_command.command("list")
@click.pass_obj
def list_models(session: Session) -> None:
    """The installed packages."""
    from pipelines import translation

    try:
        found = translation.installed(session.data_dir)
    except translation.TranslationError as error:
        raise UserError(str(error)) from error
    rows = [
        {
            "package": one.name,
            "version": one.version,
            "from": one.from_code,
            "to": one.to_code,
            "sha256": one.sha256[:12],
            "kind": "sample" if one.sample else "full",
        }
        for one in found
    ]
    session.rows(
        rows, empty="no package: wiredesk model install (from the Argos index), or model install FILE"
    )


@model_command.command("install")
@click.argument("source", required=False)
@click.pass_obj
def install(session: Session, source: str | None) -> None:
    """Install a package: FILE.argosmodel, an unpacked folder, or ``sample``; without SOURCE, zh→en from the Argos index."""
    from pipelines import translation

    try:
        if source is None:
            from pipelines.translation.index import download

            package = download(session.data_dir, from_code="zh", to_code="en")
        else:
            path = translation.sample_package() if source == "sample" else Path(source)
            package = translation.install(path, session.data_dir)
    except translation.TranslationError as error:
        raise UserError(str(error)) from error
    session.say(f"installed: {package.model}")


@model_command.command("verify")
@click.pass_obj
def verify(session: Session) -> None:
    """Check every file of every package against the hash that was taken when it was installed."""
    from pipelines import translation

    try:
        found = translation.verify(session.data_dir)
    except translation.TranslationError as error:
        raise UserError(str(error)) from error
    bad = [one for one in found if one.problems]
    session.rows(
        [{"package": one.name, "state": "; ".join(one.problems) or "as installed"} for one in found],
        empty="no package is installed",
    )
    if bad:
        raise UserError(f"{len(bad)} package(s) are not as installed: install them again")
