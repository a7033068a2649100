"""Average linkage over a sparse graph of links, judged against the cohesion of what is joined.

A join looks at the whole of both sides: the mean link over *all* pairs between them (pairs that share nothing count
as 0), so one odd text cannot chain two events together. The mean is then set against how tightly each side hangs
together: ``link / cohesion``. An incident of terse wire copies demands a close newcomer, a sprawling one a loose one;
that is what lets one threshold serve a dense stream and a thin one. Of a single text nothing is known, so cohesion
starts from a typical value that a few pairs outweigh.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from pipelines.incidents.settings import Settings


@dataclass(slots=True)
class Cluster:
    """A group while it grows: positions of its texts, the sum of the links inside, sums of the links to others."""

    texts: list[int]
    within: float
    frozen: int | None
    """Which existing incident it holds, ``None`` for new texts only."""
    others: dict[int, float]

    def cohesion(self, settings: Settings) -> float:
        """Mean link inside, drawn towards the typical value while there are few pairs; never below 0.05."""
        pairs = len(self.texts) * (len(self.texts) - 1) / 2
        prior = settings.cohesion_prior
        return max(0.05, (self.within + prior * settings.typical_cohesion) / (pairs + prior))


@dataclass(frozen=True, slots=True)
class Merge:
    """Two groups became one: which texts each held and the judged link."""

    kept: tuple[int, ...]
    joined: tuple[int, ...]
    score: float


Allowed = Callable[[Cluster, Cluster, float], bool]


class Agglomeration:
    """Groups that grow from single texts (or existing incidents) by joining the best pair again and again.

    :param count: how many texts there are.
    :param pairs: ``(i, j, link)`` with ``i != j``, each pair once, links above 0 only.
    :param groups: texts that already belong together (existing incidents), each with its number.
    :param allowed: asked before every join; a refusal is final for these two groups as they are.
    """

    def __init__(
        self,
        count: int,
        pairs: Iterable[tuple[int, int, float]],
        settings: Settings,
        *,
        groups: Sequence[Sequence[int]] = (),
        allowed: Allowed = lambda _a, _b, _score: True,
    ) -> None:
        self._settings = settings
        self._allowed = allowed
        owner = list(range(count))
        for group in groups:
            for text in group[1:]:
                owner[text] = group[0]
        self._clusters = {i: Cluster([], 0.0, None, {}) for i in sorted(set(owner))}
        for text, lead in enumerate(owner):
            self._clusters[lead].texts.append(text)
        for number, group in enumerate(groups):
            self._clusters[group[0]].frozen = number
        for i, j, link in pairs:
            a, b = owner[i], owner[j]
            if a == b:
                self._clusters[a].within += link
            else:
                mine, theirs = self._clusters[a].others, self._clusters[b].others
                mine[b] = mine.get(b, 0.0) + link
                theirs[a] = theirs.get(a, 0.0) + link
        self._version = dict.fromkeys(self._clusters, 0)

    def score(self, a: int, b: int) -> float:
        """The judged link of two groups: mean link over the geometric mean of their cohesion (typical cohesion = 1),
        less the doubt that a mean of few pairs carries."""
        first, second = self._clusters[a], self._clusters[b]
        pairs = len(first.texts) * len(second.texts)
        mean = first.others.get(b, 0.0) / pairs
        s = self._settings
        relative = mean * s.typical_cohesion / math.sqrt(first.cohesion(s) * second.cohesion(s))
        return relative - s.doubt / math.sqrt(pairs)

    def join(self, a: int, b: int) -> int:
        """Make one group of two; returns the one that lives on (the lower number)."""
        keep, drop = min(a, b), max(a, b)
        kept, dropped = self._clusters[keep], self._clusters.pop(drop)
        kept.texts = sorted(kept.texts + dropped.texts)
        kept.within += dropped.within + kept.others.pop(drop, 0.0)
        kept.frozen = kept.frozen if kept.frozen is not None else dropped.frozen
        for other, total in dropped.others.items():
            if other == keep:
                continue
            kept.others[other] = kept.others.get(other, 0.0) + total
            theirs = self._clusters[other].others
            theirs.pop(drop)
            theirs[keep] = kept.others[other]
        self._version[keep] += 1
        del self._version[drop]
        return keep

    def run(self, threshold: float) -> list[Merge]:
        """Join the best pair until none reaches ``threshold``; equal scores go to the earlier texts."""
        heap: list[tuple[float, int, int, int, int]] = []

        def offer(a: int, b: int) -> None:
            a, b = min(a, b), max(a, b)
            score = self.score(a, b)
            if score >= threshold:
                heapq.heappush(heap, (-score, a, b, self._version[a], self._version[b]))

        for a, cluster in self._clusters.items():
            for b in cluster.others:
                if a < b:
                    offer(a, b)
        merges = []
        while heap:
            negative, a, b, seen_a, seen_b = heapq.heappop(heap)
            if self._version.get(a) != seen_a or self._version.get(b) != seen_b:
                continue
            if not self._allowed(self._clusters[a], self._clusters[b], -negative):
                continue
            merges.append(Merge(tuple(self._clusters[a].texts), tuple(self._clusters[b].texts), -negative))
            kept = self.join(a, b)
            for other in self._clusters[kept].others:
                offer(kept, other)
        return merges

    def clusters(self) -> list[Cluster]:
        """The groups as they stand, in the order of their first text."""
        return [self._clusters[lead] for lead in sorted(self._clusters)]

    def of_text(self) -> dict[int, int]:
        """Text position → the number of its group."""
        return {text: lead for lead, cluster in self._clusters.items() for text in cluster.texts}
