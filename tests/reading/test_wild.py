"""Whatever bytes come, the reader answers with a named outcome, in bounded time."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.records import Article
from tests.reading.pages import HANS, HANT, page, read

OUTCOMES = {
    "ok", "not_html", "empty_page", "empty_body", "list_page", "script_redirect", "soft_404", "paywall", "login_page",
    "consent_page", "video_page", "deleted", "undecodable", "too_deep", "html_bomb",
}  # fmt: skip
TAGS = [
    "div",
    "p",
    "a",
    "td",
    "table",
    "h1",
    "span",
    "script",
    "br",
    "li",
    "article",
    "time",
    "meta",
    "title",
    "body",
    "b",
]


def fine(article: Article) -> bool:
    return article.outcome in OUTCOMES and (article.outcome == "ok") == bool(article.text)


@given(st.binary(max_size=3000))
@example(b"<")
@example(b"\x00<html>\x00")
@example(b"<html><body><p>\xff\xfe\xfd")
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_wild_bytes(body: bytes) -> None:
    assert fine(read(body))


PIECE = st.one_of(
    st.sampled_from([f"<{tag}>" for tag in TAGS] + [f"</{tag}>" for tag in TAGS]),
    st.sampled_from(
        [
            *HANT,
            *HANS,
            "記者",
            "延伸閱讀",
            "<a href='/x'>新聞標題在這裡</a>",
            "2026-11-02 08:15",
            "<time datetime='",
        ]
    ),
    st.text(max_size=15),
)


@given(st.lists(PIECE, max_size=60))
@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_wild_markup(pieces: list[str]) -> None:
    assert fine(read("".join(pieces)))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ten megabytes of paragraphs", page(body="".join(f"<p>{HANT[n % 4]}</p>" for n in range(50_000)))),
        ("ten megabytes of links", page(after="<a href='/x'>新聞標題在這裡</a> " * 200_000)),
        ("one paragraph of ten megabytes", page(body="<p>" + "字" * 3_300_000 + "</p>")),
        ("ten megabytes of spaces", page(after=" " * 10_000_000)),
        ("ten megabytes of script", page(after="<script>" + 'location = "' * 800_000 + "</script>")),
        ("nested tables", "<table><tr><td>" * 20_000),
        ("attributes", page(after="<div " + "class='related' " * 300_000 + ">")),
        ("json-ld", page(head='<script type="application/ld+json">' + '{"a":[' * 200_000 + "</script>")),
        ("a comment that never ends", page(after="<!--" + "-" * 5_000_000)),
        ("open brackets", "<" * 3_000_000),
        ("title of a megabyte", page(title="號誌 - " * 150_000)),
        ("class names", page(after="".join(f"<div class='c{n}'>x</div>" for n in range(100_000)))),
    ],
)
def test_big_pages_take_bounded_time(name: str, text: str) -> None:
    start = time.process_time()
    article = read(text)
    taken = time.process_time() - start
    assert fine(article)
    assert taken < 20, f"{name}: {taken:.1f} s"
