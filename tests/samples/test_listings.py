"""The listings answer where the outlets' facts look for them, and name every article."""

from __future__ import annotations

import json
from typing import Any
from urllib.robotparser import RobotFileParser
from xml.etree import ElementTree

import pytest
from lxml import html

from crawler.outlets import all_outlets, identify, request_url
from pipelines.samples import hosts, load_articles, load_odd_pages, render

SERVED = sorted({article.outlet for article in load_articles()})
WAYS = [(key, way) for key in SERVED for way in all_outlets()[key].ways]


def text_of(url: str) -> str:
    response = render(request_url(url))
    assert response is not None, url
    assert response.status == 200
    return response.body.decode()


def links_of(url: str, name: str) -> list[str]:
    """Every address in a listing, as a reader of that form finds it."""
    text = text_of(url)
    if name == "json":
        document = json.loads(text)
        rows = [document["data"][row] if isinstance(row, str) else row for row in document.get("lists", [])]
        return [f"https://udn.com{row['titleLink']}" for row in rows]
    if name == "section":
        tree = html.document_fromstring(text)
        tree.make_links_absolute(url)
        return [link.get("href") for link in tree.cssselect("main a[href]")]
    root = ElementTree.fromstring(text)
    return [e.text or "" for e in root.iter() if e.tag.rpartition("}")[2] in ("loc", "link")]


@pytest.mark.parametrize(("key", "way"), WAYS, ids=lambda value: getattr(value, "url", value))
def test_every_way_of_a_served_outlet_answers(key: str, way: Any) -> None:
    found = [identity for link in links_of(way.url, way.name) if (identity := identify(link))]
    foreign = {i.outlet_id for i in found if i.article_id and i.outlet_id != key}
    assert not foreign


@pytest.mark.parametrize("key", SERVED)
def test_the_first_ways_name_every_article(key: str) -> None:
    listed = {
        identity.article_id
        for way in all_outlets()[key].ways_of_rank(1)
        for link in links_of(way.url, way.name)
        if (identity := identify(link))
    }
    own = {article.article_id for article in load_articles() if article.outlet == key}
    assert own <= listed


def test_odd_pages_are_listed_among_the_articles() -> None:
    listed = {
        link for key in SERVED for way in all_outlets()[key].ways for link in links_of(way.url, way.name)
    }
    for page in load_odd_pages():
        assert page.url in listed or f"{page.url}?chdtv" in listed, page.url


def test_the_rdf_feed_prints_raw_chinese_and_a_tracking_parameter() -> None:
    text = text_of("https://rss.dw.com/rdf/rss-chi-all")
    links = [link for link in links_of("https://rss.dw.com/rdf/rss-chi-all", "feed") if "/a-" in link]
    assert len(links) == sum(article.outlet == "dw-zh" for article in load_articles())
    assert all(not link.isascii() and "?maca=chi-rss-chi-all" in link for link in links)
    assert "contentID>99000" in text


def test_api_more_ends_and_holds_a_string_item() -> None:
    first = json.loads(text_of("https://udn.com/api/more?page=1"))
    assert first["state"] is True
    assert isinstance(first["lists"][-1], str)
    last = json.loads(text_of("https://udn.com/api/more?page=9"))
    assert last == {"state": True, "end": True}


def test_robots_forbid_one_page_and_allow_the_articles() -> None:
    for host in hosts():
        parser = RobotFileParser()
        parser.parse(text_of(f"https://{host}/robots.txt").splitlines())
        for article in load_articles():
            if article.host == host:
                assert parser.can_fetch("wiredesk", article.url)
        for page in load_odd_pages():
            if page.url.startswith(f"https://{host}/"):
                assert parser.can_fetch("wiredesk", page.url) is (page.expect != "robots")


def test_a_second_page_of_a_list_is_not_there() -> None:
    assert render("https://www.chinatimes.com/realtimenews/?page=2&chdtv") is None
    assert render("https://www.epochtimes.com/b5/nsc413_2.htm") is None
