"""Write docs/quality.md from figures measured now: one section per room, nobody types a figure.

usage: python -m tests.quality.run [ROOM…]

A room's section is what ``tests/quality/public_<room>.py`` returns from ``report(shared)``; the public labelled
sets are read from ``../shared`` (or ``WIREDESK_SHARED``), which is no part of the product.
"""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

from tests.sections import write_section

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "quality.md"
TITLE = "# Quality\n\nWritten by `make quality`; do not edit by hand. The public sets are described in each section.\n"


def main(rooms: list[str]) -> int:
    shared = Path(os.environ.get("WIREDESK_SHARED", HERE.parents[2] / "shared"))
    if not shared.is_dir():
        print(f"no labelled sets at {shared}: nothing measured (set WIREDESK_SHARED)", file=sys.stderr)
        return 1
    known = sorted(path.stem.removeprefix("public_") for path in HERE.glob("public_*.py"))
    unknown = sorted(set(rooms) - set(known))
    if unknown:
        print(f"no quality section for {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    for room in rooms or known:
        print(f"measuring {room} …", file=sys.stderr)
        section = importlib.import_module(f"tests.quality.public_{room}").report(shared)
        write_section(DOCUMENT, TITLE, room, section)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
