"""Which agency or outlet a text credits for its story."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from pipelines.hanzi import fold, longest_match

_HEAD, _TAIL = 600, 120
"""Credits stand in the title, in the first paragraphs, or in the last line."""

# Words of credit on folded text, before and after the name. A name alone is not credit: 彭博 may be the news itself.
_BEFORE = re.compile(
    r"(?:据|根据|引述|援引|引用|转引|转述|综合|来源|编译自|摘自|取自|接受)[^。\n，；]{0,10}$"
    r"|(?:\b[Aa]ccording to|\b[Rr]eported by|\b[Rr]eports? (?:by|from|in)|\btold|\bfirst reported (?:by|in)|\bcited by|\bciting"
    r"|\binterview with) (?:the |a report (?:by|in) (?:the )?)?$"
)
_AFTER = re.compile(
    r"[”》〉]?(?:中文网|网站|周刊)?(?:记者)?[^。\n，；！？]{0,14}?"
    r"(?:报道|报导|消息|披露|揭露|爆料|独家|专访|引述|援引|刊文|撰文|获悉|调查发现|\d{1,2}日电|电\))"
    r"|[”》]?(?:\d+日|今天|今日|昨天|[早晚]间)?(?:指出|指|称|说|爆|曝)?[:：]"
    r"|(?:'s)? (?:first |has |exclusively |previously )?(?:reported|reports?\b|revealed|has learned|investigation)"
)
_OPEN = re.compile(r"[(（\[【〔](?:记者|综合|本报)?[^)）\]】〕\n]{0,8}$")
_CLOSE = re.compile(r"[^)）\]】〕\n]{0,16}[)）\]】〕]")
_REACH = 48
"""Characters around a name in which its words of credit stand."""


def digest() -> str:
    """The first eight hex digits of the SHA-256 of the sources' table."""
    return sha256((files(__package__) / "attributions.tsv").read_bytes()).hexdigest()[:8]


@lru_cache(maxsize=1)
def _table() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """Pattern of named sources, pattern of unnamed ones, and the name that each folded form stands for."""
    named: dict[str, str] = {}
    plain: dict[str, str] = {}
    text = (files(__package__) / "attributions.tsv").read_text(encoding="utf-8")
    for n, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith(("#", "name\t")):
            continue
        cells = line.split("\t")
        if len(cells) != 3 or cells[1] not in {"named", "plain"}:
            raise ValueError(f"attributions.tsv line {n}: wanted name, kind (named or plain), forms")
        into = named if cells[1] == "named" else plain
        into.update((fold(form), cells[0]) for form in cells[2].split("|"))
    return longest_match(named), longest_match(plain), named | plain


def attributed_source(title: str | None, text: str | None) -> str | None:
    """The source that ``title`` or ``text`` credits, by its English name, or ``None``.

    Chinese in both scripts and English. A named source wins over an unnamed one (``unnamed British media``); among
    equals the one credited first in title, first paragraphs, last line. A name without words of credit is none.
    """
    body = text or ""
    parts = [title or "", body[:_HEAD]]
    if len(body) > _HEAD:
        parts.append(body[max(_HEAD, len(body) - _TAIL) :])
    folded = fold("\n".join(parts))
    named, plain, name = _table()
    for hit in named.finditer(folded):
        if _is_word(folded, hit) and _is_credited(folded, hit.start(), hit.end()):
            return name[hit.group()]
    for hit in plain.finditer(folded):
        if _is_word(folded, hit):
            return name[hit.group()]
    return None


def _is_word(folded: str, hit: re.Match[str]) -> bool:
    """Whether a name in Latin letters stands alone: AP, not the AP of APP."""
    if not hit.group().isascii():
        return True
    around = folded[max(0, hit.start() - 1) : hit.start()] + folded[hit.end() : hit.end() + 1]
    return not any(ch.isascii() and ch.isalnum() for ch in around)


def _is_credited(folded: str, start: int, end: int) -> bool:
    before, after = folded[max(0, start - _REACH) : start], folded[end : end + _REACH]
    return bool(
        _BEFORE.search(before) or _AFTER.match(after) or (_OPEN.search(before) and _CLOSE.match(after))
    )
