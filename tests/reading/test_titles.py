"""Headlines: as printed, and without the outlet's furniture."""

from __future__ import annotations

import pytest

from pipelines.reading import titles
from tests.reading.pages import HANT, page, paragraphs, read

SUFFIXED = [
    ("號誌系統更新出錯 | 社會新聞 | 社會 | 範例新聞網", "號誌系統更新出錯"),
    ("号志系统更新出错_网易订阅", "号志系统更新出错"),
    ("号志系统更新出错--时政--范例网", "号志系统更新出错"),
    ("号志系统更新出错？后果很严重 _探索者 _范例网", "号志系统更新出错？后果很严重"),
    ("號誌系統更新出錯，行人受困 - 範例報 - 港聞 - 要聞", "號誌系統更新出錯，行人受困"),
    ("號誌系統更新出錯，行人受困 - 港聞 - 要聞", "號誌系統更新出錯，行人受困 - 港聞 - 要聞"),
    ("号志系统更新出错，行人受困--", "号志系统更新出错，行人受困"),
    ("信号系统再次出错-范例网", "信号系统再次出错"),
    ("Traffic lights fail - The Example Times", "Traffic lights fail"),
    ("A well-known model-based system fails", "A well-known model-based system fails"),
    ("GPT-4 與 AI-2 的比較", "GPT-4 與 AI-2 的比較"),
]


@pytest.mark.parametrize(("printed", "clean"), SUFFIXED)
def test_suffixes_go_and_headlines_stay(printed: str, clean: str) -> None:
    assert titles.strip_site(printed) == clean


def test_a_named_suffix_goes_whatever_it_looks_like() -> None:
    assert titles.strip_site("號誌系統更新出錯 - 晴天", ["晴天"]) == "號誌系統更新出錯"


def test_the_site_is_known_by_its_address() -> None:
    text = page(title="", document_title="Traffic lights give four seconds - SlashRoad").replace(
        "<h1></h1>", ""
    )
    assert read(text, url="https://www.slashroad.example/1").title == "Traffic lights give four seconds"


def test_a_document_title_without_headline_is_none() -> None:
    assert read(page(title="市府：號誌更新出錯", document_title="-範例歷史網")).title == "市府：號誌更新出錯"


def test_a_short_headline_beats_a_long_name_of_the_site() -> None:
    text = page(
        title="四秒", document_title="好懷念啊 | 王小明的官方部落格 由某某平台提供",
        head='<meta property="og:title" content="王小明『好懷念啊』">',
    ).replace("<h1>四秒", "<h1>好懷念啊")  # fmt: skip
    assert read(text).title == "好懷念啊"


def test_the_printed_headline_beats_a_cut_og_title() -> None:
    text = page(
        title="多地项目连环出错 \"暗伤\"曝露？", head='<meta property="og:title" content="多地项目连环出错 ">',
        document_title='多地项目连环出错 "暗伤"曝露？_范例财经',
    )  # fmt: skip
    article = read(text)
    assert article.title == '多地项目连环出错 "暗伤"曝露？'


def test_a_first_heading_that_is_a_ticker_is_not_the_headline() -> None:
    text = page(title="索尼業績遭波及 已申請供貨").replace(
        "<div class='main'>", "<h1>即時：台股開盤漲百點</h1><div class='main'>"
    )
    assert (
        read(text.replace("<h1>索尼", "<h2>索尼").replace("供貨</h1>", "供貨</h2>")).title
        == "索尼業績遭波及 已申請供貨"
    )


def test_without_any_heading_the_document_title_serves_clean() -> None:
    text = (
        page(title="封闭施工通知来了请绕行", document_title="封闭施工通知来了请绕行_网易订阅")
        .replace("<h1>", "<b>")
        .replace("</h1>", "</b>")
    )
    article = read(text)
    assert article.title == "封闭施工通知来了请绕行"


def test_the_ideographic_space_of_a_headline_stays() -> None:
    article = read(page(body=paragraphs(HANT)))
    assert article.title == "號誌系統更新出錯　行人綠燈只剩四秒"
    assert article.title_as_printed == article.title
