"""Simplified or traditional, by the characters that only one of them writes."""

from __future__ import annotations

import re
from functools import lru_cache

import opencc

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
MIXED_BELOW = 0.8
"""One foreign name or quoted title does not make a page mixed; a fifth of the telling characters does."""


@lru_cache(maxsize=1)
def telling_characters() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Patterns of the characters that only simplified, only traditional, only Japanese text writes.

    A character tells that OpenCC would change and that the other side's everyday charset does not hold: Big5 level 1
    for traditional text (so 后, 里, 台, 只 tell nothing), GB 2312 for simplified.
    """
    everything = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]

    def changed(config: str) -> set[str]:
        converted = opencc.OpenCC(config).convert("\n".join(everything)).split("\n")
        return {source for source, target in zip(everything, converted, strict=True) if source != target}

    # OpenCC changes 恒, 抛 and a few more that Hong Kong and Taiwan write every day: they tell nothing.
    simplified = {ch for ch in changed("s2t") if not _in_big5_level_1(ch) and _in(ch, "gb2312")} - set(
        "恒抛厘昵熏"
    )
    # 説, 閲, 録 are Japan's standard and a print form of traditional Chinese as well: traditional, not Japanese.
    shared = changed("t2s")
    traditional = {ch for ch in shared if not _in(ch, "gb2312")} | set("於後徵")
    japanese = {ch for ch in changed("jp2t") if not _in(ch, "gb2312") and not _in(ch, "big5")}
    japanese = japanese - shared | set("働峠畑辻込匂雫塀枠")
    return _either(simplified), _either(traditional - japanese), _either(japanese)


def script_of(text: str) -> tuple[str, float]:
    """``Hans``, ``Hant`` or ``Hani`` with the share of telling characters that agree (0.0 where none tells)."""
    simplified, traditional, _ = telling_characters()
    hans, hant = len(simplified.findall(text)), len(traditional.findall(text))
    if hans == hant:
        return "Hani", 0.5 if hans else 0.0
    share = max(hans, hant) / (hans + hant)
    if share < MIXED_BELOW:
        return "Hani", share
    return ("Hans" if hans > hant else "Hant"), share


_OF_TWO = frozenset("后里于只制干面发复松斗历征系板致并儿几准划听愿云坏丰扑筑托荐郁虫夸舍御卷伙")
"""Characters of both scripts that are the simplified form of another one, too (后 of 後, 里 of 裡): their neighbours tell."""


def written_simplified(text: str) -> bool:
    """Whether a character stands where only simplified text writes it: 以后 and 那里 are 以後 and 那裡 in traditional text.

    By OpenCC's phrases, for text in which no character tells by itself.
    """
    if not _OF_TWO.intersection(text):
        return False
    converted = _to_traditional().convert(_LONE_SURROGATE.sub("\ufffd", text))
    if len(converted) != len(text):
        return False
    return any(source != target and source in _OF_TWO for source, target in zip(text, converted, strict=True))


@lru_cache(maxsize=1)
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def _either(characters: set[str]) -> re.Pattern[str]:
    return re.compile("[" + "".join(sorted(characters)) + "]")


def _in(ch: str, charset: str) -> bool:
    try:
        ch.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _in_big5_level_1(ch: str) -> bool:
    return _in(ch, "big5") and b"\xa4\x40" <= ch.encode("big5") <= b"\xc6\x7e"
