"""No sentence is longer than the model reads: counted in the package's own tokens, for whatever text comes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.translation import ArgosEngine
from pipelines.translation.argos import MOST_TOKENS

HARD = [
    "警方說，" * 400,
    "無標點的長句" * 300,
    "https://example.org/" + "a1b2c3" * 200,
    "﷽" * 200,
    "𠮷" * 500,
    "👩‍👩‍👧‍👦" * 200,
    "A headline, " * 200,
    "ﷺ" * 26,
]


class Seen:
    """A translator that notes what it is given, and answers with it."""

    def __init__(self) -> None:
        self.batches: list[list[list[str]]] = []

    def translate_batch(self, tokens: list[list[str]], **_options: Any) -> list[Any]:
        self.batches.append(tokens)
        return [Answer(row) for row in tokens]


class Answer:
    def __init__(self, row: list[str]) -> None:
        self.hypotheses = [row]

    def result(self) -> Answer:
        return self


def given_to_the_model(tiny: ArgosEngine, sentence: str) -> tuple[list[list[str]], str]:
    """The rows of tokens that a sentence becomes, and the answer of a model that says them back."""
    engine = object.__new__(ArgosEngine)
    engine.__dict__.update(tiny.__dict__)
    seen = Seen()

    class Translation:
        translator = seen

    engine._translation = Translation()
    [answer] = engine.translate([sentence])
    return [row for batch in seen.batches for row in batch], answer


@pytest.mark.parametrize("sentence", HARD)
def test_what_is_too_long_is_cut(tiny: ArgosEngine, sentence: str) -> None:
    rows, _ = given_to_the_model(tiny, sentence)
    assert len(rows) > 1 or len(tiny._tokenizer.encode(sentence)) <= MOST_TOKENS
    assert max(map(len, rows)) <= MOST_TOKENS


def test_cuts_fall_at_marks_and_nothing_is_lost(tiny: ArgosEngine) -> None:
    sentence = "，".join(f"警方說第{n}名行人受傷" for n in range(60)) + "。"
    rows, answer = given_to_the_model(tiny, sentence)
    assert len(rows) > 2
    whole = tiny._tokenizer.decode(tiny._tokenizer.encode(sentence)).replace(" ", "")
    assert answer.replace(" ", "") == whole
    assert all(tiny._tokenizer.decode(row).strip()[-1] in "，,。" for row in rows)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        st.characters(codec="utf-8") | st.sampled_from("警方說，。、；「」『』 .,3%a…"),
        min_size=60, max_size=900,
    )
)  # fmt: skip
def test_no_text_gives_the_model_more(tiny: ArgosEngine, sentence: str) -> None:
    rows, _ = given_to_the_model(tiny, sentence)
    assert all(0 < len(row) <= MOST_TOKENS for row in rows)


def test_a_very_long_sentence_is_translated_to_its_end(tiny: ArgosEngine) -> None:
    one = tiny.translate(["警方說，三名行人受傷。"])[0]
    long = tiny.translate(["警方說，三名行人受傷。" * 60])[0]
    assert one
    assert len(long) > 10 * len(one)
