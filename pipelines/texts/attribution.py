"""Which agency or outlet a text credits for its story."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from pipelines.hanzi import fold, longest_match

_VAGUE = {"abroad": 1, "any": 2}
_AT_HOME = {"CN", "HK", "MO", "TW"}
_HEAD, _TAIL = 600, 120
"""Credits stand in the title, in the first paragraphs, or in the last line."""

# Words of credit on folded text, before and after the name. A name alone is not credit: 彭博 may be the news itself.
_BEFORE = re.compile(
    r"(?:据|根据|引述|援引|引用|转引|转述|综合|来源|编译自|摘自|取自|转自|接受|告诉)[^。\n，；]{0,10}$"
    r"|(?:^|[【(（\n ])文[|｜丨/／ ]{1,3}$"
    r"|(?:\b[Aa]ccording to|\b[Rr]eported by|\b[Rr]eports? (?:by|from|in)|\btold|\b(?:[Ss]peaking|spoke|confirmed|statement|comments?) to|\bcited by|\bciting|\binterview with"
    r"|\b(?:[Ii]nvestigation|[Aa]nalysis|[Rr]eview) by"
    r"|\b(?:seen|viewed|reviewed|obtained|verified|uncovered|spotted|published|revealed) (?:by|in))"
    r" (?:the |The |a report (?:by|in) (?:the )?)?$"
)
_SEEN = "文件|备忘录|邮件|电邮|信件|录音|录像|纪录|记录|资料|数据|副本|截图|简报|报告|档案|合同|名单|影像|影片|视频|照片|画面"
_AFTER = re.compile(
    r"[”》〉]?(?:中文网|新闻网|网站|周刊|客户端|电视台)*(?:记者)?[^。\n，；！？]{0,14}?"
    r"(?:报道|报导|消息|披露|揭露|爆料|独家|专访|引述|援引|刊文|撰文|获悉|调查发现|直击|查证|\d{1,2}日电|电\))"
    rf"|[”》〉]?[^。\n，；！？]{{0,6}}?(?:看到|见到|看过|查阅|审阅|取得|获得|掌握|拿到)的?[^。\n，；！？]{{0,8}}?(?:{_SEEN})"
    r"|[”》〉]?调查[，,:：]|[”》〉]?(?:驻[\u4e00-\u9fff]{1,6})?记者[^。\n，；！？]{0,6}?(?:指|称|了解|看到|注意到|走访|致电|联系|探访|实测)"
    r"|[”》〉]?[\u4e00-\u9fff]{0,6}(?<![停断充发用供送通耗家手机])电(?:[,，:：(（ ]|$)"
    r"|[”》]?(?:\d+日|今天|今日|昨天|[早晚]间)?(?:指出|指|称|说|爆|曝)?[:：]"
    r"|(?: [Nn]ews| [Nn]ews [Aa]gency| newspaper| magazine)?(?:'s)?"
    r" (?:first |has |have |exclusively |previously |also )*"
    r"(?:reported|reports?\b|revealed|reveals|learned|investigation|analysis found|found that)"
    r"| [Nn]ews [Aa]gency sa(?:id|ys)\b| contributed to this (?:report|story|article)"
    r"|(?:,? and (?:the |The )?[A-Z][\w' ]{1,30}?) (?:first |have )?(?:reported|revealed|learned|found that)"
)
_TO = re.compile(r"[对向][^。\n，；]{0,4}$")
_TOLD = re.compile(r"[”》〉]?(?:记者)?(?:[\u4e00-\u9fff]{0,2})(?:表示|证实|透露|指出|坦言|承认|说|称)")
_STAFF = re.compile(
    r"\b(?:[Rr]esearchers|[Ee]ngineers|[Ss]cientists|[Ss]taff|[Ee]mployees|[Ee]xecutives) (?:at|of|from) (?:the )?$"
)
_COMMA = re.compile(
    r"(?:[,”\"]|\b(?:broadcaster|newspaper|daily|agency|magazine|outlet|website)) (?:the |The )?$"
)
_SAID = re.compile(
    r"(?: [Nn]ews| [Nn]ews [Aa]gency| newspaper| magazine)? (?:said|says)(?:[,.;]| on [A-Z]| late | this | last |$)"
)
"""A source named after its news: "…, Kyodo News said." A name that begins the sentence may speak for itself."""
_OPEN = re.compile(r"[(（\[【〔](?:记者|综合|本报)?[^)）\]】〕\n]{0,8}$")
_CLOSE = re.compile(r"[^)）\]】〕\n]{0,16}[)）\]】〕]")
_PAPER = re.compile(
    r"《([^《》\n]{1,14}(?:报|时报|日报|晚报|邮报|早报|周报|周刊|月刊|杂志|新闻|新闻网|通讯社|电视台|广播公司|电台|评论|论坛|观察|在线))》"
)
"""A paper that the table does not know, by its title marks and its name: 《明星论坛报》."""
_UNMARKED = re.compile(
    r"(?:据|援引|引述|来源[:：|丨/ ]{1,2})"
    r"([\u4e00-\u9fff]{1,8}?(?:日报|晚报|早报|时报|晨报|都市报|商报|快报|导报|邮报|电视台|卫视|通讯社|周刊))"
    r"(?=[^。，；\n]{0,8}(?:报道|报导|消息)|[\n)）])"
)
"""The same without title marks, in words of credit that hold nothing else: 据桂林晚报报道."""
SHORT_NAME = 3
_REPORTS = ("道", "导")
_REACH = 48
"""Characters around a name in which its words of credit stand."""


def digest() -> str:
    """The first eight hex digits of the SHA-256 of the sources' table."""
    return sha256((files(__package__) / "attributions.tsv").read_bytes()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class _Source:
    name: str
    kind: str
    country: str
    forms: tuple[str, ...]


@lru_cache(maxsize=1)
def _sources() -> tuple[_Source, ...]:
    text = (files(__package__) / "attributions.tsv").read_text(encoding="utf-8")
    found = []
    for n, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith(("#", "name\t")):
            continue
        cells = line.split("\t")
        if len(cells) != 4 or cells[1] not in {"named", "plain"} or not cells[2]:
            raise ValueError(f"attributions.tsv line {n}: wanted name, kind (named or plain), country, forms")
        found.append(_Source(cells[0], cells[1], cells[2], tuple(map(fold, cells[3].split("|")))))
    return tuple(found)


@lru_cache(maxsize=1)
def _table() -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """Pattern of named sources, pattern of unnamed ones, and the name that each folded form stands for."""
    by_kind = {
        kind: {form: source.name for source in _sources() if source.kind == kind for form in source.forms}
        for kind in ("named", "plain")
    }
    return (
        longest_match(by_kind["named"]),
        longest_match(by_kind["plain"]),
        by_kind["named"] | by_kind["plain"],
    )


def independent(origins: Iterable[str]) -> tuple[str, ...]:
    """Origins that may be counted apart, in their order: 英媒 may mean the Financial Times that another text names.

    An unnamed source (``unnamed British media``) is left out where a named one of that country is among them, and the
    vaguer of two unnamed ones where the other may be meant.
    """
    named = {source.name: source.country for source in _sources() if source.kind == "named"}
    unnamed = {source.name: source.country for source in _sources() if source.kind == "plain"}
    given = tuple(dict.fromkeys(origins))
    countries = {named[name] for name in given if name in named}
    # from the most telling to the vaguest: one country, abroad, any
    kept = set(given) - unnamed.keys()
    for name in sorted(set(given) & unnamed.keys(), key=lambda name: (_VAGUE.get(unnamed[name], 0), name)):
        meant = unnamed[name]
        if meant == "any":
            covered = bool(countries)
        elif meant == "abroad":
            covered = bool(countries - _AT_HOME)
        else:
            covered = meant in countries
        if not covered:
            kept.add(name)
            countries.add(meant)
    return tuple(name for name in given if name in kept)


def attributed_source(title: str | None, text: str | None) -> str | None:
    """The source that ``title`` or ``text`` credits, by its English name, or ``None``.

    A paper that the table does not know goes by its name in simplified characters, in title marks: ``《明星论坛报》``.

    Chinese in both scripts and English. A named source wins over an unnamed one (``unnamed British media``); among
    equals the one credited first in title, first paragraphs, last line. A name without words of credit is none.
    """
    body = text or ""
    parts = [title or "", body[:_HEAD]]
    if len(body) > _HEAD:
        parts.append(body[max(_HEAD, len(body) - _TAIL) :])
    folded = fold("\n".join(parts))
    named, plain, name = _table()
    credited = [
        (hit.start(), name[hit.group()])
        for hit in named.finditer(folded)
        if _is_word(folded, hit) and _is_credited(folded, hit.start(), hit.end())
    ]
    for paper in _PAPER.finditer(folded):
        # the words of credit stand around the title marks; a paper of the table was found above
        known = named.search(paper.group(1))
        if not known and _is_credited(folded, paper.start(), paper.end()):
            credited.append((paper.start(), paper.group()))
            break
    for paper in _UNMARKED.finditer(folded):
        if not named.search(paper.group(1)):
            credited.append((paper.start(1), f"《{paper.group(1)}》"))
            break
    if credited:
        return min(credited)[1]
    for hit in plain.finditer(folded):
        if _is_word(folded, hit):
            return name[hit.group()]
    return None


def _is_word(folded: str, hit: re.Match[str]) -> bool:
    """Whether a name stands alone: AP is not the AP of APP, 明报 not that of 证明报道."""
    name = hit.group()
    if not name.isascii():
        return not (
            len(name) <= SHORT_NAME and name[-1] == "报" and folded[hit.end() : hit.end() + 1] in _REPORTS
        )
    around = folded[max(0, hit.start() - 1) : hit.start()] + folded[hit.end() : hit.end() + 1]
    return not any(ch.isascii() and ch.isalnum() for ch in around)


def _is_credited(folded: str, start: int, end: int) -> bool:
    before, after = folded[max(0, start - _REACH) : start], folded[end : end + _REACH]
    return bool(
        _BEFORE.search(before)
        or (_AFTER.match(after) and not _STAFF.search(before))
        or (_TO.search(before) and _TOLD.match(after))
        or (_OPEN.search(before) and _CLOSE.match(after))
        or (_COMMA.search(before) and _SAID.match(after))
    )
