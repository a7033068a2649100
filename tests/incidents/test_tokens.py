"""Terms, names and quantities."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.incidents import tokens
from pipelines.incidents.packed import pack, unpack


def test_scripts_and_regions_meet() -> None:
    assert tokens.normalise("輝達晶片") == tokens.normalise("英伟达芯片")
    assert set(tokens.words(tokens.normalise("自動駕駛"))) == {"自动", "动驾", "驾驶"}


def test_names_are_alike_across_alphabets() -> None:
    assert set(tokens.pieces(tokens.normalise("Ринер"))) == set(tokens.pieces(tokens.normalise("Riner")))
    assert set(tokens.pieces(tokens.normalise("Guinée"))) & set(tokens.pieces(tokens.normalise("Guinea")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("罚款3.2亿美元", "320000000 usd"),
        ("fined $320 million", "320000000 usd"),
        ("下跌40%", "40 %"),
        ("fell 40 percent", "40 %"),
        ("造成3人死亡", "3 dead"),
        ("killed: 3 dead", "3 dead"),
        ("1.2万名用户", "12000 people"),
        ("12,000 users", "12000 people"),
        ("关了31小时", "31 hours"),
        ("held for 31 hours", "31 hours"),
    ],
)
def test_quantities_have_one_spelling(text: str, expected: str) -> None:
    assert expected in tokens.numbers(tokens.normalise(text))


def test_bare_numbers_are_no_quantities() -> None:
    assert tokens.numbers(tokens.normalise("In 2031, page 12")) == ()


def test_names_are_read_off_the_writing() -> None:
    found = tokens.names(
        "Yesterday the maker Velo said so. Trouble came when Velo and NHTSA met. 据《泰晤士纪事报》报道，OpenMind回应。"
    )
    assert {"velo", "nhtsa", "泰晤士纪事报", "openmind"} <= set(found)
    assert "yesterday" not in found
    assert "trouble" not in found


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("一週科技事故簿：三件事", True),
        ("本周科技动态", True),
        ("AI weekly roundup: three accidents", True),
        ("盘点今年十大事故", True),
        ("机器人伤人 公司一周内两度道歉", False),
        ("Weekly paper sued over AI texts", False),
    ],
)
def test_round_ups_are_told_by_their_title(title: str, expected: bool) -> None:
    assert tokens.is_round_up(tokens.normalise(title)) is expected


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    normalised = tokens.normalise(text)
    for terms in (
        tokens.words(normalised),
        tokens.pieces(normalised),
        tokens.names(text),
        tokens.numbers(normalised),
    ):
        assert all(terms)


@given(st.lists(st.integers(0, 2**32 - 1), max_size=60), st.randoms())
def test_packed_bags_do_not_depend_on_the_order(hashes: list[int], rng: object) -> None:
    shuffled = sorted(hashes, key=lambda value: value * 2654435761 % 97)
    assert pack(hashes) == pack(shuffled)
    keys, counts = unpack(pack(hashes))
    assert keys.tolist() == sorted(set(hashes))
    assert counts.sum() == len(hashes)


def test_broken_bags_are_refused() -> None:
    with pytest.raises(ValueError, match="no packed terms"):
        unpack(b"1234")
