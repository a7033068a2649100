"""Each flag has a sentence that raises it and one beside it that does not."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.translation import flags
from pipelines.translation.glossary import Name
from pipelines.translation.numbers import chinese_numbers, english_numbers, lost, numeral

NVIDIA = Name("NVIDIA", "company", ("辉达",))


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("警方拘捕了三名男子。", "Police arrested three men.", ()),
        ("警方拘捕了三名男子。", "Police police police police arrested men.", ("repetition",)),
        ("警方在台北拘捕了三名男子和一名女子。", "Police.", ("too_short",)),
        (
            "他来了。",
            "He came to the house and then he went to the shop and then he came back to sit.",
            ("too_long",),
        ),
        ("损失达三千八百万元。", "The loss came to 38 million dollars.", ()),
        ("损失达三千八百万元。", "The loss came to 3.8 million dollars.", ("number_lost", "number_added")),
        ("公司裁员1200人。", "The company cut jobs.", ("number_lost",)),
        ("公司裁员。", "The company cut 500 jobs.", ("number_added",)),
        ("辉达否认。", "NVIDIA denied it.", ()),
        ("辉达否认。", "The company denied it.", ("name_lost",)),
        ("他在青岛。", "He is in 青岛.", ("untranslated",)),
        ("他来了。", "Он пришёл домой вчера.", ("not_english",)),
        ("他来了。", "", ("no_output",)),
        ("辉达来了。", " ", ("name_lost", "no_output")),
    ],
)
def test_flags(source: str, target: str, expected: tuple[str, ...]) -> None:
    names = [NVIDIA] if "辉达" in source else []
    assert flags.of(source, target, names) == expected


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("三百二十五万", 3_250_000), ("二〇二五", 2025), ("两千三", 2300), ("一亿二千万", 120_000_000), ("十五", 15),
        ("廿五", 25), ("三万五千亿", 3_500_000_000_000), ("一千零五", 1005), ("十", 10), ("百", 100), ("三点一四", Fraction(157, 50)),
        ("一万零三百", 10_300), ("两万五", 25_000), ("一兆三千亿", 1_300_000_000_000),
    ],
)  # fmt: skip
def test_chinese_numerals(written: str, value: int | Fraction) -> None:
    assert numeral(written) == value


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("1万2,000颗芯片", "12,000 chips"), ("2.5亿元", "250 million yuan"), ("1.2万亿美元", "$1.2 trillion"),
        ("百分之三十五", "35 percent"), ("三分之二以上", "more than two-thirds"), ("七成", "70%"), ("5月3日", "May 3"),
        ("下午3时30分", "3:30 p.m."), ("15:40", "3:40 p.m. (15:40)"), ("20余人", "more than twenty people"),
        ("600多万吨", "more than 6 million tonnes"), ("全长18.9千米", "18.9 kilometres long"), ("3300余万元", "over 33 million yuan"),
        ("晚上10点42分", "10.42pm"), ("4K电视", "a 4K TV"), ("新冠确诊30例", "30 cases of COVID-19"), ("七八月", "July and August"), ("二十五万人", "a quarter of a million, 250,000 people"), ("上世纪80年代", "the 1980s"), ("１２３人", "123 people"),
        ("3万2000人", "thirty-two thousand people"), ("150万", "one and a half million, or 1.5 million"),
    ],
)  # fmt: skip
def test_the_same_number_in_both_languages(chinese: str, english: str) -> None:
    assert lost(chinese_numbers(chinese), english_numbers(english)) == []


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("1万2,000颗", "1,200 chips"),
        ("2.5亿元", "25 million yuan"),
        ("38%", "3.8%"),
        ("2019年", "in 2009"),
        ("二十三人", "32 people"),
    ],
)
def test_another_number_is_lost(chinese: str, english: str) -> None:
    assert len(lost(chinese_numbers(chinese), english_numbers(english))) == 1


@given(st.integers(13, 10**12))
def test_every_number_finds_itself(n: int) -> None:
    assert lost(chinese_numbers(f"共{n}元"), english_numbers(f"{n:,} dollars in total")) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_breaks_it(source: str, target: str) -> None:
    found = flags.of(source, target, [])
    assert set(found) <= set(flags.FLAGS)
    assert list(found) == [flag for flag in flags.FLAGS if flag in found]
