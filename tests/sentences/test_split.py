"""Where sentences end, by example and by property."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.sentences import LIMIT, join, sentences, split, weight


def pieces(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


CASES = {
    "plain Chinese": (
        "警方拘捕三人。案件仍在調查！誰該負責？",
        ["警方拘捕三人。", "案件仍在調查！", "誰該負責？"],
    ),
    "headline with spaces": ("AI換臉詐騙升溫 警逮3嫌", ["AI換臉詐騙升溫 警逮3嫌"]),
    "headline over text": ("無人車撞人 一死\n警方昨日表示。", ["無人車撞人 一死", "警方昨日表示。"]),
    "quotation with attribution": ("「真的嗎？」他說。眾人沉默。", ["「真的嗎？」他說。", "眾人沉默。"]),
    "quotation after colon": (
        "他說：「我們很震驚。」李小姐表示，她不知情。",
        ["他說：「我們很震驚。」", "李小姐表示，她不知情。"],
    ),
    "short quotation of two sentences": (
        "他只說「快走。別回頭。」就掛斷了。",
        ["他只說「快走。別回頭。」就掛斷了。"],
    ),
    "quotation within a sentence": (
        "所谓“智能？”的说法并不准确。专家摇头。",
        ["所谓“智能？”的说法并不准确。", "专家摇头。"],
    ),
    "title with a mark": ("新书《机器会思考吗？》今天出版。", ["新书《机器会思考吗？》今天出版。"]),
    "bracket": ("公司（成立于2019年。总部在台北）否认指控。", ["公司（成立于2019年。总部在台北）否认指控。"]),
    "doubled marks": (
        "太可怕了！！怎么会这样？！没人知道。",
        ["太可怕了！！", "怎么会这样？！", "没人知道。"],
    ),
    "ellipsis inside": ("他说……然后走了。", ["他说……然后走了。"]),
    "ellipsis at the end of a line": ("事情还没完……\n第二天", ["事情还没完……", "第二天"]),
    "decimals and versions": (
        "股价跌3.14元，降至12.5元。GPT-4.5上线。",
        ["股价跌3.14元，降至12.5元。", "GPT-4.5上线。"],
    ),
    "ASCII marks between Han": ("他走了.她留下!为什么?", ["他走了.", "她留下!", "为什么?"]),
    "abbreviations": (
        "Dr. Lee of Acme Inc. told the U.S. Senate on Jan. 5 at 3 p.m. that it failed. He left.",
        ["Dr. Lee of Acme Inc. told the U.S. Senate on Jan. 5 at 3 p.m. that it failed.", "He left."],
    ),
    "abbreviation that ends": (
        "It was founded in the U.S. The firm grew.",
        ["It was founded in the U.S.", "The firm grew."],
    ),
    "the word no": ("He said no. Nobody asked again.", ["He said no.", "Nobody asked again."]),
    "number after no": ("It ranked No. 1 again. Fine.", ["It ranked No. 1 again.", "Fine."]),
    "initials": ("J. K. Rowling spoke. She left.", ["J. K. Rowling spoke.", "She left."]),
    "English quotation": (
        '"Why?" Smith asked. "Because." Then he left.',
        ['"Why?" Smith asked.', '"Because."', "Then he left."],
    ),
    "lower case goes on": ("The app, called idk. is new. Yes.", ["The app, called idk. is new.", "Yes."]),
    "address": (
        "See www.example.com/a.b?c=d for more. Thanks.",
        ["See www.example.com/a.b?c=d for more.", "Thanks."],
    ),
    "list number": ("1. First point. 2. Second point.", ["1. First point.", "2. Second point."]),
    "dots before a capital": ("Wait... What was it?", ["Wait...", "What was it?"]),
    "name with a mark": ("Yahoo! Japan reported it. Good.", ["Yahoo! Japan reported it.", "Good."]),
    "mark behind the quotation": (
        "他反問：「要負責嗎？」。他在貼文中提到，昨日已說明。",
        ["他反問：「要負責嗎？」。", "他在貼文中提到，昨日已說明。"],
    ),
    "blank before the closing mark": (
        "他说 “ 这是我们的做法 。 ”\n会议结束 。 ",
        ["他说 “ 这是我们的做法 。 ”", "会议结束 。"],
    ),
    "only space": (" \n\u3000 ", []),
    "indented paragraphs": ("　　第一段。\n\n　　第二段。", ["第一段。", "第二段。"]),
}


@pytest.mark.parametrize("name", CASES)
def test_examples(name: str) -> None:
    text, expected = CASES[name]
    assert pieces(text) == expected


def test_long_sentence_is_cut_at_commas_and_nothing_is_lost() -> None:
    clause = "这家公司的自动驾驶系统在测试中多次偏离车道"
    text = "，".join([clause] * 30) + "。"
    found = pieces(text)
    assert len(found) > 3
    assert all(weight(piece) <= LIMIT for piece in found)
    assert all(piece.endswith(("，", "。")) for piece in found)
    assert "".join(found) == text


def test_semicolon_is_preferred_to_comma() -> None:
    text = "甲" * 90 + "；" + "乙" * 30 + "，" + "丙" * 60 + "。"
    assert pieces(text) == ["甲" * 90 + "；", "乙" * 30 + "，" + "丙" * 60 + "。"]


def test_a_thousands_comma_is_no_place_to_cut() -> None:
    text = "金" * 155 + "1,234,567,890元" + "額" * 60
    assert all(not piece.endswith(",") for piece in pieces(text))


def test_without_any_mark_it_is_cut_hard() -> None:
    assert [len(piece) for piece in pieces("中" * 400)] == [160, 160, 80]


def test_a_limit_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="8 at least"):
        split("好", limit=2)


ALPHABET = "中文字說说。！？，、；：…“”「」『』（）()《》\"'.!?,;: \n\r\u3000\u2028abcABZ019é\u0301\u200d👩Mr"


@settings(max_examples=400, deadline=None)
@given(st.text(st.one_of(st.sampled_from(ALPHABET), st.characters()), max_size=300), st.integers(8, 60))
def test_joining_gives_the_text_back(text: str, limit: int) -> None:
    found = split(text, limit)
    assert join(text, found) == text
    assert all(start < end for start, end in found)
    assert all(weight(text[start:end].strip()) <= limit for start, end in found)
    assert [span.end for span in found[:-1]] == [span.start for span in found[1:]]


@settings(max_examples=200, deadline=None)
@given(st.text(ALPHABET, max_size=200))
def test_sentences_are_the_trimmed_pieces(text: str) -> None:
    trimmed = [text[start:end] for start, end in sentences(text)]
    assert trimmed == [piece for start, end in split(text) if (piece := text[start:end].strip())]
    assert "".join("".join(trimmed).split()) == "".join(text.split())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text("中文字說明書籍", min_size=2, max_size=30), min_size=1, max_size=8))
def test_plain_sentences_are_found_one_by_one(bodies: list[str]) -> None:
    plain = [f"{body}。" for body in bodies]
    assert pieces("".join(plain)) == plain


def test_time_grows_with_the_length_only() -> None:
    import time

    hostile = [
        "「" * 20_000,
        "「（" * 10_000 + "。" * 20_000,
        "a." * 20_000,
        '"' * 5_000 + '。"' * 5_000,
        "中，" * 20_000,
        " " * 40_000 + "。",
    ]
    began = time.perf_counter()
    for text in hostile:
        assert join(text, split(text)) == text
    assert time.perf_counter() - began < 5
