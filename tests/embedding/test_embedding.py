"""The embedder: one space for all languages, the same bytes whatever the batch."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.embedding import DIMENSIONS, Embedder, as_bytes, as_vectors, embed, shorten


def test_languages_share_one_space() -> None:
    hans, hant, english, other = embed(
        [
            "自动驾驶出租车撞伤三名行人",
            "自動駕駛計程車撞傷三名行人",
            "Driverless taxi injures three pedestrians",
            "央行宣布降低利率",
        ]
    )
    assert hans @ hant > 0.8
    assert hans @ english > 0.5
    assert hans @ other < 0.35


def test_vector_does_not_depend_on_the_batch() -> None:
    texts = ["机器人伤人", "A robot hurts a worker in a warehouse", "停电"]
    together = Embedder().embed(texts)
    alone = np.concatenate([Embedder().embed([text]) for text in texts])
    assert as_bytes(together) == as_bytes(alone)


def test_empty_text_is_zero_and_resembles_nothing() -> None:
    vectors = embed(["", "  \n", "新闻"])
    assert not vectors[:2].any()
    assert vectors[2].any()


def test_bytes_keep_the_angle() -> None:
    rng = np.random.default_rng(7)
    vectors = rng.normal(size=(20, DIMENSIONS)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    back = as_vectors(as_bytes(vectors))
    assert np.abs(np.einsum("ij,ij->i", vectors, back) - 1).max() < 0.003


def test_broken_bytes_are_refused() -> None:
    with pytest.raises(ValueError, match="are not whole vectors"):
        as_vectors(b"123")


def test_shorten_counts_by_script() -> None:
    assert len(shorten("字" * 2000)) == 300
    assert len(shorten("word " * 2000)) == 800


def test_memory_is_bounded() -> None:
    small = Embedder(remember=2)
    small.embed(["一", "二", "三", "四"])
    assert len(small._known) == 2
