"""The landing log: one JSON line for every URL met, kept beside the archive.

``<data>/landing/<run_id>-<outlet>.jsonl``. A line is written after the bytes that it points to are on disk, so that a
line never names a record that is not there; what a crash left without a line is found by :func:`crawler.recovery.recover`.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TextIO

log = logging.getLogger(__name__)

LineKind = Literal["article", "listing", "robots", "record", "html"]
"""``article``, ``listing``, ``robots``: crawled; ``html``: a page imported without HTTP headers; ``record``: a ready
article imported as JSON."""

LANDED = "landed"
UNCHANGED = "unchanged"
RETIRED = "retired"
"""It landed, and its bytes were taken out since, by age or for room (:mod:`crawler.retirement`)."""

FORGOTTEN = "forgotten"
"""It was taken out on request, for good (:mod:`crawler.takedown`)."""

FINAL = frozenset({"off_outlet", "too_large", "soft_404", "bad_url", FORGOTTEN})
"""Outcomes that another try would not change."""

NOT_TRIED = frozenset(
    {"older_than_since", "over_limit", "not_reached", "not_article_url", "robots_forbidden"}
)
"""Outcomes without a try of the page itself: the next crawl tries."""

MAX_TRIES = {"http_404": 2, "http_410": 1, "http_451": 2}
"""Tries over all crawls before a URL is left alone; :data:`OTHER_TRIES` for every other failure."""
OTHER_TRIES = 6


def utc_stamp(moment: datetime) -> str:
    """ISO 8601 in UTC with microseconds and ``Z``.

    Raises:
        ValueError: ``moment`` has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingLine:
    """What became of one URL in one run."""

    url: str
    """As it was asked for."""
    final_url: str | None = None
    """After redirects."""
    outlet_id: str
    article_id: str | None = None
    kind: LineKind
    way: str
    """``feed``, ``newsmap``, ``section``, ``json``, ``fetch``, ``warc``, ``import`` or ``robots``."""
    fetched: str
    """UTC, see :func:`utc_stamp`."""
    http_status: int | None = None
    outcome: str
    reason: str = ""
    warc_file: str | None = None
    """Relative to ``archive/``."""
    warc_offset: int | None = None
    warc_length: int | None = None
    page_sha256: str | None = None
    """SHA-256 of the body, content encoding removed."""
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    published_hint: str | None = None
    """Publication time that a listing gave, ISO 8601."""
    run_id: str
    counts: dict[str, int] = field(default_factory=dict)
    """Of a listing: entries ``listed``, ``new``, ``known`` …"""

    def row(self) -> dict[str, Any]:
        """The line as a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}

    def to_json(self) -> str:
        return json.dumps(self.row(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> LandingLine:
        """Raises ``TypeError`` where a field is missing; fields of a later version are ignored."""
        return cls(**{name: row[name] for name in row if name in _NAMES})


_NAMES = frozenset(f.name for f in fields(LandingLine))


@dataclass(slots=True)
class Known:
    """What the landing log knows of one outlet."""

    landed_urls: set[str] = field(default_factory=set)
    landed_at: dict[str, str] = field(default_factory=dict)
    """Article id → when its newest version was fetched."""
    last_outcome: dict[str, str] = field(default_factory=dict)
    """URL → outcome of its newest line."""
    tries: Counter[str] = field(default_factory=Counter)
    """URL → failed tries so far."""
    listings: dict[str, LandingLine] = field(default_factory=dict)
    """URL of a listing or a robots.txt → the newest line that points at its bytes."""
    forgotten: set[str] = field(default_factory=set)
    """URLs and article ids that were taken out: an article has more than one URL."""

    def add(self, line: LandingLine) -> None:
        if line.kind in ("listing", "robots"):
            if line.outcome in (LANDED, UNCHANGED) and line.warc_file:
                self.listings[line.url] = line
            return
        self.last_outcome[line.url] = line.outcome
        if line.outcome == FORGOTTEN:
            self.forgotten.update(name for name in (line.url, line.article_id) if name)
        if line.outcome in (LANDED, UNCHANGED, RETIRED):
            self.landed_urls.update(url for url in (line.url, line.final_url) if url)
            if line.article_id:
                self.landed_at[line.article_id] = line.fetched
        elif line.outcome not in NOT_TRIED and line.way != "import":  # a refused row asked no outlet
            self.tries[line.url] += 1

    def has(self, url: str, article_id: str | None) -> bool:
        """Whether the page is in the archive, or was until it was retired."""
        return url in self.landed_urls or (article_id is not None and article_id in self.landed_at)

    def forgot(self, url: str, article_id: str | None) -> bool:
        """Whether the page was taken out."""
        return url in self.forgotten or article_id in self.forgotten

    def given_up(self, url: str, article_id: str | None) -> bool:
        """Whether another try of ``url`` is pointless."""
        outcome = self.last_outcome.get(url, "")
        return (
            self.forgot(url, article_id)
            or outcome in FINAL
            or self.tries[url] >= MAX_TRIES.get(outcome, OTHER_TRIES)
        )


class LandingLog:
    """The landing log under a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "landing"
        self._open: dict[Path, TextIO] = {}

    def path(self, run_id: str, outlet_id: str) -> Path:
        return self.folder / f"{run_id}-{outlet_id}.jsonl"

    def append(self, lines: Iterable[LandingLine], *, sync: bool = True) -> None:
        """Append lines and put them on disk before returning. The WARC records must be on disk already.

        ``sync=False`` leaves the disk to the next call: for lines that point at no bytes, which a crash may cost.
        """
        touched = set()
        for line in lines:
            handle = self._handle(self.path(line.run_id, line.outlet_id))
            handle.write(line.to_json() + "\n")
            touched.add(handle)
        for handle in touched:
            handle.flush()
            if sync:
                os.fsync(handle.fileno())

    def _handle(self, path: Path) -> TextIO:
        if path not in self._open:
            self.folder.mkdir(parents=True, exist_ok=True)
            fresh = not path.exists()
            self._open[path] = path.open("a", encoding="utf-8")
            if fresh:
                sync_folder(self.folder)
        return self._open[path]

    def close(self) -> None:
        for handle in self._open.values():
            handle.close()
        self._open.clear()

    def abandon(self) -> None:
        """Close without writing anything more, where writing has failed."""
        for handle in self._open.values():
            with contextlib.suppress(OSError):
                handle.close()
        self._open.clear()

    def files(self, outlet_id: str | None = None) -> list[Path]:
        """Log files, oldest run first (run ids sort by time)."""
        return sorted(self.folder.glob(f"*-{outlet_id}.jsonl" if outlet_id else "*.jsonl"))

    def read_all(self, outlet_id: str | None = None) -> Iterator[LandingLine]:
        """Every whole line, oldest run first; a torn last line is left to recovery."""
        for path in self.files(outlet_id):
            yield from (line for line in _lines(path) if outlet_id in (None, line.outlet_id))

    def read_file(self, path: Path) -> Iterator[LandingLine]:
        """The lines of one of :meth:`files`."""
        yield from _lines(path)

    def read_run(self, run_id: str, outlet_id: str) -> Iterator[LandingLine]:
        """The lines of one run and outlet."""
        yield from _lines(self.path(run_id, outlet_id))

    def newest(self, outlet_id: str, article_ids: Collection[str]) -> dict[str, LandingLine]:
        """Article id → the newest line that points at its bytes."""
        return {
            line.article_id: line
            for line in self.read_all(outlet_id)
            if line.article_id in article_ids and line.article_id and line.warc_file
        }

    def known(self, outlet_id: str) -> Known:
        """What has been met at an outlet."""
        known = Known()
        for line in self.read_all(outlet_id):
            known.add(line)
        return known


def _lines(path: Path) -> Iterator[LandingLine]:
    if not path.exists():
        return
    with path.open("rb") as handle:
        for number, raw in enumerate(handle, start=1):
            line = parse_line(raw)
            if line is not None:
                yield line
            elif raw.strip():
                log.warning("%s line %d is no line of a landing log; it is passed over", path.name, number)


def parse_line(raw: bytes) -> LandingLine | None:
    """A line of the log, or ``None`` where it is torn."""
    if not raw.endswith(b"\n"):
        return None
    try:
        return LandingLine.from_row(json.loads(raw))
    except (ValueError, TypeError):  # not JSON, not an object, a field missing
        return None


def sync_folder(folder: Path) -> None:
    """Put a folder's entries on disk, so that a new file survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
