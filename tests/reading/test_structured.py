"""JSON-LD as it comes in the wild, and meta tags."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.reading import structured
from tests.reading.pages import HANT, page, paragraphs, read

WANTED = {
    "@type": "NewsArticle",
    "headline": "號誌出錯",
    "url": "https://x.tw/a//b",
    "datePublished": "2026-11-02T08:15:00+08:00",
}
PLAIN = json.dumps(WANTED, ensure_ascii=False)

WILD = {
    "plain": PLAIN,
    "list": f"[{PLAIN}]",
    "comment": PLAIN.replace('"url"', '// "old": "field",\n"url"').replace(
        '號誌出錯"', '號誌出錯" // the headline\n'
    ),
    "block comment": PLAIN.replace('"url"', '/* old */ "url"'),
    "trailing comma": PLAIN.replace('08:00"}', '08:00",}'),
    "semicolon": PLAIN + ";",
    "html comment": f"<!--\n{PLAIN}\n-->",
    "cdata": f"//<![CDATA[\n{PLAIN}\n//]]>",
    "two values": PLAIN + "\n" + '{"@type": "Organization"}',
    "graph": json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "WebSite"}, WANTED]}),
}


@pytest.mark.parametrize("name", WILD)
def test_wild_json_ld(name: str) -> None:
    nodes = [node for value in structured.parse_json_ld(WILD[name]) for node in structured._nodes(value)]
    article = structured.article_node(nodes, [])
    assert article["headline"] == "號誌出錯"
    assert article["url"] == "https://x.tw/a//b", "an address inside a string is no comment"


def test_control_characters_in_strings() -> None:
    (value,) = structured.parse_json_ld('{"@type": "NewsArticle", "headline": "號誌\n\t出錯"}')
    assert structured.text_of(value["headline"]) == "號誌 出錯"


def test_a_broken_block_still_gives_its_fields() -> None:
    (value,) = structured.parse_json_ld(
        '{"@type": "NewsArticle", "headline": "號誌 "出錯"", "datePublished": "2026-11-02"'
    )
    assert value["datePublished"] == "2026-11-02"


def test_of_several_articles_the_page_s_own_is_taken() -> None:
    blocks = "".join(
        f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{title}","datePublished":"2026-11-0{n}T08:15:00+08:00"}}</script>'
        for n, title in enumerate(["別的新聞", "號誌系統更新出錯　行人綠燈只剩四秒", "又一則"], 1)
    )
    article = read(page(head=blocks))
    assert article.published is not None
    assert article.published.day == 2


def test_section_image_site_and_canonical() -> None:
    head = (
        '<link rel="canonical" href="/story/1"><meta property="og:image" content="//img.example.tw/1.jpg">'
        '<meta property="og:site_name" content="範例新聞網"><meta property="article:section" content="社會">'
    )
    article = read(page(head=head))
    assert (article.section, article.site_name) == ("社會", "範例新聞網")
    assert article.image_url == "https://img.example.tw/1.jpg"
    assert article.canonical_url == "https://news.example.tw/story/1"


def test_a_page_that_declares_no_image_gives_the_first_of_its_body() -> None:
    pictures = (
        "<img src='/logo.png'><img width='20' src='/dot.jpg'><img data-src='/photo/1.jpg' src='/blank.gif'>"
    )
    article = read(page(body=f"<p>{HANT[0]}{pictures}</p>" + paragraphs(HANT[1:])))
    assert article.image_url == "https://news.example.tw/photo/1.jpg"
    assert read(page(after="<img src='/photo/2.jpg'>")).image_url is None


def test_the_picture_behind_a_resizing_proxy() -> None:
    head = '<meta property="og:image" content="https://pgw.example.tw/photo.php?u=https://uc.example.tw/1.jpg&amp;w=930">'
    assert read(page(head=head)).image_url == "https://uc.example.tw/1.jpg"


def test_a_canonical_that_is_the_front_page_is_none() -> None:
    assert read(page(head='<link rel="canonical" href="https://news.example.tw/">')).canonical_url is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@graph", "author", "image", "name", "x"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)


@given(JSON)
@settings(deadline=None)
def test_any_json_is_survived(value: object) -> None:
    text = page(head=f'<script type="application/ld+json">{json.dumps(value).replace("<", " ")}</script>')
    assert read(text).outcome == "ok"


@given(st.text(alphabet='{}[]",:/*\\ \n\tab@1', max_size=120))
@settings(deadline=None)
def test_any_near_json_is_survived(text: str) -> None:
    assert isinstance(structured.parse_json_ld(text), list)
