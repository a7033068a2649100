"""The reader must not get worse on the pages that we wrote."""

from __future__ import annotations

from statistics import fmean

import pytest

from pipelines import reading
from pipelines.records import Article, Page
from tests.quality.reading_corpus import Written, corpus, digest
from tests.reading.score import overlap

DIGEST = "cd8d8096530aaf78e3213d2e1f15afcf84b08ce8812212a1e31d19289fbadd3a"
"""Change it together with the floors, after measuring again."""
FLOOR_BODY, FLOOR_AUTHOR = 0.99, 0.99


@pytest.fixture(scope="module")
def readings() -> list[tuple[Written, Article]]:
    return [(page, reading.read(Page(url=page.url, body=page.body))) for page in corpus()]


def test_the_corpus_is_the_one_measured() -> None:
    assert digest() == DIGEST


def test_every_page_is_an_article_with_its_title_and_minute(readings: list[tuple[Written, Article]]) -> None:
    wrong = [
        (page.name, article.outcome, article.title, article.published)
        for page, article in readings
        if article.outcome != "ok"
        or article.title != page.title
        or article.published is None
        or article.published.isoformat() != page.published
    ]
    assert not wrong


def test_bodies(readings: list[tuple[Written, Article]]) -> None:
    scores = {page.name: overlap(article.text or "", page.text) for page, article in readings}
    assert fmean(scores.values()) >= FLOOR_BODY, sorted(scores.items(), key=lambda item: item[1])[:4]


def test_authors(readings: list[tuple[Written, Article]]) -> None:
    right = {page.name: article.authors == page.authors for page, article in readings}
    assert fmean(right.values()) >= FLOOR_AUTHOR, [name for name, ok in right.items() if not ok]
