"""The sample world's own truth: which of its articles carry one text, and that made twins of all of them fold."""

from __future__ import annotations

from itertools import combinations

import opencc
import pytest

from pipelines.samples import SampleArticle, load_articles, load_truth
from pipelines.texts import Signature, fold, sign, text_id_of

ARTICLES = load_articles()


def signed(article: SampleArticle) -> Signature:
    return sign(
        article.url,
        article.title,
        "\n".join(article.paragraphs),
        published=article.published,
        outlet=article.outlet,
    )


def test_texts_are_those_of_the_truth() -> None:
    truth = {row.url: row.text for row in load_truth()}
    found = {f.article_id: f for f in fold([signed(article) for article in ARTICLES])}
    wrong = [
        f"{a.title} | {b.title}: {found[b.url].reason}"
        for a, b in combinations(ARTICLES, 2)
        if (truth[a.url] == truth[b.url]) != (found[a.url].text_id == found[b.url].text_id)
    ]
    assert wrong == []


@pytest.mark.parametrize("config", ["s2t", "s2tw", "s2hk", "s2twp", "tw2s", "tw2sp"])
def test_a_twin_of_every_chinese_article_folds_onto_it(config: str) -> None:
    convert = opencc.OpenCC(config).convert
    chinese = [article for article in ARTICLES if any("\u4e00" <= ch <= "\u9fff" for ch in article.title)]
    assert len(chinese) > 30
    for article in chinese:
        source = signed(article).with_text(text_id_of(article.url))
        twin = sign(article.url + "#twin", convert(article.title), convert("\n".join(article.paragraphs)))
        assert fold([twin], [source])[0].text_id == source.text_id, article.title
