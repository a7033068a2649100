"""Folding of scripts and regional words, and the way back to the source."""

from __future__ import annotations

import opencc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.hanzi import fold, fold_with_offsets, is_han, source_span, to_simplified, word_regions
from pipelines.hanzi.scripts import character_table
from pipelines.hanzi.words import parse, replacements, words

SAMPLES = [
    "市政府用人工智能审核补贴申请，上千户家庭被误判，官员称算法存在缺陷。",
    "检方指控他借助深度伪造技术冒充高管，骗走两千万元，公司回复说正在了解情况。",
    "英伟达首席执行官黄仁勋表示，受出口管制影响的芯片不会再运往那里，资金链没有断裂。",
    "自动驾驶出租车撞伤行人，交通部门着手调查，车祸后复苏的市场又受打击。",
]

han_text = st.text(
    alphabet=st.sampled_from("晶片軟體程式方程式網路人工智慧川普輝達執行長自駕車著作乾隆後，AI 3「」瞭"),
    max_size=40,
)


@pytest.mark.parametrize("config", ["s2t", "s2tw", "s2hk"])
@pytest.mark.parametrize("sample", SAMPLES)
def test_scripts_fold_together(sample: str, config: str) -> None:
    assert fold(opencc.OpenCC(config).convert(sample)) == fold(sample)


@pytest.mark.parametrize(
    ("taiwan", "mainland"),
    [
        ("輝達執行長談人工智慧晶片", "英伟达首席执行官谈人工智能芯片"),
        ("川普政府限制演算法軟體", "特朗普政府限制算法软件"),
        ("駭客用程式攻擊網路伺服器", "黑客用程序攻击网络服务器"),
    ],
)
def test_regional_words_fold_together(taiwan: str, mainland: str) -> None:
    assert fold(taiwan) == fold(mainland) == fold(to_simplified(taiwan))


@pytest.mark.parametrize("word", ["方程式", "哈萨克斯坦", "阿联酋", "尼日利亚", "互联网路由器"])
def test_longer_words_shield_what_lies_inside(word: str) -> None:
    assert fold(word) == word


@pytest.mark.parametrize(
    "text",
    [
        "广东加快发展",
        "四川普降大雨",
        "进行销售",
        "投资安排",
        "执行长期任务",
        "健康城市",
        "通报导致",
        "公平治理",
        "尽快取消",
        "大规模组织",
        "两家俱乐部",
        "自驾前往",
        "几位元老",
        "哈萨克族",
    ],
)
def test_forms_found_by_chance_are_left_alone(text: str) -> None:
    assert fold(text) == text


def test_everyday_simplified_text_keeps_its_characters() -> None:
    """A lexicon written in plain simplified characters must match folded text letter for letter."""
    everyday = [bytes([a, b]).decode("gb2312") for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFA)]
    table = character_table()
    changed = {ch for ch in everyday if ord(ch) in table}
    assert changed == set("乾藉著瞭覆彷") & set(everyday)


@settings(deadline=None)
@given(han_text)
def test_offsets_agree_with_fold_and_cover_the_source(text: str) -> None:
    folded, offsets = fold_with_offsets(text)
    assert folded == fold(text)
    assert len(offsets) == len(folded) + 1
    assert offsets == sorted(offsets)
    assert offsets[-1] == len(text)


@settings(deadline=None)
@given(han_text)
def test_every_folded_span_comes_from_source_that_folds_to_hold_it(text: str) -> None:
    folded, offsets = fold_with_offsets(text)
    for start in range(len(folded)):
        low, high = source_span(offsets, start, start + 1)
        assert low < high <= len(text)
        assert folded[start] in fold(text[low:high]) or high - low == 1


def test_span_of_a_longer_word_is_the_whole_word() -> None:
    text = "使用自駕車的人"
    folded, offsets = fold_with_offsets(text)
    start = folded.index("汽车")
    low, high = source_span(offsets, start, start + 2)
    assert text[low:high] == "自駕車"


def test_source_span_refuses_an_empty_span() -> None:
    with pytest.raises(ValueError, match="empty or outside"):
        source_span([0, 1, 2], 1, 1)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_no_input_breaks_folding(text: str) -> None:
    folded, offsets = fold_with_offsets(text)
    assert folded == fold(text)
    assert offsets[-1] == len(text)


def test_is_han() -> None:
    assert all(map(is_han, "漢汉々〇㐀𠮷龥"))
    assert not any(map(is_han, "aあア한，1「"))


def test_to_simplified_is_readable() -> None:
    assert to_simplified("乾隆著作與乾淨的軟體，「川普」說") == "乾隆著作与干净的软件，「特朗普」说"


def test_word_regions() -> None:
    tally = word_regions("輝達執行長說，資訊軟體將在下個月推出，晶片也是")
    assert tally[frozenset({"TW"})] == 3
    assert tally[frozenset({"TW", "HK"})] == 2
    assert word_regions("行政總裁坐的士看機械人") == {frozenset({"HK"}): 3}
    assert word_regions("今天天气很好") == {}


def test_list_is_sound() -> None:
    assert len(words()) > 250
    table = replacements(("word", "fold"))
    assert all(table[target] == target for target in table.values()), "a canonical word is folded once more"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("软件\t軟體\t\tword", "4 columns, wanted 5"),
        ("软件\t軟體\t\t\twrod", "use is 'wrod'"),
        ("软件\t軟體\t\t\tword\n软体\t軟體\t\t\tword", "canonical and folded|already folded"),
        ("软件\t軟體\t\t\tword\n程序\t軟體\t\t\tword", "already folded to 软件"),
    ],
)
def test_a_wrong_line_is_named(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tuple(parse("canonical\ttw\thk\tother\tuse\n" + line))


def test_half_a_character_breaks_nothing() -> None:
    assert to_simplified("軟體\ud800") == "软件\ufffd"
    assert fold("軟體\ud800") == "软件\ud800"
