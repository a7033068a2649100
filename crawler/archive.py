"""The archive: WARC 1.1 files (ISO 28500), one per outlet and run, one gzip member per record.

Pages are stored with their content encoding removed; the original header is kept as ``X-Crawl-Content-Encoding``, as
Common Crawl does, so that any WARC reader replays them. ``WARC-JSON-Metadata`` of a record holds what its landing line
says, so that the line can be written again from the archive alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.landinglog import LANDED, Known, LandingLine, LandingLog, LineKind, sync_folder, utc_stamp
from crawler.warcread import (
    ArchiveError,
    DamagedRecordError,
    MissingRecordError,
    Stored,
    WarcDamage,
    WarcRecord,
    iter_warc,
    read_record,
)

__all__ = [
    "ArchiveError",
    "ArchiveWriter",
    "Archived",
    "BusyError",
    "DamagedRecordError",
    "Known",
    "LandingLine",
    "LandingLog",
    "MissingRecordError",
    "Stored",
    "WarcDamage",
    "WarcRecord",
    "iter_warc",
    "land_stored",
    "read_record",
]

ARTICLE_TYPE = "application/json;profile=wiredesk-article"
"""Content type of a ready article."""

JSON_HEADER = "WARC-JSON-Metadata"

Headers = Iterable[tuple[str, str]]


class BusyError(ArchiveError):
    """Another process writes the same file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """Where a record lies."""

    warc_file: str
    """Relative to ``archive/``."""
    warc_offset: int
    warc_length: int
    page_sha256: str


class ArchiveWriter:
    """Appends records to ``<data>/archive/<run_id>-<outlet>.warc.gz``.

    Records are on disk when :meth:`sync` returns. The file is locked as long as the writer lives, which tells recovery
    that it is being written.

    Raises:
        BusyError: the file is being written by another process.
    """

    def __init__(self, data_dir: Path, run_id: str, outlet_id: str, *, software: str) -> None:
        folder = data_dir / "archive"
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{run_id}-{outlet_id}.warc.gz"
        self.run_id, self.outlet_id = run_id, outlet_id
        self._file = self.path.open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._file.close()
            raise BusyError(
                f"{self.path.name} is being written by another process; wait for it to end"
            ) from error
        self._warc = WARCWriter(self._file, gzip=True, warc_version="1.1")
        self._software = software
        self._fresh = self._file.tell() == 0

    def write_response(
        self,
        url: str,
        *,
        status: str,
        headers: Headers,
        body: bytes,
        fetched: datetime,
        meta: Mapping[str, Any],
        request: Headers | None = None,
    ) -> Archived:
        """Write an HTTP response (``status`` as ``200 OK``), with its request before it where that is known."""
        self._start(fetched)
        date = utc_stamp(fetched)
        record_id = _record_id(url, date, body)
        if request is not None:
            line = StatusAndHeaders(f"GET {_target(url)} HTTP/1.1", list(request), is_http_request=True)
            own = {
                "WARC-Date": date,
                "WARC-Record-ID": _record_id("request " + url, date, b""),
                "WARC-Concurrent-To": record_id,
            }
            self._write(url, "request", b"", line, own)
        http = StatusAndHeaders(status, _stored_headers(headers, len(body)), protocol="HTTP/1.1")
        own = {"WARC-Date": date, "WARC-Record-ID": record_id, JSON_HEADER: _json(meta)}
        return self._write(url, "response", body, http, own)

    def write_resource(
        self, url: str, *, content_type: str, body: bytes, fetched: datetime, meta: Mapping[str, Any]
    ) -> Archived:
        """Write bytes that came without HTTP headers: a saved page, or a ready article (:data:`ARTICLE_TYPE`)."""
        self._start(fetched)
        date = utc_stamp(fetched)
        own = {
            "WARC-Date": date,
            "WARC-Record-ID": _record_id(url, date, body),
            "Content-Type": content_type,
            JSON_HEADER: _json(meta),
        }
        return self._write(url, "resource", body, None, own)

    def _start(self, moment: datetime) -> None:
        if not self._fresh:
            return
        self._fresh = False
        info = f"software: {self._software}\r\nformat: WARC File Format 1.1\r\nisPartOf: {self.run_id}\r\n"
        date = utc_stamp(moment)
        own = {
            "WARC-Date": date,
            "WARC-Record-ID": _record_id(self.path.name, date, info.encode()),
            "WARC-Filename": self.path.name,
            "Content-Type": "application/warc-fields",
        }
        self._write("", "warcinfo", info.encode(), None, own)
        sync_folder(self.path.parent)

    def _write(
        self, url: str, kind: str, body: bytes, http: StatusAndHeaders | None, own: dict[str, str]
    ) -> Archived:
        start = self._file.tell()
        record = self._warc.create_warc_record(
            url, kind, payload=BytesIO(body), length=len(body), http_headers=http, warc_headers_dict=own,
            warc_content_type=own.get("Content-Type", ""),
        )  # fmt: skip
        self._warc.write_record(record)
        return Archived(
            warc_file=self.path.name,
            warc_offset=start,
            warc_length=self._file.tell() - start,
            page_sha256=hashlib.sha256(body).hexdigest(),
        )

    def sync(self) -> None:
        """Put what was written on disk."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        if not self._file.closed:
            self.sync()
            self._file.close()
            if self._fresh:
                self.path.unlink(missing_ok=True)  # nothing was fetched

    def abandon(self) -> None:
        """Close without writing anything more, where writing has failed; recovery sets the torn end aside."""
        with contextlib.suppress(OSError):
            self._file.close()

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def land_stored(
    writer: ArchiveWriter,
    *,
    url: str,
    body: bytes,
    content_type: str,
    kind: LineKind,
    fetched: datetime,
    way: str,
    article_id: str | None,
    published_hint: str | None = None,
    reason: str = "",
) -> LandingLine:
    """Write a page or a ready article that came without HTTP headers, and give its landing line.

    The caller syncs the writer, then appends the line: in this order, and in batches if it likes.
    """
    line = {
        "url": url, "final_url": url, "outlet_id": writer.outlet_id, "article_id": article_id, "kind": kind, "way": way,
        "http_status": None, "outcome": LANDED, "reason": reason, "published_hint": published_hint,
        "run_id": writer.run_id, "content_type": content_type,
    }  # fmt: skip
    at = writer.write_resource(url, content_type=content_type, body=body, fetched=fetched, meta=line)
    return stored_line(line, at, fetched)


def stored_line(line: Mapping[str, Any], at: Archived, fetched: datetime) -> LandingLine:
    """The landing line of a record: what its metadata says, and where it lies."""
    row = {
        **line, "fetched": utc_stamp(fetched), "warc_file": at.warc_file, "warc_offset": at.warc_offset,
        "warc_length": at.warc_length, "page_sha256": at.page_sha256,
    }  # fmt: skip
    return LandingLine.from_row(row)


def _record_id(url: str, date: str, body: bytes) -> str:
    # Named by content, not drawn: the same fetch gives the same bytes.
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{url} {date} {hashlib.sha256(body).hexdigest()}')}>"


def _json(meta: Mapping[str, Any]) -> str:
    return json.dumps(meta, ensure_ascii=True, separators=(",", ":"))


def _target(url: str) -> str:
    rest = url.split("://", 1)[-1]
    return "/" + rest.split("/", 1)[1] if "/" in rest else "/"


def _stored_headers(headers: Headers, length: int) -> list[tuple[str, str]]:
    """Headers of a body whose transfer and content encodings were removed."""
    kept = []
    for name, value in headers:
        lower = name.lower()
        if lower in ("content-encoding", "transfer-encoding", "content-length"):
            kept.append((f"X-Crawl-{name}", value))
        else:
            kept.append((name, value))
    return [*kept, ("Content-Length", str(length))]
