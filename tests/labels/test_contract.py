"""The filter keeps the contract on any input: one row out for each in, quotations at their offsets, no label without one."""

from __future__ import annotations

from typing import Any

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import labels, profiles, relevance
from tests.labels.strategies import clean_bodies, sentence, texts, titles

CLASSES = {"incident", "hazard", "complementary", "unrelated", None}
SEVERITIES = {"hazard", "serious hazard", "incident", "serious incident", "disaster", "unknown"}


def assert_evidence(row: dict[str, Any], found: list[dict[str, Any]]) -> None:
    for one in found:
        assert one["quote"]
        assert row[one["field"]][one["start"] : one["end"]] == one["quote"]


@settings(max_examples=60, deadline=None)
@given(title=titles, text=texts)
def test_labels_keep_the_contract(title: str | None, text: str | None) -> None:
    row = {"id": "x", "title": title, "text": text}
    (out,) = labels.filter_rows([row])
    assert out["id"] == "x"
    assert out["class"] in CLASSES
    assert out["severity"] in SEVERITIES
    assert (out["materialisation"] is not None) == (out["class"] in ("incident", "hazard"))
    vocabulary = {axis.key: {v.name for v in axis.values} for axis in profiles.load("ai-incidents").axes}
    for label in out["labels"]:
        assert label["evidence"], f"{label['axis']} {label['value']} without a sentence"
        assert_evidence(row, label["evidence"])
        assert 0.0 <= label["score"] <= 1.0
        assert label["value"] in vocabulary.get(label["axis"], {label["value"]})
    named = {label["axis"] for label in out["labels"]}
    if out["class"] not in ("unrelated", None):
        assert "class" in named
    if out["severity"] != "unknown":
        assert "severity" in named
    assert out["limbs"] == [label["value"] for label in out["labels"] if label["axis"] == "limb"]
    for fact in out["facts"]:
        assert fact["evidence"]
        assert_evidence(row, fact["evidence"])


@settings(max_examples=60, deadline=None)
@given(title=titles, text=texts)
def test_relevance_keeps_the_contract(title: str | None, text: str | None) -> None:
    row = {"id": 1, "title": title, "text": text}
    (out,) = relevance.filter_rows([row])
    assert isinstance(out["relevant"], bool)
    assert 0.0 <= out["score"] <= 1.0
    assert bool(out["evidence"]) == out["relevant"]
    assert_evidence(row, out["evidence"])


CONVERSIONS = ("s2t", "t2s", "s2tw", "s2hk", "s2twp", "tw2sp")


@pytest.mark.parametrize("conversion", CONVERSIONS)
@settings(max_examples=12, deadline=None)
@given(title=st.none() | sentence, text=clean_bodies())
def test_scripts_answer_alike(conversion: str, title: str | None, text: str) -> None:
    convert = opencc.OpenCC(conversion).convert
    other = (title and convert(title), convert(text))
    profile = profiles.load("ai-incidents")
    one, two = relevance.judge(title, text, profile), relevance.judge(*other, profile)
    assert (one.relevant, one.score) == (two.relevant, two.score)
    first, second = labels.judge(title, text, profile), labels.judge(*other, profile)
    assert first.class_ == second.class_
    assert (first.limbs, first.severity) == (second.limbs, second.severity)
    assert [(x.axis, x.value, x.score) for x in first.labels] == [
        (x.axis, x.value, x.score) for x in second.labels
    ]


def test_rows_are_answered_in_order_and_once() -> None:
    rows = [
        {"file": "a.html"},
        {"id": 7, "title": None, "text": "  "},
        {"id": 8, "title": "OpenAI 遭起訴", "other": 1},
    ]
    for stage in (labels, relevance):
        out = list(stage.filter_rows(iter(rows)))
        assert [row["id"] for row in out] == ["a.html", 7, 8]
        assert [row["outcome"] for row in out][:2] == ["no_text", "no_text"]


def test_same_input_same_answer() -> None:
    row = {"id": "x", "title": "深偽詐騙", "text": "歹徒以深偽影片騙走三百萬元。\n警方呼籲民眾提高警覺。"}
    assert next(iter(labels.filter_rows([row, row]))) == next(iter(labels.filter_rows([row])))


def test_unknown_profile_is_a_sentence() -> None:
    with pytest.raises(profiles.ProfileError, match="ai-incidents, cyber-incidents"):
        list(labels.filter_rows([{"id": 1}], profile="weather"))
