"""The body: one test per rule about what belongs to an article and what stands around it."""

from __future__ import annotations

import pytest

from tests.reading.pages import ENGLISH, HANS, HANT, links, page, paragraphs, read
from tests.reading.score import overlap

WHOLE = "\n".join(HANT)


def body_of(text: str) -> str:
    article = read(text)
    assert article.outcome == "ok", article.reason
    return article.text or ""


def test_a_plain_page_gives_its_paragraphs_and_nothing_else() -> None:
    assert body_of(page()) == WHOLE


FURNITURE = [
    "<div class='date'>2026-11-02 08:15　來源：範例社　字號：小 中 大</div>",
    "<div>分享到：</div>",
    "<p>（責任編輯：王大明）</p>",
    "<p>原標題：號誌出錯的一天</p>",
    "<p>免責聲明：本文僅供參考，不構成任何建議，讀者應自行判斷。</p>",
    "<p>版權所有，未經授權不得轉載。</p>",
    "<p>延伸閱讀：另一則關於號誌的舊聞，居民抱怨多時</p>",
    "<p>想看更多，請讚好範例新聞Facebook</p>",
    "<div>[廣告] 請繼續往下閱讀...</div>",
    "<p>關鍵字：號誌、人工智慧、行人</p>",
    "<p>Disclaimer: The views expressed here are those of the author, and not of this paper.</p>",
    "<p>Edited by: Ann Reporter</p>",
    "<p>Get the latest news delivered to your inbox every morning.</p>",
    "<p>Ann Reporter can be reached at ann@example.org, or on the phone.</p>",
    "<p>您的浏览器不支持播放此视频，请升级。</p>",
    "<figure><img src='a.jpg'><figcaption>圖說：出事的路口，行人等了很久。記者王小明攝</figcaption></figure>",
    "<aside><p>側欄的文字，與本文沒有關係，但也有一整個句子。</p></aside>",
    "<div class='ad-box'><p>廣告文字也可以很長，寫得像新聞一樣，有逗號，也有句號。</p></div>",
    "<div style='display:none'><p>看不見的文字不是新聞的一部分，讀者看不到它。</p></div>",
    "<script>var text = '號誌';</script><style>p { color: red }</style>",
]


@pytest.mark.parametrize("furniture", FURNITURE)
@pytest.mark.parametrize("where", ["before", "after"])
def test_furniture_goes(furniture: str, where: str) -> None:
    text = page(before=furniture) if where == "before" else page(body=paragraphs(HANT) + furniture)
    assert body_of(text) == WHOLE


@pytest.mark.parametrize(
    "marker", ["延伸閱讀", "相关新闻", "猜你喜欢", "Related articles", "熱門新聞", "推薦閱讀："]
)
def test_what_follows_related_stories_is_cut(marker: str) -> None:
    after = f"<h3>{marker}</h3>{links(6)}<p>另一則新聞的摘要也寫成整個句子，看起來就像內文一樣。</p>"
    assert body_of(page(body=paragraphs(HANT) + after)) == WHOLE


@pytest.mark.parametrize("marker", ["網友評論", "3 Comments", "Leave a reply", "留言（2）", "最新评论"])
def test_readers_comments_are_cut_however_long(marker: str) -> None:
    comments = "".join(
        f"<p>{text}我完全同意，這種事已經不是第一次發生了，應該有人負責。</p>" for text in HANS * 2
    )
    assert body_of(page(after=f"<div><h4>{marker}</h4>{comments}</div>")) == WHOLE


def test_a_box_of_related_stories_inside_does_not_end_the_article() -> None:
    first, *rest = HANT
    text = page(body=paragraphs((first,)) + f"<p>延伸閱讀</p>{links(3)}" + paragraphs(tuple(rest)))
    assert body_of(text) == WHOLE


def test_a_list_of_teasers_longer_than_the_article_is_not_the_body() -> None:
    teaser = "".join(
        f"<div class='item'><h3><a href='/s/{n}'>另一則完全不同的新聞標題在這裡</a></h3><p>這是摘要，寫得很像內文，有逗號，也有句號，"
        f"而且每一則都有好幾十個字，加起來比內文還長。</p><span>2026-11-0{n % 9 + 1}</span></div>"
        for n in range(25)
    )
    assert body_of(page(after=f"<div class='lst'>{teaser}</div>")) == WHOLE


def test_paragraphs_between_line_breaks_in_a_table_cell() -> None:
    cell = "<br><br>　　".join(HANS)
    text = (
        f"<html><head><title>信号系统更新出错</title></head><body><table><tr><td>{links(8)}</td><td><h1>信号系统更新出错</h1>"
        f"<font>{cell}</font></td></tr></table></body></html>"
    )
    assert body_of(text) == "\n".join(HANS)


def test_headings_lists_and_quotations_of_the_article_stay() -> None:
    inner = (
        f"<p>{HANT[0]}</p><h2>測試沒有做</h2><p>{HANT[1]}</p><ul><li>三個路口</li><li>四秒綠燈</li></ul>"
        f"<blockquote>我們會負責</blockquote><p>{HANT[3]}</p>"
    )
    got = body_of(page(body=inner)).split("\n")
    assert got == [HANT[0], "測試沒有做", HANT[1], "三個路口", "四秒綠燈", "我們會負責", HANT[3]]


def test_a_link_inside_a_paragraph_stays_and_a_linked_line_goes() -> None:
    inner = (
        f"<p>{HANT[0]}<a href='/x'>交通局</a>表示會負責。</p><p><a href='/y'>另一則新聞的標題放在文章中間</a></p>"
        + paragraphs(HANT[1:])
    )
    got = body_of(page(body=inner))
    assert "交通局表示會負責" in got
    assert "另一則新聞" not in got


def test_a_lead_paragraph_outside_of_the_container_belongs_to_the_article() -> None:
    text = page(before=f"<header><p class='teaser-text'>{HANT[0]}</p></header>", body=paragraphs(HANT[1:]))
    assert body_of(text) == WHOLE


def test_a_text_that_only_a_script_shows_is_still_read() -> None:
    text = page().replace("class='txt'", "class='txt' style='display: none'")
    assert body_of(text) == WHOLE


def test_english_pages_too() -> None:
    text = page(
        title="Traffic lights cut short",
        body=paragraphs(ENGLISH),
        after="<p>Read more: other things</p>",
        lang="en",
    )
    assert body_of(text) == "\n".join(ENGLISH)


def test_a_short_article_is_an_article() -> None:
    assert body_of(page(body=f"<p>{HANT[0]}</p>")) == HANT[0]


@pytest.mark.parametrize("names", ["share", "promo comment", "sidebar"])
def test_a_furniture_name_on_the_whole_article_does_not_lose_it(names: str) -> None:
    text = page().replace("class='txt'", f"class='{names}'")
    assert overlap(body_of(text), WHOLE) > 0.99


def test_the_same_page_gives_the_same_article() -> None:
    assert read(page()) == read(page())


def test_the_reader_says_who_read_it() -> None:
    assert read(page()).extractor.startswith("reading/")
    assert "agreement=" in read(page(body=f"<p>{HANT[0]}</p>")).extractor
