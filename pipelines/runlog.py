"""What each run took in, one line a run in ``runs.jsonl``: with it the database is made again run by run.

Archive, landing logs and decisions say what came; this says in which order and when it was taken in, so that a database
made again has the same permanent ids, revisions and history, with the times that they had.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

FILE = "runs.jsonl"


class RunLogError(Exception):
    """A line of the run log is none; the message names it."""


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
    """Write the entry down, on the disk before this returns; a line that a crash tore is closed first."""
    path = data_dir / FILE
    line = json.dumps(asdict(entry), ensure_ascii=False, sort_keys=True).encode() + b"\n"
    with path.open("ab+") as handle:
        end = handle.seek(0, os.SEEK_END)
        if end:
            handle.seek(end - 1)
            if handle.read(1) != b"\n":
                handle.seek(0)
                handle.truncate(
                    handle.read().rfind(b"\n") + 1
                )  # never confirmed: the next entry holds what it held
        handle.write(line)
        handle.flush()
        os.fsync(handle.fileno())


def read(data_dir: Path) -> Iterator[Entry]:
    """Every entry in order; a torn last line is passed over.

    :raises RunLogError: naming the line that is no entry.
    """
    path = data_dir / FILE
    if not path.exists():
        return
    lines = path.read_bytes().split(b"\n")
    for number, raw in enumerate(lines, start=1):
        if not raw or number == len(lines):
            continue
        try:
            row: dict[str, Any] = json.loads(raw)
            yield Entry(**{**row, "decisions": tuple(row["decisions"]), "late": tuple(row["late"])})
        except (ValueError, TypeError, KeyError) as error:
            raise RunLogError(f"{path} line {number} is no run: mend it, or move the file away") from error
