"""An outlet's own rules: the template of the page's day, strips, suffixes, time rules, signs of being no article."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from crawler.outlet import Feed, Markup, NotArticle, Outlet, UrlPattern
from pipelines import reading
from pipelines.records import Article, Page
from tests.reading.pages import HANT, TITLE, page, paragraphs

NEW = Markup(
    rests_on="described",
    source="written for this test",
    title=("h1.new",),
    time=("span.when",),
    time_formats=("%Y年%m月%d日 %H時%M分",),
    author=("span.who",),
    section=(".crumb a:last-of-type",),
    lead_image=("img.lead",),
    body=("div.new-body",),
    strip=(".inner-ad",),
    byline_patterns=(r"(?:範例報)?記者(?P<names>[\u4e00-\u9fff、]{2,20}?)[／/]",),
    strip_lines=(r"▪",),
    strip_inline=(r"（延伸：[^）]*）",),
    cut_from=(r"★範例提醒您",),
)
OLD = replace(NEW, valid_until=date(2020, 12, 31), title=("h2.old",), body=("div.old-body",), time=("b.old",))
OUTLET = Outlet(
    key="example",
    name="範例新聞網",
    home="https://news.example.tw/",
    country="TW",
    language_tag="zh-Hant",
    timezone="Asia/Taipei",
    hosts=("news.example.tw",),
    urls=(UrlPattern(host=r"news\.example\.tw", path=r"/story/(?P<id>\d+)"),),
    ways=(Feed(url="https://news.example.tw/feed", source="test"),),
    title_suffixes=(r"\s*｜晴天版",),
    markups=(NEW, OLD),
    not_article=(
        NotArticle(outcome="members_only", html=r"memberOnly\(\)\s*{\s*return\s*\"1\""),
        NotArticle(outcome="video", css="div.player", max_text=200),
        NotArticle(outcome="listing", url=r"/story/0$"),
    ),
)
BODY = (
    f"<p>（範例報記者王小明、李大同／台北報導）{HANT[0]}</p><div class='inner-ad'><p>廣告也有整個句子，寫得像內文。</p></div>"
    f"<p>▪另一則新聞的標題，也可以很長很長</p><p>{HANT[1]}（延伸：另一則）</p><p>{HANT[2]}</p>"
    f"<p>★範例提醒您，喝酒不開車，開車不喝酒。</p><p>{HANT[3]}</p>"
)


def template(
    title: str = "h1 class='new'", body: str = "new-body", time: str = "span class='when'", more: str = ""
) -> str:
    tag = title.split(" ")[0]
    return (
        f"<html lang='zh-Hant'><head><title>{TITLE}｜晴天版</title></head><body><div class='crumb'><a>首頁</a><a>社會</a></div>"
        f"<{title}>{TITLE}｜晴天版</{tag}><{time}>2026年11月02日 08時15分</{time.split(' ')[0]}><img class='lead' data-src='/i/1.jpg'>"
        f"<div class='{body}'>{BODY}</div><div class='decoy'>{paragraphs(HANT[::-1] * 2)}</div>{more}</body></html>"
    )


def read(text: str, outlet: Outlet = OUTLET, url: str = "https://news.example.tw/story/7?from=x") -> Article:
    fetched = datetime(2026, 11, 3, tzinfo=UTC)
    return reading.read(Page(url=url, body=text.encode(), fetched=fetched), outlet)


def test_every_rule_of_a_markup() -> None:
    article = read(template())
    assert article.title == TITLE
    assert article.title_as_printed == f"{TITLE}｜晴天版"
    assert article.text == "\n".join(HANT[:3])
    assert article.authors == ("王小明", "李大同")
    assert article.published is not None
    assert article.published.isoformat() == "2026-11-02T08:15:00+08:00"
    assert article.section == "社會"
    assert article.image_url == "https://news.example.tw/i/1.jpg"
    assert "outlet example, agreement=" in article.extractor


def test_an_old_page_is_read_by_the_template_of_its_day() -> None:
    old = template("h2 class='old'", "old-body", "b class='old'").replace("2026年11月02日", "2019年05月06日")
    dated = old.replace("<head>", '<head><meta property="article:published_time" content="2019-05-06">')
    article = read(dated)
    assert article.text == "\n".join(HANT[:3])
    assert article.published is not None
    assert article.published.isoformat() == "2019-05-06T08:15:00+08:00"


def test_a_changed_template_falls_back_on_the_general_reader() -> None:
    changed = template(body="hashed-1").replace("<div class='decoy'>", "<div class='x' hidden>")
    article = read(changed)
    assert article.outcome == "ok"
    assert "blocks" in article.extractor
    assert HANT[0] in (article.text or "")
    assert "喝酒" not in (article.text or ""), "the outlet's own lines go all the same"


def test_a_false_z_is_the_outlets_clock() -> None:
    text = template().replace(
        "<head>", '<head><meta property="article:published_time" content="2026-11-02T08:15:00Z">'
    )
    wrong = replace(OUTLET, markups=(replace(NEW, time_rule="false_z_is_local"),))
    assert str(read(text, wrong).published) == "2026-11-02 08:15:00+08:00"
    assert str(read(text).published) == "2026-11-02 16:15:00+08:00"


def test_an_outlet_that_prints_days_has_days() -> None:
    days = replace(OUTLET, markups=(replace(NEW, time_rule="day_only"),))
    article = read(template(), days)
    assert (str(article.published), article.published_precision) == ("2026-11-02 00:00:00+08:00", "day")


@pytest.mark.parametrize(
    ("text", "url", "outcome"),
    [
        (
            template(more='<script>function memberOnly() { return "1" }</script>'),
            "https://news.example.tw/story/7",
            "paywall",
        ),
        (
            "<html><body><div class='player'></div><p>影片一段。</p></body></html>",
            "https://news.example.tw/story/7",
            "video_page",
        ),
        (template(more="<div class='player'></div>"), "https://news.example.tw/story/7", "ok"),
        (template(), "https://news.example.tw/story/0", "list_page"),
    ],
)
def test_the_outlets_own_signs(text: str, url: str, outcome: str) -> None:
    assert read(text, url=url).outcome == outcome


def test_without_an_outlet_nothing_of_it_is_known() -> None:
    article = reading.read(Page(url="https://news.example.tw/story/7", body=page().encode()))
    assert "outlet" not in article.extractor.split(";")[0]
