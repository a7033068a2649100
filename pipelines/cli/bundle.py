"""``wiredesk bundle``: take an incident out whole, check it, read it back."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from pipelines import decisions, intake, line
from pipelines.cli.common import Session, UserError, must_exist, store_errors
from pipelines.cli.run import complaints
from pipelines.steps.base import Context
from pipelines.store import reader

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("bundle")
def bundle_command() -> None:
    """Export, verify and import incident bundles."""


@bundle_command.command("export")
@click.argument("ids", nargs=-1, required=True)
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--share-safe", is_flag=True, help="Quotes and hashes; no third party's bodies or pages.")
@click.option("--zip", "as_zip", is_flag=True, help="One zip file instead of a folder.")
@click.option("--sign", "key", type=FILE, help="Sign with this Ed25519 private key (PEM).")
@click.pass_obj
def export(
    session: Session, ids: tuple[str, ...], target: Path, share_safe: bool, as_zip: bool, key: Path | None
) -> None:
    """One bundle per incident ID (all: of every one) into folder TARGET."""
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
                con,
                session.data_dir / "archive",
                list(ids),
                target,
                share_safe=share_safe,
                zip=as_zip,
                key=bundles.load_key(key) if key else None,
            )
        except bundles.BundleError as error:
            raise UserError(str(error)) from error
    for path in written:
        session.say(str(path))


@bundle_command.command("verify")
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.option("--trusted", type=FILE, help="The public key (PEM) that must have signed it.")
@click.pass_obj
def verify(session: Session, bundle: Path, trusted: Path | None) -> None:
    """Check a bundle, or each bundle of a folder that export wrote.

    Every byte and row count; nothing added, nothing missing.
    """
    from pipelines import bundles

    spoilt = 0
    for one in _bundles_of(bundle):
        problems = bundles.verify(one, trusted=trusted.read_bytes() if trusted else None)
        for problem in problems:
            click.echo(str(problem), err=True)
        if problems:
            spoilt += 1
            click.echo(f"{one} is not as it was exported: {len(problems)} problem(s)", err=True)
        else:
            session.say(f"{one}: every file is as it was exported")
    if spoilt:
        raise UserError(f"{spoilt} bundle(s) not as exported")


def _bundles_of(path: Path) -> list[Path]:
    """``path`` itself, or what lies in it when it is no bundle but a folder of bundles."""
    if not path.is_dir() or _is_bundle(path):
        return [path]
    return [one for one in sorted(path.iterdir()) if one.suffix == ".zip" or _is_bundle(one)] or [path]


def _is_bundle(path: Path) -> bool:
    """Whether a folder is a bundle, or what is left of one."""
    return any((path / name).is_file() for name in ("SHA256SUMS", "incident.json"))


@bundle_command.command("import")
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
@click.option("--trusted", type=FILE, help="The public key (PEM) that must have signed it.")
@click.pass_obj
def import_(session: Session, bundle: Path, trusted: Path | None) -> None:
    """Read a bundle back.

    A full one comes in as pages and decisions for the next run, a share-safe one as it stands. What the database knows
    already is left alone, so that reading a bundle twice makes no twins.
    """
    from pipelines import bundles

    context = Context(session.data_dir, session.run_id("import"), session.now, "")
    with complaints(session), line.alone(session.data_dir):
        content = bundles.read_bundle(bundle, trusted=trusted.read_bytes() if trusted else None)
        session.store.prepare(now=session.now)
        with session.store.read() as con:
            plan = bundles.plan_import(con, content)
        try:
            told = [decisions.parse(row) for row in plan.decisions]
        except TypeError as error:  # in the journal it would stop every later run
            raise UserError(f"{bundle} tells of a decision that is none: {error}") from error
        if plan.rows:  # it is its own only source: kept, and told again by a rebuild
            kept = intake.keep(session.data_dir, bundle, content.name)
            intake.tell(session.store, context, plan, kept)
    if plan.warc_name:
        _land(session, plan.warc_name, plan.warc, plan.landing)
    for decision in told:
        decisions.append(session.data_dir, decision)
    known = ", ".join(f"{n} {what}" for what, n in sorted(plan.known.items()) if n)
    session.say(
        f"{content.incident_id}: {'nothing new' if plan.empty else 'taken in'}"
        + (f"; known: {known}" if known else "")
    )
    if plan.landing or plan.decisions:
        session.say("Next: wiredesk run")


def _land(session: Session, name: str, warc: bytes, lines: Sequence[Mapping[str, Any]]) -> None:
    """Pages of a bundle into the archive, then their lines into the landing log, both on the disk before it is said."""
    archive = session.data_dir / "archive"
    archive.mkdir(parents=True, exist_ok=True)
    target = archive / name
    if not target.exists():
        partial = target.with_suffix(".part")
        with partial.open("wb") as handle:
            handle.write(warc)
            handle.flush()
            os.fsync(handle.fileno())
        partial.replace(target)
    landing = session.data_dir / "landing" / f"{name.removesuffix('.warc.gz')}.jsonl"
    landing.parent.mkdir(parents=True, exist_ok=True)
    with landing.open("a", encoding="utf-8") as handle:
        for line in lines:
            handle.write(json.dumps(line, ensure_ascii=False) + "\n")
        handle.flush()
        os.fsync(handle.fileno())
