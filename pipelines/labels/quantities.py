"""Numbers of people and sums of money in a folded sentence, in Chinese and English."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any

_TABLES: dict[str, dict[str, Any]] = tomllib.loads(
    (files(__package__) / "data" / "numbers.toml").read_text(encoding="utf-8")
)
_DIGITS: dict[str, int] = _TABLES["digits"]
_UNITS: dict[str, int] = _TABLES["units"]
_WORDS: dict[str, int] = _TABLES["words"]
_SCALES: dict[str, int] = _TABLES["scales"]
_CURRENCIES, _SIGNS, _NAMES = (_TABLES[name] for name in ("currencies", "signs", "names"))
_UNIT = "[十百千万亿兆]"
# (?![\d,]): a run of digits is one part of the number, else a long one could be parted in 2^n ways
_HAN = rf"(?:\d[\d,]*(?:\.\d+)?\s*{_UNIT}+(?:\d[\d,]*(?![\d,])\s*{_UNIT}*)*|\d[\d,]*(?:\.\d+)?|[零〇一二两三四五六七八九十百千万亿兆]+)"
_TO = r"\s*(?:至|到|~|-|—|–)\s*"
_NUMBER = rf"(?:(?P<l>{_HAN}){_TO})?(?P<n>{_HAN})"
_WORD = "|".join(_WORDS)
_ONE = rf"(?:\d[\d,]*|(?:{_WORD}|a)(?:[ -](?:{_WORD}))*)"
_ENGLISH = rf"(?:(?<=between )(?P<l1>{_ONE}) and |(?P<l>{_ONE})(?: to | or |-|–))?(?P<n>{_ONE})"
_COUNTED = rf"{_NUMBER}\s*(?:多|余|几)?\s*(?:人|名|位|个)"
_DIED = "死亡|丧生|遇难|罹难|身亡|死于|被杀|不治|丧命|遇害|离世"
_HURT = "受伤|重伤|轻伤|轻重伤|送医|骨折|挂彩|烧伤"
_BEING = (
    "man|woman|boy|girl|passenger|driver|pedestrian|cyclist|motorcyclist|biker|worker|child|teenager|teen|student|patient|rider|"
    "person|mother|father|employee|soldier|civilian|customer|user|toddler|operator|contractor|resident|son|daughter|husband|wife|"
    r"\d+-year-old"
)
_A = rf"(?:a|an|the|one|her|his|their|another)\s+(?:[\w-]+\s+){{0,3}}?(?:{_BEING})"
_HAS = r"(?:(?:were|was|have|has|had|are|is|be)\s+)?(?:been\s+)?(?:\w+ly\s+)?"
_HAN_BEING = (
    "驾驶|司机|骑士|骑车人|行人|乘客|车主|工人|男子|女子|男童|女童|学生|患者|病人|老人|员工|用户|少年|少女"
)
_I = re.IGNORECASE
_PEOPLE = [
    ("deaths", re.compile(rf"{_COUNTED}[^，。,、；]{{0,12}}?(?:{_DIED})")),
    ("deaths", re.compile(rf"(?:造成|导致|致|酿)[^，。,、；]{{0,6}}?{_NUMBER}\s*(?:人)?\s*死")),
    ("deaths", re.compile(rf"(?:撞死|炸死|杀死|杀害|压死|砸死|打死)[^，。,、；]{{0,4}}?{_COUNTED}")),
    ("injured", re.compile(rf"{_COUNTED}[^，。,、；]{{0,12}}?(?:{_HURT})")),
    ("injured", re.compile(rf"{_NUMBER}\s*(?:人)?\s*伤(?![害])")),
    ("injured", re.compile(rf"[撞压砸烧打刺炸咬灼弄夹割刮]伤(?:了)?[^，。,、；]{{0,4}}?{_COUNTED}")),
    (
        "affected",
        re.compile(rf"{_NUMBER}\s*(?:多|余)?\s*(?:名|位|个)?\s*(?:受害者|受害人|用户受影响|人受害|人受骗)"),
    ),
    ("deaths", re.compile(rf"(?<!no )\b{_ENGLISH}\s+(?:\w+\s+){{0,3}}?{_HAS}(?:killed|died|dead)\b", _I)),
    (
        "deaths",
        re.compile(
            rf"\b(?:killed|killing|kills|deaths? of|left)\s+(?:at least\s+)?{_ENGLISH}\b(?:\s+(?:\w+\s+)?(?:people|persons?|dead|men|women|children|pedestrians?|passengers?|workers|soldiers|civilians|others))",
            _I,
        ),
    ),
    (
        "injured",
        re.compile(
            rf"(?<!no )\b{_ENGLISH}\s+(?:\w+\s+){{0,3}}?{_HAS}(?:injured|wounded|hurt|hospitali[sz]ed)\b", _I
        ),
    ),
    (
        "injured",
        re.compile(rf"\b(?:injured|injuring|wounded|wounding|hurting)\s+(?:at least\s+)?{_ENGLISH}\b", _I),
    ),
    ("affected", re.compile(rf"\b{_ENGLISH}\s+(?:\w+\s+)?victims\b", _I)),
]
"""What is counted, and the patterns that count it."""
_NAME = r"(?-i:[A-Z][\w’'-]+ [A-Z][\w’'-]+)"
_SINGLE = [
    (
        "deaths",
        re.compile(
            rf"一(?:名|位|个|人)[^。；!?]{{0,40}}?(?P<at>{_DIED})|(?:{_HAN_BEING})[^，。,、；]{{0,8}}?(?P<by>{_DIED})"
        ),
    ),
    (
        "injured",
        re.compile(
            rf"一(?:名|位|个|人)[^。；!?]{{0,40}}?(?P<at>{_HURT})|(?:{_HAN_BEING})[^，。,、；]{{0,8}}?(?P<by>{_HURT}|受[轻重]伤)"
        ),
    ),
    (
        "deaths",
        re.compile(
            rf"\b{_A}(?:\s+[^.;]{{0,40}}?)?\s+(?P<at>was (?:\w+ly )?(?:shot dead|killed)|died|dies|(?:to|by) suicide|took (?:his|her) own life)\b|"
            rf"\b(?P<by>kill(?:ed|s|ing)|death of|suicide of)\s+(?:{_A}|{_NAME})",
            _I,
        ),
    ),
    (
        "injured",
        re.compile(
            rf"\b{_A}(?:\s+[^.;]{{0,40}}?)?\s+(?P<at>was (?:\w+ly )?(?:injured|hurt|wounded|hospitali[sz]ed))\b|"
            rf"\b(?P<by>(?:injur|wound)(?:ed|ing)|hurt)\s+{_A}",
            _I,
        ),
    ),
]
"""One person who died or was hurt, where the sentence counts nobody."""
_UNREAL = re.compile(
    r"\b(?:could|would|might|may|nearly|almost|if|not|never|threat\w*|plan\w*|want\w*)\b[^.;,]{0,24}$|"
    r"(?:无|未|没有?|险些|差点|可能|恐怕?|若|如果|假如|避免|防止|以免|险)[^，。,、；]{0,8}$",
    re.IGNORECASE,
)
_MANY = re.compile(rf"(?:[二两三四五六七八九十百千万\d]\s*[名位]|(?:{_HAN_BEING})们)")
_ILL = re.compile(
    r"([死亡丧难杀治命害世伤骨挂骗]|送医)|kill|died|dies|dead|death|suicide|own life|injur|wound|hurt|hospitali|victim",
    _I,
)
"""Without one of these nobody is counted: most sentences need not be searched further."""
_SAID = "|".join(sorted((name for name in _CURRENCIES if len(name) > 1), key=len, reverse=True))
_MONEY_HAN = re.compile(
    rf"(?P<b>{_SAID})?\s*(?:(?P<l>{_HAN})\s*(?:{_SAID}|元)?{_TO})?(?P<n>{_HAN})\s*(?:多|余)?\s*(?P<c>{_SAID}|元)"
)
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_MONEY_SIGN = re.compile(
    rf"(?<![a-z])(?P<c>{_SIGN})\s?(?:(?P<l>\d[\d,]*(?:\.\d+)?)\s*(?P<t>{_SCALE})?(?: to | and |-|–)(?:{_SIGN})?)?"
    rf"(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<s>{_SCALE})?\b",
    re.IGNORECASE,
)
_MONEY_NAME = re.compile(
    rf"\b(?P<n>\d[\d,]*(?:\.\d+)?|(?:{_WORD}|a)(?:[ -](?:{_WORD}))*)\s*(?P<s>{_SCALE})?\s+"
    rf"(?P<c>{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b",
    re.IGNORECASE,
)
_PURSE = re.compile(
    "|".join(
        sorted(
            {re.escape(word.rsplit(" ", 1)[-1]) for word in (*_CURRENCIES, *_SIGNS, *_NAMES)}
            - {"rm", "pounds"}
        )
    )
    + r"|rm ?\d|pounds",
    _I,
)

LONGEST_NUMBER = 60
"""Characters; what is longer counts nothing, and Han numerals are reckoned unit within unit."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` is a plain decimal number, or two with a slash between (from, to); ``unit`` is ``people`` or an ISO 4217
    code, ``None`` where the currency is not said; ``role`` says what is counted."""

    value: str
    unit: str | None
    role: str


def number(text: str) -> Decimal | None:
    """A number in digits, words, Han numerals or both (``2500 万``, ``3亿2千万``, ``two hundred``); ``None`` where it is none."""
    plain = text.replace(",", "").lower()
    if len(plain) > LONGEST_NUMBER:
        return None
    words = re.split(r"[ -]", plain)
    if all(word in _WORDS or word == "a" for word in words):
        return _in_words(words)
    plain = plain.replace(" ", "")
    if re.fullmatch(rf"(?:\d+(?:\.\d+)?{_UNIT}*)+", plain):
        whole = Decimal(0)
        for figure, units in re.findall(rf"(\d+(?:\.\d+)?)({_UNIT}*)", plain):
            value = Decimal(figure)
            for unit in units:
                value *= _UNITS[unit]
            whole += value
        return whole
    if not re.fullmatch("[零〇一二两三四五六七八九十百千万亿兆]+", plain):
        return None
    return Decimal(_han(plain))


def _in_words(words: list[str]) -> Decimal | None:
    total = 0
    for word in words:
        value = 1 if word == "a" else _WORDS[word]
        total = (total or 1) * value if word in ("dozen", "hundred") else total + value
    return Decimal(total) if words != ["a"] else None


def _han(text: str) -> int:
    for unit in ("兆", "亿", "万"):
        if unit in text:
            high, _, low = text.rpartition(unit)
            return (_han(high) or 1) * _UNITS[unit] + _han(low)
    total = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * _UNITS[char]
            digit = 0
    return total + digit


def quantities(folded: str, yuan: str | None = None) -> list[Quantity]:
    """People killed, injured or affected and sums of money in one folded sentence, in the order of the text.

    ``yuan`` is the currency of a bare 元, where the text tells it.
    """
    found = [*_people(folded), *_money(folded, yuan)]
    unique: dict[Quantity, int] = {}
    for start, quantity in sorted(found, key=lambda pair: pair[0]):
        unique.setdefault(quantity, start)
    return list(unique)


def _people(folded: str) -> Iterator[tuple[int, Quantity]]:
    if _ILL.search(folded) is None:
        return
    counted: set[str] = set()
    for role, pattern in _PEOPLE:
        for match in pattern.finditer(folded):
            value = number(match["n"])
            if (
                value is None
                or value != value.to_integral_value()
                or _UNREAL.search(folded, max(0, match.start() - 30), match.start())
            ):
                continue
            told = match.groupdict()
            low = number(told.get("l") or told.get("l1") or "")
            counted.add(role)
            yield match.start(), Quantity(_span(low, value), "people", role)
    for role, pattern in _SINGLE:
        if role in counted:
            continue
        for match in pattern.finditer(folded):
            at = match.start("at") if match["at"] else match.start("by")
            if _UNREAL.search(folded, max(0, at - 30), at) or _MANY.search(folded, match.start() + 1, at):
                continue
            counted.add(role)
            yield match.start(), Quantity("1", "people", role)
            break


def _money(folded: str, yuan: str | None) -> Iterator[tuple[int, Quantity]]:
    if _PURSE.search(folded) is None:
        return
    for match in _MONEY_HAN.finditer(folded):
        value = number(match["n"])
        if value:
            low = number(match["l"] or "")
            units = re.search(rf"{_UNIT}+$", match["n"])
            if (
                low
                and units
                and low * 1000 < value
                and not re.search(_UNIT, match["l"])
                and "," not in match["l"]
            ):
                low = number(match["l"] + units.group())  # 3至5万元
            unit = (_CURRENCIES[match["c"]] or _CURRENCIES.get(match["b"] or "", "")) or None
            if match["c"] == "元" and unit is None:
                unit = yuan
            yield match.start(), Quantity(_span(low, value), unit, "money")
    for pattern, table in ((_MONEY_SIGN, _SIGNS), (_MONEY_NAME, _NAMES)):
        for match in pattern.finditer(folded):
            value = number(match["n"])
            if match["n"].lower() == "a" and match["s"]:
                value = Decimal(1)  # a million dollars
            if not value:
                continue
            scale = (match["s"] or "").lower()
            told = match.groupdict()
            low = number(told.get("l") or "")
            if low:
                low *= _SCALES.get((told.get("t") or scale).lower(), 1)
            value *= _SCALES.get(scale, 1)
            yield match.start(), Quantity(_span(low, value), table[match["c"].lower()] or None, "money")


def _span(low: Decimal | None, value: Decimal) -> str:
    return f"{_plain(low)}/{_plain(value)}" if low and low < value else _plain(value)


def _plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
