"""The journal of people's decisions: appended and fsynced beside the database, folded in by the next writer.

A decision never waits for the machine: :func:`append` needs no database. One file a month, one JSON object a line.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "incident": ("merge", "split", "label", "note", "mark", "title"),
    "text": ("move",),
    "article": ("keep", "drop", "fix", "split"),
    "decision": ("undo",),
}
"""What can be decided, by subject."""


class JournalError(Exception):
    """The journal holds a line that is none; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision of a person. ``after`` holds what it asks for; the writer that folds it in adds what was before."""

    decision_id: str
    subject: str
    subject_id: str
    action: str
    after: dict[str, Any]
    reason: str
    made_by: str
    made: str
    """UTC, ISO 8601."""


def make(
    subject: str,
    subject_id: str,
    action: str,
    after: dict[str, Any],
    *,
    reason: str,
    made_by: str,
    made: datetime,
) -> Decision:
    """A decision with its id, which depends on what it says, who said it and when.

    :raises ValueError: when the action is not one for the subject.
    """
    if action not in ACTIONS.get(subject, ()):
        raise ValueError(f"there is no decision {action!r} on {subject!r}")
    moment = made.astimezone(UTC).isoformat()
    body = json.dumps(
        [subject, subject_id, action, after, reason, made_by, moment], ensure_ascii=False, sort_keys=True
    )
    digest = hashlib.sha256(body.encode()).hexdigest()[:12]
    return Decision(f"d-{moment[:10]}-{digest}", subject, subject_id, action, after, reason, made_by, moment)


def append(data_dir: Path, decision: Decision) -> Path:
    """Write the decision down so that a crash right after cannot lose it; returns the journal file.

    Writers on several terminals take turns by a lock on the file. A torn last line of an earlier crash is closed
    first, so that it cannot swallow this one.
    """
    folder = data_dir / "decisions"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{decision.made[:7]}.jsonl"
    line = json.dumps(asdict(decision), ensure_ascii=False, sort_keys=True).encode() + b"\n"
    with path.open("ab+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        end = handle.seek(0, os.SEEK_END)
        if end:
            handle.seek(end - 1)
            if handle.read(1) != b"\n":
                line = b"\n" + line
        handle.write(line)
        handle.flush()
        os.fsync(handle.fileno())
    return path


def read(data_dir: Path) -> Iterator[tuple[str, int, Decision]]:
    """Every decision in order: file, line number, decision.

    A torn line (of a crash in the middle of writing) was never confirmed to anybody and is passed over; any other
    line that is no decision stops the reading.

    :raises JournalError: naming file and line.
    """
    for path in sorted((data_dir / "decisions").glob("*.jsonl")):
        lines = path.read_bytes().split(b"\n")
        for number, raw in enumerate(lines, start=1):
            if not raw.strip():
                continue
            try:
                row = json.loads(raw)
            except ValueError as error:
                if number >= len(lines) or not raw.rstrip().endswith(b"}"):
                    continue
                raise JournalError(f"{path} line {number} is no decision: mend or move it") from error
            try:
                decision = Decision(**row)
                known = decision.action in ACTIONS.get(decision.subject, ())
                if not known or not isinstance(decision.after, dict):
                    raise TypeError(f"no decision {decision.action!r} on {decision.subject!r}")
                yield path.name, number, decision
            except TypeError as error:
                raise JournalError(
                    f"{path} line {number} has not the fields of a decision: mend or move it"
                ) from error
