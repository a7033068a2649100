"""The link between two texts: how likely they report one event, on a scale that means the same in every stream.

Three things make it so. Words are weighed by how rare they are in this very stream, so that in a fortnight of one
sporting event its name counts for nothing. Vectors are taken relative to the average vector of their language in the
stream, which removes both the common topic and the accent of the language. And time decays the link smoothly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.incidents.background import Background
from pipelines.incidents.conflict import conflicts
from pipelines.incidents.model import Features
from pipelines.incidents.settings import Settings
from pipelines.incidents.sparse import Bags, Floats, Indices, Rows, bags, bags_of, cosines, dots, sums
from pipelines.incidents.tokens import term_hash, words

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads
from numpy.typing import NDArray  # isort: skip


@dataclass(frozen=True, slots=True)
class Signals:
    """What two texts have in common, one number per pair and sign; measured once, read by every score."""

    first: Indices
    second: Indices
    meaning: Floats
    """Cosine of the centred title vectors."""
    spelling: Floats
    """Cosine of the headlines' pieces."""
    body: Floats
    """Cosine of TF-IDF over title and body."""
    coverage: Floats
    """How much of one's headline stands in the other, the mean of both ways."""
    conflict: Floats
    """1 where the headlines' figures contradict each other."""


class Block:
    """Texts made ready for comparison with each other.

    :param texts: the texts; pairs name them by their position.
    """

    def __init__(self, texts: Sequence[Features], background: Background, settings: Settings) -> None:
        self.texts = texts
        self._settings = settings
        self.vectors = background.titles(texts)
        self._leads = background.leads(texts)
        titles = bags([text.title_terms for text in texts])
        bodies = bags([text.terms for text in texts])
        title_words, at_title = np.unique(titles.keys, return_inverse=True)
        body_words, at_body = np.unique(bodies.keys, return_inverse=True)
        rarity = background.idf(body_words)
        self._titles = _weighted(titles, at_title, background.title_idf(title_words))
        self._bodies = _weighted(bodies, at_body, rarity)
        self._presence = Rows(bodies.start, at_body, np.ones(len(at_body), np.float32), len(body_words))
        self._heads = _heads(texts, self._presence, body_words, rarity)
        self._facts = [frozenset((*text.names, *text.numbers)) for text in texts]
        self._bare = np.array([not any(text.lead_vector) for text in texts], dtype=bool)
        self._untitled = titles.start[1:] == titles.start[:-1]
        self._days = np.array([np.nan if text.day is None else text.day for text in texts])
        self._language = np.unique([text.language for text in texts], return_inverse=True)[1]

    def signals(self, first: Indices, second: Indices) -> Signals:
        """All that the scores of these pairs need; the pairs' order is free, sorted ones are fastest."""
        there = dots(self._heads, self._presence, first, second)
        back = dots(self._heads, self._presence, second, first)
        return Signals(
            first=first,
            second=second,
            meaning=cosines(self.vectors, first, second),
            spelling=dots(self._titles, self._titles, first, second),
            body=dots(self._bodies, self._bodies, first, second),
            coverage=0.5 * (there + back),
            conflict=conflicts(self.texts, first, second),
        )

    def gap(self, first: Indices, second: Indices) -> NDArray[np.float64]:
        """Days between the two texts of each pair.

        Two texts without a date are as near as two of one day: nothing speaks against them. A dated and an undated one
        are ``undated`` days apart, so that a text from nowhere cannot weld together what years keep apart.
        """
        one, other = self._days[first], self._days[second]
        gap: NDArray[np.float64] = np.where(
            np.isnan(one) != np.isnan(other), self._settings.undated, np.abs(one - other)
        )
        return np.nan_to_num(gap)

    def timeless(self, pairs: Signals) -> Floats:
        """The link of each pair as if both were published at one moment."""
        s, first, second = self._settings, pairs.first, pairs.second
        title = s.title_meaning * pairs.meaning + (1 - s.title_meaning) * pairs.spelling
        full = s.body * pairs.body + s.coverage * pairs.coverage + s.better * np.maximum(title, pairs.body)
        bare = (self._bare[first] | self._bare[second]) & ~(self._untitled[first] | self._untitled[second])
        score: Floats = np.where(bare, s.title_only * title, full).astype(np.float32)
        apart = self._language[first] != self._language[second]
        score[apart] *= 1 + s.across_languages
        # two languages share few words: there the meaning of headline and lead stands in for them
        told = np.nonzero(apart & ~bare)[0]
        if len(told):
            one, other = first[told], second[told]
            same = 0.5 * pairs.meaning[told] + 0.5 * cosines(self._leads, one, other)
            shared = np.array([self._shared(i, j) for i, j in zip(one.tolist(), other.tolist(), strict=True)])
            score[told] = np.maximum(score[told], s.meaning_across * same + s.names_across * shared)
        return score

    def story(self, pairs: Signals) -> Floats:
        """How much two texts tell of one longer story, at whatever time: whether one's headline stands in the other
        counts more than how alike they are as wholes. Headlines alone, or two languages, as :meth:`timeless`."""
        s, first, second = self._settings, pairs.first, pairs.second
        told: Floats = (s.story_coverage * pairs.coverage + (1 - s.story_coverage) * pairs.body).astype(
            np.float32
        )
        other = self._bare[first] | self._bare[second] | (self._language[first] != self._language[second])
        told[other] = s.story_other * self.timeless(pairs)[other]
        return told

    def lasting(self, pairs: Signals) -> Floats:
        """:meth:`timeless`, less what speaks against the pair."""
        return self.timeless(pairs) * (1 - self._settings.conflict * pairs.conflict)

    def links(self, pairs: Signals) -> Floats:
        """The link of each pair, between 0 and 1; weaker than the floor is 0."""
        score: Floats = np.clip(self.lasting(pairs) * self._decay(pairs), 0, 1)
        score[score < self._settings.floor] = 0
        return score

    def _decay(self, pairs: Signals) -> Floats:
        """What time leaves of a link: 1 on the same day, falling smoothly, never below ``rest``."""
        s = self._settings
        late = (1 + self.gap(pairs.first, pairs.second) / s.days) ** -s.power
        return (s.rest + (1 - s.rest) * late).astype(np.float32)

    def _shared(self, first: int, second: int) -> int:
        """How many names and quantities two texts have in common, at most four."""
        return min(4, len(self._facts[first] & self._facts[second]))


def _weighted(terms: Bags, columns: Indices, idf: Floats) -> Rows:
    """TF-IDF rows of length one."""
    weights: Floats = (1 + np.log(np.maximum(terms.counts, 1))) * idf[columns]
    norms = np.sqrt(sums(weights * weights, terms.start))
    norms[norms == 0] = 1
    scaled: Floats = (weights / norms[terms.owner]).astype(np.float32)
    return Rows(terms.start, columns, scaled, len(idf))


def _heads(texts: Sequence[Features], bodies: Rows, vocabulary: NDArray[np.uint32], idf: Floats) -> Rows:
    """The words of each headline that are terms of its text, weighted by idf², summing to one."""
    nothing, no_counts = np.zeros(0, np.uint32), np.zeros(0, np.float32)
    own = []
    for text, start, end in zip(texts, bodies.start[:-1].tolist(), bodies.start[1:].tolist(), strict=True):
        head = nothing
        if text.heading and start < end:
            head = np.array(sorted(set(map(term_hash, words(text.heading)))), dtype=np.uint32)
            terms = vocabulary[bodies.columns[start:end]]  # ascending, as packed bags are
            head = head[terms[np.minimum(np.searchsorted(terms, head), len(terms) - 1)] == head]
        own.append((head, no_counts))
    heads = bags_of(own)
    columns = np.searchsorted(vocabulary, heads.keys)
    weights = idf[columns] ** 2
    total = sums(weights, heads.start)
    total[total == 0] = 1
    return Rows(heads.start, columns, weights / total[heads.owner], len(idf))
