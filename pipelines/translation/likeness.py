"""How alike source and translation are in meaning: the cosine in the multilingual space of :mod:`pipelines.embedding`.

It sees what no other measure does: a fluent English sentence that says something else. It costs 6 to 8 ms of one core a
sentence; translating it with a model of the real package's size takes 40 ms or more (docs/performance.md).
"""

from __future__ import annotations

from collections.abc import Iterable


def likenesses(pairs: Iterable[tuple[str, str]]) -> list[float]:
    """Cosine of each pair of source and translation, -1 to 1; an empty side is like nothing, a copy wholly alike."""
    from pipelines.embedding import embed

    every = list(pairs)
    asked = [n for n, (source, target) in enumerate(every) if source.strip() != target.strip()]
    found = [1.0] * len(every)
    vectors = embed(text for n in asked for text in every[n])
    for place, n in enumerate(asked):
        found[n] = round(float(vectors[2 * place] @ vectors[2 * place + 1]), 4)
    return found
