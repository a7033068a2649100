"""Numbers of people, sums of money and dates in a folded sentence, in Chinese and English."""

from __future__ import annotations

import re
import tomllib
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
_CURRENCIES, _SIGNS, _NAMES, _MONTHS = (_TABLES[name] for name in ("currencies", "signs", "names", "months"))
_NUMBER = r"(?P<n>\d[\d,]*(?:\.\d+)?\s*[十百千万亿]*|[零〇一二两三四五六七八九十百千万亿]+)"
_ENGLISH = rf"(?P<n>\d[\d,]*|{'|'.join(_WORDS)})"
_PEOPLE = [
    (
        "deaths",
        re.compile(
            rf"{_NUMBER}\s*(?:多|余)?\s*(?:人|名|位|个)[^，。,、；]{{0,8}}?(?:死亡|丧生|遇难|罹难|身亡|死于|被杀|不治)"
        ),
    ),
    ("deaths", re.compile(rf"(?:造成|导致|致|酿)[^，。,、；]{{0,6}}?{_NUMBER}\s*(?:人)?\s*死")),
    ("deaths", re.compile(rf"(?:撞死|炸死|杀死|杀害)[^，。,、；]{{0,4}}?{_NUMBER}\s*(?:人|名|位)")),
    (
        "injured",
        re.compile(
            rf"{_NUMBER}\s*(?:多|余)?\s*(?:人|名|位|个)[^，。,、；]{{0,8}}?(?:受伤|重伤|轻伤|送医|骨折)"
        ),
    ),
    ("injured", re.compile(rf"{_NUMBER}\s*(?:人)?\s*伤(?![害])")),
    (
        "affected",
        re.compile(rf"{_NUMBER}\s*(?:多|余)?\s*(?:名|位|个)?\s*(?:受害者|受害人|用户受影响|人受害|人受骗)"),
    ),
    (
        "deaths",
        re.compile(
            rf"(?<!no )\b{_ENGLISH}\s+(?:\w+\s+){{0,2}}(?:were |was |have |has )?(?:killed|died|dead)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "deaths",
        re.compile(
            rf"\b(?:killed|killing|deaths? of|left)\s+(?:at least\s+)?{_ENGLISH}\b(?:\s+(?:people|persons?|dead|men|women|children|pedestrians?|passengers?))",
            re.IGNORECASE,
        ),
    ),
    (
        "injured",
        re.compile(
            rf"(?<!no )\b{_ENGLISH}\s+(?:\w+\s+){{0,2}}(?:were |was )?(?:injured|wounded|hurt|hospitali[sz]ed)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "injured",
        re.compile(rf"\b(?:injured|injuring|wounded|wounding)\s+(?:at least\s+)?{_ENGLISH}\b", re.IGNORECASE),
    ),
    ("affected", re.compile(rf"\b{_ENGLISH}\s+(?:\w+\s+)?victims\b", re.IGNORECASE)),
]
_SAID = "|".join(sorted((name for name in _CURRENCIES if len(name) > 1), key=len, reverse=True))
_MONEY_HAN = re.compile(rf"(?P<b>{_SAID})?\s*{_NUMBER}\s*(?:多|余)?\s*(?P<c>{_SAID}|元)")
_MONEY_SIGN = re.compile(
    r"(?<![a-z])(?P<c>us\$|hk\$|nt\$|a\$|c\$|s\$|rmb|[$£€¥])\s?(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<s>thousand|million|billion|trillion|bn|m|k)?\b",
    re.IGNORECASE,
)
_MONEY_NAME = re.compile(
    rf"\b(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<s>thousand|million|billion|trillion)?\s+(?P<c>{'|'.join(sorted(_NAMES, key=len, reverse=True))})\b",
    re.IGNORECASE,
)
_DATE_HAN = re.compile(
    r"(?:(?P<y>(?:19|20)\d\d)\s*年\s*)?(?<!\d)(?P<m>1[0-2]|0?[1-9])\s*月(?:\s*(?P<d>3[01]|[12]\d|0?[1-9])\s*[日号])?"
)
_DATE_ENGLISH = re.compile(
    rf"\b(?P<m>{'|'.join(_MONTHS)})\s+(?P<d>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?:,?\s+(?P<y>(?:19|20)\d\d))?\b"
)
# 20日, 今天(20日), 昨(22)日: a day of this month or the last; not 20日电 (the wire's own date), 20日内, 3日间
_DAY_HAN = re.compile(
    r"(?<![\d月年第])(?P<d>3[01]|[12]\d|0?[1-9])\s*[)）]?\s*(?:日(?![\d电内间前后起本报元游])|号(?=[早晚上下凌清]))"
)
_DATE_ISO = re.compile(r"\b(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])\b")


@dataclass(frozen=True, slots=True)
class Quantity:
    """``value`` is a plain decimal number; ``unit`` is ``people`` or an ISO 4217 code; ``role`` says what is counted."""

    value: str
    unit: str | None
    role: str


def number(text: str) -> Decimal | None:
    """A number in digits, Han numerals or both (``2500 万``, ``两亿``, ``十二``); ``None`` where it is none."""
    plain = text.replace(",", "").replace(" ", "").lower()
    if plain in _WORDS:
        return Decimal(_WORDS[plain])
    match = re.fullmatch(r"(\d+(?:\.\d+)?)?([零〇一二两三四五六七八九十百千万亿]*)", plain)
    if match is None or not plain:
        return None
    if match.group(1):
        value = Decimal(match.group(1))
        for unit in match.group(2):
            if unit not in _UNITS:
                return None
            value *= _UNITS[unit]
        return value
    return Decimal(_han(match.group(2)))


def _han(text: str) -> int:
    for unit in ("亿", "万"):
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


def quantities(folded: str) -> list[Quantity]:
    """People killed, injured or affected and sums of money in one folded sentence, in the order of the text."""
    found: list[tuple[int, Quantity]] = []
    for role, pattern in _PEOPLE:
        for match in pattern.finditer(folded):
            value = number(match.group("n"))
            if value is not None and value == value.to_integral_value():
                found.append((match.start(), Quantity(_plain(value), "people", role)))
    for match in _MONEY_HAN.finditer(folded):
        value = number(match.group("n"))
        if value:
            found.append(
                (
                    match.start(),
                    Quantity(
                        _plain(value),
                        (_CURRENCIES[match.group("c")] or _CURRENCIES.get(match.group("b") or "", ""))
                        or None,
                        "money",
                    ),
                )
            )
    for pattern, table in ((_MONEY_SIGN, _SIGNS), (_MONEY_NAME, _NAMES)):
        for match in pattern.finditer(folded):
            amount = Decimal(match.group("n").replace(",", "")) * _SCALES.get(
                (match.group("s") or "").lower(), 1
            )
            found.append(
                (match.start(), Quantity(_plain(amount), table[match.group("c").lower()] or None, "money"))
            )
    unique: dict[Quantity, int] = {}
    for start, quantity in sorted(found, key=lambda pair: pair[0]):
        unique.setdefault(quantity, start)
    return list(unique)


def _plain(value: Decimal) -> str:
    text = format(value.normalize(), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def dates(folded: str) -> list[tuple[str, str]]:
    """Dates in one folded sentence as ``(EDTF, precision)``; precision ``day`` or ``month``.

    What is unsaid is ``X``: ``XXXX-10-31`` without a year, ``XXXX-XX-20`` where only the day of the month stands.
    """
    found: list[tuple[int, str, str]] = []
    for pattern in (_DATE_ISO, _DATE_HAN, _DATE_ENGLISH):
        for match in pattern.finditer(folded):
            year, month, day = match.group("y") or "XXXX", match.group("m"), match.group("d")
            number_of = _MONTHS[month] if month in _MONTHS else int(month)
            if day is None and match.group("y") is None:
                continue
            value = f"{year}-{number_of:02d}" + (f"-{int(day):02d}" if day else "")
            found.append((match.start(), value, "day" if day else "month"))
    if not found:
        found = [
            (match.start(), f"XXXX-XX-{int(match.group('d')):02d}", "day")
            for match in _DAY_HAN.finditer(folded)
        ]
    return [(value, precision) for _, value, precision in sorted(found)]
