"""What a language model proposed stands apart from the labels, marked as its own; nothing stands there without one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest

from pipelines.desk.edition import build
from tests.bundles.world import HANT, World, world
from tests.desk.client import Answer, Browser, direct
from tests.desk.data import HAZARD, INCIDENT, make

HURT = "其中一名六十八歲病患受傷，目前住院觀察。"
HURT_EN = "One of them, a 68-year-old patient, was injured and is under observation in hospital."
STALE = "院方表示將賠償"
"""A passage that the text has no more."""


def propose(made: World, n: int, kind: str, value: str, quote: str, axis: str | None = None) -> None:
    start = HANT["text"].find(quote)
    start = start if start >= 0 else HANT["text"].index(HURT)
    made.add(
        "proposal", text_id="t-hant", n=n, kind=kind, axis=axis, value=value, quote=quote, field="text", start_at=start,
        end_at=start + len(quote), article_id="lakenews:101", model="qwen3 <8b>", prompt_version="proposal-1",
        profile="ai-incidents-000000000000", made="2026-03-05 04:00:00",
    )  # fmt: skip


@pytest.fixture(scope="module", params=["database", "edition"])
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A desk over a world in which somebody asked a model about one text."""
    made = world()
    propose(made, 0, "label", "Psychological", HURT, axis="harm_type")
    propose(made, 1, "summary", "A patient was <b>hurt</b>.", HURT)
    propose(made, 2, "rationale", "The hospital pays.", STALE)
    folder = make(tmp_path_factory.mktemp("asked"), made)
    if request.param == "edition":
        build(folder)
    with direct(folder, publish=False) as browser:
        yield browser


def section(answer: Answer) -> str:
    """The part of a page that shows proposals, as it is written; empty without one."""
    found = re.search(r'<section class="proposed".*?</section>', answer.text, re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize(
    "path", ["/article/lakenews:101", "/article/lakenews-cn:101", f"/incident/{INCIDENT}"]
)
def test_proposals_stand_apart_with_mark_model_prompt_and_quote(asked: Browser, path: str) -> None:
    answer = asked.get(path)
    part = section(answer)
    words = " ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split())
    assert "[AI generated] by qwen3 <8b>, prompt proposal-1" in words
    assert words.count("[AI generated]") == 1 + 3, "the group, and each proposal"
    assert f"harm type: Psychological “{HURT}” “{HURT_EN}”" in words
    assert "A patient was <b>hurt</b>." in words
    assert "<b>hurt" not in part, "what a model wrote is escaped"
    assert "These are no labels" in words
    elsewhere = answer.text.replace(part, "")
    chips = re.findall(r'class="value[^>]*>[^<]*Psychological', elsewhere)
    assert not chips, "a proposal is no label"


def test_a_quotation_that_the_text_has_no_more_gets_no_translation(asked: Browser) -> None:
    part = section(asked.get("/article/lakenews:101"))
    assert f"“{STALE}”" in part
    assert part.count(HURT_EN) == 2, "of the two proposals whose passage still stands"


@pytest.mark.parametrize("path", ["/article/lakenews:150", f"/incident/{HAZARD}"])
def test_nothing_is_shown_where_nobody_asked_a_model(asked: Browser, path: str) -> None:
    answer = asked.get(path)
    assert answer.status == 200
    assert "[AI generated]" not in answer.text
    assert section(answer) == ""
