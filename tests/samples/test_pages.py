"""Every page renders in its outlet's markup, with that outlet's oddities, to the same bytes every time."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
import trafilatura
from lxml import html

from crawler.outlets import all_outlets
from pipelines.samples import SampleArticle, load_articles, load_odd_pages, render

ARTICLES = load_articles()
LD = re.compile(r'<script[^>]*type="application/ld\+json">\s*(.*?)\s*</script>', re.S)


def page(article: SampleArticle) -> str:
    response = render(article.url)
    assert response is not None
    assert response.status == 200
    return response.body.decode()


def first_ld(article: SampleArticle) -> str:
    found = LD.search(page(article))
    assert found is not None
    return found.group(1)


def by_outlet(prefix: str) -> list[SampleArticle]:
    return [article for article in ARTICLES if article.outlet.startswith(prefix)]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.article_id)
def test_a_general_extractor_finds_every_paragraph(article: SampleArticle) -> None:
    text = trafilatura.extract(page(article), url=article.url, include_comments=False) or ""
    assert [p for p in article.paragraphs if p not in text] == []


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: article.article_id)
def test_the_outlets_own_selectors_find_title_time_and_body(article: SampleArticle) -> None:
    markup = all_outlets()[article.outlet].markup_for(article.published.date())
    assert markup is not None
    tree = html.document_fromstring(page(article))

    def first(selectors: tuple[str, ...]) -> str:
        texts = [e.text_content().strip() for s in selectors for e in tree.cssselect(s)]
        return next((text for text in texts if text), "")

    if markup.title:
        assert first(markup.title) == article.title
    assert first(markup.time), "the printed time"
    body = first(markup.body)
    assert all(paragraph in body for paragraph in article.paragraphs)
    head = tree.xpath("//title/text()")[0]
    assert head.startswith(article.title)
    assert head != article.title, "a printed title carries the outlet's furniture"
    assert tree.xpath("//link[@rel='canonical']/@href")


def test_udn_says_its_story_in_a_list_sometimes_with_control_characters() -> None:
    stories = [a for a in by_outlet("udn") if a.host == "udn.com"]
    broken = 0
    for article in stories:
        text = first_ld(article)
        try:
            data = json.loads(text)
        except json.JSONDecodeError:
            broken += 1
            data = json.loads(text, strict=False)
        assert isinstance(data, list)
        assert data[0]["headline"] == article.title
        assert data[0]["datePublished"] == article.published.isoformat()
        assert "pgw.udn.com.tw/gw/photo.php?u=" in data[0]["image"]["url"]
    assert 0 < broken < len(stories)


def test_money_udn_writes_comments_into_its_json() -> None:
    (article,) = [a for a in by_outlet("udn") if a.host == "money.udn.com"]
    text = first_ld(article)
    with pytest.raises(json.JSONDecodeError):
        json.loads(text, strict=False)
    data = json.loads(re.sub(r"(?m)(?:^|\s)//[^\n]*$", "", text))
    assert data["headline"] == article.title
    assert f'rel="canonical" href="https://udn.com/news/story/7253/{article.number}"' in page(article)


def test_deutsche_welle_prints_utc_with_milliseconds_and_a_raw_format_id() -> None:
    for article in by_outlet("dw"):
        data = json.loads(first_ld(article))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:00\.\d{3}Z", data["datePublished"])
        assert data["mainEntityOfPage"]["@id"] == article.url
        assert "_${formatId}.jpg" in page(article)


def test_the_epoch_times_says_z_but_means_its_own_clock() -> None:
    for article in by_outlet("epochtimes"):
        data = json.loads(first_ld(article))
        assert data["datePublished"] == f"{article.published:%Y-%m-%dT%H:%M:%S}Z"
        tree = html.document_fromstring(page(article))
        (time,) = tree.cssselect("main#main .main_content > .article > .info > time[datetime]")
        assert time.get("datetime") == article.modified.isoformat()
        assert re.fullmatch(r"更新 2026-\d\d-\d\d \d{1,2}:\d\d [AP]M", time.text_content())
    night = [a for a in by_outlet("epochtimes") if f"/{a.published.month}/{a.published.day}/" not in a.url]
    assert night, "a story of a Taipei morning stands under the American day before"


def test_china_times_says_it_as_object_or_list() -> None:
    kinds: set[type[Any]] = set()
    broken = 0
    for article in by_outlet("chinatimes"):
        text = first_ld(article)
        try:
            json.loads(text)
        except json.JSONDecodeError:
            broken += 1
        data = json.loads(text, strict=False)
        kinds.add(type(data))
        story = data[0] if isinstance(data, list) else data
        assert story["datePublished"] == article.published.isoformat()
    assert kinds == {dict, list}
    assert broken


def test_rti_has_no_json_ld_and_repeats_one_class() -> None:
    for article in by_outlet("rti"):
        assert not LD.search(page(article))
        times = html.document_fromstring(page(article)).cssselect(".dateWrap .date .time")
        assert times[0].text_content() == article.published.strftime("%Y-%m-%d %H:%M")
        assert times[1].text_content().startswith("新聞引據：")


@pytest.mark.parametrize("odd", load_odd_pages(), ids=lambda odd: odd.expect)
def test_odd_pages_answer_as_told(odd: Any) -> None:
    response = render(odd.url)
    assert response is not None
    assert response.status == odd.status
    if odd.expect == "moved":
        target = render(response.headers["Location"])
        assert target is not None
        assert target.status == 200
    signs = [s for s in all_outlets()[odd.outlet].not_article if s.outcome == odd.expect]
    text = response.body.decode()
    if odd.expect in ("script_redirect", "soft_404", "paywall"):
        visible = html.document_fromstring(text).text_content()
        assert any(
            (not sign.html or re.search(sign.html, text)) and (not sign.text or re.search(sign.text, visible))
            for sign in signs
        )


def test_unknown_addresses_have_no_page() -> None:
    for url in (
        "https://udn.com/news/story/7320/1",
        "https://example.org/",
        "https://www.rti.org.tw/news?uid=3&pid=1",
        "https://www.dw.com/en/a-1",
        "https://udn.com/api/more?page=x",
        "http://[",
        "",
    ):
        assert render(url) is None


def test_tracking_parameters_change_nothing() -> None:
    for article in ARTICLES:
        joiner = "&" if "?" in article.url else "?"
        assert render(f"{article.url}{joiner}from=udn&chdtv&maca=x") == render(article.url)


DIGEST = """
import hashlib
from pipelines.samples import load_articles, render
digest = hashlib.sha256()
for article in load_articles():
    digest.update(render(article.url).body)
for url in ("https://udn.com/sitemap/gnews/2", "https://rss.dw.com/rdf/rss-chi-all", "https://udn.com/api/more"):
    digest.update(render(url).body)
print(digest.hexdigest())
"""


def test_the_bytes_are_the_same_in_another_process() -> None:
    digest = hashlib.sha256()
    for article in ARTICLES:
        digest.update(page(article).encode())
    for url in (
        "https://udn.com/sitemap/gnews/2",
        "https://rss.dw.com/rdf/rss-chi-all",
        "https://udn.com/api/more",
    ):
        response = render(url)
        assert response is not None
        digest.update(response.body)
    env = {**os.environ, "PYTHONHASHSEED": "4711", "TZ": "America/Lima", "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-c", DIGEST], env=env, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == digest.hexdigest()
