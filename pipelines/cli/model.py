"""``wiredesk model``: translation packages under the data folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from pipelines.cli.common import Session, UserError

WRITTEN = """
SELECT s.model, s.engine, s.sentences, s.shown, coalesce(m.remembered, 0) AS remembered, coalesce(m.hits, 0) AS hits
FROM (SELECT model, any_value(engine) AS engine, count(*) AS sentences, count(*) FILTER (current) AS shown
      FROM store.sentence GROUP BY model) s
LEFT JOIN (SELECT model, count(*) AS remembered, sum(hits)::BIGINT AS hits FROM store.memory GROUP BY model) m
ON m.model = s.model ORDER BY s.model
"""


@click.group("model")
def model_command() -> None:
    """Translation packages: list, install, verify."""


@model_command.command("list")
@click.pass_obj
def list_models(session: Session) -> None:
    """The installed packages, and what each of them wrote.

    Columns: sentences in the database, those of them that are shown (newer ones take the place of older ones, which
    are kept), sentences in the translation memory, and how often the memory spared a translation.
    """
    from pipelines import translation

    with _sentences_for_users():
        found = translation.installed(session.data_dir)
    written = _written(session)
    none = {"sentences": 0, "shown": 0, "remembered": 0, "hits": 0}
    rows = [
        {
            "package": one.name,
            "version": one.version,
            "from": one.from_code,
            "to": one.to_code,
            "sha256": one.sha256 if session.as_json else one.sha256[:12],
            "kind": "sample" if one.sample else "full",
            **written.pop(one.model, none),
        }
        for one in found
    ]
    rows += [
        {"package": model, "version": "", "from": "", "to": "en", "sha256": "", "kind": "not installed", **counts}
        for model, counts in written.items()
    ]  # fmt: skip
    session.rows(
        rows, empty="no package: wiredesk model install (from the Argos index), or model install FILE"
    )


@model_command.command("install")
@click.argument("source", required=False)
@click.option(
    "--sha256", metavar="HEX", help="Install nothing but the file, or the unpacked package, of this hash."
)
@click.option(
    "--from",
    "from_code",
    default="zh",
    show_default=True,
    metavar="CODE",
    help="Language of the package to take from the index.",
)
@click.pass_obj
def install(session: Session, source: str | None, sha256: str | None, from_code: str) -> None:
    """Install a translation package.

    SOURCE is a FILE.argosmodel, an unpacked folder, or sample; without it, zh→en comes from the Argos index.
    """
    from pipelines import translation

    with _sentences_for_users():
        if source is None:
            package = translation.download(session.data_dir, from_code=from_code, to_code="en", sha256=sha256)
        else:
            path = translation.sample_package() if source == "sample" else Path(source)
            package = translation.install(path, session.data_dir, sha256=sha256)
    session.say(f"installed: {package.model}")
    if package.archive_sha256:
        session.say(f"SHA-256 of its file: {package.archive_sha256}")
    older = [
        model for model, counts in _written(session).items() if counts["shown"] and model != package.model
    ]
    if older and not package.sample:
        session.say(
            f"What {', '.join(older)} wrote stays. To translate it again and keep the old beside it: "
            "wiredesk run --from translation"
        )


@model_command.command("verify")
@click.pass_obj
def verify(session: Session) -> None:
    """Check every file of every package against its hash.

    The hash was taken when the package was installed.
    """
    from pipelines import translation

    with _sentences_for_users():
        found = translation.verify(session.data_dir)
    bad = [one for one in found if one.problems]
    session.rows(
        [{"package": one.name, "state": "; ".join(one.problems) or "as installed"} for one in found],
        empty="no package is installed",
    )
    if bad:
        raise UserError(f"{len(bad)} package(s) are not as installed: install them again")


@contextmanager
def _sentences_for_users() -> Iterator[None]:
    from pipelines import translation

    try:
        yield
    except translation.ERRORS as error:
        raise UserError(str(error)) from error


def _written(session: Session) -> dict[str, dict[str, Any]]:
    """Counts by model of what stands in the database; nothing where there is none yet."""
    from pipelines.store import StoreError, fetch_rows, reader

    if not session.store.path.exists():
        return {}
    try:
        with reader(session.data_dir) as con:
            rows = fetch_rows(con, WRITTEN)
    except StoreError as error:  # a package can be installed while a line is at work or a migration is due
        session.note(f"what the packages wrote cannot be counted now: {error}")
        return {}
    return {
        row.pop("model"): {name: row[name] for name in ("sentences", "shown", "remembered", "hits")}
        for row in rows
    }
