"""The doubt of a sentence: what raises it, and that the shipped table is whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.translation.doubt import doubtful, measures, score, scored
from pipelines.translation.flags import FLAGS

SOURCE = "警方周一表示，一辆无人驾驶出租车在高雄市前镇区右转时驶上斑马线，撞倒三名正在过马路的行人。"
GOOD = "Police said on Monday that a driverless taxi turned right in Kaohsiung, drove onto a crosswalk and knocked down three pedestrians who were crossing the road."


@pytest.mark.parametrize(
    "worse",
    [
        "Police said Monday.",
        GOOD.replace("three", "720"),
        "the taxi hit the taxi hit the taxi hit the taxi hit the taxi hit the taxi hit the taxi",
        GOOD.rstrip("."),
        GOOD.replace("Kaohsiung", "高雄"),
        "It is so bad that he is not to be on it, and so it is on him to be so.",
        "",
    ],
)
def test_a_worse_translation_is_doubted_more(worse: str) -> None:
    assert score(SOURCE, worse) > score(SOURCE, GOOD)


def test_a_good_sentence_is_not_flagged_and_an_omission_is() -> None:
    assert not doubtful(SOURCE, GOOD, ())
    assert doubtful(SOURCE, "He is so.", ("too_short",))


def test_unlike_sentences_are_doubted_more() -> None:
    assert score(SOURCE, GOOD, likeness=0.2) > score(SOURCE, GOOD, likeness=0.8)


def test_each_part_can_be_left_out() -> None:
    target = "It is 9 9 9 9 9 of 高雄"
    whole = score(SOURCE, target)
    for part in ("number_added", "untranslated", "unfinished", "word_length", "shortfall"):
        assert score(SOURCE, target, without=(part,)) < whole


@given(st.text(max_size=80), st.text(max_size=80), st.sets(st.sampled_from(FLAGS)))
def test_it_is_always_a_number(source: str, target: str, flags: set[str]) -> None:
    assert -20 < scored(source, target, flags) < 30
    assert set(measures(source, target)) == {"heft", "word_length", "shortfall", "excess"}
