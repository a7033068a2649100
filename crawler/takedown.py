"""Takes pages out of the archive for good, and leaves a line in the landing log that says so.

Every WARC that holds a record of a forgotten URL is written anew without it; landing lines of the other pages get
their new offsets. The new files are prepared first, then a plan is put on the disk, then they change places: a crash
at any moment leaves either the old state or a plan that :func:`finish` carries out.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler.landinglog import sync_folder, utc_stamp

FORGOTTEN = "forgotten"
PLAN = "takedown.json"
_MAGIC = b"\x1f\x8b"


@dataclass(slots=True)
class Takedown:
    """What a takedown took out. ``moved`` maps (file, old offset) to the new offset of every record that stays."""

    records: int = 0
    lines: int = 0
    moved: dict[tuple[str, int], int] = field(default_factory=dict)
    logs: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict)
    """Log file → byte after each line, before and after: to translate a position in it."""


def forget(data_dir: Path, urls: Sequence[str], *, now: datetime, reason: str) -> Takedown:
    """Take every record and landing line of ``urls`` (as fetched, or after redirects) out of ``data_dir``.

    The caller must hold off crawls; a file that is being written is locked and raises ``BlockingIOError``.
    """
    finish(data_dir)
    wanted = set(urls)
    wanted |= {line["url"] for line in _lines(data_dir) if line.get("final_url") in wanted}
    wanted |= {
        line["final_url"] for line in _lines(data_dir) if line["url"] in wanted and line.get("final_url")
    }
    done = Takedown()
    ready: list[Path] = []
    warcs, logs = (
        sorted((data_dir / "archive").glob("*.warc.gz")),
        sorted((data_dir / "landing").glob("*.jsonl")),
    )
    ready += [warc for warc in warcs if _rewrite_warc(warc, wanted, done)]
    ready += [log for log in logs if _rewrite_log(log, wanted, done, now, reason)]
    if ready:
        _write(data_dir / PLAN, json.dumps([str(path.relative_to(data_dir)) for path in ready]).encode())
        sync_folder(data_dir)
        finish(data_dir)
    return done


def finish(data_dir: Path) -> None:
    """Carry out a plan that a crash left behind; without one, remove what was prepared for none."""
    plan = data_dir / PLAN
    if plan.exists():
        for name in json.loads(plan.read_text(encoding="utf-8")):
            path = data_dir / name
            partial = _partial(path)
            if partial.exists():
                partial.replace(path)
                sync_folder(path.parent)
        plan.unlink()
        sync_folder(data_dir)
    for folder in ("archive", "landing"):
        for stale in (data_dir / folder).glob("*.takedown"):
            stale.unlink()


def _partial(path: Path) -> Path:
    return path.with_name(path.name + ".takedown")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())


def _lines(data_dir: Path) -> Iterator[dict[str, Any]]:
    for log in sorted((data_dir / "landing").glob("*.jsonl")):
        for raw in log.read_bytes().split(b"\n"):
            if raw.startswith(b"{") and raw.endswith(b"}"):
                yield json.loads(raw)


def members(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Offset, length and decompressed bytes of each gzip member; what is damaged stays one piece to the next member."""
    position = 0
    while position < len(content):
        reader = zlib.decompressobj(31)
        try:
            plain = reader.decompress(content[position:])
            end = len(content) - len(reader.unused_data) if reader.eof else len(content)
        except zlib.error:
            plain = b""
            found = content.find(_MAGIC, position + 2)
            end = found if found > 0 else len(content)
        yield position, end - position, plain
        position = end


def target_of(record: bytes) -> str | None:
    """The URL of a WARC record, from its header."""
    head = record.split(b"\r\n\r\n", 1)[0]
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"warc-target-uri:"):
            return line.split(b":", 1)[1].strip().strip(b"<>").decode("utf-8", "replace")
    return None


def _rewrite_warc(warc: Path, wanted: set[str], done: Takedown) -> bool:
    content = warc.read_bytes()
    kept: list[bytes] = []
    size = removed = 0
    moved: dict[tuple[str, int], int] = {}
    for offset, length, plain in members(content):
        if target_of(plain) in wanted:
            removed += 1
            continue
        moved[warc.name, offset] = size
        kept.append(content[offset : offset + length])
        size += length
    if not removed:
        return False
    _write(_partial(warc), b"".join(kept))
    done.records += removed
    done.moved |= moved
    return True


def _rewrite_log(log: Path, wanted: set[str], done: Takedown, now: datetime, reason: str) -> bool:
    out: list[bytes] = []
    before: list[int] = []
    after: list[int] = []
    old = new = taken = 0
    changed = False
    for raw in log.read_bytes().splitlines(keepends=True):
        text = raw
        if raw.startswith(b"{") and raw.rstrip().endswith(b"}"):
            line = json.loads(raw)
            if (line["url"] in wanted or line.get("final_url") in wanted) and line["outcome"] != FORGOTTEN:
                line = _tombstone(line, now, reason)
                taken += 1
            elif (
                at := done.moved.get((line.get("warc_file") or "", line.get("warc_offset") or 0))
            ) is not None:
                line["warc_offset"] = at if line.get("warc_file") else line.get("warc_offset")
            text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            changed |= json.loads(raw) != line
        old += len(raw)
        new += len(text)
        before.append(old)
        after.append(new)
        out.append(text)
    if not changed:
        return False
    _write(_partial(log), b"".join(out))
    done.lines += taken
    done.logs[f"landing/{log.name}"] = (before, after)
    return True


def _tombstone(line: dict[str, Any], now: datetime, reason: str) -> dict[str, Any]:
    """That the URL was met once and taken out; nothing of what stood there."""
    kept = ("url", "outlet_id", "article_id", "kind", "way", "fetched", "run_id", "counts")
    return {
        **dict.fromkeys(line, None),
        **{key: line[key] for key in kept if key in line},
        "outcome": FORGOTTEN,
        "reason": f"taken out on {utc_stamp(now)[:10]}" + (f": {reason}" if reason else ""),
    }
