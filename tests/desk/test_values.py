"""What codes are called, and the answers in one line."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines import field
from pipelines.desk import works
from pipelines.desk.explaining import verdict
from pipelines.desk.naming import countries_said
from pipelines.desk.presenting import role_said
from pipelines.desk.seeking import offered
from pipelines.desk.values import because, day_said, quantity_said, say


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        ("1", "people", "1 person"),
        ("3/5", "people", "3 to 5 people"),
        ("260000", "people", "260,000 people"),
        ("999999", "people", "999,999 people"),
        ("400000000", "USD", "US$400 million"),
        ("4900000", "USD", "US$4.9 million"),
        ("10000000", "EUR", "€10 million"),
        ("1234567", "HKD", "HK$1,234,567"),
        ("12.50", "GBP", "£12.50"),
        ("1200000000", "CHF", "CHF 1.2 billion"),
        ("1000000/2000000", "TWD", "NT$1 million to 2 million"),
        ("7", "", "7"),
    ],
)
def test_a_figure_is_said_as_people_write_it_and_loses_no_digit(value: str, unit: str, said: str) -> None:
    assert quantity_said(value, unit) == said


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
    assert say(axis, value, {"udn": "聯合新聞網"}, field.load("ai-incidents")) == said


def test_limbs_and_classes_are_called_as_their_profile_calls_them() -> None:
    cyber, ai = field.load("cyber-incidents"), field.load("ai-incidents")
    assert (
        say("limb", "integrity", {}, cyber)
        == "loss of integrity: data, software or money are changed or taken"
    )
    assert say("limb", "integrity", {}, ai) == "integrity"
    assert say("limb", "a", {}, field.UNKNOWN) == "(a)"
    assert (cyber.class_name("hazard"), ai.class_name("hazard")) == ("cyber hazard", "AI hazard")
    assert cyber.class_name("complementary") == ai.class_name("complementary") == "complementary information"
    assert field.UNKNOWN.class_name("incident") == "incident"
    assert ai.class_name(None) == "not classed"


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
        ("P0D", "the day of publication"),
        ("-P1D", "the day before publication"),
        ("-P2D", "2 days before publication"),
        ("XXXX-W-5", "Friday (the latest before publication)"),
        ("-P1W-5", "Friday of the week before publication"),
        ("P0W-1", "Monday of the week of publication"),
        ("-P1M", "the month before publication"),
        ("-P1Y", "the year before publication"),
        ("P0Y-03", "March of the year of publication"),
    ],
)
def test_days_with_unsaid_parts_are_said(edtf: str, said: str) -> None:
    assert day_said(edtf) == said


AI = field.load("ai-incidents")


def test_a_reason_is_a_sentence() -> None:
    assert because("no word for AI systems", "relevance", "not_relevant") == "no word for AI systems"
    assert (
        because("news.policy", "labels", "unrelated", AI) == "reads as law, regulation, standards, governance"
    )
    assert because("actual, news.risk_talk", "labels", "ok", AI).startswith("reads as harm that happened; ")
    assert because("news.policy, and more", "labels", "unrelated", AI) == "news.policy, and more"
    assert because(None, "reading", "paywall").startswith("Only its beginning is free")
    assert because("", "reading", "never heard of") == ""
    assert because("", "landing", "refused") != because("", "translation", "refused")


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


def test_a_language_is_offered_in_short_where_several_tags_share_it() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA store")
        con.execute(
            "CREATE TABLE store.search_document AS FROM (VALUES ('udn', 'zh-Hant-TW'), ('dw-zh', 'zh-Hans'), ('bbc', 'en-GB'), "
            "(NULL, NULL)) AS d (outlet_id, language_tag)"
        )
        assert offered(con) == {
            "outlet": ["bbc", "dw-zh", "udn"],
            "language": ["en-GB", "zh", "zh-Hans", "zh-Hant-TW"],
        }


def test_how_a_text_was_folded_is_no_stop() -> None:
    passed = [step(stage, "ok") for stage in ("reading", "language", "texts")]
    folded = step("texts", "near_copy", "text t-1: it says the same", version="")
    assert verdict([*passed, folded]).what == "Nothing stopped it, and no incident holds it"
    assert verdict([*passed, {**folded, "version": "1"}]).what == "It stopped at texts, as near copy"


def test_what_stopped_at_labels_is_no_reject_of_incidents_too(folder: Path) -> None:
    with duckdb.connect(str(folder / "wiredesk.duckdb")) as con:
        con.execute("DELETE FROM store.stage_result WHERE stage IN ('labels', 'incidents')")
        for stage, outcome in (("labels", "unrelated"), ("incidents", "unrelated")):
            con.execute(
                "INSERT INTO store.stage_result (stage, subject_id, input_sha256, outcome, version, run_id) "
                "SELECT $1, min(text_id), '', $2, '1', 'run-1' FROM store.text WHERE article_id = 'lakenews:101'",
                [stage, outcome],
            )
        rows = works.reject_counts(con)
        assert [row["n"] for row in rows if row["stage"] == "labels"] == [1]
        assert not [row for row in rows if row["stage"] == "incidents"]


def test_countries_in_a_reason_to_join_stand_by_their_names() -> None:
    reason = "same names HKG, TWN and 曜行科技, same figure 41 years, a day apart, cosine 0.56; link 0.21 (with t-cda0f905cac6)"
    assert countries_said(reason) == reason.replace("HKG", "Hong Kong SAR China").replace("TWN", "Taiwan")
    assert countries_said("same name ITA, same figure 2") == "same name Italy, same figure 2"
    assert countries_said("same names USA and IBM, same day") == "same names United States and IBM, same day"
    assert countries_said("same figure 3 TWN, cosine 0.1") == "same figure 3 TWN, cosine 0.1", (
        "no name: it stays"
    )


@pytest.mark.parametrize(
    ("role", "unit", "said"),
    [
        ("money", "USD", ""),
        ("money", None, "money"),
        ("killed", "people", "killed"),
        ("set_up", None, "set up"),
        (None, None, ""),
    ],
)
def test_a_sum_with_its_currency_needs_no_word_for_money(
    role: str | None, unit: str | None, said: str
) -> None:
    assert role_said({"role": role, "unit": unit}) == said
