"""The pattern of a folded piece: it misses no text that folds to one with the piece in it."""

from __future__ import annotations

import re

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines.hanzi import fold, written
from pipelines.hanzi.scripts import character_table
from pipelines.hanzi.words import replacements
from pipelines.search.tokens import folded

_FORMS = sorted(form for form, word in replacements(("word", "fold")).items() if form != word)
_WORDS = sorted({*_FORMS, *replacements(("word", "fold")).values()})

wild = st.lists(
    st.one_of(
        st.sampled_from(_WORDS),
        st.sampled_from(_WORDS).map(lambda word: word[:-1]),
        st.sampled_from(_WORDS).map(lambda word: word[1:]),
        st.sampled_from([*"的国國晶片人工智慧輝達公司AI aiＡｉ3３，「ΟΔΟΣ İKÅ", "SARS", "隨身碟"]),
        st.characters(codec="utf-8"),
    ),
    min_size=1,
    max_size=6,
).map("".join)


@settings(max_examples=200, deadline=None)
@given(wild, st.integers(0, 30), st.integers(1, 12))
@example("生成式AI的晶片", 0, 9)
@example("ΟΔΟΣ", 0, 4)
@example("輝達公司", 1, 2)
def test_no_text_is_missed(text: str, start: int, size: int) -> None:
    piece = folded(text)[start : start + size]
    if piece and (pattern := written(piece)) is not None:
        assert re.search(pattern, text), (piece, pattern)


def test_every_regional_word_is_found_by_what_it_folds_to() -> None:
    for form in _FORMS:
        whole = folded(f"新{form}。")
        for piece in (whole, whole[1:-1], whole[1:], whole[:-1], whole[2:-1]):
            pattern = written(piece) if piece else None
            assert pattern is None or re.search(pattern, f"新{form}。"), (piece, form)


def test_every_character_is_found_by_what_it_becomes() -> None:
    for code in {*range(0xD800), *range(0xE000, 0x1F000), *character_table()}:
        became = folded(chr(code))
        if became != chr(code):
            assert re.search(written(became) or "(?!)", chr(code)), f"{code:x}"


def test_another_word_is_not_matched() -> None:
    pattern = re.compile(written("英伟达芯片") or "")
    assert [
        text for text in ("輝達晶片", "英偉達的芯片", "輝達薯片", "英伟达芯片") if pattern.search(text)
    ] == [
        "輝達晶片",
        "英伟达芯片",
    ]
    assert fold("輝達晶片") == "英伟达芯片"


def test_what_would_be_written_in_too_many_ways_says_so() -> None:
    assert written("人工智能芯片" * 20) is None
