"""Facts: numbers, dates, countries, organisations with roles, actions, each with its sentence."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from time import process_time

import pytest

from pipelines import profiles
from pipelines.labels import judge
from pipelines.labels.dates import dates, resolve
from pipelines.labels.facts import facts
from pipelines.labels.names import names
from pipelines.labels.places import countries
from pipelines.labels.quantities import number, quantities
from pipelines.labels.reading import read
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
        ("損失3億2千萬元台幣", [("320000000", None, "money")]),
        ("求償21億6800萬日圓", [("2168000000", "JPY", "money")]),
        ("涉款由8,000港元至2,600萬港元", [("8000/26000000", "HKD", "money")]),
        ("每月損失3萬至5萬美元", [("30000/50000", "USD", "money")]),
        ("市值蒸發3兆韓元", [("3000000000000", "KRW", "money")]),
        ("$5 to $10 million", [("5000000/10000000", "USD", "money")]),
        ("a US$1.2bn claim", [("1200000000", "USD", "money")]),
        ("nearly one million euros", [("1000000", "EUR", "money")]),
        ("three dozen people were hurt", [("36", "people", "injured")]),
        ("Between 12 and 15 workers were injured", [("12/15", "people", "injured")]),
        ("A passenger was killed", [("1", "people", "deaths")]),
        ("It killed Elaine Herzberg", [("1", "people", "deaths")]),
        ("It could have killed a man", []),
        ("司机当场死亡", [("1", "people", "deaths")]),
        ("一名男童被絆倒，頭部受傷", [("1", "people", "injured")]),
        ("壓傷兩名作業員", [("2", "people", "injured")]),
        ("未造成人員傷亡", []),
        ("險些導致一名行人死亡", []),
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
        ("on 18 March 2018", [("2018-03-18", "day")]),
        ("It was scrapped in 2018", [("2018", "year")]),
        ("in May, police said", [("XXXX-05", "month")]),
        ("last month", [("-P1M", "month")]),
        ("crashed on Tuesday", [("XXXX-W-2", "day")]),
        ("The regulator said on Tuesday", []),
        ("no new downloads until Friday", []),
        ("上週五撞上", [("-P1W-5", "day")]),
        ("昨晚起火", [("-P1D", "day")]),
        ("前(10)日召回", [("XXXX-XX-10", "day")]),
        ("警方昨(4)日表示", []),
        ("去年九月起訴", [("-P1Y-09", "month")]),
        ("今年三月誤刪", [("P0Y-03", "month")]),
        ("2025年底起行騙", [("2025", "year")]),
        ("等了3个月", []),
        ("2019年以来", []),
        ("預計下週五上市", []),
    ],
)
def test_dates(text: str, expected: list[tuple[str, str]]) -> None:
    assert dates(fold(text)) == expected


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024-03-05", "2024-03-05"),
        ("P0D", "2026-03-02"),
        ("-P1D", "2026-03-01"),
        ("-P2D", "2026-02-28"),
        ("XXXX-W-1", "2026-03-02"),
        ("XXXX-W-5", "2026-02-27"),
        ("-P1W-5", "2026-02-27"),
        ("P0W-1", "2026-03-02"),
        ("P0W-3", None),
        ("P0Y-12", None),
        ("-P1M", "2026-02"),
        ("-P1Y", "2025"),
        ("-P1Y-09", "2025-09"),
        ("P0Y-01", "2026-01"),
        ("XXXX-05", "2025-05"),
        ("XXXX-02-29", None),
        ("XXXX-XX-28", "2026-02-28"),
        ("2027", None),
    ],
)
def test_a_date_told_from_the_day_of_publication(value: str, day: str | None) -> None:
    assert resolve(value, date(2026, 3, 2)) == day  # a Monday


def test_a_long_number_is_read_at_once() -> None:
    """Digits behind a unit, as in 2万 13800138000…, were parted in every way: twice the time for each digit more."""
    sentence = "損失3亿" + "1" * 300 + "x元，死3亿" + "1" * 60
    started = process_time()
    assert quantities(fold(sentence)) == []
    dates("5月5日" + " " * 390 + "x")
    assert process_time() - started < 2


def test_what_is_longer_than_any_number_is_none() -> None:
    for printed in ("万" * 3000 + "元", "3" + "亿" * 3000 + "元", "9" * 100 + " million dollars"):
        assert quantities(fold(printed)) == []


def test_a_row_of_ands_behind_a_source_is_read_at_once() -> None:
    senses = read(None, "黑客来自" + "和" * 57 + "x中国。來自中國、埃及和俄羅斯的詐騙集團。", PROFILE)
    started = process_time()
    found = {(fact.value, fact.role) for fact in countries(senses, PROFILE, event=False)}
    assert process_time() - started < 2
    assert {("EGY", "actor"), ("RUS", "actor")} <= found


def test_without_a_day_of_publication_only_the_calendar_is_known() -> None:
    assert [resolve(value, None) for value in ("2024-03", "-P1D", "XXXX-05-01")] == ["2024-03", None, None]


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
        (
            "The insurer Admiral, run by Kestrel, wrongly denied claims.",
            [("Admiral", None), ("Kestrel", "deployer")],
        ),
        ("The appeal went to the High Court.", [("High Court", None)]),
        ("Vorwärts Tribune reported the flaw.", [("Vorwärts Tribune", "source")]),
        ("包頭警方逮捕兩人，墨西哥勞動部介入。", [("包頭警方", None), ("墨西哥勞動部", None)]),
        ("清源大學附屬醫院致歉。", [("清源大學附屬醫院", None)]),
        ("英國保險公司否認，很多公司停用。", []),
        ("部署“薰衣草”系統。", [("薰衣草", None)]),
        (
            "供應商 Norvik 與《湖濱日報》",
            [("湖濱日報", "source"), ("湖濱日報", None), ("Norvik", "developer")],
        ),
        ("歹徒先從公司下手，部分醫院停診，這家公司不回應。", []),
        ("The company and a university declined to comment.", []),
    ],
)
def test_names_that_no_gazetteer_holds(sentence: str, expected: list[tuple[str, str | None]]) -> None:
    found = list(names(sentence))
    assert [(name, role) for name, role in ((one.name, one.role) for one in found)] == expected
    assert all(one.name in sentence for one in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chinese state hackers used a chatbot against an airline.", {("CHN", "actor")}),
        (
            "Groups from Russia, China and Iran used the chatbot.",
            {("RUS", "actor"), ("CHN", "actor"), ("IRN", "actor")},
        ),
        ("The chatbot misled a man in Phoenix.", {("USA", "occurred")}),
        ("印度尼西亞和泰國封鎖聊天機器人。", {("IDN", "occurred"), ("THA", "occurred")}),
        (
            "詐團以AI換臉騙走一家新加坡公司五十萬美元，曼谷警方逮人。",
            {("SGP", "affected"), ("THA", "occurred")},
        ),
        ("金管會開罰一家銀行的聊天機器人。", {("TWN", "occurred")}),
        ("Air India's chatbot cost passengers US$20.", set()),
    ],
)
def test_countries_and_their_part(text: str, expected: set[tuple[str, str]]) -> None:
    found = facts(read(None, text, PROFILE), PROFILE, event=True)
    assert {(one.value, one.role) for one in found if one.kind == "country"} == expected


def test_a_bare_yuan_is_the_money_of_the_country() -> None:
    for place, unit in (
        ("台北", "TWD"),
        ("杭州", "CNY"),
        ("旺角", "HKD"),
        ("巴黎", None),
        ("台北、北京", None),
    ):
        found = facts(read(None, f"{place}一名老人遭AI換臉詐騙，損失三萬元。", PROFILE), PROFILE, event=True)
        assert [one.unit for one in found if one.role == "money"] == [unit], place


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
