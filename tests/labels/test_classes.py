"""How sentences are weighed: denied and feared harms, kinds of news that outrank others, the ladder's top."""

from __future__ import annotations

import pytest

from pipelines import labels, profiles

PROFILE = profiles.load("ai-incidents")


@pytest.mark.parametrize(
    ("title", "class_"),
    [
        ("无人出租车撞倒老人 老人骨折送医", "incident"),
        ("无人出租车险些撞倒老人 幸无人受伤", "hazard"),
        ("Robotaxi nearly hit a cyclist; no one was hurt", "hazard"),
        ("警告：有人正利用AI换脸实施敲诈勒索", "incident"),
        ("专家警告AI换脸可能被用于敲诈勒索", "hazard"),
        ("国务院发布人工智能条例 新版安全标准同时上线", "complementary"),
        ("公司发布新一代大模型 支持三十种语言", "unrelated"),
        ("AI助手更新：修复若干问题", "unrelated"),
        ("Chatbot maker apologises after its bot leaked private chats of users", "incident"),
    ],
)
def test_class(title: str, class_: str) -> None:
    assert labels.judge(title, None, PROFILE).class_ == class_


@pytest.mark.parametrize(
    ("title", "text", "severity"),
    [
        ("AI排程系統出錯 三人輕傷", "系統出錯，三人受傷送醫。", "incident"),
        ("AI排程系統出錯 三人死亡", "系統出錯，三人死亡。", "serious incident"),
        (
            "AI dispatch failure kills dozens, government declares a state of emergency",
            "Dozens of people died after the AI system failed. A state of emergency was declared in the whole country.",
            "disaster",
        ),
        ("AI控制器漏洞可被利用", "研究人員說，漏洞可讓攻擊者接管系統。", "hazard"),
        (
            "AI dispatch could kill, engineers warn",
            "A flaw in the AI system could kill patients.",
            "serious hazard",
        ),
    ],
)
def test_the_ladder(title: str, text: str, severity: str) -> None:
    found = labels.judge(title, text, PROFILE)
    assert found.severity == severity
    assert next(label for label in found.labels if label.axis == "severity").evidence


def test_disinformation_hate_and_evaded_controls_fall_under_limb_c() -> None:
    for title in (
        "AI合成的候選人錄音在選前瘋傳 選委會闢謠",
        "AI机器人批量发布仇恨言论",
        "公司透過中間商取得受管制晶片訓練AI模型",
    ):
        assert labels.judge(title, None, PROFILE).limbs[:1] == ("c",), title


def test_a_disaster_quotes_the_sentences_that_tell_it_best() -> None:
    blackout = "The AI system failed on Monday and a nationwide blackout followed."
    killed = "Ten people were killed when the AI system shut down the grid."
    text = f"Elsewhere a state of emergency over a storm ended. {blackout} Reports came in all day. {killed}"
    found = labels.judge("Grid AI failure", text, PROFILE)
    severity = next(label for label in found.labels if label.axis == "severity")
    assert (severity.value, {one.quote for one in severity.evidence}) == ("disaster", {blackout, killed})
