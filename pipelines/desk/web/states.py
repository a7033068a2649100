"""What the desk says when there is nothing to read: no database yet, one at work, an old, a new or a broken one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipelines.store import NewerStoreError, NoStoreError, OlderStoreError, StoreBusyError, StoreError


@dataclass(frozen=True, slots=True)
class State:
    """Why there is no page, and what to do about it."""

    status: int
    title: str
    says: str
    commands: tuple[tuple[str, str], ...] = ()
    """What to type, each with what it does."""
    again: int | None = None
    """Seconds after which asking again may help."""


def state(error: StoreError, data_dir: Path) -> State:
    """The state of the store that an error tells of."""
    if isinstance(error, NoStoreError):
        return State(
            200,
            "Nothing has been read yet",
            f"There is no database in {data_dir}. It is made by the first run:",
            (
                ("wiredesk demo", "the whole job on invented articles, no network"),
                ("wiredesk crawl", "or the real outlets …"),
                ("wiredesk run", "… and the line over what has landed"),
            ),
        )
    if isinstance(error, StoreBusyError):
        return State(
            503,
            "A line is at work",
            "It is writing to the database, and there is no copy yet that could be read meanwhile: this is its first "
            "run, or the copies were deleted. The desk makes one as soon as the line pauses. This page asks again.",
            (),
            again=3,
        )
    if isinstance(error, OlderStoreError):
        return State(
            503,
            "The database is from an earlier wiredesk",
            "It has to be brought to the present form first. That takes moments and loses nothing; the next run of the "
            "line does it as well.",
            (("wiredesk store migrate", "brings it up to date"),),
        )
    if isinstance(error, NewerStoreError):
        return State(
            503,
            "The database is from a newer wiredesk",
            f"This one would misread it: {error}. Nothing was changed.",
        )
    return State(
        500,
        "The database cannot be read",
        f"{str(error).partition(': restore a backup')[0]}. The archive and the journal of decisions, out of which everything "
        "else can be made again, are files of their own beside it. Put a backup in its place, or:",
        (("wiredesk store rebuild", "makes a new database out of the archive and the journal"),),
    )
