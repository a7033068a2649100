"""``wiredesk store``: the database and its copies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipelines import store
from pipelines.cli.common import WRONG_USE, Session, UserError, store_errors
from pipelines.cli.retention import retire_command

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.steps.base import Step


@click.group("store")
def store_command() -> None:
    """The database: status, migrations, published copy, backup, rebuild, export."""


store_command.add_command(retire_command)


@store_command.command("status")
@click.pass_obj
def status(session: Session) -> None:
    """What the database holds, and what an older version made."""
    from pipelines import profiles, versions

    with store_errors(), store.reader(session.data_dir) as con:
        rows = store.status_rows(con, session.store.path)
        try:
            older = versions.sentence(versions.older(con, _steps(session, con)))
        except profiles.ProfileError as error:
            older = f"What an older version made cannot be told: {error}"
    if older and session.as_json:
        rows.append({"what": "older", "value": older})
    session.rows(rows, ["what", "value"])
    if older:
        session.say(older)


def _steps(session: Session, con: DuckDBPyConnection) -> list[Step]:
    """The steps of a run with the profile that judged the database."""
    from pipelines import line
    from pipelines.field import profile_of
    from pipelines.steps.base import Context

    return [make(Context(session.data_dir, "", session.now, profile_of(con))) for make in line.STEPS]


@store_command.command("migrate")
@click.pass_obj
def migrate(session: Session) -> None:
    """Bring the database to this version; every step is all or nothing."""
    with store_errors():
        names = session.store.prepare(now=session.now)
    session.say(f"applied: {', '.join(names)}" if names else "nothing to do: the database is of this version")


@store_command.command("publish")
@click.pass_obj
def publish(session: Session) -> None:
    """Make the read-only copy that analysts may hold open.

    The line can write meanwhile.
    """
    with store_errors():
        path = store.publish(session.data_dir)
    session.say(f"published: {path}")


@store_command.command("backup")
@click.argument("target", type=click.Path(path_type=Path))
@click.pass_obj
def backup(session: Session, target: Path) -> None:
    """Copy the database to TARGET, a file that does not exist yet.

    The line waits for a moment.
    """
    if target.exists():
        raise UserError(f"{target} exists: a backup never overwrites", WRONG_USE)
    target.parent.mkdir(parents=True, exist_ok=True)
    with store_errors():
        if not session.store.path.exists():
            raise UserError(f"there is no database at {session.store.path}")
        store.copy_to(session.store.path, target)
    session.say(f"backup: {target}; to restore, copy it to {session.store.path}")


@store_command.command("rebuild")
@click.option("--profile", help="Judge by this profile; without it by the one that each run had.")
@click.option(
    "--translate-with",
    "model",
    metavar="PACKAGE",
    help="An installed package by name, or an OpenAI-compatible endpoint as URL#MODEL.",
)
@click.pass_obj
def rebuild(session: Session, profile: str | None, model: str | None) -> None:
    """Make the database again from archive, logs and decisions.

    The logs are those of landing and of runs; proposals come from their journal. Run by run, with the times that the
    runs had; no language model is asked again for proposals. The old database answers until the new one is whole, and
    is kept beside it.
    """
    from pipelines import rebuilding
    from pipelines.cli import run as line
    from pipelines.desk import edition_path

    path = session.store.path
    old = path.with_name(f"{path.name}.before-rebuild")
    if path.exists() and old.exists():
        raise UserError(f"{old} exists: remove it first, it is what an earlier rebuild put aside")
    with line.complaints(session) as progress:
        funnel = rebuilding.rebuild(
            session.data_dir,
            run_id=session.run_id("rebuild"),
            now=session.now,
            profile=profile,
            model=model,
            progress=progress,
        )
    edition_path(session.data_dir).unlink(missing_ok=True)  # the desk's own copy; it makes a new one
    if store.published_path(session.data_dir).exists():
        with store_errors():
            store.publish(session.data_dir)
    line.show(session, funnel)
    if old.exists():
        session.say(f"the old database: {old}")


@store_command.command("export")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--format", "form", type=click.Choice(["parquet", "csv", "jsonl", "atom", "jsonfeed"]), default="parquet"
)
@click.option("--query", "sql", metavar="SQL", help="Only what this SELECT gives.")
@click.option("--saved", metavar="NAME", help="Only the incidents of a query that was saved on the desk.")
@click.pass_obj
def export(session: Session, target: Path, form: str, sql: str | None, saved: str | None) -> None:
    """Export everything, or what a query gives.

    Row counts are declared and checked. Parquet is partitioned by month; atom and jsonfeed tell what changed in the
    incidents.
    """
    from pipelines import bundles

    if sql is not None and saved is not None:
        raise UserError("one query at a time: --query or --saved", WRONG_USE)
    if saved is not None:
        sql = _saved(session, saved)
    if (
        sql is not None
    ):  # on a connection of its own, which is shut off from files: an export has to write some
        with store_errors(), store.reader(session.data_dir) as con:
            store.query(con, f"EXPLAIN {sql}")
    with store_errors(), store.reader(session.data_dir) as con:
        try:
            written = bundles.export_all(con, target, format=form, query=sql)
        except bundles.BundleError as error:
            raise UserError(str(error)) from error
    for path in written:
        session.say(str(path))


def _saved(session: Session, name: str) -> str:
    from pipelines.desk import incidents_of

    try:
        with store_errors(), store.reader(session.data_dir) as con:
            ids = incidents_of(con, session.data_dir, name)
    except KeyError as error:
        known = f"; there are {error.args[0]}" if error.args[0] else "; the desk saves them (wiredesk serve)"
        raise UserError(f"there is no saved query {name}{known}", WRONG_USE) from error
    listed = ", ".join("'" + one.replace("'", "''") + "'" for one in ids) or "NULL"
    return f"SELECT * FROM incidents WHERE incident_id IN ({listed})"


@store_command.command("forget")
@click.argument("url")
@click.option("--reason", "-m", default="", help="Why; kept in the tombstone.")
@click.pass_obj
def forget(session: Session, url: str, reason: str) -> None:
    """Take a page out of archive, database and search, for good.

    It is in no future bundle either; a tombstone says that it was. URL may also be an article id. Bundles and backups
    that were made before keep what they hold.
    """
    from crawler import retirement
    from crawler import takedown as street
    from pipelines import forgetting, line
    from pipelines.cli.run import complaints

    try:
        with complaints(session), line.alone(session.data_dir), retirement.quiet(session.data_dir):
            kept = repair(session)
            with session.store.read() as con:
                articles, urls = store.articles_of(con, url)
                held = store.fetch_rows(  # not those that are known of the landing log alone
                    con,
                    "SELECT DISTINCT article_id FROM store.article WHERE article_id IN (SELECT unnest(?::VARCHAR[]))",
                    [articles],
                )
            done = street.forget(session.data_dir, urls, articles, now=session.now, reason=reason)
            if not articles and not done.lines:
                raise UserError(f"nothing is known of {url}")
            kept += repair(session)
    except retirement.BusyError as error:
        raise UserError(str(error)) from error
    except BlockingIOError as error:
        raise UserError("an import is writing the archive: try again when it has ended") from error
    session.say(
        f"{url}: {done.records} record(s) out of the archive, {len(held)} article(s) out of the database"
    )
    session.say("Next: wiredesk run, which says anew what its incidents said from it")
    if kept:
        session.say(
            f"Imported bundles that held it are gone, and with them what only they told: {', '.join(kept)}"
        )
    older = session.store.path.with_name(f"{session.store.path.name}.before-rebuild")
    made = [path.name for path in forgetting.holding([*(session.data_dir / "bundles").glob("*")], articles)]
    for name in [*made, *([older.name] if older.exists() else [])]:
        session.say(f"It is still in {name}, which was made before: remove that too")


def repair(session: Session) -> list[str]:
    """Carry out what a takedown that was cut off had begun; returns the kept bundles that went with the page.

    The caller holds the data folder's lock.
    """
    from crawler import takedown as street
    from pipelines import forgetting

    street.finish(session.data_dir)
    note = session.data_dir / street.FOLLOW
    return forgetting.follow(session.data_dir, note, now=session.now) if note.exists() else []


def repair_first(session: Session) -> None:
    """Before any command: a page that was to be forgotten when the power went is forgotten now."""
    from pipelines import line

    try:
        with store_errors(), line.alone(session.data_dir):
            repair(session)
    except (line.LineError, UserError) as error:
        session.note(f"a page that was to be forgotten is still in the database: {error}")
