"""Chinese–English pairs in news style, written for wiredesk: a grammar, and the sample world by hand.

The sample package is trained on them; nothing here is taken from any text of others.
"""

from __future__ import annotations

import random
import re
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
Pair = tuple[str, str]

_SLOT = re.compile(r"\{([A-Za-z]+?)(\d?)\}")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_DIGITS = "零一二三四五六七八九"
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NTH = (
    "zeroth",
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)


def generated(count: int, seed: int, templates: int | None = None) -> list[Pair]:
    """``count`` pairs drawn from the grammar's first ``templates``; the same seed, the same pairs.

    A template without slots comes as often as any other, so some pairs come more than once.
    """
    grammar = tomllib.loads((HERE / "grammar.toml").read_text(encoding="utf-8"))
    draw = random.Random(seed)
    return [
        _filled(draw.choice(grammar["templates"]["pairs"][:templates]), grammar["slots"], draw)
        for _ in range(count)
    ]


def world() -> list[Pair]:
    """Sentences of the sample world (simplified) with their English, translated by hand."""
    rows = (HERE / "world.tsv").read_text(encoding="utf-8").splitlines()
    return [
        (chinese, english) for chinese, english in (row.split("\t") for row in rows if row and row[0] != "#")
    ]


def _filled(template: Pair, slots: dict[str, list[Pair]], draw: random.Random) -> Pair:
    chosen: dict[str, Pair] = {}
    for side in template:
        for name, number in _SLOT.findall(side):
            key = name.lower() + number
            source = {"nth": "n", "qth": "q"}.get(name.lower(), name.lower())
            if key not in chosen:
                twin = chosen.get(source + number)
                chosen[key] = twin or (
                    draw.choice(slots[source]) if source in slots else _number(source, draw)
                )
                chosen.setdefault(source + number, chosen[key])
    return _put(template[0], 0, chosen), _put(template[1], 1, chosen)


def _put(side: str, which: int, chosen: dict[str, Pair]) -> str:
    def value(match: re.Match[str]) -> str:
        name, number = match.groups()
        text = chosen[name.lower() + number][which]
        if which and name.lower() in ("nth", "qth"):
            text = _ordinal(text)
        return text[:1].upper() + text[1:] if name[0].isupper() else text

    filled = _SLOT.sub(value, side)
    if which:
        filled = re.sub(r"\b([Aa]) (?=[aeiou8]|11\b|18\b)", r"\1n ", filled)
        filled = re.sub(r"\b[Aa]n? (?=(?:a|an|the) )", "", filled)
        filled = filled[:1].upper() + filled[1:]
    return filled


def _ordinal(text: str) -> str:
    if text in _WORDS:
        return _NTH[_WORDS.index(text)]
    last = "th" if text[-2:] in ("11", "12", "13") else {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th")
    return text + last


def _number(kind: str, draw: random.Random) -> Pair:
    if kind == "n":
        n = draw.choice([*range(2, 20), *range(2, 10), draw.randrange(20, 100)])
        written = _WORDS[n] if n <= 9 else str(n)
        return (_DIGITS[n].replace("二", "两") if n <= 9 and draw.random() < 0.4 else str(n)), written
    if kind == "q":
        n = draw.randrange(1, 5)
        return _DIGITS[n], _WORDS[n]
    if kind == "hour":
        n = draw.randrange(2, 31)
        return str(n), _WORDS[n] if n <= 9 else str(n)
    if kind == "percent":
        n = draw.choice([str(draw.randrange(1, 100)), f"{draw.randrange(0, 40)}.{draw.randrange(1, 10)}"])
        return draw.choice([f"{n}%", f"百分之{n}" if "." not in n else f"{n}%"]), f"{n}%"
    if kind == "day":
        n = str(draw.randrange(1, 29))
        return f"{n}日", n
    if kind == "month":
        n = draw.randrange(1, 13)
        return f"{n}月", _MONTHS[n - 1]
    if kind == "year":
        n = str(draw.randrange(2012, 2027))
        return n, n
    if kind in ("big", "money"):
        return _large(draw)
    raise ValueError(f"the grammar has no slot {kind!r}")


def _large(draw: random.Random) -> Pair:
    if draw.random() < 0.4:
        n = draw.randrange(1, 100)
        chinese, value = f"{n}万", n * 10_000
    elif draw.random() < 0.5:
        n = draw.randrange(1, 90)
        chinese, value = f"{n}亿", n * 10**8
    else:
        tenths = draw.randrange(11, 99)
        if tenths % 10 == 0:
            tenths += 1
        chinese, value = (
            (f"{tenths / 10}万", tenths * 1000)
            if draw.random() < 0.5
            else (f"{tenths / 10}亿", tenths * 10**7)
        )
    if value >= 10**9:
        amount = f"{value / 10**9:g} billion"
    elif value >= 10**6:
        amount = f"{value / 10**6:g} million"
    else:
        amount = f"{value:,}"
    return chinese, amount
