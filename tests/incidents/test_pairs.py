"""What a missing date does to a link."""

from __future__ import annotations

import numpy as np

from pipelines.incidents.background import Background
from pipelines.incidents.pairs import Block
from pipelines.incidents.settings import default_settings

from .making import text

HEAD, BODY = "川北超市刷臉付款被騙61萬元", "川北連鎖超市的刷臉付款機被列印照片騙過，遭盜刷61萬元。"


def test_nothing_speaks_against_two_undated_texts_and_little_for_a_dated_and_an_undated_one() -> None:
    texts = [
        text("a", HEAD, BODY, day=0),
        text("b", HEAD, BODY, day=700),
        text("c", HEAD, BODY, day=None),
        text("d", HEAD, BODY, day=None),
    ]
    block = Block(texts, Background(texts), default_settings())
    first, second = np.array([0, 0, 1, 2]), np.array([1, 2, 2, 3])
    unknown = default_settings().undated
    assert block.gap(first, second).tolist() == [700, unknown, unknown, 0]
    years, dated, late, undated = block.links(block.signals(first, second)).tolist()
    assert years < dated < undated
    assert dated == late
