"""Who wrote it: Chinese bylines, declared authors, and who is no author."""

from __future__ import annotations

import pytest

from pipelines.reading import bylines
from tests.reading.pages import ENGLISH, HANT, page, paragraphs, read

PRINTED = [
    ("<div>2026-11-02 15:05 範例報 記者王小明／即時報導</div>", ("王小明",)),
    ("<div>【記者王小明、李大同／台北報導】</div>", ("王小明", "李大同")),
    ("<div>（範例社記者葉臻台北21日電）</div>", ("葉臻",)),
    ("<div>（大範例記者侯駿霖台灣台北報導）</div>", ("侯駿霖",)),
    ("<div>作者：張三</div>", ("張三",)),
    ("<div>文／陳可兒</div>", ("陳可兒",)),
    ("<div>採訪撰稿：王小明 責任編輯：王大明</div>", ("王小明",)),
    ("<div>來源：範例日報　记者：史小燕　编辑：刘大林</div>", ("史小燕",)),
]


@pytest.mark.parametrize(("line", "authors"), PRINTED)
def test_printed_bylines(line: str, authors: tuple[str, ...]) -> None:
    assert read(page(before=line)).authors == authors


@pytest.mark.parametrize(
    "line",
    [
        "<div>責任編輯：王大明</div>",
        "<div>（责编：王大明、李小红）</div>",
        "<div>編輯：王大明</div>",
        "<p>圖為路口號誌。範例社記者張新偉攝</p>",
        "<p>記者從交通局獲悉，號誌已經修復，其他路口仍在清查。</p>",
        "<p>有記者問到責任歸屬，局長沒有回答這個問題。</p>",
    ],
)
def test_editors_photographers_and_sentences_are_no_bylines(line: str) -> None:
    assert read(page(before=line)).authors == ()


def test_the_reporter_may_stand_at_the_end() -> None:
    body = paragraphs(HANT) + "<p>□ 本報記者 葛靈丹</p>"
    assert read(page(body=body)).authors == ("葛靈丹",)


def test_an_agency_stands_in_where_nobody_is_named() -> None:
    body = paragraphs((f"中央社台北3日電 {HANT[0]}", *HANT[1:]))
    assert read(page(body=body)).authors == ("中央社",)
    named = paragraphs((f"（中央社記者王小明台北3日電）{HANT[0]}", *HANT[1:]))
    assert read(page(body=named)).authors == ("王小明",)


def test_the_editor_in_the_author_field_yields_to_the_printed_reporter() -> None:
    text = page(
        head='<meta name="author" content="王大明">',
        before="<div>記者 史小燕</div>",
        after="<div>責任編輯：王大明</div>",
    )
    assert read(text).authors == ("史小燕",)


def test_the_outlets_own_name_is_no_author() -> None:
    assert read(page(head='<meta name="author" content="範例新聞網">')).authors == ()


def test_single_token_names_from_json_ld_are_kept() -> None:
    head = '<script type="application/ld+json">{"@type":"NewsArticle","author":[{"@type":"Person","name":"张三"}]}</script>'
    assert read(page(head=head)).authors == ("张三",)


def test_a_declared_name_with_the_desk_before_it_is_the_person() -> None:
    text = page(head='<meta name="author" content="範例新聞王小明">', after="<div>責任編輯：王小明</div>")
    assert read(text).authors == ("王小明",)


def test_a_byline_may_follow_a_time_without_a_space() -> None:
    text = page(before="<div><span>發佈：2026年11月21日 14:01</span><span>撰文：陳大文</span></div>")
    assert read(text).authors == ("陳大文",)


def test_english_bylines() -> None:
    text = page(
        title="Traffic lights cut short by an update",
        body=paragraphs(ENGLISH),
        before="<div>By Ann Reporter and Bob van Writer</div>",
        lang="en",
    )
    assert read(text).authors == ("Ann Reporter", "Bob van Writer")


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("記者王小明、李大同", ["王小明", "李大同"]),
        ("By Ann Reporter, Bob Writer and Cy Third", ["Ann Reporter", "Bob Writer", "Cy Third"]),
        ("https://example.com/author/1", []),
        ("admin", []),
        ("someone@example.com", []),
        ("王小明（台北）", ["王小明"]),
    ],
)
def test_names_are_split(text: str, names: list[str]) -> None:
    assert bylines.split_names(text) == names
