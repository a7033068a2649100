"""What a screen reader and a keyboard need of every page, read off its HTML."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from urllib.parse import quote

import lxml.html
import pytest

from tests.desk.client import Browser
from tests.desk.data import HAZARD, INCIDENT

PAGES = (
    "/", "/incidents", "/incidents?class=hazard&q=AI", f"/incident/{INCIDENT}", f"/incident/{HAZARD}", "/article/lakenews:101",
    "/article/lakenews-cn:101", "/review", "/search", "/search?q=分诊", "/search?q=software&kind=incident&outlet=lakenews&outlet=northwire", "/rejects", "/rejects?q=lakenews:150", "/outlets",
    "/runs", "/runs/run-1", "/keys", "/nowhere",
)  # fmt: skip


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest, reading: Browser) -> Any:
    return lxml.html.fromstring(reading.get(quote(request.param, safe="/?&=:")).text)


def name_of(element: Any) -> str:
    """What a screen reader calls an element."""
    labelled = element.get("aria-labelledby")
    if labelled:
        return " ".join(
            part.text_content() for part in element.getroottree().xpath(f"//*[@id='{labelled}']")
        ).strip()
    return (element.get("aria-label") or element.get("title") or element.text_content() or "").strip()


def test_every_control_has_a_name(page: Any) -> None:
    fields = page.xpath("//input[not(@type='hidden')] | //select | //textarea")
    bare = [f for f in fields if not (f.get("aria-label") or f.xpath("ancestor::label[normalize-space()]"))]
    bare += [
        control
        for control in page.xpath("//a[@href] | //button | //summary | //iframe")
        if not name_of(control)
    ]
    assert [lxml.html.tostring(control) for control in bare] == []


def test_headings_skip_no_level(page: Any) -> None:
    headings = [
        int(heading.tag[1])
        for heading in page.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")
    ]
    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(headings)), headings


def test_landmarks_are_told_apart(page: Any) -> None:
    assert len(page.xpath("//main")) == 1
    marks = [
        (
            mark.get("role") or mark.tag,
            name_of(mark) if mark.get("aria-label") or mark.get("aria-labelledby") else "",
        )
        for mark in page.xpath("//*[@role='search' or @role='region'] | //nav | //aside")
    ]
    assert len(set(marks)) == len(marks), marks
    assert all(name for _, name in marks), marks


def test_tables_have_heads(page: Any) -> None:
    for table in page.xpath("//table"):
        heads = table.xpath(".//th")
        assert heads
        assert all(head.get("scope") and name_of(head) for head in heads), lxml.html.tostring(table)[:300]


def test_what_is_drawn_is_said(page: Any) -> None:
    for drawing in page.xpath("//svg"):
        assert drawing.get("aria-hidden") == "true" or (
            drawing.get("role") == "img" and drawing.get("aria-label")
        )
    for chart in page.xpath("//svg[@role='img']"):
        assert chart.xpath("ancestor::figure//table"), "a chart can be read as a table"


def test_the_keyboard_goes_in_the_order_of_the_page(page: Any) -> None:
    assert page.xpath("//*[@tabindex > 0]") == []
    first = page.xpath("//body//a[@href]")[0]
    assert (first.get("href"), first.get("class")) == ("#main", "skip")
    assert page.xpath("//main[@id='main'][@tabindex='-1']")


def test_the_language_of_other_words_is_said(page: Any) -> None:
    """A screen reader reads Chinese as Chinese where a title or a passage is."""
    for title in page.xpath("//h1 | //h3//a | //*[contains(@class, 'source')]"):
        if any("\u4e00" <= c <= "\u9fff" for c in title.text_content()):
            spoken = title.xpath("ancestor-or-self::*[@lang][1]/@lang") + title.xpath(".//@lang")
            assert any(tag.startswith("zh") for tag in spoken), lxml.html.tostring(title, encoding="unicode")
