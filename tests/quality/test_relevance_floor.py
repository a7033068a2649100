"""A floor on the articles that we wrote: which of them concern AI systems."""

from __future__ import annotations

from pipelines import relevance
from tests.quality.public_labels import corpus

PRECISION = 1.0
RECALL = 1.0


def test_floors() -> None:
    rows = corpus()
    out = list(relevance.filter_rows(rows))
    hits = sum(row["relevant"] and one["relevant"] for row, one in zip(rows, out, strict=True))
    assert hits / sum(one["relevant"] for one in out) >= PRECISION
    assert hits / sum(row["relevant"] for row in rows) >= RECALL
