#!/usr/bin/env python3
"""Checks an incident bundle with nothing but Python's standard library (3.9 or newer), no network, no wiredesk.

usage: python verify.py [FOLDER or ZIP]     (the folder in which this file lies, when nothing is given)

It finds every changed byte, every added and missing file, row counts that are not those of the tables, quotations that
do not stand in the text where the record says, and archived pages that are not the pages that were read.
It cannot tell whether somebody made a whole new bundle: for that there is the signature (SHA256SUMS.sig), which
``wiredesk bundle verify`` checks, or
``openssl pkeyutl -verify -pubin -inkey SHA256SUMS.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig``.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SUMS = "SHA256SUMS"
SIGNATURE = "SHA256SUMS.sig"
NOT_DATA = ("incident.schema.json", "verify.py")
"""Files that datapackage.json leaves out: they describe or check the others."""
LARGEST = 1 << 30
"""Bytes: a bundle whose files unpack to more than this is not read into memory."""

_LINE = re.compile(r"([0-9a-f]{64})  ([A-Za-z0-9][A-Za-z0-9._-]{0,99})")


@dataclass(frozen=True)
class Problem:
    """Something wrong with a bundle."""

    kind: str
    """unreadable, changed, missing, added, rows, record, evidence, page or signature."""
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class UnreadableError(Exception):
    """The bundle is no folder or ZIP of plain files."""


def read_files(path: Path) -> dict[str, bytes]:
    """The files of a bundle, a folder or a ZIP, by name.

    :raises UnreadableError: when there is none, or it holds folders, links, names that leave it, or too much.
    """
    if path.is_dir():
        return _read_folder(path)
    if path.is_file():
        return _read_zip(path)
    raise UnreadableError(f"there is no bundle at {path}")


def _read_folder(path: Path) -> dict[str, bytes]:
    files = {}
    size = 0
    for item in sorted(path.iterdir()):
        if item.is_symlink() or not item.is_file():
            raise UnreadableError(f"{item.name} is no plain file: a bundle holds nothing else")
        size += item.stat().st_size
        if size > LARGEST:
            raise UnreadableError("the bundle is larger than 1 GiB")
        files[item.name] = item.read_bytes()
    return files


def _read_zip(path: Path) -> dict[str, bytes]:
    data = path.read_bytes()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sum(entry.file_size for entry in entries) > LARGEST:
                raise UnreadableError("the bundle unpacks to more than 1 GiB")
            folders = {entry.filename.partition("/")[0] for entry in entries}
            folder = folders.pop() if len(folders) == 1 else ""
            files = {}
            for entry in entries:
                name = entry.filename[len(folder) + 1 :]
                if entry.filename != f"{folder}/{name}" or not re.fullmatch(
                    r"[A-Za-z0-9][A-Za-z0-9._-]*", name
                ):
                    raise UnreadableError(
                        f"the ZIP holds the name {entry.filename!r}, which could leave the bundle's folder"
                    )
                if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", folder) or name in files:
                    raise UnreadableError(f"the ZIP is not one folder of files: {entry.filename!r}")
                files[name] = archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise UnreadableError(f"{path.name} is no ZIP that can be read: {error}") from error
    if write_zip(folder, files) != data:
        raise UnreadableError(
            f"{path.name} is not the ZIP that wiredesk writes from these files: bytes between them differ"
        )
    return files


def write_zip(folder: str, files: Mapping[str, bytes]) -> bytes:
    """The one ZIP of a bundle: sorted, not compressed, fixed times, so that it can be compared byte by byte."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{folder}/{name}", (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()


def check(path: Path) -> list[Problem]:
    """Everything wrong with the bundle at ``path``; an empty list when it is whole."""
    try:
        files = read_files(path)
    except (UnreadableError, OSError) as error:
        return [Problem("unreadable", path.name, str(error))]
    return check_files(files)


def check_files(files: Mapping[str, bytes]) -> list[Problem]:
    """:func:`check` for files in memory."""
    problems = list(_check_sums(files))
    if problems:
        return problems
    try:
        problems += _check_rows(files)
        problems += _check_record(files)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, csv.Error) as error:
        problems.append(Problem("record", "incident.json", f"the record does not hold together: {error!r}"))
    return problems


def _check_sums(files: Mapping[str, bytes]) -> Iterator[Problem]:
    if SUMS not in files:
        yield Problem("missing", SUMS, "the list of checksums is missing")
        return
    listed: dict[str, str] = {}
    text = files[SUMS].decode("utf-8", "replace")
    names = []
    for line in text.split("\n")[:-1] if text.endswith("\n") else [text, ""]:
        match = _LINE.fullmatch(line)
        if not match:
            yield Problem("changed", SUMS, f"this line is no checksum: {line[:120]!r}")
            return
        names.append(match.group(2))
        listed[match.group(2)] = match.group(1)
    if names != sorted(set(names)):
        yield Problem("changed", SUMS, "its lines are not in order, or one comes twice")
    for name in sorted(listed.keys() | files.keys() - {SUMS, SIGNATURE}):
        if name not in files:
            yield Problem("missing", name, "the file is missing")
        elif name not in listed:
            yield Problem("added", name, "the file is not part of the bundle")
        elif hashlib.sha256(files[name]).hexdigest() != listed[name]:
            yield Problem("changed", name, "the file was changed: its SHA-256 is not the one listed")


def _check_rows(files: Mapping[str, bytes]) -> Iterator[Problem]:
    package = json.loads(files["datapackage.json"])
    described = set()
    for resource in package["resources"]:
        name = resource["path"]
        described.add(name)
        if name not in files:
            yield Problem("missing", name, "datapackage.json describes a file that is missing")
            continue
        data = files[name]
        if resource["bytes"] != len(data):
            yield Problem(
                "rows", name, f"datapackage.json says {resource['bytes']} bytes, there are {len(data)}"
            )
        if resource["hash"] != "sha256:" + hashlib.sha256(data).hexdigest():
            yield Problem("changed", name, "its SHA-256 is not the one in datapackage.json")
        rows = count_rows(name, data)
        said = resource.get("rows", resource.get("rowCount"))
        if said != rows:
            yield Problem("rows", name, f"datapackage.json says {said} rows, there are {rows}")
    for name in sorted(files.keys() - described - {"datapackage.json", SUMS, SIGNATURE, *NOT_DATA}):
        yield Problem("added", name, "datapackage.json does not describe this file")


def count_rows(name: str, data: bytes) -> int | None:
    """Rows of a table by the name of its file; ``None`` when it is no table."""
    if name.endswith(".csv"):
        csv.field_size_limit(1 << 30)
        return sum(1 for _ in csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)) - 1
    if name.endswith(".jsonl"):
        return data.count(b"\n")
    if name.endswith(".parquet"):
        return _parquet_rows(data)
    return None


def _parquet_rows(data: bytes) -> int:
    """``num_rows`` of a Parquet footer: field 3 of FileMetaData in Thrift's compact protocol."""
    if data[:4] != b"PAR1" or data[-4:] != b"PAR1":
        raise ValueError("a .parquet file that is no Parquet")
    footer = data[-8 - int.from_bytes(data[-8:-4], "little") : -8]
    position = 0

    def varint() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = footer[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    def skip(kind: int) -> None:
        nonlocal position
        if kind in (1, 2):  # the value of a boolean is its type
            return
        if kind == 3:
            position += 1
        elif kind in (4, 5, 6):
            varint()
        elif kind == 7:
            position += 8
        elif kind == 8:
            length = varint()
            position += length
        elif kind in (9, 10):
            head = footer[position]
            position += 1
            for _ in range(head >> 4 if head >> 4 < 15 else varint()):
                skip(3 if head & 15 in (1, 2) else head & 15)
        elif kind == 12:
            while True:
                head = footer[position]
                position += 1
                if head == 0:
                    return
                if head >> 4 == 0:
                    varint()
                skip(head & 15)
        else:
            raise ValueError("a Parquet footer that cannot be read")

    field = 0
    while True:
        head = footer[position]
        position += 1
        if head == 0:
            raise ValueError("a Parquet footer without a row count")
        field = field + (head >> 4) if head >> 4 else varint() >> 1
        if field == 3:
            value = varint()
            return (value >> 1) ^ -(value & 1)
        skip(head & 15)


def _check_record(files: Mapping[str, bytes]) -> Iterator[Problem]:
    record = json.loads(files["incident.json"])
    for table, rows in record["rows"].items():
        name = f"{table}.csv"
        if name in files and count_rows(name, files[name]) != rows:
            yield Problem(
                "rows", name, f"incident.json says {rows} rows, there are {count_rows(name, files[name])}"
            )
    for key, table in (
        ("labels", "labels"),
        ("members", "membership"),
        ("articles", "articles"),
        ("votes", "votes"),
    ):
        if len(record[key]) != record["rows"][table]:
            yield Problem(
                "rows", "incident.json", f"it holds {len(record[key])} {key} and says {record['rows'][table]}"
            )
    if record["incident"]["articles"] != len({row["article_id"] for row in record["members"]}):
        yield Problem("rows", "incident.json", "its number of articles is not that of its members")
    if record["kind"] == "share-safe":
        for name in ("texts.jsonl", "pages.wacz"):
            if name in files:
                yield Problem("added", name, "a share-safe bundle holds no bodies and no pages")
    else:
        yield from _check_evidence(record, files)
        yield from _check_pages(record, files)


def _check_evidence(record: Any, files: Mapping[str, bytes]) -> Iterator[Problem]:
    fields = {}
    for line in filter(None, files.get("texts.jsonl", b"").decode("utf-8").split("\n")):
        for carrier in json.loads(line)["carriers"]:
            fields[carrier["article_id"]] = carrier
    for label in record["labels"]:
        for row in label["evidence"]:
            text = (fields.get(row["article_id"]) or {}).get(row["field"]) or ""
            if text[row["start_at"] : row["end_at"]] != row["quote"]:
                where = f"{row['article_id']}, {row['field']} {row['start_at']}–{row['end_at']}"
                yield Problem(
                    "evidence",
                    "incident.json",
                    f"the quotation for {label['axis']} {label['value']} is not at {where}",
                )


def _check_pages(record: Any, files: Mapping[str, bytes]) -> Iterator[Problem]:
    wanted = {
        row["article_id"]: row["page_sha256"] for row in record["articles"] if row["archived"] == "pages.wacz"
    }
    if not wanted:
        return
    with zipfile.ZipFile(io.BytesIO(files["pages.wacz"])) as wacz:
        inner = json.loads(wacz.read("datapackage.json"))
        for resource in inner["resources"]:
            if resource["hash"] != "sha256:" + hashlib.sha256(wacz.read(resource["path"])).hexdigest():
                yield Problem(
                    "page", "pages.wacz", f"{resource['path']} is not the one that its datapackage.json lists"
                )
        found = set(_payloads(gzip.decompress(wacz.read("archive/data.warc.gz"))))
    for article_id, sha256 in sorted(wanted.items()):
        if sha256 not in found and None not in found:
            yield Problem("page", "pages.wacz", f"the page of {article_id} is not in it")


def _payloads(warc: bytes) -> Iterator[str | None]:
    """SHA-256 of each response's decoded body; ``None`` for an encoding that the standard library lacks."""
    position = 0
    while position < len(warc):
        end = warc.index(b"\r\n\r\n", position)
        head = _headers(warc[position:end])
        start = end + 4
        position = start + int(head["content-length"]) + 4
        block = warc[start : position - 4]
        if head["warc-type"] == "resource":
            yield hashlib.sha256(block).hexdigest()
        elif head["warc-type"] == "response":
            raw, _, body = block.partition(b"\r\n\r\n")
            http = _headers(raw)
            if http.get("transfer-encoding", "").lower() == "chunked":
                body = _unchunk(body)
            encoding = http.get("content-encoding", "identity").lower()
            if encoding == "gzip" and body[:2] == b"\x1f\x8b":
                body = gzip.decompress(body)
            elif encoding not in ("identity", "", "gzip"):
                yield None
                continue
            yield hashlib.sha256(body).hexdigest()


def _headers(block: bytes) -> dict[str, str]:
    pairs: list[tuple[str, str]] = []
    for line in block.decode("utf-8", "replace").split("\r\n")[1:]:
        name, _, value = line.partition(":")
        pairs.append((name.strip().lower(), value.strip()))
    return dict(pairs)


def _unchunk(body: bytes) -> bytes:
    out = b""
    rest = body
    while rest:
        size, mark, after = rest.partition(b"\r\n")
        try:
            length = int(size.partition(b";")[0], 16)
        except ValueError:
            return body  # the header says chunked, the archived body no longer is
        if not mark or not length:
            return out
        out, rest = out + after[:length], after[length + 2 :]
    return out


def main(arguments: list[str]) -> int:
    path = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    problems = check(path)
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    if problems:
        many = "s" if len(problems) > 1 else ""
        sys.stdout.write(f"{path.name}: {len(problems)} problem{many}; do not rely on this bundle\n")
        return 1
    count = len(read_files(path))
    sys.stdout.write(f"{path.name}: whole, {count} files as they were exported\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
