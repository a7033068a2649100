"""Public sets of pairs for the section on grouping: how well the link alone tells same from different."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.incidents import Features, Item, default_settings, features
from pipelines.incidents.background import Background
from pipelines.incidents.pairs import Block

Row = dict[str, Any]


def report(shared: Path) -> list[str]:
    """Markdown lines: Sohu's headline pairs and SemEval's article pairs."""
    bench = shared / "bench"
    return [
        *_sohu(_rows(bench / "pairs_zh_sohu_same_event")),
        *_semeval(_rows(bench / "pairs_semeval22_news")),
    ]


def _rows(folder: Path) -> list[Row]:
    with gzip.open(folder / "pairs.jsonl.gz", "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _links(pairs: Sequence[tuple[Features, Features]]) -> Any:
    """The link of each pair as if both were published at one moment, in the stream of all these texts."""
    texts = [text for pair in pairs for text in pair]
    block = Block(texts, Background(texts), default_settings())
    first = np.arange(0, len(texts), 2, dtype=np.int64)
    return block.lasting(block.signals(first, first + 1))


def _sohu(rows: Sequence[Row]) -> list[str]:
    made = [
        tuple(features(Item(text_id=f"{n} {side}", title=row[side])) for side in ("source", "target"))
        for n, row in enumerate(rows)
    ]
    link = _links([(one, other) for one, other in made])
    gold = np.array([row["same_event"] == 1 for row in rows])
    ours = _f1(gold, link >= default_settings().threshold)
    best = max((_f1(gold, link >= at), float(at)) for at in np.unique(np.round(link, 2)))
    order = np.argsort(-link, kind="stable")
    hits = np.cumsum(gold[order])
    precision = hits / np.arange(1, len(gold) + 1)
    average = float(precision[gold[order]].mean())
    said = (
        f"**Pairs of headlines, same event or not** (`pairs_zh_sohu_same_event`, {len(rows)} pairs, {int(gold.sum())} the same): "
        f"average precision {average:.3f} (floor of the set 0.646); F1 {best[0]:.3f} at the threshold that suits the set "
        f"(link {best[1]:.2f}; floor 0.582, fine-tuned ensembles 0.75), {ours:.3f} at our threshold for a join, where a join "
        "also looks at all other texts."
    )
    return ["", said]


def _f1(gold: Any, said: Any) -> float:
    both = int((gold & said).sum())
    return 2 * both / max(1, int(gold.sum()) + int(said.sum()))


def _semeval(rows: Sequence[Row]) -> list[str]:
    def text(name: str, said: str) -> Features:
        title, _, body = said.partition("\n")
        return features(Item(text_id=name, title=title, text=body))

    made = [(text(f"{n} 1", row["text1"]), text(f"{n} 2", row["text2"])) for n, row in enumerate(rows)]
    link = _links(made)
    alike = -np.array([float(row["overall"]) for row in rows])
    kinds = [f"{row['lang1']}–{row['lang2']}" for row in rows]
    lines = [
        "",
        "**Pairs of articles and how alike people find them** (`pairs_semeval22_news`; Pearson; the Chinese side is machine-translated):",
        "",
        "| languages | pairs | our link | floor of the set |",
        "|---|---:|---:|---:|",
    ]
    floors = {"en–en": "0.719", "zh–zh": "0.735"}
    for kind in sorted(set(kinds)):
        use = np.array([one == kind for one in kinds])
        r = float(np.corrcoef(link[use], alike[use])[0, 1])
        lines.append(f"| {kind} | {int(use.sum())} | {r:.3f} | {floors.get(kind, '–')} |")
    return lines
