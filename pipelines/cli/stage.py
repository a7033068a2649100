"""``wiredesk stage NAME IN OUT``: one stage as a filter on JSON Lines; no database is touched."""

from __future__ import annotations

import gzip
import inspect
import json
import re
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import IO, Any, cast

import click

from pipelines.cli.common import WRONG_USE, Session, UserError
from pipelines.line import STAGES

# half a surrogate pair, which JSON can write and UTF-8 cannot hold: one character takes its place, so offsets hold
_LONE = re.compile("[\ud800-\udfff]")


def opened(path: Path, mode: str) -> IO[str]:
    """``path`` as UTF-8 text, compressed when its name ends in ``.gz``."""
    if path.suffix == ".gz":
        return cast("IO[str]", gzip.open(path, mode + "t", encoding="utf-8"))
    return path.open(mode, encoding="utf-8")


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a JSON Lines file, each with an ``id`` (``file`` stands in for it).

    :raises UserError: naming the line that is no JSON object or has no id.
    """
    try:
        with opened(path, "r") as lines:
            for number, line in enumerate(lines, start=1):
                if not line.strip():
                    continue
                try:
                    row = json.loads(line)
                except ValueError as error:
                    raise UserError(f"{path} line {number} is no JSON: {error}", WRONG_USE) from error
                if not isinstance(row, dict):
                    raise UserError(f"{path} line {number} is no JSON object", WRONG_USE)
                if _LONE.search(text := json.dumps(row, ensure_ascii=False)):
                    row = json.loads(_LONE.sub("\ufffd", text))
                row.setdefault("id", row.get("file"))
                if row["id"] is None:
                    raise UserError(f"{path} line {number} has neither id nor file", WRONG_USE)
                yield row
    except (gzip.BadGzipFile, EOFError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {error}", WRONG_USE) from error


@click.command("stage")
@click.argument("name", type=click.Choice(STAGES))
@click.argument("source", metavar="IN", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("target", metavar="OUT", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--all", "everything", is_flag=True, help="incidents: group every row, whatever its class.")
@click.option(
    "--profile",
    default="ai-incidents",
    show_default=True,
    help="relevance, labels, incidents: what to watch for.",
)
@click.option(
    "--translate-with",
    "model",
    metavar="PACKAGE",
    help="translation: an installed package by name, or an OpenAI-compatible endpoint as URL#MODEL.",
)
@click.pass_obj
def stage_command(
    session: Session, name: str, source: Path, target: Path, everything: bool, profile: str, model: str | None
) -> None:
    """One stage as a filter: rows of IN with an id become rows of OUT with that id and an outcome."""
    from pipelines import profiles

    room = import_module(f"pipelines.{name}")
    offered: dict[str, Any] = {
        "base": source.parent,
        "all": everything,
        "profile": profile,
        "data_dir": session.data_dir,
        "model": model,
    }
    if target.exists() and target.samefile(source):
        raise UserError(f"{source} would be written over: give OUT another name", WRONG_USE)
    takes = inspect.signature(room.filter_rows).parameters
    options = {key: value for key, value in offered.items() if key in takes}
    errors = tuple(getattr(room, "ERRORS", ()))
    rows = rows_of(source)
    if name == "incidents" and not everything:
        rows = _classed(rows, profile)
    # a pipe is written as it is; a file appears whole or not at all
    partial = target if target.exists() and not target.is_file() else target.with_name(f"part-{target.name}")
    count = 0
    try:
        with opened(partial, "w") as out:
            for row in _filtered(room.filter_rows, rows, options):
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
                count += 1
        if partial != target:
            partial.replace(target)
    except profiles.ProfileError as error:
        raise UserError(str(error), WRONG_USE) from error
    except errors as error:
        raise UserError(str(error)) from error
    finally:
        if partial != target:
            partial.unlink(missing_ok=True)
    session.note(f"{name}: {count} rows")


def _classed(rows: Iterable[dict[str, Any]], profile: str) -> Iterator[dict[str, Any]]:
    """The rows, those without a class with the one that the labels give them: an incident is opened by its class."""
    from pipelines import labels

    for row in rows:
        if row.get("class") is None and row.get("relevant") is not False:
            [judged] = labels.filter_rows([row], profile)
            row = {**row, "class": judged["class"]}
        yield row


def _filtered(
    function: Any, rows: Iterable[dict[str, Any]], options: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    yield from function(rows, **options)
