"""The rationale reads well and says only what the sentences hold."""

from __future__ import annotations

from pipelines import profiles
from pipelines.labels import Ballot, aggregate, judge, rationale

CRASH = "一輛無人駕駛計程車昨日在台中撞倒一名行人。"
BODY = "警方表示，傷者送醫，並無生命危險。業者已暫停當地的無人駕駛計程車服務。"
PROFILE = profiles.load("ai-incidents")


def of(title: str, text: str, text_id: str = "t1", carriers: int = 1) -> Ballot:
    return Ballot(text_id=text_id, judgement=judge(title, text, PROFILE), carriers=carriers, role="report")


def test_an_incident_with_translation() -> None:
    ballots = [of("無人駕駛計程車撞倒行人", CRASH + BODY, carriers=3)]
    text = rationale(
        ballots,
        aggregate(ballots),
        PROFILE,
        origins=1,
        quotes_en={"無人駕駛計程車撞倒行人": "Driverless taxi knocks down pedestrian"},
    )
    assert text.startswith("Labelled an AI incident: ")
    assert "one text, carried by three articles, from one independent origin" in text
    assert "limb (a), injury or harm to the health" in text
    assert "“無人駕駛計程車撞倒行人” (“Driverless taxi knocks down pedestrian”)" in text
    assert "It is actual" in text
    assert "  " not in text
    assert ".." not in text


def test_a_hazard_and_the_dissent() -> None:
    warning = "Researchers warned that a flaw in the chatbot could let attackers steal data."
    ballots = [
        of("Flaw in Copilot could let attackers steal data", warning, "1"),
        of("Chatbot vulnerability puts users at risk", warning, "2"),
        of("無人駕駛計程車撞倒行人", CRASH + BODY, "3"),
    ]
    text = rationale(ballots, aggregate(ballots), PROFILE, origins=2)
    assert "an AI hazard" in text
    assert "It is plausible" in text
    assert "one text reads it as an incident" in text
    assert "The class would change if" in text


def test_a_graver_severity_that_was_outvoted_is_said() -> None:
    hurt = "無人駕駛計程車撞倒行人"
    ballots = [
        of(hurt, CRASH + BODY, "1"),
        of(hurt, CRASH + BODY, "2"),
        of("無人駕駛計程車撞倒行人 一人死亡", "一輛無人駕駛計程車昨日在台中撞死一名行人。", "3"),
    ]
    text = rationale(ballots, aggregate(ballots), PROFILE, origins=2)
    assert "Severity: incident, by two texts; one says serious incident." in text
    assert "nothing in the texts makes it a serious one" not in text
    alone = rationale(ballots[:1], aggregate(ballots[:1]), PROFILE, origins=1)
    assert "Severity: incident; nothing in the texts makes it a serious one." in alone


def test_no_event_no_claim() -> None:
    ballots = [of("OpenAI 发布新模型", "OpenAI 发布了新模型。")]
    assert rationale(ballots, aggregate(ballots), PROFILE, origins=1).startswith(
        "No text of this record reports an event"
    )


def test_every_quotation_stands_in_a_text() -> None:
    title, body = "無人駕駛計程車撞倒行人", CRASH + BODY
    ballots = [of(title, body)]
    text = rationale(ballots, aggregate(ballots), PROFILE, origins=1)
    quotes = [part.split("”")[0] for part in text.split("“")[1:]]
    assert quotes
    assert all(quote in title or quote in body for quote in quotes)


def test_near_misses_and_feared_harm_are_said_as_such() -> None:
    close = [of("無人計程車險些撞倒孩童 幸無人受傷", "無人計程車在路口急停，差點撞上孩童，無人受傷。")]
    text = rationale(close, aggregate(close), PROFILE, origins=1)
    assert "The harm that could follow falls under limb (a)" in text
    assert "It is plausible: it was close, and nobody came to harm" in text


def test_a_sentence_that_carries_two_limbs_is_quoted_once() -> None:
    sentence = "AI監考系統歧視六名學生，校方損失九百萬元。"
    ballots = [of("AI監考系統歧視學生 校方損失九百萬元", sentence)]
    text = rationale(ballots, aggregate(ballots), PROFILE, origins=1)
    assert "It also touches limb (d)" in text
    assert "by the same words." in text
    assert text.count(f"“{sentence}”") == 1
