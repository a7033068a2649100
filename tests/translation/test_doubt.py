"""The doubt of a sentence: what raises it, and that the shipped table is whole."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.translation import flags as flag
from pipelines.translation.doubt import doubtful, measures, score, scored
from pipelines.translation.flags import FLAGS
from pipelines.translation.likeness import likenesses

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
    bad, good = likenesses([(SOURCE, worse), (SOURCE, GOOD)])
    assert score(SOURCE, worse, bad) > score(SOURCE, GOOD, good)


def test_a_good_sentence_is_not_flagged_and_an_omission_is() -> None:
    [good, bad] = likenesses([(SOURCE, GOOD), (SOURCE, "He is so.")])
    assert not doubtful(SOURCE, GOOD, good, ())
    assert doubtful(SOURCE, "He is so.", bad, ("too_short",))


FLUENT = "Parliament adopted the budget for the coming year on Thursday after a debate that lasted until the evening."


def test_fluent_nonsense_is_seen() -> None:
    """Good English of the right length, without numbers or names, that says something else."""
    source = "警方说，这辆无人驾驶出租车在路口没有停下，撞倒了正在过马路的行人，车上没有乘客。"
    right = "Police said that the driverless taxi did not stop at the junction and knocked down a pedestrian who was crossing; it had no passengers."
    alike, unlike = likenesses([(source, right), (source, FLUENT)])
    assert flag.of(source, right, (), alike) == ()
    assert flag.of(source, FLUENT, ()) == (), "nothing else sees it"
    assert flag.of(source, FLUENT, (), unlike) == ("other_meaning",)
    assert score(source, FLUENT, unlike) > score(source, right, alike) + 1


def test_likeness_of_nothing_and_of_a_copy() -> None:
    assert likenesses([("好。", ""), (" 3.5 ", "3.5"), ("", "")]) == [0.0, 1.0, 1.0]
    assert likenesses([]) == []


def test_each_part_can_be_left_out() -> None:
    target = "It is 9 9 9 9 9 of 高雄"
    whole = score(SOURCE, target, 0.3)
    for part in (
        "number_added",
        "untranslated",
        "unfinished",
        "word_length",
        "shortfall",
        "likeness",
        "other_meaning",
    ):
        assert score(SOURCE, target, 0.3, without=(part,)) < whole


@given(st.text(max_size=80), st.text(max_size=80), st.floats(-1, 1), st.sets(st.sampled_from(FLAGS)))
def test_it_is_always_a_number(source: str, target: str, likeness: float, flags: set[str]) -> None:
    assert -20 < scored(source, target, likeness, flags) < 30
    assert all(math.isfinite(value) for value in measures(source, target, likeness).values())
