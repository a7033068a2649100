"""Numbers in Chinese and English text as comparable values, so that a lost or invented figure is seen.

Chinese: Arabic digits and numerals with 十百千万亿兆, decimals, 百分之, 成, fractions, months. English: digits with
scales (million …), number words, ordinals, months, halves and thirds. Values are exact :class:`~fractions.Fraction`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from fractions import Fraction
from importlib import resources
from typing import NamedTuple


class Number(NamedTuple):
    """One number as it stands in a text."""

    text: str
    values: frozenset[Fraction]
    """What it may mean: ``下午3时`` is 3 or 15."""
    firm: bool
    """Whether a translation must carry it: digits, and numerals above ten (一 is too often an article)."""


_DIGITS = dict(zip("零〇○一二两三四五六七八九", (0, 0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)) | {
    "兩": 2
}
_SMALL = {"十": 10, "百": 100, "千": 1000, "仟": 1000, "佰": 100, "拾": 10, "廿": 20, "卅": 30}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_HAN_NUMERAL = "".join(_DIGITS) + "".join(_SMALL) + "".join(_LARGE)
_NARROW = str.maketrans("０１２３４５６７８９％．：", "0123456789%.:")
_MEASURED = "(?![米瓦克伏卡赫帕焦])"  # 千米 is a kilometre, 千瓦 a kilowatt
_SCALED = rf"(?:(?:[{''.join(_SMALL)}]{_MEASURED})?[{''.join(_LARGE)}]+|[{''.join(_SMALL)}]{_MEASURED})"
_ZH = re.compile(
    rf"(?P<percent>百分之|千分之)?(?P<arabic>\d[\d,]*(?:[.:]\d+)*)\s?[多余餘]?(?P<scale>{_SCALED})?(?P<rest>\d,\d{{3}}(?!\d)|\d{{1,4}}(?!\d))?"
    rf"|(?P<percent2>百分之|千分之)?(?P<han>(?:[{_HAN_NUMERAL}]{_MEASURED})+(?:[多余餘][{''.join(_LARGE)}]+)?(?:点[{''.join(_DIGITS)}]+)?)(?:分之(?P<over>[{_HAN_NUMERAL}]+))?"
)
_TABLE = tomllib.loads(resources.files(__package__).joinpath("english.toml").read_text(encoding="utf-8"))[
    "numbers"
]
_WORDS = {word: n for n, word in enumerate(_TABLE["ones"])} | {
    word: 20 + 10 * n for n, word in enumerate(_TABLE["tens"])
}
_ORDINALS: dict[str, int] = _TABLE["ordinals"]
_SCALES: dict[str, int] = _TABLE["scales"]
_LOOSE = {word: Fraction(value) for word, value in _TABLE["loose"].items()}
_MONTHS: list[str] = _TABLE["months"]
_EN = re.compile(r"\d[\d,]*(?:[.:]\d+)*|[A-Za-z]+")


def chinese_numbers(text: str) -> list[Number]:
    """Numbers of Chinese text in simplified characters, in order."""
    found = []
    for match in _ZH.finditer(text.translate(_NARROW)):
        number = _arabic(match, text) if match["arabic"] else _numeral(match, text)
        if number is not None:
            found.append(number)
    return found


def english_numbers(text: str) -> list[Number]:
    """Numbers of English text, in order; words such as ``half`` and ``dozen`` count, not firmly."""
    found: list[Number] = []
    tokens = [(match.group(), match.start(), match.end()) for match in _EN.finditer(text)]
    at = 0
    while at < len(tokens):
        word, start, end = tokens[at]
        at += 1
        if word[0].isdigit():
            values = _digit_values(word.rstrip(","), text[end : end + 5])
            named = text[max(0, start - 2) : start]  # COVID-19 and M2 are names
            scale, at, stop = _scale(tokens, at, end, text)
            scaled = {value * scale for value in values}
            if scale > 1 and text[end:stop].strip() in "kKmMbB":  # 200m may be metres, 4K a screen
                scaled |= values
            firm = not (named[-1:].isalpha() or (named[-1:] == "-" and named[:1].isalpha()))
            found.append(Number(text[start:stop], frozenset(scaled), firm))
        elif word[0].isupper() and (month := _month(word)):
            found.append(Number(word, frozenset({Fraction(month)}), False))
        elif word.lower() in _WORDS or (word.lower() in ("a", "an") and _scale(tokens, at, end, text)[0] > 1):
            total, at, end = _spelled(tokens, at - 1, text)
            total, at, end = _fraction(total, tokens, at, end, text)
            found.append(Number(text[start:end], frozenset({total}), total > 12))
        elif word.lower() in _ORDINALS:
            found.append(Number(word, frozenset({Fraction(_ORDINALS[word.lower()])}), False))
        elif word.lower() in _LOOSE:
            found.append(Number(word, frozenset({_LOOSE[word.lower()]}), False))
        elif word.lower().rstrip("s") in _SCALES and len(word) > 2:
            found.append(Number(word, frozenset({Fraction(_SCALES[word.lower().rstrip("s")])}), False))
    return found


def lost(source: Iterable[Number], target: Iterable[Number]) -> list[str]:
    """Firm numbers of ``source`` that no number of ``target`` can stand for, as they are written."""
    target = list(target)
    values = frozenset[Fraction]().union(*(number.values for number in target)) if target else frozenset()
    clocks = {_bare(number.text) for number in target}  # 9:30 may be written 9.30
    return [
        number.text
        for number in source
        if number.firm
        and not number.values & values
        and not (":" in number.text and _bare(number.text) in clocks)
    ]


def _month(word: str) -> int:
    """1 to 12 for a month's name or its abbreviation, else 0."""
    if len(word) < 3:
        return 0
    return next((n for n, name in enumerate(_MONTHS, 1) if name.startswith(word.lower())), 0)


def _bare(text: str) -> str:
    return "".join(character for character in text if character.isdigit()) or text


def _digit_values(text: str, after: str = "") -> set[Fraction]:
    plain = text.replace(",", "")
    if "." in plain and after.lstrip().lower().replace(".", "").startswith(("am", "pm")):
        plain = plain.replace(".", ":")
    parts = [part for part in re.split(r"[:]", plain) if part]
    if len(parts) > 1 or plain.count(".") > 1:
        return {Fraction(int(part)) for part in re.findall(r"\d+", plain)}  # 7:52 stands for 7时52分
    value = Fraction(parts[0].rstrip("."))
    return {value}


def _arabic(match: re.Match[str], text: str) -> Number:
    values = _digit_values(match["arabic"])
    factor = Fraction(1)
    for character in match["scale"] or "":
        factor *= _SMALL.get(character) or _LARGE[character]
    values = {value * factor for value in values}
    if match["rest"] and factor > 1:  # 3万2000
        values = {value + int(match["rest"].replace(",", "")) for value in values}
    after = text[match.end() : match.end() + 3]
    before = text[max(0, match.start() - 2) : match.start()]
    if after.startswith(("时", "點", "点", "時")) and before in (
        "下午",
        "晚上",
        "傍晚",
        "今晚",
        "昨晚",
        "中午",
    ):
        values |= {value + 12 for value in values if value < 12}
    if after.startswith("成"):
        values |= {value * 10 for value in values}
    if after.startswith("年代"):
        values |= {value + 1900 for value in values if value < 100}
    return Number(
        match.group().strip(), frozenset(values), match["arabic"] != "1" or factor > 1
    )  # 1吨 is "a tonne"


def _numeral(match: re.Match[str], text: str) -> Number | None:
    written = re.sub("[多余餘]", "", match["han"])
    value = numeral(written)
    if value is None:
        return None
    after = text[match.end() : match.end() + 2]
    values = {value}
    if (
        len(written) > 2 and written[-1] in _DIGITS and written[-2] in _LARGE
    ):  # 三万一 is 31,000, 三万一夕 is not
        values |= {numeral(written[:-1]) or value}
    if match["over"]:
        over = numeral(match["over"])
        values = {over / value} if over is not None and value else {value}
    if after.startswith("成") and value <= 10:
        values |= {value * 10}
    if after.startswith("年代") and value < 100:
        values |= {value + 1900}
    exact = (
        written[-1:] not in "十百千万亿兆萬億" or len(written) > 2
    )  # 十万 and 上百 are often round or idiomatic
    spoken = all(character in _DIGITS for character in written) and len(written) < 4  # 七八个, 五一, 一三一
    if spoken:
        values |= {Fraction(_DIGITS[character]) for character in written}
    firm = bool(match["percent2"] or match["over"]) or (value > 12 and exact and not spoken)
    return Number(match.group(), frozenset(values), firm)


def numeral(written: str) -> Fraction | None:
    """The value of a Chinese numeral (``三百二十五万`` → 3250000, ``二〇二五`` → 2025); ``None`` where it is none."""
    whole, _, decimals = written.partition("点")
    if not any(character in _SMALL or character in _LARGE for character in whole):
        if not all(character in _DIGITS for character in whole) or not whole:
            return None
        total = Fraction(int("".join(str(_DIGITS[character]) for character in whole)))
    else:
        total = _grouped(whole)
    if decimals:
        total += Fraction(
            int("".join(str(_DIGITS[character]) for character in decimals)), 10 ** len(decimals)
        )
    return total


def _grouped(whole: str) -> Fraction:
    total, section, digit = 0, 0, 0
    last_scale = 1
    for character in whole:
        if character in _DIGITS:
            digit = _DIGITS[character]
            if digit == 0:
                last_scale = 1
        elif character in _SMALL:
            scale = _SMALL[character]
            section += (digit or 1) * scale if scale not in (20, 30) else scale
            digit, last_scale = 0, scale
        else:
            scale = _LARGE[character]
            below = total % scale + section + digit if scale > 10**4 else section + digit
            total = (
                total - total % scale + (below or 1) * scale
                if scale > 10**4
                else total + (below or 1) * scale
            )
            section = digit = 0
            last_scale = scale
    tail = digit * (last_scale // 10) if digit and last_scale >= 100 and whole[-1] in _DIGITS else digit
    return Fraction(total + section + tail)


def _scale(tokens: list[tuple[str, int, int]], at: int, end: int, text: str) -> tuple[Fraction, int, int]:
    factor = Fraction(1)
    while at < len(tokens):
        word, start, stop = tokens[at]
        key = word.lower() if len(word) > 1 else word.lower() if start == end else ""
        if key not in _SCALES or text[end:start].strip(" -"):
            break
        factor *= _SCALES[key]
        at, end = at + 1, stop
    return factor, at, end


def _fraction(
    total: Fraction, tokens: list[tuple[str, int, int]], at: int, end: int, text: str
) -> tuple[Fraction, int, int]:
    """``two`` before ``thirds`` is two thirds."""
    if at < len(tokens) and not text[end : tokens[at][1]].strip(" -"):
        word = tokens[at][0].lower()
        parts = 4 if word in ("quarter", "quarters") else _ORDINALS.get(word.removesuffix("s"), 0)
        if parts > 2 and total < parts:
            return total / parts, at + 1, tokens[at][2]
    return total, at, end


def _spelled(tokens: list[tuple[str, int, int]], at: int, text: str) -> tuple[Fraction, int, int]:
    total = Fraction(0)
    section = Fraction(0)
    end = tokens[at][1]
    while at < len(tokens):
        word, start, stop = tokens[at]
        key = word.lower()
        if end != start and text[end:start].strip(" -"):
            break
        if key in _WORDS:
            section += int(_WORDS[key])
        elif key in ("a", "an") and not section and not total:
            section = Fraction(1)
        elif key in _SCALES and len(key) > 2:
            if _SCALES[key] == 100:
                section = (section or Fraction(1)) * 100
            else:
                total += (section or Fraction(1)) * _SCALES[key]
                section = Fraction(0)
        elif not (
            key == "and"
            and (section >= 100 or total)
            and at + 1 < len(tokens)
            and tokens[at + 1][0].lower() in _WORDS
        ):
            break
        at, end = at + 1, stop
    return total + section, at, end
