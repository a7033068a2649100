"""The journal of people's decisions: appended and fsynced beside the database, folded in by the next writer.

A decision never waits for the machine: :func:`append` needs no database. One file a month, one JSON object a line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.journal import JournalError, append_line, read_lines, rewrite_lines

__all__ = ["ACTIONS", "Decision", "JournalError", "append", "make", "parse", "read", "rewrite"]

ACTIONS: Mapping[str, tuple[str, ...]] = {
    "incident": ("merge", "split", "label", "note", "mark", "title"),
    "text": ("move",),
    "article": ("keep", "drop", "fix", "split"),
    "decision": ("undo",),
}
"""What can be decided, by subject."""


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


def parse(row: Mapping[str, Any]) -> Decision:
    """A line of a journal, or a row of a bundle, as the decision that it tells.

    :raises TypeError: when it is none: a field too many or too few, of another kind, or an action that there is not.
    """
    decision = Decision(**row)
    known = decision.action in ACTIONS.get(decision.subject, ())
    if not known or not all(
        isinstance(value, dict if name == "after" else str) for name, value in row.items()
    ):
        raise TypeError(f"no decision {decision.action!r} on {decision.subject!r}")
    return decision


def append(data_dir: Path, decision: Decision) -> Path:
    """Write the decision down so that a crash right after cannot lose it; returns the journal file.

    Writers on several terminals take turns, and what a crash tears harms nobody (:mod:`pipelines.journal`).
    """
    path = data_dir / "decisions" / f"{decision.made[:7]}.jsonl"
    append_line(path, asdict(decision))
    return path


def rewrite(data_dir: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Write every line of the journals anew as ``change`` gives it back (a takedown); returns how many differ.

    Torn pieces that were put aside go too, also where their file is gone.
    """
    changed = 0
    for path in sorted((data_dir / "decisions").glob("*.jsonl")):
        changed += rewrite_lines(path, change)
    for torn in (data_dir / "decisions").glob("*.torn"):
        torn.unlink()
    return changed


def read(data_dir: Path) -> Iterator[tuple[str, int, Decision]]:
    """Every decision in order: file, line number, decision.

    A last line that is torn (a crash in the middle of writing, or a writer at work) was never confirmed to anybody and
    is passed over; any other line that is no decision stops the reading.

    :raises JournalError: naming file and line.
    """
    for path in sorted((data_dir / "decisions").glob("*.jsonl")):
        for number, row in read_lines(path, "decision"):
            try:
                decision = parse(row)
            except TypeError as error:
                raise JournalError(
                    f"{path} line {number} has not the fields of a decision: mend or move it"
                ) from error
            yield path.name, number, decision
