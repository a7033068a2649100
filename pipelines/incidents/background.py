"""What is common in the stream: how frequent each term is, and where the middle of each language's vectors lies."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Literal

from pipelines.embedding import DIMENSIONS, as_vectors
from pipelines.incidents.model import Features
from pipelines.incidents.packed import Hashes
from pipelines.incidents.sparse import Floats, bags
from pipelines.incidents.tokens import common_words

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads
from numpy.typing import NDArray  # isort: skip

_LANGUAGE_PRIOR = 10.0
"""So many texts of a language weigh as much as the average of all languages when its centre is taken."""
_CENTRE_PRIOR = 50.0
"""So many texts at the origin: the centre of a stream is trusted only once there are more than that."""
LATEST = 2000
"""So many of the latest texts show what is common in the stream."""
STREAM_PRIOR = 200
"""So many texts about nothing in particular stand before every stream: in a thin one a word that two texts share is
still rare, and a function word still common."""


class Background:
    """Document frequencies and the centre of each language's vectors.

    :param texts: the latest texts of the stream together with those to be grouped.
    """

    def __init__(self, texts: Sequence[Features]) -> None:
        self.size = len(texts)
        self._title = _Frequencies(bags([text.title_terms for text in texts]).keys)
        self._terms = _Frequencies(bags([text.terms for text in texts]).keys)
        self._title_centre = _Centres(texts, "title_vector")
        self._lead_centre = _Centres(texts, "lead_vector")

    def title_idf(self, hashes: Hashes) -> Floats:
        """Inverse document frequency of pieces of headlines."""
        return self._title.idf(hashes, self.size)

    def idf(self, hashes: Hashes) -> Floats:
        """Inverse document frequency of words of texts: ``ln((N + 1) / (n + 0.5))``, both with what is known before."""
        return self._terms.idf(hashes, self.size)

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
        for language in sorted({text.language for text in texts}):
            mine = np.array([text.language == language for text in texts])
            vectors[mine] -= self._centre.get(language, self._centre[""])
        length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))[:, None]
        out: Floats = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-6)
        out[~present] = 0
        return out


class _Frequencies:
    def __init__(self, keys: Hashes) -> None:
        self._keys, self._counts = np.unique(keys, return_counts=True)

    def count(self, hashes: Hashes) -> NDArray[np.int64]:
        """In how many texts each term occurs."""
        if not len(self._keys):
            return np.zeros(len(hashes), np.int64)
        at = np.minimum(np.searchsorted(self._keys, hashes), len(self._keys) - 1)
        return np.where(self._keys[at] == hashes, self._counts[at], 0)

    def idf(self, hashes: Hashes, size: int) -> Floats:
        expected = STREAM_PRIOR * common_share(hashes)
        ratio = (size + STREAM_PRIOR + 1) / (self.count(hashes) + expected + 0.5)
        return np.maximum(np.log(ratio), 0.0).astype(np.float32)


def common_share(hashes: Hashes) -> Floats:
    """The share of all texts in which each word is expected before anything of the stream is known; 0 for most."""
    known, share = _common()
    if not len(hashes):
        return np.zeros(0, np.float32)
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[at] == hashes, share, 0.0).astype(np.float32)


@lru_cache(maxsize=1)
def _common() -> tuple[Hashes, float]:
    listed, share = common_words()
    return np.unique(np.array(listed, dtype=np.uint32)), share
