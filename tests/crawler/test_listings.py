"""The listings of the outlets, read by the way that each outlet declares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import outlets
from crawler.outlet import Feed, JsonList, NewsMap, SectionList, Way
from crawler.outlets import identify, request_url
from crawler.ways import ListingError, read_listing

FOLDER = Path(__file__).parents[1] / "outlets"
ZONE = ZoneInfo("Asia/Taipei")


@pytest.mark.parametrize(
    "path", sorted(FOLDER.glob("*/listing*.json")), ids=lambda p: f"{p.parent.name}/{p.stem}"
)
def test_listing_of_an_outlet(path: Path) -> None:
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    outlet = outlets.get(path.parent.name)
    (way,) = [way for way in outlet.ways if way.url == said["way"]]
    body = (path.parent / said["file"]).read_bytes()
    listing = read_listing(
        way, body, url=request_url(way.url), content_type=said["content_type"], zone=outlet.zone
    )
    assert not listing.damage
    found = [
        {
            "url": request_url(entry.url),
            "article_id": (identity := identify(request_url(entry.url))) and identity.article_id,
            "published": entry.published.isoformat() if entry.published else None,
        }
        for entry in listing.entries
    ]
    assert found == [{**entry, "url": request_url(entry["url"])} for entry in said["entries"]]


WAYS: list[Way] = [
    Feed(url="https://a.example/feed"),
    NewsMap(url="https://a.example/map"),
    SectionList(url="https://a.example/list", cards="li", time="time"),
    JsonList(url="https://a.example/json", items="a.*.b", time="t"),
]


@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=400) | st.text(max_size=200).map(str.encode), way=st.sampled_from(WAYS))
def test_any_bytes_are_a_listing_or_a_sentence(body: bytes, way: Way) -> None:
    try:
        listing = read_listing(way, body, url=way.url, content_type="", zone=ZONE)
    except ListingError:
        return
    assert listing.total >= len(listing.entries)


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(min_value=0, max_value=600))
def test_a_feed_cut_anywhere_gives_what_came_or_a_sentence(cut: int) -> None:
    items = "".join(
        f"<item><title>第{i}則</title><link>https://a.example/{i}</link></item>" for i in range(5)
    )
    whole = f'<?xml version="1.0" encoding="utf-8"?><rss><channel>{items}</channel></rss>'.encode()
    try:
        listing = read_listing(WAYS[0], whole[:cut], url="https://a.example/feed", content_type="", zone=ZONE)
    except ListingError:
        return
    assert bool(listing.damage) == (cut < len(whole))
    assert len(listing.entries) <= 5


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("Mon, 23 Nov 2026 01:02:03 +0800", "2026-11-23T01:02:03+08:00"),
        ("2026-11-23T01:02:03Z", "2026-11-23T01:02:03+00:00"),
        ("2026-11-23 01:02", "2026-11-23T01:02:00+08:00"),
        ("2026/11/23 01:02:03", "2026-11-23T01:02:03+08:00"),
        ("1795366923", "2026-11-22T17:02:03+00:00"),
        ("1795366923000", "2026-11-22T17:02:03+00:00"),
        ("gestern", None),
        ("", None),
        ("99999999999999999999", None),
        ("Mon, 99 Foo 2026 01:02:03 +0800", None),
    ],
)
def test_times_of_listings(text: str, iso: str | None) -> None:
    from crawler.ways.entries import parse_time

    moment = parse_time(text, ZONE)
    assert (moment.isoformat() if moment else None) == iso
