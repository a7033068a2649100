"""What each run took in, one line a run in ``runs.jsonl``: with it the database is made again run by run.

Archive, landing logs and decisions say what came; this says in which order and when it was taken in, so that a database
made again has the same permanent ids, revisions and history, with the times that they had.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from pipelines.journal import JournalError, append_line, read_lines

FILE = "runs.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One run, or the import of a bundle that has no pages (``bundle``, a path in the data folder)."""

    run_id: str
    command: str
    started: str
    """ISO 8601 with zone."""
    profile: str = ""
    model: str | None = None
    first: str | None = None
    last: str | None = None
    landing: Mapping[str, int] | None = field(default_factory=dict)
    """Landing log → its lines that this run had taken in, for the logs that gave any; ``None``: all there are."""
    decisions: tuple[str, ...] = ()
    """Ids taken in at the beginning …"""
    late: tuple[str, ...] = ()
    """… and after the grouping: written while the run was at work."""
    idle: bool = False
    """Nothing came in, and no stage had anything to do."""
    bundle: str | None = None

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.started)


def append(data_dir: Path, entry: Entry) -> None:
    """Write the entry down, on the disk before this returns."""
    append_line(data_dir / FILE, asdict(entry))


def read(data_dir: Path) -> Iterator[Entry]:
    """Every entry in order; a torn last line is passed over.

    :raises JournalError: naming the line that is no entry.
    """
    path = data_dir / FILE
    for number, row in read_lines(path, "run"):
        try:
            yield Entry(**{**row, "decisions": tuple(row["decisions"]), "late": tuple(row["late"])})
        except (TypeError, KeyError) as error:
            raise JournalError(
                f"{path} line {number} has not the fields of a run: mend it, or move the file away"
            ) from error
