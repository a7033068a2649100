"""Relevance: what the text is about, not which words occur in it."""

from __future__ import annotations

import pytest

from pipelines import profiles, relevance

PROFILE = profiles.load("ai-incidents")
FILLER = "市府昨日公布明年度預算。\n議員要求說明道路工程的進度。\n官員表示將在下月提出報告。\n居民期待工程早日完工。\n會議持續到晚間八時。\n"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("聊天機器人建議用戶停藥", None),
        (None, "一輛無人駕駛計程車在武漢撞倒行人。"),
        ("Robotaxi stopped in the middle of a crossing", None),
        ("家長提告", "原告指 ChatGPT 教唆少年自殘。\nOpenAI 表示遺憾。"),
        ("DeepSeek 網頁版短暫中斷", None),
        ("城中監視器連上人臉辨識系統", FILLER + "警方以人臉辨識比對路人。"),
    ],
)
def test_relevant(title: str | None, text: str | None) -> None:
    found = relevance.judge(title, text, PROFILE)
    assert found.relevant
    assert found.evidence


@pytest.mark.parametrize(
    ("title", "text", "why"),
    [
        ("台股收盤上漲百點", "電子股領漲。", "no word"),
        ("市府公布預算", FILLER + "其中一項是人工智慧課程。", "too little"),
        ("養鴨場驗出H5N1 AI禽流感", "防疫人員撲殺鴨隻，AI疫情未擴散。", "no word"),
        (
            "Amnesty International accuses militia",
            "Amnesty International (AI) said on Monday that villagers were killed. AI called for an inquiry.",
            "no word",
        ),
        ("「AI等級」的三分球", FILLER, "no word"),
        ("機器人隊奪冠", FILLER, "too little"),
        ("【讽刺专栏】智能机器人竞选村长", "机器人今天宣布参选。机器人承诺免费充电。", "too little"),
        ("影評：殺人機器人的眼淚", "片中的機器人殺了三個人。人工智慧失控。", "too little"),
        ("Satire: chatbot elected mayor", "The chatbot promised free electricity. AI won.", "too little"),
        ("Mobile phone sales rise", "Retailers sold more smartphones.", "no word"),
        ("掃地機器人特價", None, "no word"),
        ("央行：数字人民币试点扩大", None, "no word"),
        ("Ai miei amici", "Ai giardini si va a piedi.", "no word"),
    ],
)
def test_not_relevant(title: str, text: str | None, why: str) -> None:
    found = relevance.judge(title, text, PROFILE)
    assert not found.relevant
    assert found.evidence == ()
    assert why in found.reason


def test_more_sentences_make_it_surer() -> None:
    one = relevance.judge(None, "市府開會。\n會中談到機器人。", PROFILE)
    two = relevance.judge(
        None, "市府開會。\n會中談到機器人。\n機器人由學校開發。\n演算法由廠商提供。", PROFILE
    )
    assert one.score < two.score


def test_enough_sentences_are_quoted_to_carry_the_answer() -> None:
    text = "\n".join(f"第{n}次會議談到機器人的用途。" for n in range(9))
    found = relevance.judge("會議紀錄", text, PROFILE)
    assert found.relevant
    again = relevance.judge(None, "\n".join(one.quote for one in found.evidence), PROFILE)
    assert again.relevant
