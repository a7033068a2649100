"""Twins made from rows of the public sets: they fold onto their source, and relevance and labels answer the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import hanzi
from pipelines.texts import fold, sign, text_id_of
from tests.quality.public_texts import rotated, unlike

EVERY = 5
"""Each fifth of the rows whose twin folds letter for letter; `make quality ROOM=texts` takes all."""

pytestmark = [pytest.mark.shared, pytest.mark.slow]


def test_twins_fold_and_are_judged_alike(shared: Path) -> None:
    pairs = rotated(shared)
    assert len(pairs) > 3000
    # Every row at risk: where a word of the twin is still another one once both are folded.
    at_risk = [
        pair for pair in pairs if len({hanzi.fold(f"{row['title']}\n{row['text']}") for row in pair}) > 1
    ]
    assert len(at_risk) > 100
    risky = {own["id"] for own, _ in at_risk}
    taken = at_risk + [pair for pair in pairs if pair[0]["id"] not in risky][::EVERY]
    apart = []
    for own, twin in taken:
        if not own["text"]:  # a headline alone folds only where it is long and its words are known to be one
            continue
        source = sign("a", own["title"], own["text"]).with_text(text_id_of("a"))
        if fold([sign("b", twin["title"], twin["text"])], [source])[0].text_id != source.text_id:
            apart.append(own["title"])
    assert apart == []
    assert unlike(taken) == []
