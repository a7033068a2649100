"""Every outlet's fixture is read as its author expects: with the outlet's rules, and mostly without them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import outlets
from pipelines import reading
from pipelines.records import Article, Page
from tests.reading.score import overlap

HERE = Path(__file__).parent
CASES = sorted(path.relative_to(HERE).as_posix() for path in HERE.glob("*/expected*.json"))


def case(name: str) -> tuple[Page, dict[str, Any], str]:
    path = HERE / name
    facts = json.loads(path.read_text("utf-8"))
    page = Page(
        url=facts["url"],
        body=(path.parent / facts["file"]).read_bytes(),
        content_type=facts.get("content_type", ""),
        fetched=datetime.fromisoformat(facts["fetched"]),
    )
    return page, facts, path.parent.name


def shown(article: Article, field: str) -> Any:
    value = getattr(article, field)
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, datetime) else value


@pytest.mark.parametrize("name", CASES)
def test_a_fixture_is_read_as_expected(name: str) -> None:
    page, facts, key = case(name)
    article = reading.read(page, outlets.get(key))
    expected = facts["expected"]
    got = {field: shown(article, field) for field in expected if field != "reason"}
    assert got == {field: value for field, value in expected.items() if field != "reason"}
    for furniture in facts.get("absent", []):
        assert furniture not in (article.text or ""), f"{furniture!r} is furniture"


@pytest.mark.parametrize("name", [name for name in CASES if case(name)[1]["expected"]["outcome"] == "ok"])
def test_the_general_reader_alone_gets_title_time_and_body(name: str) -> None:
    """An outlet's template changes some day: then its pages must still be read."""
    page, facts, key = case(name)
    outlet = outlets.get(key)
    article = reading.read(replace(page, outlet_id=None))
    expected = facts["expected"]
    assert article.outcome == "ok", article.reason
    assert article.title == expected["title"]
    assert overlap(article.text or "", expected["text"]) >= 0.9
    assert article.published is not None
    wanted = datetime.fromisoformat(expected["published"])
    if outlet.markups and outlet.markups[0].time_rule == "false_z_is_local":
        # only the outlet's own facts can tell that a declared zone is false, so the clock alone is asked for
        assert article.published.replace(tzinfo=None) == wanted.replace(tzinfo=None)
    else:
        assert article.published == wanted


def test_every_outlet_has_a_fixture_of_an_article() -> None:
    read = {Path(name).parent.name for name in CASES if case(name)[1]["expected"]["outcome"] == "ok"}
    assert read == set(outlets.all_outlets())


@pytest.mark.parametrize("name", CASES)
def test_what_is_expected_was_checked_by_a_person(name: str) -> None:
    assert "draft" not in case(name)[1], "compare each field with the page, correct it, delete `draft`"
