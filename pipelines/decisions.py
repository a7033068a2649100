"""The journal of people's decisions: appended and fsynced beside the database, folded in by the next writer.

A decision never waits for the machine: :func:`append` needs no database. One file a month, one JSON object a line.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

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

    Writers on several terminals take turns by a lock on the file. What an earlier crash tore is put aside first (beside
    the journal, with the ending ``.torn``), so that it cannot swallow this one.
    """
    folder = data_dir / "decisions"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{decision.made[:7]}.jsonl"
    line = json.dumps(asdict(decision), ensure_ascii=False, sort_keys=True).encode() + b"\n"
    with _locked(path) as handle:
        handle.seek(0)
        torn = handle.read().rpartition(b"\n")[2]
        if torn and _parsed(torn) is not None:
            line = b"\n" + line  # whole but for its newline: of a crash, or of an editor
        elif torn:
            with path.with_name(f"{path.name}.torn").open("ab") as aside:
                _flush(aside, torn + b"\n")
            handle.truncate(handle.seek(0, os.SEEK_END) - len(torn))
        _flush(handle, line)
    return path


@contextmanager
def _locked(path: Path) -> Iterator[IO[bytes]]:
    """``path`` opened to read and append, locked; the file that has the name now, not one that was replaced meanwhile."""
    while True:
        with path.open("ab+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if path.exists() and path.stat().st_ino == os.fstat(handle.fileno()).st_ino:
                yield handle
                return


def _flush(handle: IO[bytes], content: bytes) -> None:
    handle.write(content)
    handle.flush()
    os.fsync(handle.fileno())


def _parsed(raw: bytes) -> Any:
    """The JSON value of a line; ``None`` for what is none."""
    try:
        return json.loads(raw)
    except ValueError:
        return None


def rewrite(data_dir: Path, change: Callable[[dict[str, Any]], dict[str, Any]]) -> int:
    """Write every line of the journals anew as ``change`` gives it back (a takedown); returns how many differ.

    A file is replaced whole, so that a crash leaves the old or the new one. Torn pieces that were put aside go too.
    """
    changed = 0
    for path in sorted((data_dir / "decisions").glob("*.jsonl")):
        with _locked(path) as handle:
            handle.seek(0)
            old = handle.read()
            lines = []
            for raw in old.split(b"\n"):
                row = _parsed(raw)
                new = change(row) if isinstance(row, dict) else row
                changed += new != row
                lines.append(
                    raw if new == row else json.dumps(new, ensure_ascii=False, sort_keys=True).encode()
                )
            if (fresh := b"\n".join(lines)) != old:
                partial = path.with_suffix(".part")
                with partial.open("wb") as out:
                    _flush(out, fresh)
                partial.replace(path)
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
        lines = path.read_bytes().split(b"\n")
        for number, raw in enumerate(lines, start=1):
            if not raw.strip():
                continue
            row = _parsed(raw)
            if row is None:
                if number == len(lines):
                    continue
                raise JournalError(f"{path} line {number} is no decision: mend or move it")
            try:
                decision = Decision(**row)
                known = decision.action in ACTIONS.get(decision.subject, ())
                if not known or not isinstance(decision.after, dict):
                    raise TypeError(f"no decision {decision.action!r} on {decision.subject!r}")
            except TypeError as error:
                raise JournalError(
                    f"{path} line {number} has not the fields of a decision: mend or move it"
                ) from error
            yield path.name, number, decision
