"""Rate translated sentences by our doubt, as ../shared/eval/score_flags.py reads it.

usage: python -m tests.tools.rate_doubt SEGMENTS.jsonl[.gz] OUT.jsonl

Segments have ``id``, ``zh`` and ``argos`` (the output to judge); rows of OUT have ``id`` and ``score``, higher is worse.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from pipelines.hanzi import to_simplified
from pipelines.translation.doubt import score
from pipelines.translation.glossary import standard
from pipelines.translation.likeness import likenesses


def rate(pairs: Sequence[tuple[str, str]]) -> list[float]:
    """Doubt of each pair of source and target."""
    plain = [(to_simplified(source), target) for source, target in pairs]
    return [
        score(source, target, likeness, [hit.name for hit in standard().find(source)])
        for (source, target), likeness in zip(plain, likenesses(plain), strict=True)
    ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("segments", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    opened = gzip.open if options.segments.suffix == ".gz" else open
    with opened(options.segments, "rt", encoding="utf-8") as handle:
        rows = [row for row in map(json.loads, handle) if row.get("argos")]
    rated = rate([(row["zh"], row["argos"]) for row in rows])
    with options.out.open("w", encoding="utf-8") as out:
        out.writelines(
            json.dumps({"id": row["id"], "score": value}) + "\n"
            for row, value in zip(rows, rated, strict=True)
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
