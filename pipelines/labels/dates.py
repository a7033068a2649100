"""Dates in a folded sentence, in Chinese and English, absolute or told from the day of publication.

A date is a string: EDTF where the calendar is named (``2024-03-05``, ``2024-03``, ``2018``, ``X`` for what is unsaid), else

- ``P0D`` ``-P1D`` ``-P2D``: the day of publication, the day before, two days before
- ``XXXX-W-5``: the latest Friday; ``-P1W-5``: the Friday of the week before; ``P0W-5``: of this week
- ``P0M`` ``-P1M``: this month, the last; ``-P1Y``: last year; ``-P1Y-09`` ``P0Y-03``: a month of last year, of this year

:func:`resolve` makes an absolute date of it once the day of publication is known.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from importlib.resources import files

_MONTHS: dict[str, int] = tomllib.loads(
    (files(__package__) / "data" / "numbers.toml").read_text(encoding="utf-8")
)["months"]
_DAYS = {
    name: n
    for n, name in enumerate(
        ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"], 1
    )
}
_HAN_DAYS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "日": 7, "天": 7, "末": 6}
_HAN_MONTHS = {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10, "十一": 11, "十二": 12}  # fmt: skip
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_DAY = r"(?P<d>3[01]|[12]\d|0?[1-9])"
_MONTH = rf"(?P<m>{'|'.join(_MONTHS)})"
_HAN_MONTH = r"(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s*月"
_CALENDAR = [
    re.compile(rf"\b{_YEAR}-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])\b"),
    re.compile(rf"(?:{_YEAR}\s*年\s*)?(?<![\d个])(?P<m>1[0-2]|0?[1-9])\s*月\s*{_DAY}\s*[日号]"),
    re.compile(rf"(?P<r>去年|今年)\s*{_HAN_MONTH}(?:\s*{_DAY}\s*[日号])?"),
    re.compile(rf"{_YEAR}\s*年\s*{_HAN_MONTH}(?!\s*\d)"),
    re.compile(rf"(?<![\d个几年十第每]){_HAN_MONTH}(?![\s\d刊饼球台亮经])"),
    re.compile(rf"\b{_MONTH}\s+{_DAY}(?:st|nd|rd|th)?\b(?:,?\s+{_YEAR})?"),
    re.compile(rf"\b{_DAY}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b(?:,?\s+{_YEAR})?"),
    re.compile(rf"\b{_MONTH},?\s+(?:of\s+)?{_YEAR}\b"),
    re.compile(rf"\b(?:in|since|until|last|this|late|early|mid|of|during)[ -]{_MONTH}\b"),
    re.compile(rf"\b(?:in|since|late|early|during|back in)\s+{_YEAR}\b"),
    re.compile(rf"(?<![\d至到\-~]){_YEAR}\s*年(?![\d代度]|\s*(?:以来|间|前|后|至|到))"),
]
_TOLD = [
    (re.compile(r"\byesterday\b|\blast night\b|昨[天日晚夜早晨]", re.IGNORECASE), "-P1D", "day"),
    (
        re.compile(
            r"\bthis (?:morning|afternoon|evening)\b|今[日早晨晚](?!后)|今天(?=[上中下]午|凌晨|清晨|傍晚|早|晚|[(（]|在|发生|\s*\d)",
            re.IGNORECASE,
        ),
        "P0D",
        "day",
    ),
    (re.compile(r"前[天日](?!后)|\bthe day before yesterday\b", re.IGNORECASE), "-P2D", "day"),
    (
        re.compile(r"\b(?:earlier|late) this month\b|(?<![0-9基成日截])本月(?![底末起内中])", re.IGNORECASE),
        "P0M",
        "month",
    ),
    (re.compile(r"\blast month\b|上个?月", re.IGNORECASE), "-P1M", "month"),
    (re.compile(r"\blast year\b|去年", re.IGNORECASE), "-P1Y", "year"),
]
_WEEKDAY = re.compile(
    rf"\b(?:last\s+)?(?P<day>{'|'.join(_DAYS)})\b|(?P<which>上|本|这|这个|上个)?(?:周|星期|礼拜)(?P<han>[一二三四五六日天末])(?![一二三四五六年次项个轮])"
)
# 20日, 今天(20日), 昨(22)日: a day of this month or the last; not 20日电 (the wire's own date), 20日内, 3日间
_DAY_HAN = re.compile(
    r"(?<![\d月年第])(?P<d>3[01]|[12]\d|0?[1-9])\s*[)）]?\s*(?:日(?![\d电内间前后起本报元游圆])|号(?=[早晚上下凌清]))"
)
_SAID = re.compile(
    r"\s*+[)）]?\s*+(?:[上下中]午|晚间|早上|凌晨|晚上|早|晚)?\s*+(?:[对向]\S{1,8}?)?(?:表示|指出|说(?!服)|称|通报|公布|公告|发布|报道|报导|"
    r"披露|透露|坦言|回应|证实|消息|讯|在\S{1,10}?上?(?:表示|说|称|指出))"
)
"""What makes a date that of a statement, not of what it tells."""
_SAYING = re.compile(
    r"(?:said|says|announced|reported|told|wrote|disclosed|revealed|confirmed|published|warned|stated)\s+(?:\w+\s+){0,2}?"
    r"(?:on\s+|in\s+)?$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:from|until|by|before|next)\s+(?:next\s+)?$|(?:直至|截至|至|到|下|预计|将于)\s*$", re.IGNORECASE
)
"""What makes a date the limit of a span or one to come."""
_MOVED = re.compile(r"-?P(?P<n>\d)(?P<unit>[DWMY])(?:-(?P<part>\d\d?))?")


def dates(folded: str) -> list[tuple[str, str]]:
    """Dates in one folded sentence as ``(date, precision)``, in its order; precision ``day``, ``month`` or ``year``.

    The date of a statement ("said on Tuesday", 20日表示) and the limit of a span are left out.
    """
    kept: list[tuple[int, int, str, str]] = []
    for start, end, value, precision in sorted(_found(folded), key=lambda one: (one[0], -one[1])):
        if kept and start < kept[-1][1]:
            continue
        kept.append((start, end, value, precision))
    return [
        (value, precision)
        for start, end, value, precision in kept
        if not _SAID.match(folded, end)
        and not _SAYING.search(folded, max(0, start - 40), start)
        and not _FROM.search(folded, max(0, start - 16), start)
    ]


def _found(folded: str) -> Iterator[tuple[int, int, str, str]]:
    whole = False
    for pattern in _CALENDAR:
        for match in pattern.finditer(folded):
            told = match.groupdict()
            year, month, day = told.get("y"), told.get("m"), told.get("d")
            moved = {"去年": "-P1Y", "今年": "P0Y"}.get(told.get("r") or "")
            value = moved or year or "XXXX"
            if month:
                number = _MONTHS.get(month) or _HAN_MONTHS.get(month) or int(month)
                value += f"-{number:02d}"
            if day and not moved:
                value += f"-{int(day):02d}"
            precision = "day" if day and not moved else "month" if month else "year"
            whole = whole or precision == "day"
            yield match.start(), match.end(), value, precision
    for pattern, value, precision in _TOLD:
        for match in pattern.finditer(folded):
            yield match.start(), match.end(), value, precision
    for match in _WEEKDAY.finditer(folded):
        day = _DAYS.get(match["day"] or "") or _HAN_DAYS[match["han"]]
        which = match["which"] or ""
        if match["han"] == "末" and not which:
            continue
        value = f"-P1W-{day}" if which.startswith("上") else f"P0W-{day}" if which else f"XXXX-W-{day}"
        yield match.start(), match.end(), value, "day"
    if not whole:
        for match in _DAY_HAN.finditer(folded):
            # 今天(20日), 昨(22)日: the number says it again, and better
            before = re.search(
                r"[今昨前][天日早晚]?[(（]$", folded[max(0, match.start() - 3) : match.start()]
            )
            start = match.start() - len(before.group()) if before else match.start()
            yield start, match.end(), f"XXXX-XX-{int(match['d']):02d}", "day"


def resolve(value: str, published: date | None) -> str | None:
    """The date as ISO 8601 cut to its precision (``2024-03-05``, ``2024-03``, ``2018``); what was left out is the latest
    that is not after the day of publication. ``None`` where that cannot be told, or it was still to come (本周五 on a
    Monday): more than a day ahead, for clocks differ."""
    if published is None:
        return value if "X" not in value and "P" not in value else None
    if value.startswith("XXXX-W-"):
        return (published - timedelta(days=(published.isoweekday() - int(value[-1])) % 7)).isoformat()
    moved = _MOVED.fullmatch(value)
    candidates = [_moved(moved, published) if moved else value]
    if value.startswith("XXXX-XX"):
        month = published.replace(day=1)
        before = (month - timedelta(days=1)).replace(day=1)
        candidates = [f"{one:%Y-%m}{value[7:]}" for one in (month, before)]
    elif value.startswith("XXXX"):
        candidates = [f"{year}{value[4:]}" for year in (published.year, published.year - 1)]
    latest = published + timedelta(days=1)
    for candidate in candidates:
        try:
            day = date.fromisoformat((candidate + "-01-01")[:10] if len(candidate) < 10 else candidate)
        except ValueError:
            continue
        if day <= latest:
            return candidate
    return None


def _moved(moved: re.Match[str], published: date) -> str:
    back, unit, part = int(moved["n"]), moved["unit"], moved["part"]
    if unit == "D":
        return (published - timedelta(days=back)).isoformat()
    if unit == "W":
        monday = published - timedelta(days=published.isoweekday() - 1, weeks=back)
        return (monday + timedelta(days=int(part) - 1)).isoformat()
    if unit == "M":
        month = published.year * 12 + published.month - 1 - back
        return f"{month // 12}-{month % 12 + 1:02d}"
    return f"{published.year - back}" + (f"-{part}" if part else "")
