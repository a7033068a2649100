"""Folded text to terms, names and quantities. Pure; the word lists stand in ``units.toml`` and ``roundups.toml``."""

from __future__ import annotations

import re
import tomllib
import unicodedata
import zlib
from collections import Counter
from functools import lru_cache
from importlib import resources

from pipelines.hanzi import fold

_HAN = r"\u3400-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af"
_IS_HAN = re.compile(f"[{_HAN}]")
_RUN = re.compile(rf"[{_HAN}]+|[^\W\d_{_HAN}]+|\d+(?:[.,]\d+)*%?")
_NUMBER = re.compile(
    r"(?P<money>us\$|nt\$|hk\$|\$|€|£|¥)?\s?(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
)
_CURRENCY = {"us$": "usd", "$": "usd", "nt$": "twd", "hk$": "hkd", "€": "eur", "£": "gbp", "¥": "cny"}
_LATIN_NAME = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z][A-Za-z0-9À-ɏ&’'-]*[A-Za-z0-9]|[a-z][A-Z][A-Za-z0-9]+)")
_HAN_NAME = re.compile(r"[《〈]([^《》〈〉]{2,20})[》〉]|[“「『]([^“”「」『』，。]{2,10})[”」』]")
_SENTENCE_START = re.compile(r"(?:^|[.!?:。！？：\n“\"‘'(（—–|-])\s*$")

# Letters of the Cyrillic alphabet by sound, so that a name is found again in Latin script (Ринер, Riner).
_CYRILLIC = str.maketrans(
    {
        **dict(zip("абвгдеёзийклмнопрстуфхъыьэ", "abvgdeezijklmnoprstufh\0y\0e", strict=True)),
        "ж": "zh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "sh",
        "ю": "yu",
        "я": "ya",
    }
)


@lru_cache(maxsize=4096)
def normalise(text: str) -> str:
    """``text`` in one script and region, narrow, lower case, without accents: the form in which words are compared."""
    text = unicodedata.normalize("NFKC", fold(text)).lower()
    text = text.translate(_CYRILLIC).replace("\0", "")
    if text.isascii():
        return text
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", text)


def term_hash(term: str) -> int:
    """The number that stands for a term in the store: CRC-32 of its UTF-8 bytes, the same on every machine."""
    return zlib.crc32(term.encode("utf-8"))


def words(normalised: str) -> list[str]:
    """Words of alphabetic scripts, overlapping pairs of Han characters, numbers (marked ``#``)."""
    out: list[str] = []
    for run in _RUN.findall(normalised):
        if _IS_HAN.match(run):
            out.extend(run[i : i + 2] for i in range(len(run) - 1))
        elif run[0].isdigit():
            out.append("#" + run.replace(",", ""))
        elif len(run) > 1:
            out.append(run)
    return out


def pieces(normalised: str) -> list[str]:
    """As :func:`words`, but words longer than four letters as their five-letter pieces, the first with its boundary.

    Names and borrowed words keep most of their pieces from one language to the next (Guinea, Guinée, Guiné).
    """
    out: list[str] = []
    for run in _RUN.findall(normalised):
        if _IS_HAN.match(run):
            out.extend(run[i : i + 2] for i in range(len(run) - 1))
        elif run[0].isdigit():
            out.append("#" + run.replace(",", ""))
        else:
            marked = "_" + run
            out.extend(marked[i : i + 5] for i in range(max(1, len(marked) - 4)))
    return out


def common_words() -> tuple[list[int], float]:
    """Hashes of the words and pieces of ``common.toml``, and the share of all texts in which they are expected."""
    table = tomllib.loads(resources.files("pipelines.incidents").joinpath("common.toml").read_text("utf-8"))
    listed = f"{table['words']} {table['pairs']}".split()
    return [term_hash(term) for word in listed for term in {*words(word), *pieces(word)}], float(
        table["share"]
    )


def names(text: str, limit: int = 24) -> tuple[str, ...]:
    """Names that can be read off the writing: capitalised words inside a sentence, Latin words among Han characters,
    titles in 《》 and short quotations. Lower case, the most frequent first.

    A capitalised word that only ever begins a sentence is no name.
    """
    plain = unicodedata.normalize("NFKC", fold(text))
    found: Counter[str] = Counter()
    first: Counter[str] = Counter()
    for hit in _LATIN_NAME.finditer(plain):
        name = re.sub("[’']s$", "", hit.group()).lower()
        begins = _SENTENCE_START.search(plain[max(0, hit.start() - 3) : hit.start()])
        (first if begins and not hit.group().isupper() else found)[name] += 1
    for hit in _HAN_NAME.finditer(plain):
        found[(hit.group(1) or hit.group(2)).strip().lower()] += 1
    for name, times in first.items():
        if name in found:
            found[name] += times
    return tuple(name for name, _ in sorted(found.items(), key=lambda entry: (-entry[1], entry[0]))[:limit])


def numbers(normalised: str, limit: int = 16) -> tuple[str, ...]:
    """Quantities with a unit or a scale, in one spelling in every language: ``40 %``, ``320000000 usd``, ``3 dead``.

    A bare number says little, years and clock times least: they are left to the words.
    """
    scales, units = _tables()
    found: dict[str, None] = {}
    for hit in _NUMBER.finditer(normalised):
        rest = normalised[hit.end() : hit.end() + 40].lstrip()
        value = float(hit.group("digits").replace(",", ""))
        unit = _CURRENCY.get(hit.group("money") or "", "")
        if scale := scales.match(rest):
            value *= _scale()[scale.group()]
            rest = rest[scale.end() :].lstrip()
        elif unit == "" and not units.match(rest):
            continue
        if named := units.match(rest):
            unit = unit or _unit()[named.group()]
        found[f"{value:.12g} {unit}".strip()] = None
    return tuple(found)[:limit]


def is_round_up(normalised_title: str) -> bool:
    """Whether a headline announces several events at once."""
    return bool(_round_ups().search(normalised_title))


def _data(name: str) -> dict[str, dict[str, object]]:
    return tomllib.loads(resources.files("pipelines.incidents").joinpath(name).read_text("utf-8"))


@lru_cache(maxsize=1)
def _scale() -> dict[str, int]:
    return {word: int(str(value)) for word, value in _data("units.toml")["scale"].items()}


@lru_cache(maxsize=1)
def _unit() -> dict[str, str]:
    table = _data("units.toml")["unit"]
    return {word: unit for unit, spelled in table.items() if isinstance(spelled, list) for word in spelled}


@lru_cache(maxsize=1)
def _tables() -> tuple[re.Pattern[str], re.Pattern[str]]:
    def longest_first(table: dict[str, int] | dict[str, str]) -> re.Pattern[str]:
        return re.compile(
            "|".join(re.escape(word) for word in sorted(table, key=lambda word: (-len(word), word)))
        )

    return longest_first(_scale()), longest_first(_unit())


@lru_cache(maxsize=1)
def _round_ups() -> re.Pattern[str]:
    patterns = _data("roundups.toml")["patterns"]
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
