"""What every verb shares: the session, errors as sentences, tables, JSON, progress."""

from __future__ import annotations

import getpass
import json
import math
import os
import sys
import time
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.store import Store, StoreBusyError, StoreError, reader

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DONE, FAILED, WRONG_USE, ALARMS = 0, 1, 2, 3


class UserError(Exception):
    """A sentence for the user that says what to do; no traceback."""

    def __init__(self, message: str, exit_code: int = FAILED) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Session:
    """What the global options said, and the one place where the command line reads clock and environment."""

    data_dir: Path
    as_json: bool
    quiet: bool
    verbose: bool

    @classmethod
    def make(cls, data_dir: str | None, *, as_json: bool, quiet: bool, verbose: bool) -> Session:
        folder = Path(data_dir or os.environ.get("WIREDESK_DATA") or "data")
        return cls(folder, as_json, quiet, verbose)

    @property
    def store(self) -> Store:
        return Store(self.data_dir)

    @property
    def now(self) -> datetime:
        """The present; ``WIREDESK_NOW`` (ISO 8601 with zone) stands in for it, for repeatable runs."""
        fixed = os.environ.get("WIREDESK_NOW")
        if not fixed:
            return datetime.now(UTC)
        try:
            moment = datetime.fromisoformat(fixed)
        except ValueError as error:
            raise UserError(f"WIREDESK_NOW is no time: {fixed}", WRONG_USE) from error
        if moment.tzinfo is None:
            raise UserError(f"WIREDESK_NOW has no zone: {fixed}", WRONG_USE)
        return moment

    def run_id(self, command: str) -> str:
        """Sortable, unique on this machine: time, process, command."""
        return f"{self.now.astimezone(UTC):%Y%m%dT%H%M%S%f}-{os.getpid()}-{command}"

    def user(self, given: str | None) -> str:
        """Who decides: as given, else ``WIREDESK_USER``, else the login name.

        :raises UserError: when this machine knows no name for whoever asks.
        """
        name = given or os.environ.get("WIREDESK_USER")
        if name:
            return name
        try:
            return getpass.getuser()
        except (KeyError, OSError) as error:  # a container with a bare user id; OSError from Python 3.13 on
            raise UserError(
                "this machine has no name for you: say who decides with --as NAME, or set WIREDESK_USER",
                WRONG_USE,
            ) from error

    def say(self, message: str) -> None:
        """A line for a person; silent with ``-q`` and when JSON is asked for."""
        if not self.quiet and not self.as_json:
            click.echo(message)

    def note(self, message: str) -> None:
        """A line on stderr."""
        if not self.quiet:
            click.echo(message, err=True)

    def rows(
        self, rows: Sequence[Mapping[str, Any]], columns: Sequence[str] | None = None, *, empty: str = ""
    ) -> None:
        """Rows as JSON Lines or as an aligned table."""
        if self.as_json:
            for row in rows:
                click.echo(to_json(row))
            return
        if not rows:
            self.say(empty)
            return
        click.echo(table(rows, columns or list(rows[0])))


def plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset | tuple):
        return sorted(value) if not isinstance(value, tuple) else list(value)
    return str(value)


def to_json(value: Any, *, indent: int | None = None) -> str:
    return json.dumps(finite(value), ensure_ascii=False, default=plain, indent=indent, allow_nan=False)


def finite(value: Any) -> Any:
    """``value`` with null for what JSON has no number for."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(one) for key, one in value.items()}
    return [finite(one) for one in value] if isinstance(value, list | tuple) else value


def width(text: str) -> int:
    """Columns that ``text`` takes on a terminal: Han characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def cut(text: str, columns: int) -> str:
    """``text`` on one line, at most ``columns`` wide."""
    text = " ".join(text.split())
    if width(text) <= columns:
        return text
    out, used = [], 0
    for char in text:
        used += width(char)
        if used > columns - 1:
            break
        out.append(char)
    return "".join(out) + "…"


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.3g}"
    if isinstance(value, list | tuple):
        return ", ".join(cell(item) for item in value)
    return str(value)


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, widest: int = 60) -> str:
    """An aligned table; cells wider than ``widest`` are cut with an ellipsis."""
    cells = [[cut(cell(row.get(name)), widest) for name in columns] for row in rows]
    sizes = [max(width(name), *(width(line[i]) for line in cells)) for i, name in enumerate(columns)]
    number = [all(isinstance(row.get(name), int | float | None) for row in rows) for name in columns]

    def line(values: Sequence[str]) -> str:
        parts = []
        for value, size, right in zip(values, sizes, number, strict=True):
            pad = " " * (size - width(value))
            parts.append(pad + value if right else value + pad)
        return "  ".join(parts).rstrip()

    return "\n".join(
        [line(list(columns)), line(["─" * size for size in sizes]), *(line(row) for row in cells)]
    )


@contextmanager
def store_errors() -> Iterator[None]:
    """A store's complaint is a sentence for the user."""
    try:
        yield
    except StoreError as error:
        raise UserError(str(error)) from error


class Progress:
    """One line that is rewritten on a terminal, after two seconds of work; nothing in a pipe."""

    def __init__(self, session: Session) -> None:
        self.active = sys.stderr.isatty() and not session.quiet
        self.started = time.monotonic()
        self.shown = 0

    def __call__(self, what: str, done: int, of: int) -> None:
        if not self.active or time.monotonic() - self.started < 2:
            return
        text = f"{what} {done}/{of}"
        click.echo("\r" + text.ljust(self.shown), nl=False, err=True)
        self.shown = len(text)

    def end(self) -> None:
        if self.shown:
            click.echo("\r" + " " * self.shown + "\r", nl=False, err=True)


def must_exist(session: Session, kind: str, *ids: str) -> None:
    """A sentence for a mistyped id, where the database can be read at once; otherwise the decision may wait."""
    from pipelines import desk

    with looked_up(session, f"whether there is a {kind} {' '.join(ids)}") as con:
        for subject_id in ids if con else ():
            near = desk.missing(con, kind, subject_id)  # type: ignore[arg-type]
            if near is not None:
                hint = f"; did you mean {', '.join(near)}?" if near else ""
                raise UserError(f"there is no {kind} {subject_id}{hint}", WRONG_USE)


@contextmanager
def looked_up(session: Session, what: str) -> Iterator[DuckDBPyConnection | None]:
    """A connection to look something up before a decision is written; ``None``, with a note, while the line writes."""
    try:
        with store_errors(), reader(session.data_dir, wait=0.5) as con:
            yield con
            return
    except UserError as error:
        if not isinstance(error.__cause__, StoreBusyError):
            raise
    session.note(f"the database is busy: {what} was not looked up")
    yield None
