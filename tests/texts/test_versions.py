"""What an update changed, and when two URLs are one address."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.texts import diff, filter_rows, told
from pipelines.texts.addresses import same_address


def test_diff_names_title_sentences_and_numbers() -> None:
    change = diff(
        "三人受傷", "事故造成 3 人受傷。原因待查。", "五人受傷", "事故造成 5 人受傷。原因待查。市府將開會。"
    )
    assert change.title == ("三人受傷", "五人受傷")
    assert change.added == ("事故造成 5 人受傷。", "市府將開會。")
    assert change.removed == ("事故造成 3 人受傷。",)
    assert change.numbers == (("3",), ("5",))
    assert (
        change.summary
        == "The title changed; 2 sentences added; 1 sentence removed; numbers changed: 3 became 5."
    )


def test_what_is_kept_of_a_change_can_be_told() -> None:
    change = diff("a", "事故造成 3 人受傷。", "a", "事故造成 5 人受傷。")
    assert told(change.to_json()) == {
        "summary": "1 sentence added; 1 sentence removed; numbers changed: 3 became 5.",
        "added": ["事故造成 5 人受傷。"],
        "removed": ["事故造成 3 人受傷。"],
        "by_hand": False,
    }
    assert told('{"note": "title corrected by ann"}') == told(None) | {
        "summary": "title corrected by ann",
        "by_hand": True,
    }
    assert told('{"lines_added": 3}')["summary"] == "The page changed."
    assert told(None) == {"summary": "", "added": [], "removed": [], "by_hand": False}


def test_diff_is_blind_to_script_words_and_spacing() -> None:
    change = diff("晶片", "輝達說，晶片夠用。", "芯片", "英伟达说， 芯片够用。\n")
    assert (change.title, change.added, change.removed) == (None, (), ())
    assert change.summary.startswith("Nothing but spacing")


@settings(deadline=None)  # the first call loads OpenCC's tables
@given(st.text(max_size=200), st.text(max_size=200))
def test_diff_never_breaks_and_is_empty_against_itself(old: str, new: str) -> None:
    diff(old, old, new, new)
    assert diff(old, new, old, new).added == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.example.org/a/1/", "http://example.org/a/1"),
        ("https://example.org/a?id=3&utm_source=x&fbclid=y", "https://example.org/a?id=3#top"),
        ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
    ],
)
def test_same_address(one: str, other: str) -> None:
    assert same_address(one) == same_address(other)


def test_other_addresses() -> None:
    assert same_address("https://example.org/a?id=3") != same_address("https://example.org/a?id=4")
    assert same_address("") is None
    assert same_address("http://[broken") == "http://[broken"


def test_filter_answers_every_row_once_and_in_order() -> None:
    text = (
        "市政府昨天宣布停用一套审核住房补贴的人工智能系统。审计发现它在过去十个月里误拒了一千二百多份申请。"
        * 3
    )
    rows = [
        {"id": 5, "text": text, "published": "2026-03-04T10:00:00+08:00", "unknown": 1},
        {"id": None, "title": "甲"},
        {"id": 3, "text": text, "published": "2026-03-04"},
        {"id": 3, "text": None, "title": None},
        {"id": 9, "text": text, "published": "yesterday"},
    ]
    found = list(filter_rows(rows))
    assert [row["id"] for row in found] == [5, None, 3, 3, 9]
    assert [row["outcome"] for row in found] == ["ok", "ok", "ok", "no_text", "ok"]
    assert found[2]["relation"] == "original", "the earliest founds the text"
    assert found[0]["text_id"] == found[2]["text_id"] == found[4]["text_id"]
    assert "'yesterday' is no ISO 8601 time" in found[4]["reason"]


def test_a_field_that_is_no_text_is_named_and_counts_as_missing() -> None:
    (found,) = filter_rows([{"id": 1, "title": 5, "text": "\ud800 市政府停用系統"}])
    assert found["outcome"] == "ok"
    assert "title must be text or null" in found["reason"]


def test_english_sentences_are_told_apart_too() -> None:
    old = "A chatbot told 12 patients to double their dose. Dr. Lee said nobody was harmed. The vendor apologised."
    new = "A chatbot told 14 patients to double their dose. Dr. Lee said nobody was harmed. The vendor apologised."
    change = diff("Wrong dose", old, "Wrong dose", new)
    assert change.removed == ("A chatbot told 12 patients to double their dose.",)
    assert change.added == ("A chatbot told 14 patients to double their dose.",)
    assert change.summary == "1 sentence added; 1 sentence removed; numbers changed: 12 became 14."


def test_another_order_is_a_change() -> None:
    change = diff(None, "系统昨天停用。\n公司道歉。", None, "公司道歉。\n系统昨天停用。")
    assert (change.added, change.removed) == ((), ())
    assert change.summary == "Sentences stand in another order."
