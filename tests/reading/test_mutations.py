"""Pages whose markup changed are read as before: what a reader knows must not be the names of one template."""

from __future__ import annotations

from statistics import fmean

import pytest

from pipelines import reading
from pipelines.reading.decode import decode
from pipelines.records import Page
from tests.quality.reading_corpus import corpus
from tests.reading.mutations import MUTATIONS, mutate
from tests.reading.score import overlap

TOGETHER = ("rename", "plain_elements", "around", "behind", "between", "wrap")


@pytest.mark.parametrize("names", [(name,) for name in MUTATIONS] + [TOGETHER], ids="+".join)
def test_the_article_stays_what_it_was(names: tuple[str, ...]) -> None:
    scores, changed = [], 0
    for written in corpus():
        text = decode(written.body).text
        body = mutate(text, names, written.text)
        changed += body != mutate(text, (), written.text)
        article = reading.read(Page(url=written.url, body=body, content_type="text/html; charset=utf-8"))
        assert article.outcome == "ok", (written.name, article.reason)
        assert article.title == written.title, written.name
        assert article.published is not None, written.name
        assert article.published.isoformat() == written.published, written.name
        scores.append(overlap(article.text or "", written.text))
    assert changed >= 6, "the mutation changes hardly any page"
    assert fmean(scores) >= 0.98, sorted(zip(scores, (one.name for one in corpus()), strict=True))[:5]
