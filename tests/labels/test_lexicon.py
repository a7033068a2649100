"""How phrases of a profile are read and found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.profiles import Cue, Lexicon
from pipelines.profiles.folding import fold, lower
from pipelines.profiles.lexicon import PhraseError


def found(phrases: list[str], text: str) -> list[str]:
    folded = fold(text)
    return [folded[hit.start : hit.end] for hit in Lexicon([(Cue("x"), phrases)]).find(folded)]


@pytest.mark.parametrize(
    ("phrase", "text", "times"),
    [
        ("deepfake", "Deepfakes and a deepfake, not deepfakery", 2),
        ("=AI", "AI, not ai, not AIDS; AI生成 and GenAI", 2),
        ("hallucinat*", "It hallucinated; hallucinations", 2),
        ("evad* export controls", "firms evading export controls", 1),
        ("人工智慧", "人工智能与人工智慧，人工智慧", 3),
        ("撞死", "撞死一人", 1),
        ("无人车…撞", "無人車在路口撞上機車", 1),
        ("无人车…撞", "無人車上路。" + "很" * 30 + "撞", 0),
        ("中间商 & 芯片", "經由中間商取得的晶片", 1),
        ("中间商 & 芯片", "經由中間商取得的大米", 0),
        ("chips…smuggl*", "chips that were allegedly smuggled", 1),
        ("GPT*", "GPT4 and GPT-5", 2),
        ("GPT-4", "GPT-4 and GPT-4o", 1),
        ("AI换脸", "AI換臉、AI 换脸", 2),
        ("用AI…诈骗", "騙徒用 AI 語音詐騙", 1),
        ("^why", "Why it fails; nobody knows why", 1),
        ("^why", "Opinion: why it fails", 1),
    ],
)
def test_phrases(phrase: str, text: str, times: int) -> None:
    assert len(found([phrase], text)) == times


@pytest.mark.parametrize("phrase", ["遭", "AI…", "…车", "ab*", " & 芯片"])
def test_phrases_that_cannot_be_meant(phrase: str) -> None:
    with pytest.raises(PhraseError):
        Lexicon([(Cue("x"), [phrase])])


@given(st.text(max_size=200))
def test_hits_lie_in_the_text_and_in_order(text: str) -> None:
    lexicon = Lexicon(
        [(Cue("x"), ["AI", "人工智能", "自驾…撞", "a*b".replace("a*b", "robot*"), "芯片 & 走私"])]
    )
    folded = fold(text)
    hits = lexicon.find(folded)
    assert all(0 <= hit.start < hit.end <= len(folded) for hit in hits)
    assert [hit.start for hit in hits] == sorted(hit.start for hit in hits)


@given(st.text())
def test_lower_keeps_the_length(text: str) -> None:
    assert len(lower(text)) == len(text)
