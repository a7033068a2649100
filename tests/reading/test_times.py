"""Times as pages write them, their zones, and what is never taken for a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import reading
from pipelines.reading import times
from pipelines.records import Page
from tests.reading.pages import ENGLISH, page, paragraphs, read

WRITTEN = [
    ("2024-01-30T14:13:12.269Z", "2024-01-30T14:13:12+00:00"),
    ("2020/10/04 15:05:21", "2020-10-04T15:05:21"),
    ("2023/2/21 21:20（2/21 22:08 更新）", "2023-02-21T21:20:00"),
    ("Mon Mar 01 10:52:32 HKT 2021", "2021-03-01T10:52:32+08:00"),
    ("Mon, 01 Mar 2021 10:52:32 +0800", "2021-03-01T10:52:32+08:00"),
    ("2019年09月07日 08:05:32", "2019-09-07T08:05:32"),
    ("2019年9月7日（星期六）下午2時05分", "2019-09-07T14:05:00"),
    ("更新时间 2012年12月11日, 格林尼治标准时间11:05", "2012-12-11T11:05:00+00:00"),
    ("2012年12月11日 北京时间 11:05", "2012-12-11T11:05:00+08:00"),
    ("2012年12月11日 格林威治时间 11:05", "2012-12-11T11:05:00+00:00"),
    ("2012年12月11日 格林尼治標準時間11:05", "2012-12-11T11:05:00+00:00"),
    ("2012年12月11日 臺北时间 11:05", "2012-12-11T11:05:00+08:00"),
    ("17:30 2020/08/09", "2020-08-09T17:30:00"),
    ("更新 2026-10-03 1:22 PM", "2026-10-03T13:22:00"),
    ("2026-10-03 12:05 AM", "2026-10-03T00:05:00"),
    ("November 19, 2019 at 5:30 PM EST", "2019-11-19T17:30:00-05:00"),
    ("19 November 2019 10:30", "2019-11-19T10:30:00"),
    ("20240424153000", "2024-04-24T15:30:00"),
    ("2024-05-20T07:26:58+0800", "2024-05-20T07:26:58+08:00"),
]


@pytest.mark.parametrize(("written", "expected"), WRITTEN)
def test_written_times_are_read_to_the_second(written: str, expected: str) -> None:
    stamp = times.parse(written)
    assert stamp is not None
    assert stamp.precision == "minute"
    assert stamp.moment.replace(microsecond=0).isoformat() == expected


@pytest.mark.parametrize(
    "text", ["", "2024年02月30日", "12345678901234", "06/02/2022", "第二十屆", "１２：３０", "v2.10.3"]
)
def test_what_is_no_day_is_no_time(text: str) -> None:
    assert times.parse(text) is None


@pytest.mark.parametrize("text", ["Nov. 19, 2019", "2024-04-24", "2019年9月7日", "20240530", "31/12/2021"])
def test_a_day_is_a_day(text: str) -> None:
    stamp = times.parse(text)
    assert stamp is not None
    assert stamp.precision == "day"


@given(
    st.datetimes(min_value=datetime(1995, 1, 1), max_value=datetime(2099, 1, 1)),  # noqa: DTZ001
    st.integers(min_value=-11 * 4, max_value=13 * 4),
)
@settings(deadline=None)
def test_iso_8601_round_trips(moment: datetime, quarter_hours: int) -> None:
    aware = moment.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarter_hours)))
    stamp = times.parse(aware.isoformat())
    assert stamp is not None
    assert stamp.moment == aware


@given(st.text(max_size=300))
@settings(deadline=None)
def test_no_text_breaks_the_parser(text: str) -> None:
    stamp = times.parse(text)
    assert stamp is None or times.FIRST_YEAR - 100 <= stamp.moment.year <= times.LAST_YEAR


def test_a_declared_zone_is_kept() -> None:
    article = read(
        page(head='<meta property="article:published_time" content="2026-11-02T08:15:00+09:00">'), url=None
    )
    assert article.published is not None
    assert article.published.isoformat() == "2026-11-02T08:15:00+09:00"
    assert article.published_precision == "minute"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.example.tw/a", "2026-11-02T08:15:00+08:00"),
        ("https://news.example.co.jp/a", "2026-11-02T08:15:00+09:00"),
        (
            "https://news.example.com/a",
            "2026-11-02T08:15:00+08:00",
        ),  # a Chinese page: one clock for all its regions
    ],
)
def test_a_time_without_zone_takes_the_pages(url: str, expected: str) -> None:
    article = read(page(head='<meta name="pubdate" content="2026-11-02 08:15:00">'), url=url)
    assert article.published is not None
    assert article.published.isoformat() == expected


def test_where_nothing_tells_the_zone_only_the_day_is_kept() -> None:
    text = page(
        title="Traffic lights cut short", body=paragraphs(ENGLISH), lang="en",
        before='<div class="date">November 2, 2026 8:15 AM</div>',
    )  # fmt: skip
    article = read(text, url="https://news.example.com/a")
    assert article.published == datetime(2026, 11, 2, tzinfo=UTC)
    assert article.published_precision == "day"


def test_a_declared_day_takes_the_printed_minute_of_that_day() -> None:
    text = page(
        head='<meta name="publishdate" content="2026-11-02">',
        before="<div>2026年11月02日08:15　來源：範例社</div>",
    )
    article = read(text)
    assert article.published is not None
    assert article.published.isoformat() == "2026-11-02T08:15:00+08:00"


def test_a_printed_time_of_another_day_does_not_refine() -> None:
    text = page(
        head='<meta name="publishdate" content="2026-11-02">', before="<div>2026年11月09日08:15</div>"
    )
    article = read(text)
    assert article.published is not None
    assert article.published.isoformat() == "2026-11-02T00:00:00+08:00"
    assert article.published_precision == "day"


def test_midnight_sharp_is_a_day() -> None:
    article = read(page(head='<meta property="article:published_time" content="2026-11-02T00:00:00+08:00">'))
    assert article.published_precision == "day"


def test_a_z_that_the_page_contradicts_is_false() -> None:
    """The page writes the same clock once with Z and once with its real offset."""
    head = (
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"x","datePublished":"2026-11-02T08:15:00Z",'
        '"dateModified":"2026-11-02T09:00:00Z"}</script>'
    )
    text = page(head=head, before='<time datetime="2026-11-02T09:00:00+08:00">更新 2026-11-02 9:00 AM</time>')
    article = read(text, url=None)
    assert article.published is not None
    assert article.modified is not None
    assert article.published.isoformat() == "2026-11-02T08:15:00+08:00"
    assert article.modified.isoformat() == "2026-11-02T09:00:00+08:00"


def test_the_date_in_the_address_is_never_the_time() -> None:
    article = read(page(), url="https://news.example.tw/2026/11/02/123456.html")
    assert article.published is None
    assert article.published_precision is None


def test_a_time_after_the_fetch_is_not_believed() -> None:
    text = page(head='<meta property="article:published_time" content="2031-01-01T08:15:00+08:00">')
    fetched = datetime(2026, 11, 3, tzinfo=UTC)
    body = text.encode()
    assert reading.read(Page(url=None, body=body, fetched=fetched)).published is None
    assert reading.read(Page(url=None, body=body)).published is not None


def test_seconds_since_1970_are_a_moment_on_the_pages_clock() -> None:
    article = read(page(after='<script>var ct = "1793578500";</script>'))
    assert article.published is not None
    assert article.published.timestamp() == 1793578500
    assert article.published.utcoffset() == timedelta(hours=8)


def test_a_change_before_the_publication_is_none() -> None:
    head = (
        '<meta property="article:published_time" content="2026-11-02T08:15:00+08:00">'
        '<meta property="article:modified_time" content="2019-01-01T00:00:01+08:00">'
    )
    assert read(page(head=head)).modified is None
