"""Which known texts share enough keys with a text: an inverted index followed from the rarest key on.

The cost of a text is bounded by a budget of postings, whatever the size of the stream; what is kept is bounded by the
part of its keys that a neighbour shares, each weighed by its squared rarity. Weights are whole numbers, so sums do not
depend on the order in which they are taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.incidents.packed import Hashes
from pipelines.incidents.sparse import Indices

_DENSE = 30_000
"""Up to so many known texts a dense row of sums is faster than sorting."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What bounds a search."""

    posting: int
    """Keys that more texts have are not followed."""
    budget: int
    """Postings that one text may follow, the rarest keys first."""
    share: float
    """The part of all its weight that a neighbour must share …"""
    of_best: float
    """… and the part of what the nearest neighbour shares."""
    most: int
    """Neighbours kept for each text."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The keys that each text follows: text ``i`` those at ``at[start[i]:start[i + 1]]`` of the table of keys."""

    start: Indices
    at: Indices
    total: Indices
    """The weight of all keys of each text, followed or not."""


def rarity(counts: Indices, size: int) -> Indices:
    """The weight of a key that ``counts`` of ``size`` texts have: squared inverse document frequency in thousandths."""
    weight: Indices = np.rint(1000 * np.log((size + 1) / (counts + 0.5)).clip(0) ** 2).astype(np.int64)
    return weight


def flat(keys: Sequence[Sequence[int]]) -> tuple[Hashes, Indices]:
    """Lists of keys end to end, and to which list each belongs."""
    lengths = [len(own) for own in keys]
    joined = np.fromiter((key for own in keys for key in own), dtype=np.uint32, count=sum(lengths))
    return joined, np.repeat(np.arange(len(keys)), lengths)


def rarest_first(
    at: Indices, owner: Indices, askers: int, counts: Indices, weight: Indices, limits: Limits
) -> Asked:
    """Which of its keys each text follows.

    :param at: the keys of all texts as positions in a table of keys, those of one text together.
    :param owner: to which text each belongs, ascending.
    :param counts: how many texts have each key of the table; ``weight`` its rarity.
    """
    total = np.zeros(askers, np.int64)
    np.add.at(total, owner, weight[at])
    order = np.lexsort((at, counts[at], owner))
    at, owner = at[order], owner[order]
    useful = (counts[at] > 0) & (counts[at] <= limits.posting)
    at, owner = at[useful], owner[useful]
    met = np.cumsum(counts[at])
    before = np.concatenate([[0], met])[np.searchsorted(owner, np.arange(askers))]
    within = met - before[owner] <= limits.budget
    at, owner = at[within], owner[within]
    return Asked(np.searchsorted(owner, np.arange(askers + 1)).astype(np.int64), at, total)


def neighbours(
    asked: Asked,
    begins: Indices,
    sizes: Indices,
    texts: Indices,
    weight: Indices,
    known: int,
    limits: Limits,
    *,
    itself: bool = False,
) -> Iterator[tuple[int, Indices]]:
    """Each text with those that share enough with it, the nearest first (equals by number).

    :param begins: where the posting list of each key of the table begins in ``texts``, and its ``sizes``.
    :param known: how many texts there are to be met; numbers in ``texts`` are below it.
    :param itself: the texts that ask are the first of those that are met: nobody meets himself.
    """
    for i, (start, end) in enumerate(zip(asked.start[:-1].tolist(), asked.start[1:].tolist(), strict=True)):
        keys = asked.at[start:end]
        length = sizes[keys]
        steps = np.cumsum(length)
        if not len(keys) or not steps[-1]:
            continue
        touched = texts[np.arange(int(steps[-1])) + np.repeat(begins[keys] - steps + length, length)]
        shared = np.repeat(weight[keys], length)
        if known <= _DENSE:
            score = np.bincount(touched, shared, minlength=known)
            if itself:
                score[i] = 0
            near = np.flatnonzero(score)
            score = score[near]
        else:
            order = np.argsort(touched)
            touched, shared = touched[order], shared[order]
            first = np.flatnonzero(np.diff(touched, prepend=-1))
            near, score = touched[first], np.add.reduceat(shared, first).astype(np.float64)
            if itself:
                score[near == i] = 0
        if not len(near):
            continue
        least = max(limits.of_best * score.max(), limits.share * asked.total[i])
        keep = (score >= least) & (score > 0)
        near, score = near[keep], score[keep]
        best = np.lexsort((near, -score))[: limits.most]
        yield i, near[best]
