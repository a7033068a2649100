"""Encodings that are declared wrongly or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading.decode import decode
from tests.reading.pages import HANS, HANT, page, paragraphs, read

SIMPLIFIED = page(title="信号系统更新出错", body=paragraphs(HANS), lang="zh-Hans")
TRADITIONAL = page(title="號誌系統更新出錯", body=paragraphs(HANT))


def declared(text: str, charset: str) -> str:
    return text.replace('<meta charset="utf-8">', f'<meta charset="{charset}">' if charset else "")


@pytest.mark.parametrize("claim", ["gb2312", "utf-8", "", "iso-8859-1", "big5", "nonsense-8"])
@pytest.mark.parametrize("codec", ["gb18030", "utf-8"])
def test_simplified_pages(codec: str, claim: str) -> None:
    text = declared(SIMPLIFIED.replace("號", "号").replace("範例", "示例"), claim)
    article = read(text.encode(codec), content_type="text/html")
    assert article.text == "\n".join(HANS)


@pytest.mark.parametrize("claim", ["big5", "utf-8", "", "gb2312"])
@pytest.mark.parametrize("codec", ["big5hkscs", "utf-8"])
def test_traditional_pages(codec: str, claim: str) -> None:
    article = read(declared(TRADITIONAL, claim).encode(codec), content_type="text/html")
    assert article.text == "\n".join(HANT)


def test_the_header_is_heard_too() -> None:
    text = declared(SIMPLIFIED.replace("範例", "示例"), "")
    article = read(text.encode("gb18030"), content_type="text/html; charset=GBK")
    assert article.text == "\n".join(HANS)


def test_a_cut_character_does_not_change_the_encoding() -> None:
    body = TRADITIONAL.encode("utf-8")
    cut = body.replace("受困".encode(), "受困".encode()[:-1], 1)
    got = decode(cut)
    assert got.encoding == "utf-8"
    assert 0 < got.damage < 0.01


def test_byte_order_marks() -> None:
    assert decode("﻿<p>號誌</p>".encode("utf-16")).text.endswith("<p>號誌</p>")
    assert decode(b"\xef\xbb\xbf<p>x</p>").text == "<p>x</p>"


@given(
    st.binary(max_size=2000),
    st.sampled_from(["", "text/html; charset=big5", "text/html; charset=rot13", "charset="]),
)
@settings(deadline=None)
def test_no_bytes_break_it(body: bytes, content_type: str) -> None:
    got = decode(body, content_type)
    assert 0 <= got.damage <= 1
