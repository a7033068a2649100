"""Facts: numbers, dates, countries, organisations with roles, actions, each with its sentence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pipelines import profiles
from pipelines.labels import judge
from pipelines.labels.names import names
from pipelines.labels.quantities import dates, number, quantities
from pipelines.profiles.folding import fold

PROFILE = profiles.load("ai-incidents")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2500 万", 25_000_000),
        ("两亿", 200_000_000),
        ("十二", 12),
        ("1.2万", 12_000),
        ("三千零五", 3005),
        ("twelve", 12),
        ("4,500", 4500),
        ("一百二十", 120),
    ],
)
def test_number(text: str, value: int) -> None:
    assert number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "万abc", "many", "3.4.5"])
def test_no_number(text: str) -> None:
    assert number(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("事故造成3人死亡、五人受傷", [("3", "people", "deaths"), ("5", "people", "injured")]),
        ("損失2億港元", [("200000000", "HKD", "money")]),
        ("騙走新台幣三千萬元", [("30000000", "TWD", "money")]),
        ("It lost HK$200 million", [("200000000", "HKD", "money")]),
        (
            "Two people were killed and 3 others were injured",
            [("2", "people", "deaths"), ("3", "people", "injured")],
        ),
        ("No one was injured", []),
        ("no one died", []),
        ("£1.5m was stolen", [("1500000", "GBP", "money")]),
        ("25,000 dollars", [("25000", "USD", "money")]),
        ("他今年三十岁", []),
    ],
)
def test_quantities(text: str, expected: list[tuple[str, str | None, str]]) -> None:
    assert [(q.value, q.unit, q.role) for q in quantities(fold(text))] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年3月5日", [("2024-03-05", "day")]),
        ("3月5日下午", [("XXXX-03-05", "day")]),
        ("on March 5, 2024", [("2024-03-05", "day")]),
        ("In 2024年3月", [("2024-03", "month")]),
        ("2024-03-05", [("2024-03-05", "day")]),
        ("13月5日", []),
        ("may 2 people", []),
        ("no date", []),
    ],
)
def test_dates(text: str, expected: list[tuple[str, str]]) -> None:
    assert dates(fold(text)) == expected


def test_facts_of_an_event_have_roles_and_sentences() -> None:
    title = "奧雅納員工遭深偽視訊會議詐騙"
    text = "據路透社報導，英國工程公司奧雅納香港分公司一名員工遭深偽影片欺騙，2024年1月15日匯出2億港元。\n香港警方已立案調查，公司暫停遠端轉帳。"
    found = judge(title, text, PROFILE)
    got = {(fact.kind, fact.value, fact.role) for fact in found.facts}
    assert ("organisation", "Reuters", "source") in got
    assert ("organisation", "Arup", "harmed") in got
    assert ("organisation", "Hong Kong Police", "regulator") in got
    assert {value for kind, value, _ in got if kind == "country"} >= {"GBR", "HKG"}
    assert ("quantity", "200000000", "money") in got
    assert ("event_date", "2024-01-15", None) in got
    assert ("mitigation", "ceasing", None) in got
    for fact in found.facts:
        (one,) = fact.evidence
        assert {"title": title, "text": text}[one.field][one.start : one.end] == one.quote


def test_no_event_no_quantities() -> None:
    found = judge("OpenAI 融资 66 亿美元", "OpenAI 宣布完成 66 亿美元融资。", PROFILE)
    assert not [fact for fact in found.facts if fact.kind in ("quantity", "event_date", "mitigation")]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("開發商維塔席格公司17日宣布召回。", [("維塔席格公司", "developer")]),
        ("The tool was built by Elbe Medical Group in Hamburg.", [("Elbe Medical Group", None)]),
        ("曜行科技表示遺憾。", [("曜行科技", None)]),
        ("歹徒先從公司下手，部分醫院停診，這家公司不回應。", []),
        ("The company and a university declined to comment.", []),
    ],
)
def test_names_that_no_gazetteer_holds(sentence: str, expected: list[tuple[str, str | None]]) -> None:
    found = list(names(sentence))
    assert [(name, role) for name, role, *_ in found] == expected
    assert all(name in sentence for name, *_ in found)


def test_an_outlet_that_bears_a_country_is_none() -> None:
    found = judge(
        "聊天機器人致人受傷", "（德國之聲中文網）西班牙一名用戶聽從聊天機器人的建議後中毒送醫。", PROFILE
    )
    assert [fact.value for fact in found.facts if fact.kind == "country"] == ["ESP"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("高雄市前镇区今天(20日)上午7时52分发生事故", [("XXXX-XX-20", "day")]),
        ("昨(22)日推出", [("XXXX-XX-22", "day")]),
        ("3号晚间停电", [("XXXX-XX-03", "day")]),
        ("台北20日电", []),
        ("20日内完成", []),
        ("第3号机组", []),
        ("地铁2号线", []),
        ("10月31日晚间,警方1日说", [("XXXX-10-31", "day")]),
    ],
)
def test_a_day_of_the_month_alone(text: str, expected: list[tuple[str, str]]) -> None:
    """Of this month or the last: whoever knows the day of publication completes it."""
    assert dates(text) == expected
