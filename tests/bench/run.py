"""Write docs/performance.md from benchmarks run now: one section per room, ratios of medians.

usage: python -m tests.bench.run [ROOM…]

A room's section is what ``tests/bench/bench_<room>.py`` returns from ``report()``.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from tests.sections import write_section

HERE = Path(__file__).parent
DOCUMENT = HERE.parents[1] / "docs" / "performance.md"
TITLE = "# Performance\n\nWritten by `make bench`; do not edit by hand. Ratios of medians of interleaved runs on one machine.\n"


def main(rooms: list[str]) -> int:
    known = sorted(path.stem.removeprefix("bench_") for path in HERE.glob("bench_*.py"))
    unknown = sorted(set(rooms) - set(known))
    if unknown:
        print(f"no benchmark for {', '.join(unknown)}; there are {', '.join(known)}", file=sys.stderr)
        return 2
    for room in rooms or known:
        print(f"timing {room} …", file=sys.stderr)
        write_section(DOCUMENT, TITLE, room, importlib.import_module(f"tests.bench.bench_{room}").report())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
