"""Fit the line of pipelines/translation/doubt.toml on FLORES-200 dev and print it.

usage: python -m tests.tools.fit_doubt ../shared/bench/mt_zhen_news/flores-dev.jsonl.gz
"""

from __future__ import annotations

import gzip
import json
import sys
from typing import Any

import numpy as np
from sacrebleu.metrics import CHRF

from pipelines.hanzi import to_simplified
from pipelines.translation.doubt import measures
from pipelines.translation.likeness import likenesses

_STRENGTH = 10.0
"""Ridge: keeps the weights of correlated measures small."""


def main(path: str) -> int:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        rows = [json.loads(line) for line in handle]
    chrf = CHRF()
    quality = np.array([chrf.sentence_score(row["argos"], [row["en"]]).score for row in rows])
    worst = (quality < np.sort(quality)[len(quality) // 10]).astype(float)
    pairs = [(to_simplified(row["zh"]), row["argos"]) for row in rows]
    found = [measures(*pair, like) for pair, like in zip(pairs, likenesses(pairs), strict=True)]
    _print(found, worst, list(found[0]))
    return 0


def _print(found: list[dict[str, float]], worst: Any, names: list[str]) -> None:
    values = np.array([[one[name] for name in names] for one in found])
    mean, spread = values.mean(0), values.std(0)
    design = np.c_[np.clip((values - mean) / spread, -4, 4), np.ones(len(values))]
    ridge = np.diag([_STRENGTH] * len(names) + [0.0])
    weights = np.zeros(len(names) + 1)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = chance * (1 - chance)
        step = np.linalg.solve(
            design.T @ (design * slope[:, None]) + ridge, design.T @ (worst - chance) - ridge @ weights
        )
        weights += step
    for name, weight, middle, wide in zip(names, weights, mean, spread, strict=False):
        line = f'[[measure]]\nname = "{name}"\nweight = {weight:.2f}\nmean = {middle:.2f}\nspread = {wide:.2f}\n\n'
        sys.stdout.write(line)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
