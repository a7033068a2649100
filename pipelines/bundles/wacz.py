"""``pages.wacz``: the archived pages in WACZ 1.1.1, opened offline by ReplayWeb.page and checked by py-wacz.

Written here because py-wacz stamps the present time into its output. The WARC members are copied byte for byte out of
the archive; the ZIP stores them without compression, with fixed times and in a fixed order.

Source: https://specs.webrecorder.net/wacz/1.1.1/ and https://specs.webrecorder.net/cdxj/0.1.0/
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from pipelines.archive import PageError, page_sha256

from .content import Content, Row
from .safety import visible
from .tables import to_json, to_pretty_json

WACZ_VERSION = "1.1.1"
WARC_NAME = "data.warc.gz"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
BLOCK = 3000
"""Lines per compressed block of the index, as the ZipNum index of the CDXJ specification has them."""
LARGEST_MEMBER = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Capture:
    """One response in the archive: its gzip member as it stands there, and what the index says of it."""

    member: bytes
    url: str
    timestamp: str
    """``WARC-Date``."""
    status: int | None
    mime: str
    digest: str
    offset: int
    """Where it begins in the WARC that was read."""
    sha256: str
    """Of the decoded body: the ``page_sha256`` of the article."""


def raw_member(archive_dir: Path, warc_file: str, offset: int) -> bytes:
    """The bytes of one record as one gzip member.

    :raises PageError: ``archive_missing`` or ``archive_damaged``.
    """
    path = archive_dir / warc_file
    if Path(warc_file).is_absolute() or ".." in Path(warc_file).parts or not path.is_file():
        raise PageError("archive_missing", f"the archive has no file {warc_file}")
    member = bytearray()
    with path.open("rb") as handle:
        handle.seek(offset)
        if handle.read(2) != b"\x1f\x8b":
            raise PageError("archive_damaged", f"no compressed record begins at byte {offset} of {warc_file}")
        handle.seek(offset)
        inflate = zlib.decompressobj(wbits=31)
        size = 0
        while not inflate.eof:
            block = handle.read(65536)
            if not block:
                raise PageError("archive_damaged", f"{warc_file} ends within the record at byte {offset}")
            try:
                size += len(inflate.decompress(block))
            except zlib.error as error:
                raise PageError(
                    "archive_damaged", f"{warc_file} is damaged at byte {offset}: {error}"
                ) from error
            if size > LARGEST_MEMBER:
                raise PageError(
                    "archive_damaged", f"the record at byte {offset} of {warc_file} is over 64 MiB"
                )
            member += block
        if inflate.unused_data:
            del member[-len(inflate.unused_data) :]
    return bytes(member)


def capture(archive_dir: Path, warc_file: str, offset: int) -> Capture:
    """The record at ``offset`` of ``archive_dir/warc_file``.

    :raises PageError: when the archive does not hold it, or holds something else there.
    """
    member = raw_member(archive_dir, warc_file, offset)
    found = captures(member)
    if len(found) != 1:
        raise PageError("archive_damaged", f"no page begins at byte {offset} of {warc_file}")
    return found[0]


def captures(warc: bytes) -> list[Capture]:
    """Every response or resource in a gzip WARC.

    :raises PageError: ``archive_damaged``.
    """
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    found = []
    stream = io.BytesIO(warc)
    try:
        iterator = ArchiveIterator(stream)
        for record in iterator:
            if record.rec_type not in ("response", "resource"):
                continue
            head, http = record.rec_headers, record.http_headers
            body = record.content_stream().read()
            iterator.read_to_end(record)
            start, length = iterator.get_record_offset(), iterator.get_record_length()
            mime = (http.get_header("Content-Type") if http else head.get_header("Content-Type")) or ""
            status = http.get_statuscode() if http else None
            found.append(
                Capture(
                    member=warc[start : start + length],
                    url=head.get_header("WARC-Target-URI") or "",
                    timestamp=head.get_header("WARC-Date") or "",
                    status=int(status) if status and status.isdigit() else None,
                    mime=mime.partition(";")[0].strip(),
                    digest=head.get_header("WARC-Payload-Digest") or "",
                    offset=start,
                    sha256=page_sha256(body),
                )
            )
    except (ArchiveLoadFailed, EOFError, ValueError, zlib.error) as error:
        raise PageError("archive_damaged", f"a record of the archive cannot be read: {error}") from error
    return found


def surt(url: str) -> str:
    """The sort-friendly form of a URL, by the rules of warcio.js, which looks pages up in the index."""
    parts = urlsplit(url.lower())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return url
    host = parts.hostname
    label = host.partition(".")[0]
    if label.startswith("www") and label[3:].isdigit() | (label == "www"):
        host = host.partition(".")[2]
    key = ",".join(reversed(host.split(".")))
    if parts.port and parts.port != {"http": 80, "https": 443}[parts.scheme]:
        key += f":{parts.port}"
    key += ")" + (parts.path or "/")
    if parts.query:
        pairs = sorted(parse_qsl(parts.query, keep_blank_values=True), key=lambda pair: pair[0])
        key += "?" + urlencode(pairs)
    return key


def build(
    content: Content, archive_dir: Path, versions: Mapping[str, str]
) -> tuple[bytes | None, dict[str, str]]:
    """The WACZ of an incident's pages and, per article, where its page is.

    :returns: ``None`` in place of the bytes when the archive holds none of the pages.
    """
    archived: dict[str, str] = {}
    found: dict[str, tuple[Row, Capture]] = {}
    for article in content.articles:
        article_id = article["article_id"]
        if article["warc_file"] is None:
            archived[article_id] = "no record of the page in the archive"
            continue
        try:
            page = capture(archive_dir, article["warc_file"], article["warc_offset"])
        except PageError as error:
            archived[article_id] = f"{error.outcome}: {error}"
            continue
        if page.sha256 != article["page_sha256"]:
            archived[article_id] = "archive_damaged: the page in the archive is not the page that was read"
            continue
        archived[article_id] = "pages.wacz"
        found[article_id] = (article, page)
    if not found:
        return None, archived
    return package(content, list(found.values()), versions), archived


def package(content: Content, pages: Sequence[tuple[Row, Capture]], versions: Mapping[str, str]) -> bytes:
    """The WACZ file of ``pages``, in their order."""
    warc = bytearray(_warcinfo(content, versions))
    index: list[str] = []
    listed: list[dict[str, Any]] = []
    written: set[bytes] = set()
    for article, page in pages:
        if page.member not in written:
            written.add(page.member)
            index.append(_cdxj(page, len(warc)))
            warc += page.member
        entry = {
            "id": article["article_id"],
            "url": page.url,
            "ts": _rfc3339(page.timestamp),
            "size": len(page.member),
        }
        if article["title"]:
            entry["title"] = visible(article["title"])
        listed.append(entry)
    compressed, lookup = _zipnum(sorted(index))
    header = {"format": "json-pages-1.0", "id": "pages", "title": "Pages of the incident", "hasText": False}
    files = {
        f"archive/{WARC_NAME}": bytes(warc),
        "indexes/index.cdx.gz": compressed,
        "indexes/index.idx": lookup,
        "pages/pages.jsonl": "".join(to_json(row) + "\n" for row in [header, *listed]).encode(),
    }
    description = {
        "profile": "data-package",
        "wacz_version": WACZ_VERSION,
        "title": content.incident["title"] or content.incident_id,
        "name": f"pages-{content.incident_id}",
        "software": f"wiredesk {versions.get('wiredesk', '')}".strip(),
        "created": content.modified(),
        "mainPageUrl": pages[0][1].url,
        "mainPageDate": _rfc3339(pages[0][1].timestamp),
        "resources": [
            {"name": path.rpartition("/")[2], "path": path, "hash": _sha256(data), "bytes": len(data)}
            for path, data in files.items()
        ],
    }
    files["datapackage.json"] = to_pretty_json(description).encode()
    digest = {"path": "datapackage.json", "hash": _sha256(files["datapackage.json"])}
    files["datapackage-digest.json"] = to_pretty_json(digest).encode()
    return stored_zip(files)


def stored_zip(files: Mapping[str, bytes]) -> bytes:
    """An uncompressed ZIP with fixed times, the same bytes on every machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path, data in files.items():
            entry = zipfile.ZipInfo(path, ZIP_TIME)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data)
    return out.getvalue()


def _warcinfo(content: Content, versions: Mapping[str, str]) -> bytes:
    software = f"wiredesk {versions.get('wiredesk', '')}".strip()
    body = (
        f"software: {software}\r\nformat: WARC File Format 1.1\r\n"
        f"description: pages of the incident {content.incident_id}, revision {content.incident['revision']}\r\n"
    ).encode()
    identity = hashlib.sha256(body + content.modified().encode()).hexdigest()
    head = (
        f"WARC/1.1\r\nWARC-Type: warcinfo\r\nWARC-Date: {content.modified()}\r\nWARC-Filename: {WARC_NAME}\r\n"
        f"WARC-Record-ID: <urn:uuid:{identity[:8]}-{identity[8:12]}-5{identity[13:16]}-8{identity[17:20]}-{identity[20:32]}>\r\n"
        f"Content-Type: application/warc-fields\r\nContent-Length: {len(body)}\r\n\r\n"
    ).encode()
    return gzip.compress(head + body + b"\r\n\r\n", mtime=0)


def _cdxj(page: Capture, offset: int) -> str:
    fields: dict[str, Any] = {"url": page.url}
    if page.digest:
        fields["digest"] = page.digest
    if page.mime:
        fields["mime"] = page.mime
    fields |= {"offset": offset, "length": len(page.member), "recordDigest": _sha256(page.member)}
    if page.status is not None:
        fields["status"] = page.status
    fields["filename"] = WARC_NAME
    moment = "".join(character for character in page.timestamp if character.isdigit())[:14]
    return f"{surt(page.url)} {moment} {json.dumps(fields, ensure_ascii=True)}\n"


def _zipnum(lines: Sequence[str]) -> tuple[bytes, bytes]:
    compressed = bytearray()
    lookup = ['!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n']
    for start in range(0, len(lines), BLOCK):
        block = gzip.compress("".join(lines[start : start + BLOCK]).encode(), mtime=0)
        key = " ".join(lines[start].split(" ", 2)[:2])
        place = {
            "offset": len(compressed),
            "length": len(block),
            "digest": _sha256(block),
            "filename": "index.cdx.gz",
        }
        lookup.append(f"{key} {json.dumps(place)}\n")
        compressed += block
    return bytes(compressed), "".join(lookup).encode()


def _rfc3339(timestamp: str) -> str:
    """A WARC date as RFC 3339, as ``ts`` wants it."""
    return timestamp if timestamp.endswith("Z") else f"{timestamp}Z"


def _sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()
