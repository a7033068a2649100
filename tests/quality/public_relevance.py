"""Relevance on the public labelled sets: recall, precision, false alarms, and which words decide."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipelines import relevance

NEGATIVES = (
    "zh-solidot",
    "zh-sec-titles",
    "zh-cctv",
    "zh-hant-hkcnews",
    "zh-topics",
    "gdelt-2025",
    "en-sec-titles",
    "en-slashdot",
    "en-ag-news",
)
POSITIVES = ("aiid", "aiid-texts", "aiaaic", "oecd-aim-fatal", "ai-incident-law", "zh-ai-digest")
Rows = list[dict[str, Any]]


def rows_of(shared: Path, name: str) -> Rows:
    """The development rows of one labelled set."""
    with gzip.open(shared / "labels" / name / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def score(shared: Path, kind: str, name: str, out: Iterable[dict[str, Any]], *more: str) -> str:
    """What ``eval/score_classes.py`` prints for the output of a stage on one set."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "out.jsonl"
        path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in out), encoding="utf-8")
        gold = shared / "labels" / name / "dev.jsonl.gz"
        done = subprocess.run(
            [sys.executable, shared / "eval" / "score_classes.py", kind, gold, path, *more],
            check=True,
            capture_output=True,
            text=True,
        )
    return done.stdout.strip()


def _found(shared: Path, name: str, *, cut: bool) -> dict[str, str]:
    rows = rows_of(shared, name)
    if cut:
        rows = [{**row, "text": None} for row in rows]
    words = score(shared, "relevance", name, relevance.filter_rows(rows)).split()
    return {key: words[words.index(key) + 1] for key in ("rows", "precision", "recall", "alarms")}


def _both(shared: Path) -> Iterator[str]:
    yield "| set | input | rows | precision | recall | false alarms |"
    yield "|---|---|--:|--:|--:|--:|"
    for name in ("zh-solidot", "aim-class-silver"):
        for cut in (False, True):
            found = _found(shared, name, cut=cut)
            yield f"| {name} | {'title alone' if cut else 'title and text'} | {' | '.join(found.values())} |"


def _recall(shared: Path) -> Iterator[str]:
    yield "| set | rows | recall, title and text | recall, title alone |"
    yield "|---|--:|--:|--:|"
    for name in POSITIVES:
        whole, title = _found(shared, name, cut=False), _found(shared, name, cut=True)
        yield f"| {name} | {whole['rows']} | {whole['recall']} | {title['recall']} |"


def _alarms(shared: Path) -> Iterator[str]:
    yield "| set | false alarms | rate |"
    yield "|---|--:|--:|"
    for name in NEGATIVES:
        wrong, of = (int(one) for one in _found(shared, name, cut=False)["alarms"].split("/"))
        yield f"| {name} | {wrong} of {of} | {wrong / of:.4f} |"


def report(shared: Path) -> str:
    """The section of docs/quality.md."""
    readings = tomllib.loads((Path(__file__).parent / "labels_readings.toml").read_text(encoding="utf-8"))
    read = readings["undecided"]
    right = 1 - read["only_mention"] / read["called_relevant"]
    return "\n".join(
        [
            "## Relevance",
            "",
            (
                f"Does a text concern AI systems? `{relevance.VERSION}`, lexicon alone (no model), profile `ai-incidents`, "
                "scored by `eval/score_classes.py relevance` on the development rows. The lexicon and its weights by place "
                "were developed on these rows and on rows that we wrote; expect a little less on unseen ones. Aims: recall "
                "0.975 (title and text) and 0.9 (title alone) on the posts that Solidot's editors filed under AI; 0.85 and "
                "0.85 on aim-class-silver, whose labels a language model gave."
            ),
            "",
            *_both(shared),
            "",
            (
                "Sets in which every row concerns AI by its source's own rule, so only recall means anything. What is missed "
                "in AIID and AIAAIC are mostly rows that name a platform and no AI word at all."
            ),
            "",
            *_recall(shared),
            "",
            "Feeds whose negatives are *defined* by the absence of AI words: a false-alarm rate and nothing more.",
            "",
            *_alarms(shared),
            "",
            (
                f"Reading: {read['rows']} {read['about']} were read on {read['read']} by {read['reader']}. Of "
                f"{read['called_relevant']} called relevant, {read['only_mention']} only mention AI in passing (precision "
                f"{right:.2f} on these hard rows); of the rest, {read['missed']} do concern AI. The list stays outside the "
                "repository."
            ),
            "",
            "```",
            "make quality ROOM=relevance",
            "wiredesk stage relevance ../shared/labels/zh-solidot/dev.jsonl.gz out.jsonl",
            "python ../shared/eval/score_classes.py relevance ../shared/labels/zh-solidot/dev.jsonl.gz out.jsonl",
            "```",
        ]
    )
