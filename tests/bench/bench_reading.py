"""Pages a second of the reading room beside plain trafilatura with metadata, on the same pages in the same process."""

from __future__ import annotations

import gzip
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

from pipelines.records import Page

SHARED = Path(os.environ.get("WIREDESK_SHARED", Path(__file__).parents[3] / "shared"))
SETS = ("extract_zh_magichtml", "extract_zh_misc", "extract_en_scrapinghub")
ROUNDS = 5


def report() -> str:
    """The section of docs/performance.md."""
    groups = _pages()
    _own(groups["written for the floor"][0]), _reference(groups["written for the floor"][0])
    lines = [
        "## Reading: pages a second beside trafilatura with metadata",
        "",
        (
            f"CPU time of one process, medians of {ROUNDS} interleaved rounds; trafilatura is called with `with_metadata=True` "
            "and returns no time of day, zone, section or byline. No outlet's own rules."
        ),
        "",
        "| pages | number | wiredesk | trafilatura | ratio of medians |",
        "|---|---:|---:|---:|---:|",
    ]
    every: list[Page] = []
    for name, pages in groups.items():
        own, reference = _interleaved(pages)
        lines.append(
            f"| {name} | {len(pages)} | {len(pages) / own:.1f} | {len(pages) / reference:.1f} | {reference / own:.2f} |"
        )
        every += pages
    own, reference = (_two_cores(job, every) for job in (_own_many, _reference_many))
    lines += [
        "",
        (
            f"Two processes on two cores, wall clock, all {len(every)} pages: wiredesk {len(every) / own:.1f}, trafilatura "
            f"{len(every) / reference:.1f} pages a second, ratio {reference / own:.2f}."
        ),
        "",
        "Reproduce: `make bench ROOM=reading`.",
    ]
    return "\n".join(lines)


def _pages() -> dict[str, list[Page]]:
    from tests.quality.reading_corpus import corpus

    groups = {"written for the floor": [Page(url=page.url, body=page.body) for page in corpus()]}
    for name in SETS:
        gold = SHARED / "bench" / name / "gold.jsonl.gz"
        if gold.is_file():
            with gzip.open(gold, "rt", encoding="utf-8") as lines:
                rows = [json.loads(line) for line in lines]
            groups[name] = [
                Page(url=row.get("url"), body=gzip.decompress((gold.parent / row["html"]).read_bytes()))
                for row in rows
            ]
    return groups


def _own(page: Page) -> None:
    from pipelines import reading

    reading.read(page)


def _reference(page: Page) -> None:
    from trafilatura import bare_extraction

    bare_extraction(page.body, url=page.url, with_metadata=True, include_comments=False)


def _seconds(read: Callable[[Page], None], pages: list[Page]) -> float:
    start = time.process_time()
    for page in pages:
        read(page)
    return time.process_time() - start


def _interleaved(pages: list[Page]) -> tuple[float, float]:
    rounds = [(_seconds(_own, pages), _seconds(_reference, pages)) for _ in range(ROUNDS)]
    return median(own for own, _ in rounds), median(reference for _, reference in rounds)


def _own_many(pages: list[Page]) -> None:
    for page in pages:
        _own(page)


def _reference_many(pages: list[Page]) -> None:
    for page in pages:
        _reference(page)


def _two_cores(job: Callable[[list[Page]], None], pages: list[Page]) -> float:
    """Median wall-clock seconds of two processes that share the pages."""
    halves = [pages[0::2], pages[1::2]]
    taken = []
    with ProcessPoolExecutor(max_workers=2) as pool:
        list(pool.map(job, [half[:2] for half in halves]))  # imports
        for _ in range(3):
            start = time.perf_counter()
            list(pool.map(job, halves))
            taken.append(time.perf_counter() - start)
    return median(taken)
