"""The articles and the truth agree, and the world is as large and as hard as README.md says."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from datetime import datetime
from typing import get_args

import opencc
import pytest

from crawler.outlets import all_outlets, identify
from pipelines.records import Class, Relation
from pipelines.samples import SampleArticle, TruthRow, load_articles, load_odd_pages, load_truth

ARTICLES = {article.article_id: article for article in load_articles()}
TRUTH = {row.article_id: row for row in load_truth()}
SEVERITIES = {"hazard", "serious hazard", "incident", "serious incident", "disaster", "unknown"}


def test_truth_and_articles_are_one_to_one() -> None:
    assert len(load_truth()) == len(TRUTH)
    assert TRUTH.keys() == ARTICLES.keys()
    for key, article in ARTICLES.items():
        row = TRUTH[key]
        assert (row.url, row.title, row.published) == (article.url, article.title, article.published)


def test_counts_by_script() -> None:
    tags = Counter(all_outlets()[article.outlet].language_tag for article in ARTICLES.values())
    assert tags == {"zh-Hant": 36, "zh-Hans": 20, "en": 14}


def test_counts_of_events_and_traps() -> None:
    events = {label for row in TRUTH.values() for label in row.incidents}
    assert len(events) == 12
    assert len({row.trap for row in TRUTH.values() if row.trap}) >= 15
    assert {row.class_ for row in TRUTH.values()} == set(get_args(Class))
    assert {row.relation for row in TRUTH.values()} == set(get_args(Relation))


def test_every_event_is_opened_by_an_incident_or_a_hazard() -> None:
    openers = {
        label for row in TRUTH.values() if row.class_ in ("incident", "hazard") for label in row.incidents
    }
    assert openers == {label for row in TRUTH.values() for label in row.incidents}


def test_every_event_is_told_in_more_than_one_language_or_outlet() -> None:
    tellers: dict[str, set[str]] = {}
    for key, row in TRUTH.items():
        for label in row.incidents:
            tellers.setdefault(label, set()).add(ARTICLES[key].outlet)
    assert all(len(outlets) >= 2 for outlets in tellers.values()), tellers


@pytest.mark.parametrize("row", TRUTH.values(), ids=lambda row: row.article_id)
def test_a_row_keeps_the_words_and_the_logic_of_the_contract(row: TruthRow) -> None:
    assert row.class_ in get_args(Class)
    assert row.relation in get_args(Relation)
    assert row.severity in SEVERITIES
    harm = row.class_ in ("incident", "hazard")
    expected = {"incident": "actual", "hazard": "plausible"}.get(row.class_)
    assert row.materialisation == expected
    assert bool(row.limbs) is harm
    assert set(row.limbs) <= set("abcd")
    assert (row.severity == "unknown") is not harm
    if harm:
        assert row.relevant
        assert row.incidents
        assert ("hazard" in row.severity) is (row.class_ == "hazard")
    if row.class_ == "unrelated":
        assert not row.incidents


@pytest.mark.parametrize("article", ARTICLES.values(), ids=lambda article: article.article_id)
def test_an_article_is_what_its_outlet_says_of_its_url(article: SampleArticle) -> None:
    identity = identify(article.url)
    assert identity is not None
    assert identity.outlet_id == article.outlet
    assert identity.article_id == article.article_id
    assert 2 <= len(article.paragraphs) <= 8
    offset = article.published.utcoffset()
    assert offset == article.published.astimezone(all_outlets()[article.outlet].zone).utcoffset()
    assert article.published <= article.modified
    assert datetime(2026, 10, 15).date() <= article.published.date() < datetime(2026, 11, 20).date()  # noqa: DTZ001
    assert (
        int(article.number[-8:]) >= 90_000_000
        or article.outlet in ("rti", "chinatimes")
        or "dw" in article.outlet
    )


def test_odd_pages_share_no_id_with_an_article() -> None:
    urls = {page.url for page in load_odd_pages()}
    assert len(urls) == len(load_odd_pages())
    assert not urls & {article.url for article in ARTICLES.values()}


def test_one_text_has_one_truth() -> None:
    groups: dict[str, list[TruthRow]] = {}
    for row in TRUTH.values():
        groups.setdefault(row.text, []).append(row)
    for rows in groups.values():
        assert len({(r.class_, r.limbs, r.severity, r.relevant, r.incidents) for r in rows}) == 1
        assert [r.relation for r in rows].count("original") == 1
    assert Counter(len(rows) for rows in groups.values())[2] == 6, "four Epoch twins and two DW twins"
    assert max(len(rows) for rows in groups.values()) == 3, "the wire story, its copy and its correction"


def test_twins_are_script_conversions() -> None:
    to_hans = opencc.OpenCC("t2s")
    twins = [article for article in ARTICLES.values() if article.twin_of]
    assert Counter(article.outlet for article in twins) == {"epochtimes-gb": 4, "dw-zh-hant": 2}
    for twin in twins:
        original = ARTICLES[twin.twin_of]
        assert TRUTH[twin.article_id].text == TRUTH[original.article_id].text
        if twin.outlet == "epochtimes-gb":
            quotes = str.maketrans("「」『』", "“”‘’")
            assert twin.text == to_hans.convert(original.text).translate(quotes)
            assert twin.id == original.id
        else:  # words changed with the script
            assert to_hans.convert(twin.text) != original.text
            assert len(twin.paragraphs) == len(original.paragraphs)


def test_the_wire_copy_keeps_the_body_and_changes_the_lead() -> None:
    group = [ARTICLES[key] for key, row in TRUTH.items() if row.text == "wire-kaohsiung"]
    first, copy, update = sorted(group, key=lambda article: article.published)
    assert first.paragraphs[0] != copy.paragraphs[0]
    assert set(first.paragraphs[1:4]) <= set(copy.paragraphs)
    assert "五人" in first.paragraphs[0]
    assert "三人" in update.paragraphs[1]


def test_one_pair_shares_no_token() -> None:
    """The fraud in Hong Kong: the Chinese report holds no Latin letter and no digit at all."""
    zh = next(a for k, a in ARTICLES.items() if TRUTH[k].text == "ct-voice")
    en = next(a for k, a in ARTICLES.items() if TRUTH[k].text == "dwen-voice")
    words = [set(re.findall(r"[a-z0-9]+", f"{a.title} {a.text}".lower())) for a in (zh, en)]
    assert words[0] == set()
    assert words[1]


def test_a_title_without_an_ai_word_over_an_ai_incident() -> None:
    row = TRUTH["dw-en:" + next(a.id for a in ARTICLES.values() if a.title.startswith("Ohio man"))]
    assert row.class_ == "incident"
    assert not re.search(r"\bAI\b|artificial|facial|algorithm|robot", row.title)
    assert "facial recognition" in ARTICLES[row.article_id].text


def test_two_accidents_of_one_maker_stand_within_a_week() -> None:
    days = {
        label: min(row.published for row in TRUTH.values() if label in row.incidents)
        for label in ("robotaxi-kaohsiung", "robotaxi-taichung")
    }
    assert 0 < (days["robotaxi-taichung"] - days["robotaxi-kaohsiung"]).days < 7


def test_titles_differ_but_for_none() -> None:
    titles = Counter(article.title for article in ARTICLES.values())
    assert not [title for title, n in titles.items() if n > 1]


def test_paragraphs_are_clean() -> None:
    for article, paragraph in itertools.chain.from_iterable(
        [(article, p) for p in (*article.paragraphs, article.title)] for article in ARTICLES.values()
    ):
        assert paragraph == paragraph.strip(), article.article_id
        assert not re.search(r"[\t\n\r\u200b]|  ", paragraph), article.article_id
