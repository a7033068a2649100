"""The sample outlets' pages, which the demo crawls: every article is read whole, every odd page by its name."""

from __future__ import annotations

from functools import cache

import pytest

from crawler import outlets
from pipelines import reading, samples
from pipelines.records import Article, Page
from tests.reading.score import overlap


@cache
def reading_of(url: str, rules: bool) -> Article:
    served = samples.render(url)
    assert served is not None, url
    known = outlets.identify(url)
    outlet = outlets.get(known.outlet_id) if known is not None and rules else None
    return reading.read(
        Page(url=url, body=served.body, content_type=dict(served.headers).get("Content-Type", "")), outlet
    )


ARTICLES = samples.load_articles()


@pytest.mark.parametrize("rules", [True, False], ids=["with rules", "general"])
def test_titles(rules: bool) -> None:
    wrong = {
        a.url: reading_of(a.url, rules).title for a in ARTICLES if reading_of(a.url, rules).title != a.title
    }
    assert not wrong


@pytest.mark.parametrize("rules", [True, False], ids=["with rules", "general"])
def test_bodies(rules: bool) -> None:
    scores = {a.url: overlap(reading_of(a.url, rules).text or "", "\n".join(a.paragraphs)) for a in ARTICLES}
    assert min(scores.values()) >= 0.85, sorted(scores.items(), key=lambda item: item[1])[:5]
    assert sum(scores.values()) / len(scores) >= 0.97


def test_times() -> None:
    wrong = {
        a.url: (reading_of(a.url, True).published, a.published)
        for a in ARTICLES
        if reading_of(a.url, True).published != a.published
    }
    assert not wrong


READ = [
    page for page in samples.load_odd_pages() if page.status == 200 and page.expect not in ("robots", "moved")
]
"""The odd pages that come as far as reading: the others end in the crawl."""


@pytest.mark.parametrize("page", READ, ids=lambda page: page.expect)
def test_odd_pages(page: samples.OddPage) -> None:
    article = reading_of(page.url, True)
    assert article.outcome.removesuffix("_page") == page.expect.removesuffix("_page"), article.reason
