"""Which agency or outlet a text credits for its story."""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

from pipelines.hanzi import fold

_HEAD, _TAIL = 600, 120
"""Credits stand in the title, in the first paragraphs, or in the last line."""

# Words of credit on folded text; {} is the source's name. A name alone is not credit: 彭博 may be the news itself.
_CREDIT_ZH = r"报道|报导|消息|披露|揭露|爆料|独家|专访|引述|援引|刊文|撰文|获悉|调查发现|[^。\n，；]{{0,3}}\d{{1,2}}日电|电\)"
_CREDIT_EN = (
    r"\b[Aa]ccording to|\b[Rr]eported by|\b[Rr]eports? (?:by|from|in)|\btold|\bfirst reported (?:by|in)"
    r"|\bcited by|\bciting|\binterview with"
)
_FRAMES = (
    r"(?:据|根据|引述|援引|引用|转引|转述|综合|来源|编译自|摘自|图源|取自|接受)[^。\n，；]{{0,10}}?(?P<a>{})",
    r"(?P<b>{})[”》〉]?(?:中文网|网站|周刊)?(?:记者)?[^。\n，；！？]{{0,14}}?(?:" + _CREDIT_ZH + ")",
    r"(?P<c>{})[”》]?(?:\d+日|今天|今日|昨天|[早晚]间)?(?:指出|指|称|说|爆|曝)?[:：]",
    r"[(（\[【〔](?:记者|综合|本报)?[^)）\]】〕\n]{{0,8}}?(?P<d>{})[^)）\]】〕\n]{{0,16}}[)）\]】〕]",
    r"(?:" + _CREDIT_EN + r") (?:the |a report by |a report in )?(?P<e>{})\b",
    r"\b(?P<f>{})(?:'s)? (?:first |has |exclusively |previously )?(?:reported|reports?\b|revealed|has learned|investigation)",
    r"(?:^|\n)[^\n]{{0,40}}?\((?P<g>{})\)\s*[-–—]",
)


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[re.Pattern[str], ...], re.Pattern[str], dict[str, str]]:
    """Patterns of credit for named sources, the pattern of unnamed ones, and the name of each folded form."""
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
    frames = tuple(re.compile(frame.format(_either(named))) for frame in _FRAMES)
    return frames, re.compile(_either(plain)), named | plain


def _either(forms: dict[str, str]) -> str:
    ordered = sorted(forms, key=lambda form: (-len(form), form))
    return "|".join(rf"\b{re.escape(form)}\b" if form.isascii() else re.escape(form) for form in ordered)


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
    frames, plain, name = _table()
    first: tuple[int, str] | None = None
    for frame in frames:
        if hit := frame.search(folded):
            group = str(hit.lastgroup)
            found = hit.start(group), name[hit.group(group)]
            first = min(first, found) if first else found
    if first is None and (hit := plain.search(folded)):
        first = hit.start(), name[hit.group()]
    return first[1] if first else None
