"""Which pairs of texts are worth comparing: found by shared keys and by nearness of vectors, never by trying all."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.incidents.features import index_keys
from pipelines.incidents.model import Features
from pipelines.incidents.pairs import Block, Indices
from pipelines.incidents.settings import Settings

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads

_SMALL = 400
"""Up to here every pair is compared: 80,000 pairs cost less than an index."""
_NEAREST = 24
"""Neighbours taken by the vectors alone: the way between languages that share no word."""
_ROWS = 512


def pairs_of_batch(
    block: Block, free: int, groups: Sequence[Sequence[int]], settings: Settings
) -> tuple[Indices, Indices]:
    """Pairs ``(first, second)`` of positions, ``first < second``, each once, sorted.

    :param free: so many texts at the beginning are not in an incident yet; only pairs with one of them count …
    :param groups: … and those inside each existing incident. A free text that meets one member meets them all.
    """
    n = len(block.texts)
    if n < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    if n <= _SMALL:
        first, second = np.triu_indices(n, 1)
        return first.astype(np.int64), second.astype(np.int64)
    codes = np.unique(np.concatenate([_by_keys(block.texts, free, settings), _by_vectors(block, free)]))
    codes = codes[codes // n < free]
    if groups:
        group_of = np.full(n, -1)
        for number, group in enumerate(groups):
            group_of[list(group)] = number
        meets = np.unique(np.stack([codes // n, group_of[codes % n]]), axis=1)
        meets = meets[:, meets[1] >= 0]
        spread = [text * n + np.array(groups[number]) for text, number in meets.T.tolist()]
        inside = [
            np.array([a * n + b for k, a in enumerate(group) for b in group[k + 1 :]], dtype=np.int64)
            for group in groups
        ]
        codes = np.unique(np.concatenate([codes, *spread, *inside]))
    return codes // n, codes % n


def _by_keys(texts: Sequence[Features], free: int, settings: Settings) -> Indices:
    """For each free text the neighbours that share the rarest keys with it, coded ``i * n + j`` with ``i < j``."""
    n = len(texts)
    lists = [np.array(index_keys(text), dtype=np.uint32) for text in texts]
    flat, owner = np.concatenate(lists), np.repeat(np.arange(n), [len(keys) for keys in lists])
    order = np.argsort(flat, kind="stable")
    keys, begins, counts = np.unique(flat[order], return_index=True, return_counts=True)
    owners = owner[order]
    limit = min(settings.posting, max(50, n // 4))
    useful = (counts > 1) & (counts <= limit)
    weight = np.log((n + 1) / (counts + 0.5)).astype(np.float32) ** 2
    position = np.searchsorted(keys, flat)
    offsets = np.concatenate([[0], np.cumsum([len(entry) for entry in lists])])
    score = np.zeros(n, np.float32)
    codes = []
    for i in range(free):
        touched = []
        for at in position[offsets[i] : offsets[i + 1]].tolist():
            if useful[at]:
                others = owners[begins[at] : begins[at] + counts[at]]
                score[others] += weight[at]
                touched.append(others)
        if not touched:
            continue
        near = np.unique(np.concatenate(touched))
        values = score[near]
        score[near] = 0
        keep = near != i
        near, values = near[keep], values[keep]
        if len(near) > settings.neighbours:
            near = near[np.argsort(-values, kind="stable")[: settings.neighbours]]
        codes.append(np.minimum(near, i) * n + np.maximum(near, i))
    return np.concatenate(codes).astype(np.int64) if codes else np.zeros(0, np.int64)


def _by_vectors(block: Block, free: int) -> Indices:
    n = len(block.texts)
    codes = []
    for at in range(0, free, _ROWS):
        cosines = block.vectors[at : min(at + _ROWS, free)] @ block.vectors.T
        rows = np.arange(len(cosines))
        cosines[rows, rows + at] = -1
        k = min(_NEAREST, n - 1)
        near = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        mine = np.repeat(rows + at, k)
        other = near.ravel()
        good = cosines[np.repeat(rows, k), other] > 0.2
        codes.append((np.minimum(mine, other) * n + np.maximum(mine, other))[good])
    return np.concatenate(codes).astype(np.int64) if codes else np.zeros(0, np.int64)
