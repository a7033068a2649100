"""Takes pages out of the archive for good, and leaves a line in the landing log that says so.

Every WARC that holds a record of a forgotten URL, or a feed or list that names it (with its title, often with its first
words), is written anew without; landing lines of the other pages get their new offsets. The new files are prepared
first, then a plan is put on the disk, then they change places: a crash at any moment leaves either the old state or a
plan that :func:`finish` carries out. What the database has to follow stays in :data:`FOLLOW` until it has.
"""

from __future__ import annotations

import fcntl
import html
import io
import json
import os
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from crawler.landinglog import FORGOTTEN, sync_folder, utc_stamp

PLAN = "takedown.json"
FOLLOW = "takedown-store.json"
"""What the database has to follow: offsets that moved, records that are gone, lines of the landing logs."""
_MAGIC = b"\x1f\x8b"


@dataclass(slots=True)
class Takedown:
    """What a takedown took out. ``moved`` maps (file, old offset) to the new offset of every record that stays."""

    records: int = 0
    lines: int = 0
    moved: dict[tuple[str, int], int] = field(default_factory=dict)
    dropped: set[tuple[str, int]] = field(default_factory=set)
    """(file, old offset) of the listings that named the page."""
    logs: dict[str, tuple[list[int], list[int]]] = field(default_factory=dict)
    """Log file → byte after each line, before and after: to translate a position in it."""


def forget(
    data_dir: Path, urls: Sequence[str], articles: Sequence[str] = (), *, now: datetime, reason: str
) -> Takedown:
    """Take every record and landing line of ``urls`` (as fetched, or after redirects) out of ``data_dir``.

    The caller holds off crawls (:func:`crawler.retirement.quiet`). What the database has to follow then lies in
    :data:`FOLLOW`; an earlier one must have been followed.

    :param articles: ids that the database knows these pages under.
    :raises BlockingIOError: an import is writing a file of the archive; nothing was changed.
    """
    finish(data_dir)
    wanted = set(urls)
    wanted |= {line["url"] for line in _lines(data_dir) if line.get("final_url") in wanted}
    wanted |= {
        line["final_url"] for line in _lines(data_dir) if line["url"] in wanted and line.get("final_url")
    }
    listings = {
        url
        for line in _lines(data_dir)
        if line.get("kind") == "listing"
        for url in (line["url"], line.get("final_url"))
        if url
    }
    done = Takedown()
    ready: list[Path] = []
    warcs, logs = (
        sorted((data_dir / "archive").glob("*.warc.gz")),
        sorted((data_dir / "landing").glob("*.jsonl")),
    )
    spelled = _spellings(wanted)
    try:
        ready += [warc for warc in warcs if _rewrite_warc(warc, wanted, listings, spelled, done)]
    except BlockingIOError:
        finish(data_dir)  # removes what was prepared for nothing
        raise
    ready += [log for log in logs if _rewrite_log(log, wanted, done, now, reason)]
    if ready or articles:
        plan = {
            "files": [str(path.relative_to(data_dir)) for path in ready],
            "id": utc_stamp(now),
            "urls": sorted(wanted),
            "articles": list(articles),
            "reason": reason,
            "moved": [[name, old, new] for (name, old), new in sorted(done.moved.items()) if old != new],
            "dropped": [list(one) for one in sorted(done.dropped)],
            "logs": done.logs,
        }
        write_plan(data_dir, plan)
        finish(data_dir)
    return done


def finish(data_dir: Path) -> None:
    """Carry out a plan that a crash left behind; without one, remove what was prepared for none."""
    plan = data_dir / PLAN
    try:
        handle = plan.open("rb")
    except FileNotFoundError:
        pass
    else:
        with handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            if plan.exists():  # else another command has just carried it out
                _carry_out(data_dir, plan)
    for folder in (".", "archive", "landing"):
        for stale in (data_dir / folder).glob("*.takedown"):
            stale.unlink()


def _carry_out(data_dir: Path, plan: Path) -> None:
    for name in json.loads(plan.read_text(encoding="utf-8"))["files"]:
        path = data_dir / name
        partial = partial_of(path)
        if partial.exists():
            partial.replace(path)
            if not path.stat().st_size:
                path.unlink()  # nothing of it stays
            sync_folder(path.parent)
    plan.replace(data_dir / FOLLOW)
    sync_folder(data_dir)


def write_plan(data_dir: Path, plan: Mapping[str, Any]) -> None:
    """Put a plan for :func:`finish` on the disk: whole, or not at all, since a torn one would stop every command."""
    partial = partial_of(data_dir / PLAN)
    write_synced(partial, json.dumps(plan, ensure_ascii=False).encode())
    partial.replace(data_dir / PLAN)
    sync_folder(data_dir)


def partial_of(path: Path) -> Path:
    """Where the new content of a file is prepared."""
    return path.with_name(path.name + ".takedown")


def write_synced(path: Path, content: bytes) -> None:
    """Write a file and put it on the disk."""
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


def read_alone(warc: Path) -> bytes:
    """The bytes of a WARC file, which must not grow while it is written anew.

    Raises:
        BlockingIOError: an import is writing it.
    """
    with warc.open("rb") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return handle.read()


def _spellings(wanted: set[str]) -> set[bytes]:
    """How a listing may name one of the URLs: without its scheme or by its path alone, plain or as HTML or JSON has it."""
    needles = set()
    for url in wanted:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        # a page's own path is long; one that is not would take half of the site with it
        needles |= {f"//{parts.netloc}{path}", *([path] if len(path) >= SHORTEST_PATH else [])}
    forms = {form for one in needles for form in (one, html.escape(one), unquote(one))}
    return {form.encode() for one in forms for form in (one, one.replace("/", "\\/"))}


def _names(record: bytes, spelled: set[bytes]) -> bool:
    """Whether the body of a listing's record holds one of the spellings."""
    from warcio.archiveiterator import ArchiveIterator

    for one in ArchiveIterator(io.BytesIO(record)):
        if one.rec_type == "response":
            body = one.content_stream().read()
            return any(needle in body for needle in spelled)
    return False


SHORTEST_PATH = 8


def _rewrite_warc(
    warc: Path, wanted: set[str], listings: set[str], spelled: set[bytes], done: Takedown
) -> bool:
    content = read_alone(warc)
    kept: list[bytes] = []
    size = removed = 0
    moved: dict[tuple[str, int], int] = {}
    for offset, length, plain in members(content):
        target = target_of(plain)
        if target in wanted:
            removed += 1
            continue
        if target in listings and _names(content[offset : offset + length], spelled):
            done.dropped.add((warc.name, offset))
            removed += 1
            continue
        moved[warc.name, offset] = size
        kept.append(content[offset : offset + length])
        size += length
    if not removed:
        return False
    write_synced(partial_of(warc), b"".join(kept))
    done.records += removed
    done.moved |= moved
    return True


IN_ARCHIVE = ("warc_file", "warc_offset", "warc_length", "page_sha256", "etag", "last_modified")


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
            elif (place := (line.get("warc_file") or "", line.get("warc_offset") or 0)) in done.dropped:
                line |= dict.fromkeys(IN_ARCHIVE) | {"reason": "it named a page that was taken out"}
            elif (at := done.moved.get(place)) is not None:
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
    write_synced(partial_of(log), b"".join(out))
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
