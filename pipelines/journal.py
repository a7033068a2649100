"""Files of JSON lines that lose nothing: appended and fsynced one line at a time, written anew only by a takedown.

A crash can tear the last line alone, which was never confirmed to anybody: it is passed over, and put aside by the next
line (beside the file, with the ending ``.torn``), so that it cannot swallow that one.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any


class JournalError(Exception):
    """The journal holds a line that is none; the message names file and line."""


def append_line(path: Path, row: Mapping[str, Any]) -> None:
    """Write the row down so that a crash right after cannot lose it; writers take turns by a lock on the file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(row, ensure_ascii=False, sort_keys=True).encode() + b"\n"
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


def read_lines(path: Path, what: str) -> Iterator[tuple[int, Any]]:
    """Number and value of every line, a torn last one passed over; none where there is no file.

    :param what: what a line should be, for the complaint.
    :raises JournalError: for any other line that is no JSON.
    """
    if not path.exists():
        return
    lines = path.read_bytes().split(b"\n")
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        row = _parsed(raw)
        if row is not None:
            yield number, row
        elif number < len(lines):
            raise JournalError(f"{path} line {number} is no {what}: mend or move it")


def rewrite_lines(path: Path, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> int:
    """Write every line anew as ``change`` gives it back, ``None`` for none; returns how many differ.

    The file is replaced whole, so that a crash leaves the old or the new one. What was torn goes too.
    """
    path.with_name(f"{path.name}.torn").unlink(missing_ok=True)
    if not path.exists():
        return 0
    changed = 0
    with _locked(path) as handle:
        handle.seek(0)
        old = handle.read()
        kept = []
        *lines, last = old.split(b"\n")
        for raw in [*lines, last if _parsed(last) is not None else b""]:
            row = _parsed(raw)
            new = change(row) if isinstance(row, dict) else row
            changed += new != row
            if new == row:
                kept.append(raw)
            elif new is not None:
                kept.append(json.dumps(new, ensure_ascii=False, sort_keys=True).encode())
        if (fresh := b"\n".join(kept)) != old:
            partial = path.with_suffix(".part")
            with partial.open("wb") as out:
                _flush(out, fresh)
            partial.replace(path)
    return changed


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
