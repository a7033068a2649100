"""Reading one record of the archive (WARC 1.1, ISO 28500) by file and offset: the way back to what was fetched.

A library, not a stage. The crawler writes the archive; the building only reads it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


class PageError(Exception):
    """The archive cannot give the page; ``outcome`` names why."""

    def __init__(self, outcome: str, message: str) -> None:
        super().__init__(message)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class Record:
    """One record: what was asked for, when, and the bytes that came, decoded from their transfer encoding."""

    url: str | None
    date: str
    record_id: str
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...]


def read_record(archive_dir: Path, warc_file: str, offset: int) -> Record:
    """The record at ``offset`` (bytes) of ``archive_dir/warc_file``.

    :raises PageError: ``archive_missing`` when the file is gone, ``archive_damaged`` when no record can be read there.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    path = archive_dir / warc_file
    if Path(warc_file).is_absolute() or ".." in Path(warc_file).parts or not path.is_file():
        raise PageError(
            "archive_missing", f"the archive has no file {warc_file}: restore it, or crawl the page again"
        )
    try:
        with path.open("rb") as handle:
            handle.seek(offset)
            for record in ArchiveIterator(handle):
                body = record.content_stream().read()
                http = record.http_headers
                content_type = (
                    (http.get_header("Content-Type") or "")
                    if http
                    else (record.rec_headers.get_header("Content-Type") or "")
                )
                return Record(
                    url=record.rec_headers.get_header("WARC-Target-URI"),
                    date=record.rec_headers.get_header("WARC-Date") or "",
                    record_id=record.rec_headers.get_header("WARC-Record-ID") or "",
                    content_type=content_type,
                    body=body,
                    headers=tuple(http.headers) if http else (),
                )
    except (ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
        raise PageError("archive_damaged", f"{warc_file} cannot be read at byte {offset}: {error}") from error
    raise PageError("archive_damaged", f"{warc_file} ends before byte {offset}")


def page_sha256(body: bytes) -> str:
    """The hash under which a page is known everywhere: of its decoded body."""
    return hashlib.sha256(body).hexdigest()
