"""Takes pages out of the archive that are too old or too much, and says so in the lines that pointed at them.

Unlike a takedown (:mod:`crawler.takedown`), what was read from a page stays, and so does its hash; only its bytes go. The
outcome of its line becomes ``retired``, with the reason. It works through the archive in batches, each of which is done
whole or not at all by the takedown's plan, so that it needs little room on a full disk.
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crawler.landinglog import LANDED, RETIRED, LandingLine, LandingLog, utc_stamp
from crawler.takedown import finish, members, partial_of, read_alone, write_plan, write_synced
from crawler.turns import writing_alone

BATCH = 64 * 2**20
"""Bytes of WARC files that are written anew at a time."""

Place = tuple[str, int]
"""WARC file and offset of a record."""


@dataclass(slots=True)
class Page:
    """One record of the archive, and what the landing log says of it."""

    outlet_id: str
    url: str
    kind: str
    place: Place
    came: datetime
    """When it came into this archive: for an imported page later than it was fetched."""
    length: int
    size: float = 0.0
    """Its share of its WARC file, bytes: the records of a file sum up to it."""
    needed: bool = False
    """The next crawl needs it: the newest bytes of a listing or a robots.txt."""


@dataclass(slots=True)
class Holdings:
    """The records that landing lines point at, oldest first."""

    pages: list[Page] = field(default_factory=list)
    logs: dict[str, set[Path]] = field(default_factory=dict)
    """WARC file → the logs whose lines point into it."""


class BusyError(Exception):
    """A crawl or an import is at work."""


def holdings(data_dir: Path) -> Holdings:
    """What the archive holds, by the landing log."""
    found: dict[Place, Page] = {}
    newest: dict[tuple[str, str, str], Page] = {}
    held = Holdings()
    log = LandingLog(data_dir)
    for path in log.files():
        for line in log.read_file(path):
            if line.warc_file is None or line.warc_offset is None:
                continue
            place = (line.warc_file, line.warc_offset)
            page = found.setdefault(
                place,
                Page(line.outlet_id, line.url, line.kind, place, _came(line), line.warc_length or 0),
            )
            held.logs.setdefault(line.warc_file, set()).add(path)
            if line.kind in ("listing", "robots"):
                newest[line.outlet_id, line.kind, line.url] = page
    for page in newest.values():
        page.needed = True
    sizes = {path.name: path.stat().st_size for path in (data_dir / "archive").glob("*.warc.gz")}
    named: dict[str, int] = {}
    for page in found.values():
        named[page.place[0]] = named.get(page.place[0], 0) + page.length
    for page in found.values():
        name = page.place[0]
        page.size = sizes.get(name, 0) * page.length / named[name] if named[name] else 0.0
    held.pages = sorted(found.values(), key=lambda page: (page.came, page.place))
    return held


def _came(line: LandingLine) -> datetime:
    fetched = datetime.fromisoformat(line.fetched)
    try:
        began = datetime.strptime(line.run_id.partition("-")[0], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
    except ValueError:  # a run that was named by hand
        return fetched
    return max(fetched, began)


@contextmanager
def quiet(data_dir: Path) -> Iterator[None]:
    """Hold off crawls and imports.

    Raises:
        BusyError: one is at work.
    """
    with ExitStack() as stack:
        for path in sorted((data_dir / "landing").glob(".*.lock")):
            handle = stack.enter_context(path.open("w"))
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                outlet = path.name[1:].removesuffix(".lock")
                raise BusyError(f"a crawl of {outlet} is at work: try again when it has ended") from error
        try:
            stack.enter_context(writing_alone(data_dir))
        except BlockingIOError as error:
            raise BusyError(
                "an import, or a crawl that begins, is at work: try again when it has ended"
            ) from error
        yield


def retire(
    data_dir: Path,
    held: Holdings,
    chosen: Sequence[tuple[Page, str]],
    *,
    now: datetime,
    follow: Callable[[], None],
) -> int:
    """Take the chosen pages, each with its reason, out of the archive; how many bytes that freed.

    The caller holds off crawls (:func:`quiet`) and runs of the line.

    Args:
        follow: brings the database up to what the archive now is; called after each batch.
    """
    finish(data_dir)
    before = _size(data_dir)
    gone: dict[str, dict[int, str]] = {}
    for page, reason in chosen:
        gone.setdefault(page.place[0], {})[page.place[1]] = f"{reason} (taken out on {utc_stamp(now)[:10]})"
    for number, names in enumerate(_batches(data_dir, sorted(gone))):
        try:
            plan = _prepare(data_dir, held, {name: gone[name] for name in names})
        except OSError:
            finish(data_dir)  # removes what was prepared for nothing
            raise
        plan["id"] = f"retired {utc_stamp(now)} {number}"
        write_plan(data_dir, plan)
        finish(data_dir)
        follow()
    return before - _size(data_dir)


def _size(data_dir: Path) -> int:
    return sum(path.stat().st_size for path in (data_dir / "archive").glob("*.warc.gz"))


def _batches(data_dir: Path, names: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for name in names:
        path = data_dir / "archive" / name
        if not path.exists():
            continue
        if batch and size + path.stat().st_size > BATCH:
            yield batch
            batch, size = [], 0
        batch.append(name)
        size += path.stat().st_size
    if batch:
        yield batch


def _prepare(data_dir: Path, held: Holdings, gone: Mapping[str, Mapping[int, str]]) -> dict[str, Any]:
    """Write the new files beside the old ones; the plan that puts them in their places."""
    files: list[Path] = []
    moved: dict[Place, int] = {}
    for name, offsets in gone.items():
        path = data_dir / "archive" / name
        moved |= _rewrite_warc(path, offsets)
        files.append(path)
    logs: dict[str, tuple[list[int], list[int]]] = {}
    for path in sorted(set().union(*(held.logs[name] for name in gone))):
        logs[f"landing/{path.name}"] = _rewrite_log(path, gone, moved)
        files.append(path)
    return {
        "files": [str(path.relative_to(data_dir)) for path in files],
        "urls": [],
        "articles": [],
        "reason": "",
        "moved": [[name, old, new] for (name, old), new in sorted(moved.items()) if old != new],
        "dropped": [],
        "logs": logs,
        "retired": [
            [name, offset, why] for name, one in sorted(gone.items()) for offset, why in sorted(one.items())
        ],
    }


def _rewrite_warc(path: Path, gone: Mapping[int, str]) -> dict[Place, int]:
    """Write what stays beside the file (nothing, where no page stays); where each record will be."""
    content = read_alone(path)
    records = [(offset, length, _head(plain)) for offset, length, plain in members(content)]
    ids = {head.get("warc-record-id") for offset, _, head in records if offset in gone}
    moved: dict[Place, int] = {}
    kept: list[bytes] = []
    size = 0
    for offset, length, head in records:
        if offset in gone or (head.get("warc-type") == "request" and head.get("warc-concurrent-to") in ids):
            continue
        moved[path.name, offset] = size
        kept.append(content[offset : offset + length])
        size += length
    if all(
        head.get("warc-type") == "warcinfo" for offset, _, head in records if (path.name, offset) in moved
    ):
        kept = []
    write_synced(partial_of(path), b"".join(kept))
    return moved


def _head(record: bytes) -> dict[str, str]:
    """Header fields of a WARC record, names in lower case."""
    lines = record.split(b"\r\n\r\n", 1)[0].split(b"\r\n")[1:]
    pairs = (line.decode("utf-8", "replace").partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _rewrite_log(
    path: Path, gone: Mapping[str, Mapping[int, str]], moved: Mapping[Place, int]
) -> tuple[list[int], list[int]]:
    """Write the log beside itself, line by line; the byte after each line, before and after."""
    out: list[bytes] = []
    before: list[int] = []
    after: list[int] = []
    old = new = 0
    for raw in path.read_bytes().splitlines(keepends=True):
        text = raw
        if raw.startswith(b"{") and raw.rstrip().endswith(b"}"):
            line = json.loads(raw)
            name, offset = line.get("warc_file"), line.get("warc_offset")
            reason = gone.get(name, {}).get(offset)
            if reason is not None:
                line |= {"warc_file": None, "warc_offset": None, "warc_length": None, "reason": reason}
                line["outcome"] = RETIRED if line["outcome"] == LANDED else line["outcome"]
            elif (name, offset) in moved:
                line["warc_offset"] = moved[name, offset]
            text = json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        old += len(raw)
        new += len(text)
        before.append(old)
        after.append(new)
        out.append(text)
    write_synced(partial_of(path), b"".join(out))
    return before, after
