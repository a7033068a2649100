"""Language, script and region, on sentences written for these tests."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.language import filter_rows, identify


@pytest.mark.parametrize(
    ("text", "language", "script"),
    [
        ("市政府宣布停用人工智能审核系统", "zh", "Hans"),
        ("市政府宣布停用人工智慧審核系統", "zh", "Hant"),
        ("香港警方拘捕三人", "zh", "Hani"),
        ("NVIDIA GeForce RTX 顯示卡漲價", "zh", "Hant"),
        ("OpenAI CEO Sam Altman 訪台", "zh", "Hant"),
        ("AI 生成「恋するフォーチュン」翻唱 唱片公司提告", "zh", "Hant"),
        ("這間店の招牌是鮮奶茶", "zh", "Hant"),
        ("恒指半日升116點 汽車股造好", "zh", "Hant"),
        ("系统昨天停用，详情见@北岸日报 beian@example.org或www.example.org了解更多审计结果", "zh", "Hans"),
        ('<img src="https://example.org/a.jpg" alt="x">系統昨天停用', "zh", "Hant"),
        ("Bretton AI raises $75 million to use AI to combat financial crime", "en", "Latn"),
        ("佢哋話唔會再用呢個系統", "yue", "Hant"),
        ("而家啲機械人好似真人咁傾偈", "yue", "Hant"),
        ("你今日返工未？", "yue", "Hant"),
        ("晏晝一齊食飯啦", "yue", "Hant"),
        ("旁邊個子高的是他", "zh", "Hant"),
        ("男孩子在那里。", "zh", "Hans"),
        ("三天以后去", "zh", "Hans"),
        ("他是太后", "zh", "Hani"),
        ("他回答：“不。”", "zh", "Hans"),
        ("他回答：「不。」", "zh", "Hant"),
        ("東京都は生成AIの利用指針を公表した", "ja", "Jpan"),
        ("トヨタ、自動運転の実験を停止", "ja", "Jpan"),
        ("駅前広場で実証実験開始", "ja", "Jpan"),
        ("서울시, 인공지능 채용 심사 중단", "ko", "Hang"),
        ("美, 대중 반도체 수출 통제 강화", "ko", "Hang"),
        ("The hospital paused its triage software on Tuesday", "en", "Latn"),
        ("Regulator fines bank over chatbot advice", "en", "Latn"),
        ("Das Krankenhaus hat die Software am Dienstag abgeschaltet", "de", "Latn"),
        ("Больница отключила программу после ошибки", "ru", "Cyrl"),
        ("โรงพยาบาลหยุดใช้ระบบ", "th", "Thai"),
        ("Ауруханада бағдарлама тоқтатылды, себебі қате табылды", "kk", "Cyrl"),
        ("今后几天", "zh", "Hans"),
        ("人云亦云", "zh", "Hani"),
        ("警察局長説", "zh", "Hant"),
        ("俾路支省三人被捕", "zh", "Hani"),
        ("影视圈大佬重返工作岗位", "zh", "Hans"),
        ("Robotaxi crash", "en", "Latn"),
        ("OpenAI sued again", "en", "Latn"),
        ("Police use facial recognition", "en", "Latn"),
        ("Estafa con IA", "es", "Latn"),
        ("KI-Betrug in Bayern", "de", "Latn"),
        ("The word 你好 means hello in the language of the town", "en", "Latn"),
    ],
)
def test_language_and_script(text: str, language: str, script: str) -> None:
    for found in (identify(text, None), identify(None, text), identify(text, text)):
        assert (found.language, found.script, found.outcome) == (language, script, "ok")
        assert 0.5 <= found.confidence <= 1
        assert found.method


@pytest.mark.parametrize(
    ("title", "text", "outcome"),
    [
        (None, None, "no_text"),
        ("", "  \n", "no_text"),
        ("2026-03-04 12:30", "3.14%", "no_letters"),
        ("https://example.org/news?id=3", None, "no_letters"),
        ("！！！", "「」", "no_letters"),
    ],
)
def test_unknown_is_an_answer(title: str | None, text: str | None, outcome: str) -> None:
    found = identify(title, text)
    assert (found.outcome, found.language, found.language_tag) == (outcome, None, None)
    assert found.reason


def test_cantonese_in_quotation_marks_does_not_make_an_article_cantonese() -> None:
    text = "立法會議員在會議上批評政府，他說：「唔係咁做嘅。」官員回應指系統已經停用，並會向受影響的市民道歉，賠償安排下星期公布。"
    assert identify("議員批評系統", text).language == "zh"


def test_mixed_scripts_are_said_to_be_undecided() -> None:
    found = identify(None, "這個系統昨天停用了，这个系统昨天停用了，審計發現問題，审计发现问题")
    assert (found.language, found.script, found.language_tag) == ("zh", "Hani", "zh")


@pytest.mark.parametrize(
    ("text", "outlet_region", "tag"),
    [
        ("輝達執行長談軟體與資訊安全", None, "zh-Hant-TW"),
        ("英伟达首席执行官谈软件", None, "zh-Hans-CN"),
        ("英伟达首席执行官谈软件", "DE", "zh-Hans"),
        ("行政總裁坐的士看機械人", None, "zh-Hant-HK"),
        ("晶片與資訊科技", None, "zh-Hant"),
        ("辉达执行长谈软体", None, "zh-Hans"),
        ("市政府宣布停用審核系統", None, "zh-Hant"),
        ("市政府宣布停用審核系統", "HK", "zh-Hant-HK"),
        ("市政府宣布停用审核系统", "TW", "zh-Hans"),
        ("市政府宣布停用审核系统", "DE", "zh-Hans"),
    ],
)
def test_region_only_on_evidence(text: str, outlet_region: str | None, tag: str) -> None:
    assert identify(text, None, outlet_region=outlet_region).language_tag == tag


def test_what_the_outlet_writes_decides_only_where_no_character_does() -> None:
    assert identify("香港警方拘捕三人", None, outlet_language_tag="zh-Hant-HK").script == "Hant"
    assert identify("市政府宣布停用审核系统", None, outlet_language_tag="zh-Hant").script == "Hans"


def test_the_outlets_language_decides_a_headline_of_few_words() -> None:
    assert identify("Суд оштрафовал банк", None).outcome == "undecided"
    found = identify("Суд оштрафовал банк", None, outlet_language_tag="ru-RU")
    assert (found.language, found.confidence, found.method) == ("ru", 0.6, "py3langid+likelihood")
    assert identify("Police use facial recognition", None, outlet_language_tag="it").language == "en"


def test_what_is_too_short_for_any_language_stays_undecided() -> None:
    for text in ("AI", "GPT-5"):
        assert identify(text, None, outlet_language_tag="en").outcome == "undecided"


@settings(deadline=None)  # the first call loads langdetect's profiles
@given(st.text(max_size=80), st.text(max_size=200))
def test_any_input_gets_one_answer(title: str, text: str) -> None:
    found = identify(title, text)
    assert (found.language is not None) == (found.outcome == "ok")
    assert found == identify(title, text)


def test_filter_keeps_ids_and_order() -> None:
    rows = [{"id": 2, "title": "市政府停用系統", "other": 1}, {"id": 1}, {"title": None, "text": "停用系统"}]
    found = list(filter_rows(rows))
    assert [(row["id"], row["outcome"]) for row in found] == [(2, "ok"), (1, "no_text"), (None, "ok")]


def test_a_field_that_is_no_text_has_its_own_outcome() -> None:
    (found,) = filter_rows([{"id": 1, "title": 5, "text": ["a"]}])
    assert (found["outcome"], found["reason"]) == ("bad_field", "title and text must be text or null")


def test_half_a_character_breaks_nothing() -> None:
    assert identify("市政府\udfff停用系統", None).language == "zh"
    assert identify("the regulator said \ud800 on Tuesday", None).language == "en"
