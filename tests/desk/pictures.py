"""Take the pictures of docs/desk: every page of the desk over a demo's data, as small PNGs.

usage: python -m tests.desk.pictures DATA [FOLDER]

DATA is the data folder of a demo (``wiredesk demo`` makes ``data/demo``); it is copied first. Needs Debian's chromium
and fonts-noto-cjk.
"""

from __future__ import annotations

import shutil
import struct
import sys
import tempfile
import zlib
from pathlib import Path

from tests.desk.chromium import Chromium, chromium
from tests.desk.client import desk

FOLDER = Path(__file__).parents[2] / "docs" / "desk"
COLOURS = 240
"""Of a picture: text on paper needs no more, and the files stay small."""


def main(arguments: list[str]) -> int:
    if not 1 <= len(arguments) <= 2 or not (Path(arguments[0]) / "wiredesk.duckdb").exists():
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    folder = Path(arguments[1]) if len(arguments) == 2 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="wiredesk-pictures-") as scratch:
        data = shutil.copytree(arguments[0], Path(scratch) / "data")
        with (
            desk(data, user="anna", publish=False) as server,
            chromium(f"http://127.0.0.1:{server.port}") as browser,
        ):
            _take(browser, folder)
    for path in sorted(folder.glob("*.png")):
        path.write_bytes(fewer_colours(path.read_bytes()))
        print(f"{path} {path.stat().st_size // 1000} kB")  # noqa: T201
    return 0


def _take(browser: Chromium, folder: Path) -> None:
    browser.open("/incidents?sort=articles")
    incident = browser.run("document.querySelector('[data-list] h3 a').getAttribute('href')")
    browser.open(incident)
    article = browser.run("document.querySelector('.texts h3 a').getAttribute('href')")
    pages = (
        ("morning", "/", 1180, 820, False, ""),
        ("incidents", "/incidents", 1180, 900, False, ""),
        ("incident", incident, 1180, 1100, False, ""),
        ("evidence", incident, 1180, 900, False, "#texts"),
        ("incident-dark", incident, 1180, 760, True, ""),
        ("telephone", incident, 360, 780, False, ""),
        ("article", article, 1180, 900, False, ""),
        ("stages", article, 1180, 900, False, "#stages"),
        ("review", "/review", 1180, 700, False, ""),
        ("search", "/search?q=%E6%97%A0%E4%BA%BA%E8%AE%A1%E7%A8%8B%E8%BD%A6", 1180, 800, False, ""),
        ("rejects", "/rejects", 1180, 700, False, ""),
    )
    for name, path, width, height, dark, place in pages:
        browser.look(width=width, height=height, dark=dark)
        browser.open(path)
        if place:
            browser.run(f"document.querySelector('{place}').scrollIntoView()")
        browser.picture(folder / f"{name}.png")


def fewer_colours(png: bytes) -> bytes:
    """A PNG with a palette instead of full colour: near colours become one; about a third of the bytes."""
    width, height, rows = _pixels(png)
    counts: dict[tuple[int, int, int], int] = {}
    for row in rows:
        for at in range(0, len(row), 3):
            colour = (row[at], row[at + 1], row[at + 2])
            counts[colour] = counts.get(colour, 0) + 1
    kept = sorted(counts, key=lambda colour: (-counts[colour], colour))[:COLOURS]
    nearest = {
        colour: min(
            range(len(kept)), key=lambda n: sum((a - b) ** 2 for a, b in zip(kept[n], colour, strict=True))
        )
        for colour in counts
    }
    data = b"".join(
        b"\0" + bytes(nearest[row[at], row[at + 1], row[at + 2]] for at in range(0, len(row), 3))
        for row in rows
    )
    palette = b"".join(bytes(colour) for colour in kept)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)), (b"PLTE", palette)]
    chunks += [(b"IDAT", zlib.compress(data, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def _pixels(png: bytes) -> tuple[int, int, list[bytes]]:
    """Width, height and the rows of a PNG of 8-bit RGB or RGBA, as RGB."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    if depth != 8 or kind not in (2, 6):
        raise ValueError("the picture is neither RGB nor RGBA of 8 bits")
    size = 3 if kind == 2 else 4
    packed, at = b"", 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + length]
        at += length + 12
    raw = zlib.decompress(packed)
    rows: list[bytes] = []
    before = bytearray(width * size)
    for y in range(height):
        start = y * (width * size + 1)
        row = bytearray(raw[start + 1 : start + 1 + width * size])
        _unfilter(raw[start], row, before, size)
        rows.append(bytes(row) if size == 3 else bytes(b for n, b in enumerate(row) if n % 4 != 3))
        before = row
    return width, height, rows


def _unfilter(kind: int, row: bytearray, before: bytearray, size: int) -> None:
    """Undo a row's filter (PNG, section 9)."""
    for n in range(len(row)):
        left = row[n - size] if n >= size else 0
        up = before[n]
        corner = before[n - size] if n >= size else 0
        if kind == 1:
            row[n] = (row[n] + left) & 255
        elif kind == 2:
            row[n] = (row[n] + up) & 255
        elif kind == 3:
            row[n] = (row[n] + (left + up) // 2) & 255
        elif kind == 4:
            guess = left + up - corner
            far = [abs(guess - left), abs(guess - up), abs(guess - corner)]
            row[n] = (row[n] + (left, up, corner)[far.index(min(far))]) & 255


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
