"""Does fitting help? The rules' own weights against weights fitted to the examples that we wrote, judged on the silver labels.

The features are the reasons of :mod:`pipelines.labels.classes`; also tried: fitting from nothing, and the sentence
embedding beside the reasons. Nothing is fitted to the silver rows: their texts may not reach a model. This is the
measurement behind what ships, which is the rules alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines import embedding, profiles
from pipelines.labels.train import (
    Flags,
    Matrix,
    Numbers,
    features,
    fit,
    gold,
    own_rows,
    read_rows,
    rules,
    sample_weights,
)
from pipelines.profiles.profile import CLASSES
from tests.quality.public_relevance import rows_of


def _embedded(rows: Sequence[dict[str, Any]]) -> Matrix:
    texts = [f"{row['title'] or ''} {row['text'] or ''}".strip()[:300] for row in rows]
    return np.asarray(embedding.embed(texts), dtype=np.float64)


def fitted(shared: Path) -> Iterator[str]:
    """Markdown: macro-F1 on the unambiguous silver rows for the rules and for what a fit makes of them."""
    mine = [row for path in own_rows() for row in read_rows(path)[0]]
    silver = rows_of(shared, "aim-class-silver")
    profile = profiles.load("ai-incidents")
    x, relevant = features(mine, profile)
    tested, asked = features(silver, profile)
    prior, y = rules(profile), gold(mine)
    truth = np.array([CLASSES.index(row["labels"]["aim_class"]) for row in silver])
    clear = np.array([not row["labels"]["ambiguous"] for row in silver])
    chinese = np.array([row["lang"].startswith("zh") for row in silver])
    wide, tested_wide = np.hstack([x, _embedded(mine)]), np.hstack([tested, _embedded(silver)])
    wider = np.vstack([prior, np.zeros((wide.shape[1] - x.shape[1], len(CLASSES)))])
    trials: list[tuple[str, Matrix, Matrix, Matrix, float | None]] = [
        ("**the rules' own weights (ships)**", x, tested, prior, None)
    ]
    trials += [
        (f"fitted around the rules, pull {pull:g}", x, tested, prior, pull) for pull in (30.0, 10.0, 3.0)
    ]
    trials.append(("fitted from nothing, pull 3", x, tested, np.zeros_like(prior), 3.0))
    trials += [
        (f"around the rules, with the embedding, pull {pull:g}", wide, tested_wide, wider, pull)
        for pull in (10.0, 3.0, 1.0)
    ]
    yield f"Fitted to {len(mine)} examples that we wrote; macro-F1 on the unambiguous rows of aim-class-silver."
    yield ""
    yield "| weights | Chinese | English | all |"
    yield "|---|--:|--:|--:|"
    for name, matrix, other, around, pull_of in trials:
        weights = around
        if pull_of is not None:
            weights = fit(matrix[relevant], y[relevant], sample_weights(y[relevant]), around, pull_of)
        found = np.where(asked, (other @ weights).argmax(axis=1), CLASSES.index("unrelated"))
        parts = [_macro(truth, found, clear & part) for part in (chinese, ~chinese, chinese | ~chinese)]
        yield f"| {name} | " + " | ".join(f"{part:.3f}" for part in parts) + " |"


def _macro(y: Numbers, found: Numbers, keep: Flags) -> float:
    scores = []
    for name in set(y[keep].tolist()):
        hits = int(((y == name) & (found == name) & keep).sum())
        named = int(((y == name) & keep).sum() + ((found == name) & keep).sum())
        scores.append(2 * hits / named)
    return float(np.mean(scores))
