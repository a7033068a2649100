"""Reading WARC files: one record by its offset, or a whole file past its damaged members, in bounded memory."""

from __future__ import annotations

import io
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord, ArcWarcRecordLoader

MAX_BODY = 64 * 2**20
"""Bytes of one page, decoded; a larger one is damaged or a bomb."""

_CHUNK = 64 * 1024
_MAGIC = b"\x1f\x8b\x08"


class ArchiveError(Exception):
    """Something in the archive cannot be read or written."""


class MissingRecordError(ArchiveError):
    """The WARC file, or a record at that offset, is not there."""


class DamagedRecordError(ArchiveError):
    """The bytes at that offset are no whole record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What the archive holds of one page."""

    headers: tuple[tuple[str, str], ...]
    """HTTP headers as stored; empty for a resource."""
    content_type: str
    body: bytes
    """Content and transfer encoding removed."""
    url: str | None
    fetched: str
    """``WARC-Date``."""
    http_status: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcRecord:
    """One response or resource record of a WARC."""

    offset: int
    length: int
    """Bytes of its gzip member; 0 where several records share one."""
    kind: str
    url: str
    fetched: str
    page: Stored
    meta: dict[str, Any] = field(default_factory=dict)
    """What wiredesk noted when it wrote the record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcDamage:
    """A stretch of a WARC that is no record."""

    path: str
    offset: int
    length: int
    reason: str
    torn: bool = False
    """The stretch is the file's end: a write that was cut off."""


def read_record(archive_dir: Path, warc_file: str, offset: int) -> Stored:
    """The page at ``offset`` of ``archive_dir / warc_file``.

    Raises:
        MissingRecordError: no such file, or the offset lies behind its end.
        DamagedRecordError: the bytes there are no whole response or resource record, or their digest is wrong.
    """
    path = archive_dir / warc_file
    if not path.is_file():
        raise MissingRecordError(
            f"the WARC {warc_file} is not in {archive_dir}: restore it from a backup, or crawl again"
        )
    with path.open("rb") as handle:
        handle.seek(0, io.SEEK_END)
        if not 0 <= offset < handle.tell():
            raise MissingRecordError(f"{warc_file} ends before offset {offset}: it was cut short")
        handle.seek(offset)
        try:
            stream = _Member(handle) if handle.read(3) == _MAGIC else None
            handle.seek(offset)
            record = _load(io.BufferedReader(stream) if stream else handle)
            if record is None or record.rec_type not in ("response", "resource"):
                raise DamagedRecordError(f"{warc_file} holds no page at offset {offset}")
            page = _page(record)
            if stream:
                stream.drain()
            return page
        except (_BadMemberError, ArchiveLoadFailed, EOFError, ValueError, zlib.error) as error:
            raise DamagedRecordError(f"{warc_file} is damaged at offset {offset}: {_words(error)}") from error


def iter_warc(path: Path, start: int = 0) -> Iterator[WarcRecord | WarcDamage]:
    """Every response and resource record of a WARC (gzipped by member, as a whole, or plain) from ``start`` on.

    A damaged member is named and passed over; reading goes on at the next member that begins a record.

    Raises:
        MissingRecordError: no such file.
    """
    if not path.is_file():
        raise MissingRecordError(f"there is no file {path}")
    with path.open("rb") as handle:
        handle.seek(0, io.SEEK_END)
        size = handle.tell()
        if start >= size:
            return
        handle.seek(0)
        plain = handle.read(3) != _MAGIC
        handle.seek(start)
        yield from _plain(handle, path) if plain else _members(handle, path, start, size)


def _members(handle: BinaryIO, path: Path, start: int, size: int) -> Iterator[WarcRecord | WarcDamage]:
    position = start
    while position < size:
        handle.seek(position)
        member = _Member(handle)
        found: list[WarcRecord] = []
        given = 0
        try:
            stream = io.BufferedReader(member)
            while True:
                record = _load(stream)
                if record is None:
                    break
                one = _record(record, position, 0)
                if found:
                    given += 1
                    yield found.pop()
                if one is not None:
                    found.append(one)
            member.drain()
        except (_BadMemberError, ArchiveLoadFailed, EOFError, ValueError, zlib.error) as error:
            if given:  # one member holds the whole file: the record before the damage is whole
                yield from found
            after = _next_member(handle, position + 1, size)
            torn = after == size and isinstance(error, _BadMemberError) and error.cut
            yield WarcDamage(
                path=str(path), offset=position, length=after - position, reason=_words(error), torn=torn
            )
            position = after
            continue
        yield from (_with_length(one, member.consumed) for one in found)
        position += member.consumed


def _plain(handle: BinaryIO, path: Path) -> Iterator[WarcRecord | WarcDamage]:
    while True:
        position = handle.tell()
        try:
            record = _load(handle)
            if record is None:
                return
            one = _record(record, position, 0)
        except (ArchiveLoadFailed, EOFError, ValueError) as error:
            handle.seek(0, io.SEEK_END)
            length = handle.tell() - position
            yield WarcDamage(path=str(path), offset=position, length=length, reason=_words(error), torn=True)
            return
        if one is not None:
            yield one


class _BadMemberError(Exception):
    """A gzip member that is not whole."""

    def __init__(self, message: str, *, cut: bool) -> None:
        super().__init__(message)
        self.cut = cut


class _Member(io.RawIOBase):
    """The content of the one gzip member at the handle's position, decompressed as it is read."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)
        self.consumed = 0
        """Compressed bytes of the member so far; its length once read to the end."""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        while not self._inflate.eof:
            pending = self._inflate.unconsumed_tail
            if not pending:
                pending = self._handle.read(_CHUNK)
                self.consumed += len(pending)
                if not pending:
                    raise _BadMemberError("the file ends inside a record", cut=True)
            try:
                data = self._inflate.decompress(pending, len(view))
            except zlib.error as error:
                raise _BadMemberError(f"the compressed bytes are damaged ({error})", cut=False) from error
            self.consumed -= len(self._inflate.unused_data)  # empty before the member's end
            if data:
                view[: len(data)] = data
                return len(data)
        return 0

    def drain(self) -> None:
        """Read to the member's end, so that its checksum is checked and :attr:`consumed` is its length."""
        while self.read(_CHUNK):
            pass


def _load(stream: Any) -> ArcWarcRecord | None:
    """The next record of a stream; ``None`` at its end."""
    line = _first_line(stream)
    if line is None:
        return None
    if not line.startswith((b"WARC/", b"warc/")):
        raise ValueError("it does not begin with a WARC version")
    return ArcWarcRecordLoader(verify_http=False).parse_record_stream(
        stream, statusline=line.decode("latin-1"), known_format="warc", check_digests=True
    )


def _first_line(stream: Any) -> bytes | None:
    for _ in range(64):  # records are separated by empty lines
        line: bytes = stream.readline(1024)
        if not line:
            return None
        if line.strip():
            return line
    raise ValueError("it holds nothing but empty lines")


def _record(record: ArcWarcRecord, offset: int, length: int) -> WarcRecord | None:
    """The record with its body; ``None`` for a kind that holds no page (its content is read over)."""
    if record.rec_type not in ("response", "resource"):
        while record.raw_stream.read(_CHUNK):
            pass
        return None
    page = _page(record)
    meta: Any
    try:
        meta = json.loads(record.rec_headers.get_header("WARC-JSON-Metadata") or "{}")
    except ValueError:
        meta = {}  # another tool's header of the same name
    return WarcRecord(
        offset=offset,
        length=length,
        kind=record.rec_type,
        url=page.url or "",
        fetched=page.fetched,
        page=page,
        meta=meta if isinstance(meta, dict) else {},
    )


def _page(record: ArcWarcRecord) -> Stored:
    http = record.http_headers
    headers = tuple(http.headers) if http else ()
    body = record.content_stream().read(MAX_BODY + 1)
    if len(body) > MAX_BODY:
        raise ValueError(f"its body is larger than {MAX_BODY // 2**20} MiB")
    if record.digest_checker is not None and record.digest_checker.passed is False:
        raise ValueError(f"its digest is wrong ({'; '.join(record.digest_checker.problems)})")
    own_type = record.rec_headers.get_header("Content-Type") or ""
    status = http.get_statuscode() if http else ""
    return Stored(
        headers=headers,
        content_type=(http.get_header("Content-Type") or "") if http else own_type,
        body=body,
        url=record.rec_headers.get_header("WARC-Target-URI"),
        fetched=record.rec_headers.get_header("WARC-Date") or "",
        http_status=int(status) if status and status.isdigit() else None,
    )


def _with_length(record: WarcRecord, length: int) -> WarcRecord:
    return WarcRecord(
        offset=record.offset, length=length, kind=record.kind, url=record.url, fetched=record.fetched, page=record.page,
        meta=record.meta,
    )  # fmt: skip


def _next_member(handle: BinaryIO, position: int, size: int) -> int:
    """Where the next gzip member that begins a WARC record starts, or the file's end."""
    tail = b""
    handle.seek(position)
    while chunk := handle.read(1 << 20):
        window = tail + chunk
        base = position - len(tail)
        at = window.find(_MAGIC)
        while at != -1 and at + 512 <= max(len(window), 512):
            probe = zlib.decompressobj(16 + zlib.MAX_WBITS)
            try:
                head = probe.decompress(window[at : at + 512], 5)
            except zlib.error:
                head = b""
            if head == b"WARC/":
                return base + at
            at = window.find(_MAGIC, at + 1)
        position += len(chunk)
        tail = window[-511:]
    return size


def _words(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
