"""What codes are called."""

from __future__ import annotations

import pytest

from pipelines.desk.explain import verdict
from pipelines.desk.values import because, day_said, say


@pytest.mark.parametrize(
    ("axis", "value", "said"),
    [
        ("country", "TWN", "Taiwan"),
        ("country", "TW", "Taiwan"),
        ("country", "ZZZ", "ZZZ"),
        ("language", "zh-Hant-TW", "Chinese (traditional, Taiwan)"),
        ("language", "zh-Hans", "Chinese (simplified)"),
        ("language", "en", "English"),
        ("language", "de-AT", "German (Austria)"),
        ("language", "qqq-Xxxx", "qqq-Xxxx"),
        ("outlet", "udn", "聯合新聞網"),
        ("outlet", "nobody", "nobody"),
        ("limb", "d", "(d) harm to property, communities or the environment"),
        ("limb", "z", "(z)"),
        ("harm_type", "Physical (injury)", "Physical (injury)"),
    ],
)
def test_values_have_names(axis: str, value: str, said: str) -> None:
    assert say(axis, value, {"udn": "聯合新聞網"}) == said


@pytest.mark.parametrize(
    ("edtf", "said"),
    [
        ("2026-10-20", "20 October 2026"),
        ("2026-10", "October 2026"),
        ("2026", "2026"),
        ("XXXX-10-31", "31 October (year not said)"),
        ("XXXX-XX-20", "the 20th (month not said)"),
        ("XXXX-XX-01", "the 1st (month not said)"),
        ("XXXX-XX-13", "the 13th (month not said)"),
        ("XXXX-XX-22", "the 22nd (month not said)"),
        ("2026-13-01", "2026-13-01"),
        ("soon", "soon"),
    ],
)
def test_days_with_unsaid_parts_are_said(edtf: str, said: str) -> None:
    assert day_said(edtf) == said


def test_a_reason_is_a_sentence() -> None:
    assert because("no word for AI systems", "not_relevant") == "no word for AI systems"
    assert because("news.policy", "unrelated") == "reads as law, regulation, standards, governance"
    assert because("actual, news.risk_talk", "ok").startswith("reads as harm that happened; ")
    assert because("news.policy, and more", "unrelated") == "news.policy, and more"
    assert because(None, "paywall").startswith("The page shows the beginning only")
    assert because("", "never heard of") == ""


def step(stage: str, outcome: str, reason: str = "", version: str = "1") -> dict[str, str]:
    return {"stage": stage, "outcome": outcome, "reason": reason, "version": version}


def test_the_verdict_names_the_stage_that_stopped_it() -> None:
    landed = step("landing", "landed", version="")
    read = step("reading", "ok")
    stopped = verdict([landed, read, step("relevance", "not_relevant", "no word for AI systems")])
    assert (stopped.what, stopped.why) == (
        "It stopped at relevance, as not relevant",
        "no word for AI systems",
    )
    refused = verdict([step("landing", "http_404", version=""), landed, read, step("reading", "paywall")])
    assert refused.what == "It stopped at reading, as paywall", "the last answer of a stage counts"
    here = verdict([landed, read, step("incidents", "in 2026-10-20-ab12 as report", "it opens this one", "")])
    assert (here.incident_id, here.why) == ("2026-10-20-ab12", "it opens this one")
    assert "has not read it yet" in verdict([landed]).what
    assert "no incident holds it" in verdict([landed, read]).what
