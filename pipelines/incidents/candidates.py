"""Which pairs of texts are worth comparing: found by shared keys and by nearness of vectors, never by trying all."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.incidents.features import index_keys
from pipelines.incidents.model import Features
from pipelines.incidents.neighbours import nearest
from pipelines.incidents.pairs import Block
from pipelines.incidents.settings import Settings
from pipelines.incidents.shared import Limits, flat, neighbours, rarest_first, rarity
from pipelines.incidents.sparse import Indices

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads

_SMALL = 400
"""Up to here every pair is compared: 80,000 pairs cost less than an index."""
_NEAREST = 24
"""Neighbours taken by the vectors alone: the way between languages that share no word."""
_COSINE = 0.2
"""What their vectors must share for that."""


def pairs_of_batch(
    block: Block, free: int, groups: Sequence[Sequence[int]], settings: Settings
) -> tuple[Indices, Indices]:
    """Pairs ``(first, second)`` of positions, ``first < second``, each once, sorted.

    :param free: so many texts at the beginning are not in an incident yet; only pairs with one of them count …
    :param groups: … and those inside each existing incident that one of them meets. Who meets one member meets them all.
    """
    n = len(block.texts)
    if n < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if n <= _SMALL:
        first, second = np.triu_indices(n, 1)
        return first.astype(np.int64), second.astype(np.int64)
    query, row, _ = nearest(block.vectors[:free], block.vectors, _NEAREST + 1, _COSINE)
    keep = query != row
    near = np.minimum(query, row)[keep] * n + np.maximum(query, row)[keep]
    codes = np.unique(np.concatenate([_by_keys(block.texts, free, settings), near]))
    codes = codes[codes // n < free]
    if groups:
        group_of = np.full(n, -1)
        for number, group in enumerate(groups):
            group_of[list(group)] = number
        first, number = codes // n, group_of[codes % n]
        met = np.unique((first * len(groups) + number)[number >= 0])
        spread = [
            text * n + np.array(groups[number])
            for text, number in zip((met // len(groups)).tolist(), (met % len(groups)).tolist(), strict=True)
        ]
        inside = [
            np.array([a * n + b for k, a in enumerate(group) for b in group[k + 1 :]], dtype=np.int64)
            for group in (groups[number] for number in np.unique(met % len(groups)).tolist())
        ]
        codes = np.unique(np.concatenate([codes, *spread, *inside]))
    return codes // n, codes % n


def _by_keys(texts: Sequence[Features], free: int, settings: Settings) -> Indices:
    """For each free text the neighbours that share the rarest keys with it, coded ``i * n + j`` with ``i < j``."""
    n = len(texts)
    keys, owner = flat([index_keys(text) for text in texts])
    order = np.argsort(keys, kind="stable")
    table, begins, counts = np.unique(keys[order], return_index=True, return_counts=True)
    weight = rarity(counts, n)
    limits = Limits(
        posting=min(settings.posting, max(50, n // 4)),
        budget=settings.budget,
        share=settings.least_shared,
        of_best=settings.least_shared,
        most=settings.neighbours,
    )
    asking = owner < free
    asked = rarest_first(np.searchsorted(table, keys[asking]), owner[asking], free, counts, weight, limits)
    found = neighbours(asked, begins, counts, owner[order], weight, n, limits, itself=True)
    codes = [np.minimum(near, i) * n + np.maximum(near, i) for i, near in found]
    return np.concatenate(codes).astype(np.int64) if codes else np.zeros(0, np.int64)
