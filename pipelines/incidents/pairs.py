"""The link between two texts: how likely they report one event, on a scale that means the same in every stream.

Three things make it so. Words are weighed by how rare they are in this very stream, so that in a fortnight of one
sporting event its name counts for nothing. Vectors are taken relative to the average vector of their language in the
stream, which removes both the common topic and the accent of the language. And time decays the link smoothly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pipelines.embedding import DIMENSIONS, as_vectors
from pipelines.incidents.model import Features
from pipelines.incidents.packed import unpack
from pipelines.incidents.settings import Settings
from pipelines.incidents.tokens import common_words, term_hash, words

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads
from numpy.typing import NDArray  # isort: skip

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

_LANGUAGE_PRIOR = 10.0
"""So many texts of a language weigh as much as the average of all languages when its centre is taken."""
_CENTRE_PRIOR = 50.0
"""So many texts at the origin: the centre of a stream is trusted only once there are more than that."""
_STREAM_PRIOR = 200.0
"""So many texts about nothing in particular stand before every stream: in a thin one a word that two texts share is
still rare, and a function word still common."""
_CHUNK = 100_000


class Background:
    """What is common in the stream: document frequencies and the centre of each language's vectors.

    :param texts: the latest texts of the stream together with those to be grouped.
    """

    def __init__(self, texts: Sequence[Features]) -> None:
        self.size = len(texts)
        self._title = _Frequencies(unpack(text.title_terms)[0] for text in texts)
        self._terms = _Frequencies(unpack(text.terms)[0] for text in texts)
        self._title_centre = _Centres(texts, "title_vector")
        self._lead_centre = _Centres(texts, "lead_vector")

    def title_idf(self, hashes: NDArray[np.uint32]) -> Floats:
        """Inverse document frequency of pieces of headlines."""
        return self._title.idf(hashes, self.size)

    def idf(self, hashes: NDArray[np.uint32]) -> Floats:
        """Inverse document frequency of words of texts: ``ln((N + 1) / (n + 0.5))``, both with what is known before."""
        return self._terms.idf(hashes, self.size)

    def count(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        """In how many texts each word occurs."""
        return self._terms.count(hashes)

    def titles(self, texts: Sequence[Features]) -> Floats:
        """Title vectors relative to their language's centre, of length one; zero where there is no title."""
        return self._title_centre.relative(texts)

    def leads(self, texts: Sequence[Features]) -> Floats:
        """The same of the vectors of the bodies' beginnings."""
        return self._lead_centre.relative(texts)


class _Centres:
    """The mean vector of each language in the stream, drawn to the mean of all, and that to the origin."""

    def __init__(self, texts: Sequence[Features], name: Literal["title_vector", "lead_vector"]) -> None:
        self._name: Literal["title_vector", "lead_vector"] = name
        vectors = self._vectors(texts)
        languages = np.array([text.language for text in texts])
        middle = vectors.sum(axis=0) / (len(texts) + _CENTRE_PRIOR)
        self._centre = {"": middle}
        for language in sorted(set(languages.tolist())):
            own = vectors[languages == language]
            self._centre[language] = (own.sum(axis=0) + _LANGUAGE_PRIOR * middle) / (
                len(own) + _LANGUAGE_PRIOR
            )

    def _vectors(self, texts: Sequence[Features]) -> Floats:
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        return as_vectors(
            [text.title_vector if self._name == "title_vector" else text.lead_vector for text in texts]
        )

    def relative(self, texts: Sequence[Features]) -> Floats:
        vectors = self._vectors(texts)
        if not texts:
            return vectors
        present = np.abs(vectors).max(axis=1) > 0
        vectors = vectors - np.stack([self._centre.get(text.language, self._centre[""]) for text in texts])
        length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
        out: Floats = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-6).astype(
            np.float32
        )
        out[~present] = 0
        return out


class _Frequencies:
    def __init__(self, bags: Iterable[NDArray[np.uint32]]) -> None:
        flat = [bag for bag in bags if len(bag)]
        everything = np.concatenate(flat) if flat else np.zeros(0, np.uint32)
        self._keys, self._counts = np.unique(everything, return_counts=True)

    def count(self, hashes: NDArray[np.uint32]) -> NDArray[np.int64]:
        if not len(self._keys):
            return np.zeros(len(hashes), np.int64)
        at = np.minimum(np.searchsorted(self._keys, hashes), len(self._keys) - 1)
        return np.where(self._keys[at] == hashes, self._counts[at], 0)

    def idf(self, hashes: NDArray[np.uint32], size: int) -> Floats:
        expected = _STREAM_PRIOR * common_share(hashes)
        ratio = (size + _STREAM_PRIOR + 1) / (self.count(hashes) + expected + 0.5)
        return np.maximum(np.log(ratio), 0.0).astype(np.float32)


def common_share(hashes: NDArray[np.uint32]) -> Floats:
    """The share of all texts in which each word is expected before anything of the stream is known; 0 for most."""
    known, share = _common()
    if not len(hashes):
        return np.zeros(0, np.float32)
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[at] == hashes, share, 0.0).astype(np.float32)


@lru_cache(maxsize=1)
def _common() -> tuple[NDArray[np.uint32], float]:
    listed, share = common_words()
    return np.unique(np.array(listed, dtype=np.uint32)), share


@dataclass(frozen=True, slots=True)
class _Rows:
    """Sparse rows: ``columns[start[i]:start[i + 1]]`` with their ``weights``."""

    start: Indices
    columns: Indices
    weights: Floats
    width: int


class Block:
    """Texts made ready for comparison with each other.

    :param texts: the texts; pairs name them by their position.
    """

    def __init__(self, texts: Sequence[Features], background: Background, settings: Settings) -> None:
        self.texts = texts
        self._settings = settings
        self.vectors = background.titles(texts)
        self._leads = background.leads(texts)
        titles = [unpack(text.title_terms) for text in texts]
        bodies = [unpack(text.terms) for text in texts]
        self._titles = _rows(titles, background.title_idf)
        self._bodies = _rows(bodies, background.idf)
        self._heads, self._presence = _coverage_rows(bodies, texts, background)
        self._facts = [frozenset((*text.names, *text.numbers)) for text in texts]
        self._bare = np.array([not _has_body(text) for text in texts], dtype=bool)
        self._untitled = np.array([not title[0].size for title in titles], dtype=bool)
        self._days = np.array([np.nan if text.day is None else text.day for text in texts])
        self._language = np.unique([text.language for text in texts], return_inverse=True)[1]

    def cosines(self, first: Indices, second: Indices) -> Floats:
        """Cosine of the centred title vectors of each pair."""
        return _cosines(self.vectors, first, second)

    def gap(self, first: Indices, second: Indices) -> NDArray[np.float64]:
        """Days between the two texts of each pair; 0 where a date is missing: nothing speaks against them."""
        gap: NDArray[np.float64] = np.nan_to_num(np.abs(self._days[first] - self._days[second]))
        return gap

    def timeless(self, first: Indices, second: Indices) -> Floats:
        """The link of each pair as if both were published at one moment."""
        s = self._settings
        meaning = self.cosines(first, second)
        spelling = _dots(self._titles, self._titles, first, second)
        title = s.title_meaning * meaning + (1 - s.title_meaning) * spelling
        body = _dots(self._bodies, self._bodies, first, second)
        coverage = self._coverage(first, second)
        full = s.body * body + s.coverage * coverage + s.better * np.maximum(title, body)
        bare = (self._bare[first] | self._bare[second]) & ~(self._untitled[first] | self._untitled[second])
        score: Floats = np.where(bare, s.title_only * title, full).astype(np.float32)
        apart = self._language[first] != self._language[second]
        score[apart] *= 1 + s.across_languages
        # two languages share few words: there the meaning of headline and lead stands in for them
        told = np.nonzero(apart & ~bare)[0]
        if len(told):
            one, other = first[told], second[told]
            same = 0.5 * meaning[told] + 0.5 * _cosines(self._leads, one, other)
            shared = np.array([self._shared(i, j) for i, j in zip(one.tolist(), other.tolist(), strict=True)])
            score[told] = np.maximum(score[told], s.meaning_across * same + s.names_across * shared)
        return score

    def story(self, first: Indices, second: Indices) -> Floats:
        """How much two texts tell of one longer story, at whatever time: whether one's headline stands in the other
        counts more than how alike they are as wholes. Headlines alone, or two languages, as :meth:`timeless`."""
        s = self._settings
        body = _dots(self._bodies, self._bodies, first, second)
        coverage = self._coverage(first, second)
        told: Floats = (s.story_coverage * coverage + (1 - s.story_coverage) * body).astype(np.float32)
        other = np.nonzero(
            self._bare[first] | self._bare[second] | (self._language[first] != self._language[second])
        )[0]
        told[other] = s.story_other * self.timeless(first[other], second[other])
        return told

    def _coverage(self, first: Indices, second: Indices) -> Floats:
        one = _dots(self._heads, self._presence, first, second)
        return 0.5 * (one + _dots(self._heads, self._presence, second, first))

    def _shared(self, first: int, second: int) -> int:
        """How many names and quantities two texts have in common, at most four."""
        return min(4, len(self._facts[first] & self._facts[second]))

    def decay(self, first: Indices, second: Indices) -> Floats:
        """What time leaves of a link: 1 on the same day, falling smoothly, never below ``rest``."""
        s = self._settings
        late = (1 + self.gap(first, second) / s.days) ** -s.power
        return (s.rest + (1 - s.rest) * late).astype(np.float32)

    def links(self, first: Indices, second: Indices) -> Floats:
        """The link of each pair, between 0 and 1; weaker than the floor is 0."""
        score: Floats = np.clip(self.timeless(first, second) * self.decay(first, second), 0, 1)
        score[score < self._settings.floor] = 0
        return score


def _cosines(vectors: Floats, first: Indices, second: Indices) -> Floats:
    out = np.empty(len(first), np.float32)
    for at in range(0, len(first), _CHUNK):
        part = slice(at, at + _CHUNK)
        out[part] = np.einsum("ij,ij->i", vectors[first[part]], vectors[second[part]])
    return out


def _has_body(text: Features) -> bool:
    return any(text.lead_vector)


def _rows(bags: Sequence[tuple[NDArray[np.uint32], Floats]], idf: object) -> _Rows:
    weights = [(1 + np.log(np.maximum(counts, 1))) * idf(keys) for keys, counts in bags]  # type: ignore[operator]
    norms = [float(np.sqrt((w * w).sum())) or 1.0 for w in weights]
    return _assemble([keys for keys, _ in bags], [w / norm for w, norm in zip(weights, norms, strict=True)])


def _assemble(
    keys: Sequence[NDArray[np.uint32]],
    weights: Sequence[Floats],
    vocabulary: NDArray[np.uint32] | None = None,
) -> _Rows:
    lengths = np.array([len(k) for k in keys], dtype=np.int64)
    flat = np.concatenate(keys) if len(keys) else np.zeros(0, np.uint32)
    if vocabulary is None:
        vocabulary, columns = np.unique(flat, return_inverse=True)
    else:
        columns = np.searchsorted(vocabulary, flat)
    start = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    values = np.concatenate(weights).astype(np.float32) if len(weights) else np.zeros(0, np.float32)
    return _Rows(start, columns.astype(np.int64), values, len(vocabulary))


def _coverage_rows(
    bodies: Sequence[tuple[NDArray[np.uint32], Floats]], texts: Sequence[Features], background: Background
) -> tuple[_Rows, _Rows]:
    """Rows of the headline's words (idf², summing to one) and rows of ones for the words of the whole text."""
    heads = []
    for text, (keys, _) in zip(texts, bodies, strict=True):
        own = np.array(sorted(set(map(term_hash, words(text.heading)))), dtype=np.uint32)
        heads.append(own[np.isin(own, keys)])
    weights = [background.idf(keys) ** 2 for keys in heads]
    weights = [w / (float(w.sum()) or 1.0) for w in weights]
    everything = [keys for keys, _ in bodies]
    vocabulary = np.unique(np.concatenate(everything)) if everything else np.zeros(0, np.uint32)
    ones = [np.ones(len(keys), np.float32) for keys in everything]
    return _assemble(heads, weights, vocabulary), _assemble(everything, ones, vocabulary)


def _dots(left: _Rows, right: _Rows, first: Indices, second: Indices) -> Floats:
    """Dot products of rows ``left[first]`` and ``right[second]``; fast when ``first`` is sorted.

    One row at a time is spread over the vocabulary, the partners' entries are gathered from it.
    """
    out = np.zeros(len(first), np.float32)
    if not len(first):
        return out
    order = np.argsort(first, kind="stable")
    owners, begins = np.unique(first[order], return_index=True)
    ends = np.append(begins[1:], len(first))
    spread = np.zeros(left.width, np.float32)
    lengths = right.start[1:] - right.start[:-1]
    for owner, begin, end in zip(owners.tolist(), begins.tolist(), ends.tolist(), strict=True):
        mine = slice(left.start[owner], left.start[owner + 1])
        if mine.start == mine.stop:
            continue
        spread[left.columns[mine]] = left.weights[mine]
        partners = second[order[begin:end]]
        sizes = lengths[partners]
        filled = sizes > 0
        if filled.any():
            sizes, partners = sizes[filled], partners[filled]
            offsets = np.cumsum(sizes) - sizes
            at = (
                np.arange(int(sizes.sum()))
                - np.repeat(offsets, sizes)
                + np.repeat(right.start[partners], sizes)
            )
            products = spread[right.columns[at]] * right.weights[at]
            out[order[begin:end][filled]] = np.add.reduceat(products, offsets)
        spread[left.columns[mine]] = 0
    return out
