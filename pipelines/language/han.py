"""Han text: Japanese characters, what is quoted, and Mandarin, Cantonese or Shanghainese by their own words."""

from __future__ import annotations

import re

from pipelines.hanzi import telling_characters
from pipelines.language.tables import markers

HAN = re.compile("[\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]")

SHORT, NEARLY = 24, 0.7
"""A sentence of so few characters has room for one word: one that is hardly ever another language's will do."""

_QUOTED = re.compile(
    "「[^」]{0,80}」|“[^”]{0,80}”|『[^』]{0,80}』|《[^》]{0,60}》|\\([^)]{0,60}\\)|（[^）]{0,60}）"
)


def japanese_characters(text: str) -> int:
    """How many characters of ``text`` only Japanese writes (広, 駅, 働)."""
    return len(telling_characters()[2].findall(text))


def without_quotations(text: str) -> str:
    """``text`` without what stands in quotation marks, title marks and brackets."""
    return _QUOTED.sub(" ", text)


def variety_of(text: str, han: int, script: str) -> tuple[str, float]:
    """``zh``, ``yue`` or ``wuu`` for ``text`` with ``han`` Han characters in ``script``, and how sure.

    Quoted speech does not make an article Cantonese: the words count outside quotations, and a long text needs more
    of them than a headline does. Cantonese is seldom written in simplified characters, and the mainland has taken
    some of its words (大佬, 返工): there a headline needs a word that is Cantonese alone.
    """
    tally = markers("han").tally(text)
    if not tally:
        return "zh", 0.99
    outside = without_quotations(text)
    plain = len(HAN.findall(outside))
    if plain >= 8:
        tally, han = markers("han").tally(outside), plain
    language, weight = max(sorted(tally.items()), key=lambda item: item[1], default=("zh", 0.0))
    nearly = language == "yue" and han <= SHORT and script != "Hans"
    needed = NEARLY if nearly else max(1.0, han / 60)
    if weight < needed:
        return "zh", max(0.6, 0.99 - 0.3 * weight / needed)
    return language, min(0.99, 0.7 + 0.1 * weight / needed)
