"""Fit the line of pipelines/translation/doubt.toml on FLORES-200 dev and print it, or see how much hangs on the set.

usage: python -m tests.tools.fit_doubt ../shared/bench/mt_zhen_news/flores-dev.jsonl.gz
       python -m tests.tools.fit_doubt ../shared/bench/mt_zhen_news/*.jsonl.gz

Of several sets each in turn is left out of the fit, and the area under the curve for its worst tenth is printed: with
every measure, without likeness, latin and quotes, and without the likeness alone. Penalties of flags are added as shipped.
"""

from __future__ import annotations

import gzip
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sacrebleu.metrics import CHRF

from pipelines.hanzi import to_simplified
from pipelines.translation import flags as flag
from pipelines.translation.doubt import measures, scored
from pipelines.translation.glossary import standard
from pipelines.translation.likeness import likenesses

_STRENGTH = 10.0
"""Ridge: keeps the weights of correlated measures small."""
_FAR = 4
NAMES = ("heft", "word_length", "shortfall", "excess", "likeness", "latin", "quotes")
WITHOUT = ((), ("likeness", "latin", "quotes"), ("likeness",))


@dataclass(frozen=True)
class Set:
    """One set: the measures of each sentence, whether it is of the worst tenth, and the penalties of its flags."""

    name: str
    values: Any
    worst: Any
    penalties: Any


@dataclass(frozen=True)
class Line:
    """A fitted line through some measures."""

    names: tuple[str, ...]
    weights: Any
    mean: Any
    spread: Any

    def rate(self, values: Any) -> Any:
        at = np.clip((_columns(values, self.names) - self.mean) / self.spread, -_FAR, _FAR)
        return at @ self.weights


def read(path: str) -> Set:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        rows = [row for row in map(json.loads, handle) if row.get("argos")]
    chrf = CHRF()
    quality = np.array([chrf.sentence_score(row["argos"], [row["en"]]).score for row in rows])
    worst = np.zeros(len(rows))
    worst[np.argsort(quality, kind="stable")[: len(rows) // 10]] = 1
    values, penalties = [], []
    pairs = [(to_simplified(row["zh"]), row["argos"]) for row in rows]
    for (source, target), like in zip(pairs, likenesses(pairs), strict=True):
        found = measures(source, target, like)
        names = [hit.name for hit in standard().find(source)]
        values.append([found[name] for name in NAMES])
        penalties.append(scored(source, target, like, flag.of(source, target, names, like), without=NAMES))
    return Set(Path(path).name.split(".")[0], np.array(values), worst, np.array(penalties))


def fit(values: Any, worst: Any, names: tuple[str, ...]) -> Line:
    """Logistic regression with a ridge."""
    chosen = _columns(values, names)
    mean, spread = chosen.mean(0), chosen.std(0)
    design = np.c_[np.clip((chosen - mean) / spread, -_FAR, _FAR), np.ones(len(chosen))]
    ridge = np.diag([_STRENGTH] * len(names) + [0.0])
    weights = np.zeros(len(names) + 1)
    for _ in range(50):
        chance = 1 / (1 + np.exp(-design @ weights))
        slope = chance * (1 - chance)
        weights += np.linalg.solve(
            design.T @ (design * slope[:, None]) + ridge, design.T @ (worst - chance) - ridge @ weights
        )
    return Line(names, weights[:-1], mean, spread)


def main(paths: list[str]) -> int:
    sets = [read(path) for path in paths]
    if len(sets) == 1:
        line = fit(sets[0].values, sets[0].worst, NAMES)
        for name, weight, mean, spread in zip(NAMES, line.weights, line.mean, line.spread, strict=True):
            sys.stdout.write(
                f'[[measure]]\nname = "{name}"\nweight = {weight:.2f}\nmean = {mean:.2f}\nspread = {spread:.2f}\n\n'
            )
        return 0
    for name, areas in left_out(sets).items():
        sys.stdout.write(f"{name}: {' '.join(f'{area:.4f}' for area in areas)}\n")
    return 0


def left_out(sets: list[Set]) -> dict[str, list[float]]:
    """Area under the curve for the worst tenth of each set, by a line fitted on the others; one for each of ``WITHOUT``."""
    found: dict[str, list[float]] = {}
    for out in sets:
        others = [one for one in sets if one is not out]
        values, worst = (
            np.vstack([one.values for one in others]),
            np.concatenate([one.worst for one in others]),
        )
        for without in WITHOUT:
            line = fit(values, worst, tuple(name for name in NAMES if name not in without))
            rated = line.rate(out.values) + out.penalties
            found.setdefault(out.name, []).append(_area(rated, out.worst))
    return found


def _columns(values: Any, names: tuple[str, ...]) -> Any:
    return values[:, [NAMES.index(name) for name in names]]


def _area(rated: Any, worst: Any) -> float:
    """Area under the curve; scores that are equal share their rank."""
    _, place, counts = np.unique(rated, return_inverse=True, return_counts=True)
    rank = (np.cumsum(counts) - (counts + 1) / 2)[place]
    bad = worst.sum()
    return float((rank[worst == 1].sum() - bad * (bad - 1) / 2) / (bad * (len(rated) - bad)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
