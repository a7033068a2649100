"""When an incident falls apart: what looked like one event while there were few texts shows as two when more come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.incidents.linkage import Agglomeration
from pipelines.incidents.pairs import Block
from pipelines.incidents.settings import Settings

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads

LEAST = 2
"""Texts that each part must have: one odd text is a matter of doubt, not another event."""


@dataclass(frozen=True, slots=True)
class Part:
    """Texts of an incident that hang together, by position, and the mean link among them and to the other parts."""

    texts: tuple[int, ...]
    inside: float
    between: float


def parts(texts: Sequence[int], block: Block, settings: Settings) -> list[Part]:
    """The events that the texts of one incident tell, the one with the first text first; a single part if it holds.

    Grouped from single texts, without regard to time: a long story is no reason to split. What would be joined with
    ``merge_margin`` less than the threshold stays together, so that nothing is split and merged in turns; a text by
    itself stays with the part that it resembles most.

    :param texts: positions in the block, the oldest first.
    """
    n = len(texts)
    if n < 2 * LEAST:
        return [Part(tuple(texts), 1.0, 0.0)]
    at = np.array(texts, dtype=np.int64)
    one, other = np.triu_indices(n, 1)
    low, high = np.minimum(at[one], at[other]), np.maximum(at[one], at[other])
    links = np.clip(block.lasting(block.signals(low, high)), 0, 1)
    table = np.zeros((n, n))
    table[one, other] = table[other, one] = links
    use = links >= settings.floor
    grown = Agglomeration(
        n, zip(one[use].tolist(), other[use].tolist(), links[use].tolist(), strict=True), settings
    )
    grown.run(settings.threshold - settings.merge_margin)
    groups = [cluster.texts for cluster in grown.clusters()]
    whole = [group for group in groups if len(group) >= LEAST]
    if len(whole) < 2:
        return [Part(tuple(texts), 1.0, 0.0)]
    for group in groups:
        if len(group) < LEAST:
            best = max(whole, key=lambda big: (table[np.ix_(group, big)].mean(), -big[0]))
            best.extend(group)
    found = []
    for group in sorted((sorted(group) for group in whole), key=lambda group: group[0]):
        rest = [i for i in range(n) if i not in set(group)]
        inside = table[np.ix_(group, group)].sum() / (len(group) * (len(group) - 1))
        found.append(
            Part(tuple(texts[i] for i in group), float(inside), float(table[np.ix_(group, rest)].mean()))
        )
    return found
