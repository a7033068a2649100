"""Axes: a cue speaks for its value by itself, a hint in a headline or with others, a mere mention never."""

from __future__ import annotations

import pytest

from pipelines import profiles
from pipelines.labels import judge

PROFILE = profiles.load("ai-incidents")


@pytest.mark.parametrize(
    ("title", "text", "value", "stands"),
    [
        # the deployer's sector, and a word for it in the headline
        ("AI proctoring flags students at random", None, "Education and training", True),
        ("University drops its AI detector", None, "Education and training", True),
        ("AI图像软件泄露照片，大学停用", None, "Education and training", True),
        # researchers of a university only tell it
        ("Chatbot leaks addresses", "Researchers at a university found the AI chatbot's flaw.", "Education and training", False),
        ("聊天机器人泄露住址", "某大学的研究人员发现了这一人工智能漏洞。", "Education and training", False),
        # a fraud is no bank's unless a bank is named
        ("Deepfake scam cheats pensioner of savings", None, "Financial and insurance services", False),
        ("Deepfake scam cheats bank customers", None, "Financial and insurance services", True),
        # several hints meet
        ("AI tool copies voices", "The AI cloned singers. A song and a film used it. A game did so too.", "Arts, entertainment, and recreation", True),
    ],
)  # fmt: skip
def test_a_sector_is_that_of_whom_it_concerns(title: str, text: str | None, value: str, stands: bool) -> None:
    found = judge(title, text, PROFILE)
    labels = {label.value: label for label in found.labels if label.axis == "industry"}
    assert (value in labels) is stands
    assert all(label.evidence for label in labels.values())
