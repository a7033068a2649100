"""The regional word list, ``words.tsv``: which words of Taiwan and Hong Kong are one word with the mainland's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files

from pipelines.hanzi.scripts import character_table

USES = ("word", "fold", "keep")
_COLUMNS = ["canonical", "tw", "hk", "other", "use"]


@dataclass(frozen=True, slots=True)
class Word:
    """One line of the list; forms are in canonical characters, without the canonical word itself."""

    canonical: str
    tw: tuple[str, ...]
    hk: tuple[str, ...]
    other: tuple[str, ...]
    hk_says_canonical: bool
    use: str

    @property
    def forms(self) -> tuple[str, ...]:
        """Every form that is folded to the canonical word."""
        return tuple(dict.fromkeys((*self.tw, *self.hk, *self.other)))


@lru_cache(maxsize=1)
def source() -> str:
    """The list as it stands in the package."""
    return (files(__package__) / "words.tsv").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def digest() -> str:
    """The first eight hex digits of the list's SHA-256: part of every version that depends on it."""
    return sha256(source().encode()).hexdigest()[:8]


@lru_cache(maxsize=1)
def words() -> tuple[Word, ...]:
    """The list, checked; ``ValueError`` names the line that is wrong."""
    return tuple(parse(source()))


def parse(text: str) -> Iterable[Word]:
    """Read the list from ``text``; ``ValueError`` names the line that is wrong."""
    table = character_table()
    owner: dict[str, tuple[str, int]] = {}
    lines = [
        (n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")
    ]
    if not lines or lines[0][1].split("\t") != _COLUMNS:
        raise ValueError(f"words.tsv: the first line must name the columns {', '.join(_COLUMNS)}")
    found: list[Word] = []
    for n, line in lines[1:]:
        cells = [cell.translate(table).strip() for cell in line.split("\t")]
        if len(cells) != len(_COLUMNS):
            raise ValueError(f"words.tsv line {n}: {len(cells)} columns, wanted {len(_COLUMNS)}")
        canonical, tw, hk, other, use = cells
        if use not in USES:
            raise ValueError(f"words.tsv line {n}: use is {use!r}, wanted {', '.join(USES)}")
        if not canonical:
            raise ValueError(f"words.tsv line {n}: no canonical word")
        columns = [tuple(f for f in cell.split() if f not in {"=", canonical}) for cell in (tw, hk, other)]
        word = Word(
            canonical=canonical,
            tw=columns[0],
            hk=columns[1],
            other=columns[2],
            hk_says_canonical="=" in hk.split() or hk == canonical,
            use=use,
        )
        if use != "keep":
            for form in word.forms:
                said, line_n = owner.setdefault(form, (canonical, n))
                if said != canonical:
                    raise ValueError(
                        f"words.tsv line {n}: {form} is already folded to {said} in line {line_n}"
                    )
        found.append(word)
    for word in found:
        if word.use != "keep" and word.canonical in owner:
            said, line_n = owner[word.canonical]
            raise ValueError(
                f"words.tsv line {line_n}: {word.canonical} is canonical and folded to {said} at once"
            )
    return found


def replacements(uses: tuple[str, ...]) -> dict[str, str]:
    """Form to canonical word for lines of these uses; canonical and kept words stand for themselves.

    A word that stands for itself shields what lies inside it: 方程式 keeps its 程式, 哈萨克斯坦 its 哈萨克.
    """
    table: dict[str, str] = {}
    for word in words():
        if word.use == "keep":
            table.update((form, form) for form in (word.canonical, *word.forms))
        else:
            table.setdefault(word.canonical, word.canonical)
            table.update((form, word.canonical if word.use in uses else form) for form in word.forms)
    return table


def pattern(forms: Iterable[str]) -> re.Pattern[str]:
    """One regular expression that finds the longest of ``forms`` at each place, from a prefix tree."""
    tree: dict[str, dict] = {}  # type: ignore[type-arg]
    for form in forms:
        node = tree
        for ch in form:
            node = node.setdefault(ch, {})
        node[""] = {}
    return re.compile(_branch(tree))


def _branch(node: dict[str, dict]) -> str:  # type: ignore[type-arg]
    ends = "" in node
    arms = [re.escape(ch) + _branch(below) for ch, below in sorted(node.items()) if ch]
    if not arms:
        return ""
    body = arms[0] if len(arms) == 1 and not ends else "(?:" + "|".join(arms) + ")"
    return body + "?" if ends else body
