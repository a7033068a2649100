"""Chinese by its characters: simplified, traditional or undecidable; Mandarin, Cantonese or Shanghainese."""

from __future__ import annotations

import re
from functools import lru_cache

import opencc

from pipelines.language.tables import markers

HAN = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")

_QUOTED = re.compile(
    "「[^」]{0,80}」|“[^”]{0,80}”|『[^』]{0,80}』|《[^》]{0,60}》|\\([^)]{0,60}\\)|（[^）]{0,60}）"
)


@lru_cache(maxsize=1)
def _telling() -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    """Characters that only simplified, only traditional, only Japanese text writes.

    A character that OpenCC would change and that the other side's everyday charset does not hold: Big5 level 1 for
    traditional text (so 后, 里, 台, 只 tell nothing), GB 2312 for simplified.
    """
    everything = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]

    def changed(config: str) -> set[str]:
        converted = opencc.OpenCC(config).convert("\n".join(everything)).split("\n")
        return {source for source, target in zip(everything, converted, strict=True) if source != target}

    simplified = {ch for ch in changed("s2t") if not _in_big5_level_1(ch) and _in(ch, "gb2312")}
    traditional = {ch for ch in changed("t2s") if not _in(ch, "gb2312")} | set("於後徵")
    japanese = {ch for ch in changed("jp2t") if not _in(ch, "gb2312") and not _in(ch, "big5")}
    japanese |= set("働峠畑辻込匂雫塀枠")
    sets = (simplified, traditional - japanese, japanese)
    return tuple(re.compile("[" + "".join(sorted(chars)) + "]") for chars in sets)  # type: ignore[return-value]


def _in(ch: str, charset: str) -> bool:
    try:
        ch.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _in_big5_level_1(ch: str) -> bool:
    return _in(ch, "big5") and b"\xa4\x40" <= ch.encode("big5") <= b"\xc6\x7e"


def script_of(text: str) -> tuple[str, float]:
    """``Hans``, ``Hant`` or ``Hani`` with the share of telling characters that agree (0.0 where none tells)."""
    simplified, traditional, _ = _telling()
    hans, hant = len(simplified.findall(text)), len(traditional.findall(text))
    if hans == hant:
        return "Hani", 0.0
    share = max(hans, hant) / (hans + hant)
    # One foreign name or quoted title does not make a page mixed; a fifth of the telling characters does.
    if share < 0.8:
        return "Hani", share
    return ("Hans" if hans > hant else "Hant"), share


def japanese_characters(text: str) -> int:
    """How many characters of ``text`` only Japanese writes (広, 駅, 働)."""
    return len(_telling()[2].findall(text))


def without_quotations(text: str) -> str:
    """``text`` without what stands in quotation marks, title marks and brackets."""
    return _QUOTED.sub(" ", text)


def variety_of(text: str, han: int) -> tuple[str, float]:
    """``zh``, ``yue`` or ``wuu`` for ``text`` with ``han`` Han characters, and how sure.

    Quoted speech does not make an article Cantonese: the words count outside quotations, and a long text needs more
    of them than a headline does.
    """
    tally = markers("han").tally(text)
    if not tally:
        return "zh", 0.99
    outside = without_quotations(text)
    plain = len(HAN.findall(outside))
    if plain >= 8:
        tally, han = markers("han").tally(outside), plain
    needed = max(1.0, han / 60)
    language, weight = max(sorted(tally.items()), key=lambda item: item[1], default=("zh", 0.0))
    if weight < needed:
        return "zh", max(0.6, 0.99 - 0.3 * weight / needed)
    return language, min(0.99, 0.7 + 0.1 * weight / needed)
