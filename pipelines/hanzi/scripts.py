"""Which characters are Han, and the table that brings traditional, Taiwan and Hong Kong characters to one form."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import opencc

OPENCC_VERSION: str = opencc.__version__

# Blocks of the Unicode Standard 16, chapter 18: ideographs that occur in text, without radicals and strokes.
_HAN_RANGES = (
    (0x3400, 0x4DBF),  # Extension A
    (0x4E00, 0x9FFF),  # Unified Ideographs
    (0xF900, 0xFAFF),  # Compatibility Ideographs
    (0x20000, 0x323AF),  # Extensions B to H, compatibility supplement
)
_HAN_SINGLES = "\u3005\u3007"  # 々 〇

# Quotation marks and dots differ by region, not by what is said: one of each, always one code point for one.
_MARKS = {
    "「": "“", "」": "”", "『": "‘", "』": "’", "﹁": "“", "﹂": "”", "﹃": "‘", "﹄": "’", "〝": "“", "〞": "”",
    "‧": "·", "・": "·", "•": "·", "﹒": "·", "\u3000": " ", "\u00a0": " ", "〈": "《", "〉": "》",
}  # fmt: skip

# OpenCC keeps these apart (each has a use of its own), yet news copies write one for the other.
_UNITED = {"著": "着", "瞭": "了", "藉": "借", "覆": "复", "甦": "苏", "揹": "背", "彷": "仿"}


def is_han(ch: str) -> bool:
    """Whether the one character ``ch`` is a Han ideograph (々 and 〇 included, kana and Hangul not)."""
    code = ord(ch)
    return any(low <= code <= high for low, high in _HAN_RANGES) or ch in _HAN_SINGLES


@lru_cache(maxsize=1)
def character_table() -> dict[int, int]:
    """Code point to canonical code point: simplified, regional variants united, full-width ASCII made narrow.

    Built from OpenCC's own tables, one code point for one, so that offsets stay. Regional standards that write one
    character differently (着/著, 線/缐, 衛/衞) fall into one class although OpenCC keeps them apart for display.
    """
    han = [chr(code) for low, high in _HAN_RANGES[:2] for code in range(low, high + 1)]
    simplified = _changed("t2s", [*han, *map(chr, range(0x20000, 0x2A6E0))])
    # Where a region's standard prefers another form (餘 for simplified 馀 and 余, 著 for 着) the forms are united
    # under the one that GB 2312, the charset of everyday simplified text, knows.
    united = dict(_UNITED)
    for config in ("s2t", "t2tw", "t2hk"):
        for source, target in _changed(config, han).items():
            ours, theirs = simplified.get(source, source), simplified.get(target, target)
            if ours == theirs:
                continue
            if _everyday(ours) != _everyday(theirs):
                rare, common = (theirs, ours) if _everyday(ours) else (ours, theirs)
                united[rare] = common
            elif config == "s2t":  # 锺 → 鍾 → 钟: a simplified form that has gone out of use
                united[ours] = theirs
    table = {ord(ch): ord(united.get(plain, plain)) for ch, plain in simplified.items()}
    table |= {
        ord(rare): ord(common) for rare, common in united.items() if rare not in simplified or rare in _UNITED
    }
    for code in range(_HAN_RANGES[2][0], _HAN_RANGES[2][1] + 1):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and plain != chr(code):
            table[code] = table.get(ord(plain), ord(plain))
    for code in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]:
        table[code] = code - 0xFEE0  # full-width digits and letters
    table.update((ord(mark), ord(plain)) for mark, plain in _MARKS.items())
    return table


def _changed(config: str, characters: list[str]) -> dict[str, str]:
    """The characters that an OpenCC configuration changes, each alone, one for one."""
    converted = opencc.OpenCC(config).convert("\n".join(characters)).split("\n")
    if len(converted) != len(characters):
        raise RuntimeError(f"OpenCC {OPENCC_VERSION} config {config} no longer answers one line for one line")
    pairs = zip(characters, converted, strict=True)
    return {source: target for source, target in pairs if source != target and len(target) == 1}


def _everyday(ch: str) -> bool:
    try:
        ch.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
