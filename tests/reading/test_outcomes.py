"""Pages that are no article get their own name, and articles about such pages stay articles."""

from __future__ import annotations

import gzip

import pytest

from tests.reading.pages import HANT, links, page, paragraphs, read

BARE = "<html><head><title>{title}</title>{head}</head><body>{body}</body></html>"


def bare(title: str = "範例新聞網", head: str = "", body: str = "") -> str:
    return BARE.format(title=title, head=head, body=body)


TEASER = f"<p>{HANT[0]}</p>"
CASES = {
    "empty": ("", "empty_page"),
    "white space": (" \n ", "empty_page"),
    "no text": ("<html><body></body></html>", "empty_body"),
    "plain text": ("just a line of text, no markup", "not_html"),
    "json": ('{"state": true, "lists": [{"title": "x"}]}', "not_html"),
    "rss": (
        '<?xml version="1.0"?><rss version="2.0"><channel><item><title>x</title></item></channel></rss>',
        "not_html",
    ),
    "sitemap": (
        '<?xml version="1.0"?><!-- made --><urlset><url><loc>https://x/</loc></url></urlset>',
        "not_html",
    ),
    "script redirect": (
        bare(
            body='<script language=javascript>window.location.href="https://vip.example.tw/story/1";</script>'
        ),
        "script_redirect",
    ),
    "meta refresh": (bare(head='<meta http-equiv="refresh" content="0; url=/new/place">'), "script_redirect"),
    "refresh to an error": (bare(head='<meta http-equiv="refresh" content="0;url=/news/e404">'), "soft_404"),
    "404 title": (bare("404 Not Found", body="<p>nothing here</p>" + links(3)), "soft_404"),
    "找不到頁面": (bare("找不到頁面 - 範例新聞網", body=links(5)), "soft_404"),
    "抱歉": (bare(body="<p>抱歉！您所查询的资料，目前无法找到任何页面</p>"), "soft_404"),
    "canonical error": (
        bare(head='<link rel="canonical" href="https://x.tw/news/e404">', body="<p>請稍候</p>"),
        "soft_404",
    ),
    "deleted": (bare(body="<h1>提示</h1><p>該文章已被作者刪除。</p>"), "deleted"),
    "withdrawn": (
        bare("A story", body="<p>This article has been removed at the request of the author.</p>"),
        "deleted",
    ),
    "paywall": (page(body=TEASER + "<p>選擇下列方案繼續閱讀</p>"), "paywall"),
    "付费": (page(body=TEASER + "<p>剩余80%内容需付费订阅后查看</p>"), "paywall"),
    "subscribers": (page(body=TEASER + "<p>Subscribe to continue reading this article</p>"), "paywall"),
    "not free": (
        page(
            head='<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree":"False"}</script>',
            body=TEASER,
        ),
        "paywall",
    ),
    "login": (
        bare(
            "會員登入 - 範例新聞網", body="<form><input type=text><input type=password></form><p>請先登入</p>"
        ),
        "login_page",
    ),
    "consent": (
        bare(
            "Before you continue",
            body="<p>We value your privacy. We and our partners store cookies on a device.</p>",
        ),
        "consent_page",
    ),
    "video": (
        page(
            head='<meta property="og:type" content="video.other">',
            body="<video src=x></video><p>影片說明只有一句話。</p>",
        ),
        "video_page",
    ),
    "list": (bare("新聞列表", body=links(40)), "list_page"),
    "deep": ("<div>" * 3000 + "x" + "</div>" * 3000, "too_deep"),
}


@pytest.mark.parametrize("name", CASES)
def test_no_article(name: str) -> None:
    text, outcome = CASES[name]
    article = read(text)
    assert (article.outcome, bool(article.reason)) == (outcome, True), article
    assert article.text is None


def test_a_front_page_is_a_list_whatever_it_says() -> None:
    text = page(after=links(30))
    assert read(text, url="https://news.example.tw/").outcome == "list_page"
    assert read(text, url="https://news.example.tw/story/1").outcome == "ok"


def test_a_menu_that_sells_subscriptions_is_no_paywall() -> None:
    short = page(body=paragraphs(HANT[:1])).replace(
        "<div class='nav'>", "<div class='nav'><div>會員專享</div><div>訂閱看完整內容</div>"
    )
    assert read(short).outcome == "ok"
    assert read(short.replace("</h1>", "</h1><div>訂閱看完整內容</div>")).outcome == "paywall"


def test_an_article_among_many_links_without_any_heading_is_no_list() -> None:
    portal = f"<html><body><div>{links(300)}</div><div>{paragraphs(HANT)}</div><div>{links(300)}</div></body></html>"
    assert read(portal).outcome == "ok"
    teased = "".join(
        f"<div><a href='/{n}'>另一則完全不同的新聞標題在這裡{n}</a><p>{text[:30]}。</p></div>"
        for n, text in enumerate(HANT * 8)
    )
    assert read(f"<html><body>{teased}</body></html>").outcome == "list_page"


@pytest.mark.parametrize(
    "sentence",
    [
        "網站昨天大量出現「404找不到頁面」的訊息，讀者以為文章已被刪除。",
        "業者呼籲民眾訂閱看完整方案前，先看清楚自動續約的條款。",
        "The page you requested was quoted as: this article has been removed.",
        "登入系統的密碼外洩，請先登入查看的提示也遭到仿冒。",
        "我們使用cookies的告示被法院認定無效。",
    ],
)
def test_an_article_about_such_pages_is_an_article(sentence: str) -> None:
    article = read(page(body=paragraphs((*HANT, sentence))))
    assert article.outcome == "ok"
    assert sentence in (article.text or "")


def test_binary_is_no_page() -> None:
    assert read(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4).outcome == "not_html"
    assert read(b"%PDF-1.7 something").outcome == "not_html"
    assert read(gzip.compress(b"<html></html>" * 50)).outcome == "not_html"


def test_the_header_may_say_that_it_is_no_page() -> None:
    assert read("<p>x</p>", content_type="image/svg+xml").outcome == "not_html"


def test_bytes_that_no_encoding_reads() -> None:
    rubbish = (
        b"<html><body><p>" + bytes((n * 37 + 129) % 127 + 129 for n in range(4000)) + b"</p></body></html>"
    )
    assert read(rubbish).outcome == "undecodable"
