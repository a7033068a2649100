"""Every sign by which an outlet says that a page is no article, shown by a page of it; and no article is taken for one."""

from __future__ import annotations

import pytest

from crawler import outlets
from pipelines import reading
from pipelines.reading.outlet_rules import OUTCOMES
from pipelines.records import Page
from tests.reading.pages import HANS, HANT, links, page, paragraphs

MOVED = (
    '<html><head><script language=javascript>window.location.href="{}";</script></head><body></body></html>'
)
GONE = "<html><head><title>{0}</title></head><body><h1>{0}</h1><p>{1}</p></body></html>"
TEASER = f"<p>{HANT[0]}</p>"

SHOWN: dict[tuple[str, str], tuple[str, str]] = {
    ("udn", "script_redirect"): (
        "https://udn.com/news/story/7331/9900001", MOVED.format("https://vip.udn.com/vip/story/121160/9900001"),
    ),
    ("udn", "paywall"): (
        "https://udn.com/news/story/7331/9900002", page(body=TEASER, after="<div>訂閱看完整精彩內容</div><div>選擇下列方案繼續閱讀</div>"),
    ),
    ("udn", "members_only"): (
        "https://money.udn.com/money/story/5612/9900003",
        page(body=TEASER, head='<script>function memberOnly() { return "1"; }</script>'),
    ),
    ("udn", "soft_404"): (
        "https://udn.com/news/story/7331/9900004",
        '<html><head><title>udn</title><link rel="canonical" href="https://udn.com/news/e404"></head><body><p>聯合新聞網</p></body></html>',
    ),
    ("chinatimes", "soft_404"): (
        "https://www.chinatimes.com/realtimenews/20261120000001-260405",
        GONE.format("中時新聞網", "抱歉！您所查詢的資料，目前無法找到任何頁面"),
    ),
    ("chinatimes-cn", "soft_404"): (
        "https://www.chinatimes.com/cn/realtimenews/20261120000001-260405",
        GONE.format("中时新闻网", "抱歉！您所查询的资料，目前无法找到任何页面"),
    ),
    ("hket", "paywall"): (
        "https://inews.hket.com/article/9900001",
        page(body=TEASER, head="<script>var subscribed = false;</script>", after="<div>訂閱會員繼續閱讀全文</div>"),
    ),
    ("hket", "script_redirect"): (
        "https://invest.hket.com/article/9900002", "<html><head><title>hket</title></head><body><div id='app'>載入中</div></body></html>",
    ),
    ("netease", "video"): ("https://www.163.com/v/video/VAB12CD34.html", page(body="<p>一段视频。</p>", lang="zh-Hans")),
    ("netease", "deleted"): ("https://www.163.com/dy/article/L9AB1KR0000181BR.html", GONE.format("网易", "该内容已被删除")),
    ("sina", "soft_404"): ("https://news.sina.com.cn/c/2026-11-20/doc-abcdefgh0000001.shtml", GONE.format("新浪", "页面没有找到")),
    ("sohu", "deleted"): ("https://www.sohu.com/a/990000001_1", GONE.format("搜狐", "该文章已被删除")),
    **{
        (key, "video"): (f"https://www.dw.com/{path}/一段影片/av-70000001", page(body="<p>一段影片。</p>"))
        for key, path in (("dw-zh", "zh"), ("dw-zh-hant", "zh-hant"), ("dw-en", "en"))
    },
}  # fmt: skip


def test_every_sign_of_every_outlet_is_shown() -> None:
    declared = {(o.key, sign.outcome) for o in outlets.all_outlets().values() for sign in o.not_article}
    assert declared == set(SHOWN)


@pytest.mark.parametrize("case", SHOWN, ids="/".join)
def test_a_page_that_is_no_article_has_its_name(case: tuple[str, str]) -> None:
    key, sign = case
    url, html = SHOWN[case]
    article = reading.read(
        Page(url=url, body=html.encode(), content_type="text/html; charset=utf-8"), outlets.get(key)
    )
    assert article.outcome == OUTCOMES.get(sign, sign)
    assert article.reason
    assert article.text is None


EVERYWHERE = {
    "login_page": GONE.format("會員登入", "請輸入帳號與密碼") + "<form><input type='password'></form>",
    "consent_page": GONE.format("Before you continue", "We value your privacy. We and our partners store cookies."),
    "list_page": f"<html><head><title>即時新聞</title></head><body>{links(40)}</body></html>",
    "soft_404": GONE.format("找不到網頁", "您要查看的頁面不存在"),
    "deleted": GONE.format("提示", "該文章已被刪除"),
    "script_redirect": MOVED.format("https://www.example.org/elsewhere"),
    "video_page": page(title="影片｜號誌出錯的一天", body="<p>一段影片。</p>", head='<meta property="og:type" content="video.other">'),
    "paywall": page(body=TEASER, after="<div>本文限會員閱讀，加入會員看全文</div>"),
}  # fmt: skip


@pytest.mark.parametrize("outcome", EVERYWHERE)
def test_what_no_outlet_need_say(outcome: str) -> None:
    """The general signs hold for every outlet, and for none."""
    body = EVERYWHERE[outcome].encode()
    for outlet in [None, *outlets.all_outlets().values()]:
        url = f"{(outlet.home if outlet else 'https://www.example.org/').rstrip('/')}/some/story-1"
        article = reading.read(Page(url=url, body=body, content_type="text/html; charset=utf-8"), outlet)
        assert article.outcome == outcome, (outlet.key if outlet else "none", article.reason)


def test_an_article_of_every_outlet_stays_one() -> None:
    for outlet in outlets.all_outlets().values():
        texts = HANS if outlet.script == "Hans" else HANT
        body = page(
            body=paragraphs(texts), after="<div>登入</div><div>訂閱電子報</div><div>本網站使用cookies</div>"
        ).encode()
        article = reading.read(Page(url=f"{outlet.home}story-1", body=body), outlet)
        assert article.outcome == "ok", (outlet.key, article.reason)
