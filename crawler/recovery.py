"""After a crash: records without a landing line get one, and torn ends are set aside. Nothing is fetched twice.

A crash can fall between the record and its line (the record stays, the line is written from the record's own metadata),
inside a record (the torn end is moved to ``<file>.torn``) or inside a line (likewise).
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from crawler import takedown
from crawler.archive import Archived, stored_line
from crawler.landinglog import LandingLine, LandingLog, parse_line
from crawler.warcread import WarcDamage, WarcRecord, iter_warc

_OVERLAP = 3600.0
"""Seconds, for clocks that jump."""

_TAIL = 256 * 1024


@dataclass(slots=True)
class Recovery:
    """What was put right."""

    recovered: list[LandingLine] = field(default_factory=list)
    set_aside: list[str] = field(default_factory=list)
    """One sentence for each torn end and each damaged stretch."""
    skipped: list[str] = field(default_factory=list)
    """WARCs that another process is writing."""


def recover(data_dir: Path) -> Recovery:
    """Bring archive and landing log of ``data_dir`` to agree. Cheap when they do: only files that were written since the
    last recovery that found every file at rest (and the hour before it) are looked at."""
    takedown.finish(data_dir)
    result = Recovery()
    log = LandingLog(data_dir)
    marker = log.folder / ".recovered"
    began = time.time()
    since = marker.stat().st_mtime - _OVERLAP if marker.exists() else 0.0
    for warc in sorted((data_dir / "archive").glob("*.warc.gz")):
        if warc.stat().st_mtime < since:
            continue
        with _own(warc) as handle:
            if handle is None:
                result.skipped.append(warc.name)
                continue
            _recover_warc(log, warc, result)
    for path in log.files():
        if path.stat().st_mtime < since:
            continue
        # A log without a WARC of its own: failures only.
        if not (data_dir / "archive" / f"{path.stem}.warc.gz").exists():
            _cut_torn_line(path, result)
    log.close()
    if not result.skipped and log.folder.is_dir():
        marker.touch()
        os.utime(marker, (began, began))
    return result


def _recover_warc(log: LandingLog, warc: Path, result: Recovery) -> None:
    log_path = log.folder / (warc.name.removesuffix(".warc.gz") + ".jsonl")
    _cut_torn_line(log_path, result)
    end = _logged_end(log_path)
    if end >= warc.stat().st_size:
        return
    lines: list[LandingLine] = []
    for found in iter_warc(warc, end):
        if isinstance(found, WarcDamage):
            _set_aside(warc, found, result)
        elif found.meta.get("run_id"):
            lines.append(_line(warc, found))
    log.append(lines)
    result.recovered.extend(lines)


def _line(warc: Path, found: WarcRecord) -> LandingLine:
    at = Archived(
        warc_file=warc.name,
        warc_offset=found.offset,
        warc_length=found.length,
        page_sha256=hashlib.sha256(found.page.body).hexdigest(),
    )
    meta = {**found.meta, "counts": {**found.meta.get("counts", {}), "recovered": 1}}
    return stored_line(meta, at, datetime.fromisoformat(found.fetched))


def _logged_end(path: Path) -> int:
    """Where the last record that the log names ends in its WARC; 0 where it names none."""
    end = 0
    if path.exists():
        with path.open("rb") as handle:
            for raw in handle:
                line = parse_line(raw)
                if (
                    line is not None
                    and line.warc_file == path.stem + ".warc.gz"
                    and line.warc_offset is not None
                ):
                    end = max(end, line.warc_offset + (line.warc_length or 0))
    return end


def _cut_torn_line(path: Path, result: Recovery) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("r+b") as handle:
        size = handle.seek(0, os.SEEK_END)
        handle.seek(max(0, size - _TAIL))
        tail = handle.read()
        if tail.endswith(b"\n"):
            return
        torn = tail[tail.rfind(b"\n") + 1 :]
        _keep(path, torn)
        handle.truncate(size - len(torn))
        os.fsync(handle.fileno())
    result.set_aside.append(
        f"{path.name}: its last line was torn ({len(torn)} bytes, kept in {path.name}.torn)"
    )


def _set_aside(warc: Path, damage: WarcDamage, result: Recovery) -> None:
    if not damage.torn:
        result.set_aside.append(f"{warc.name}: damaged at offset {damage.offset} ({damage.reason})")
        return
    with warc.open("r+b") as handle:
        handle.seek(damage.offset)
        _keep(warc, handle.read(damage.length))
        handle.truncate(damage.offset)
        os.fsync(handle.fileno())
    result.set_aside.append(
        f"{warc.name}: its last record was torn ({damage.length} bytes, kept in {warc.name}.torn)"
    )


def _keep(path: Path, torn: bytes) -> None:
    with path.with_name(path.name + ".torn").open("ab") as handle:
        handle.write(torn)
        handle.flush()
        os.fsync(handle.fileno())


@contextmanager
def _own(path: Path) -> Iterator[BinaryIO | None]:
    """The file, locked; ``None`` where another process writes it."""
    with path.open("rb") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield handle
