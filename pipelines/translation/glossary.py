"""Names that a translation must carry: a reviewed table that analysts extend, and the search for them.

The table (``glossary.tsv``) is tab-separated: English name, kind, Chinese forms, renderings to correct; forms and
renderings are separated by ``|``. Chinese forms may be of any script and region (they are simplified before the search)
and may be missing for a name that Chinese writes in Latin letters: the English name itself is always a form.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import resources
from pathlib import Path

from pipelines.translation.errors import TranslationError

KINDS = ("person", "company", "product", "regulator", "organisation", "place", "term", "outlet")
"""A ``term`` is a common noun: its case and plural are free, and it is not put into the source."""


class GlossaryError(TranslationError):
    """A row of a glossary that cannot be used; the sentence names file and line."""


@dataclass(frozen=True, slots=True)
class Name:
    """One entry of the glossary."""

    english: str
    kind: str
    forms: tuple[str, ...]
    """Chinese forms, of any script and region."""
    corrected: tuple[str, ...] = ()
    """English renderings that are replaced by ``english``."""

    @property
    def locked(self) -> bool:
        """Whether it stands in for its Chinese form in the source."""
        return self.kind != "term"


@dataclass(frozen=True, slots=True)
class Found:
    """A name in a sentence."""

    name: Name
    start: int
    end: int


class Glossary:
    """Names by their Chinese forms and by themselves; the longest form at a place wins."""

    def __init__(self, names: Iterable[Name]) -> None:
        from pipelines.hanzi import to_simplified

        self.names = tuple(names)
        self._by_form: dict[str, Name] = {}
        for name in self.names:
            for form in dict.fromkeys((*name.forms, *map(to_simplified, name.forms), name.english)):
                known = self._by_form.setdefault(form, name)
                if known.english != name.english:
                    raise GlossaryError(
                        f"the glossary translates {form!r} as {known.english!r} and as {name.english!r}"
                    )
        self._pattern = re.compile(
            "|".join(_bounded(form) for form in sorted(self._by_form, key=lambda form: (-len(form), form)))
            or r"(?!)"
        )

    @cached_property
    def sha256(self) -> str:
        """Over all entries: it changes when a translation may."""
        listing = sorted((n.english, n.kind, sorted(n.forms), sorted(n.corrected)) for n in self.names)
        return hashlib.sha256(json.dumps(listing, ensure_ascii=False).encode()).hexdigest()

    def __len__(self) -> int:
        return len(self.names)

    def __add__(self, other: Glossary) -> Glossary:
        """Both; where they say different things of one Chinese form, ``other`` (the analyst's) has the last word."""
        mine = {
            name.english: replace(
                name,
                forms=tuple(form for form in name.forms if other.english(form) in (None, name.english)),
            )
            for name in self.names
        }
        merged = mine | {
            name.english: Name(
                name.english,
                name.kind,
                tuple(dict.fromkeys((*mine[name.english].forms, *name.forms)))
                if name.english in mine
                else name.forms,
                tuple(dict.fromkeys((*mine[name.english].corrected, *name.corrected)))
                if name.english in mine
                else name.corrected,
            )
            for name in other.names
        }
        return Glossary(merged.values())

    def english(self, form: str) -> str | None:
        """The English name of a Chinese form of any script, or of an English name itself."""
        from pipelines.hanzi import to_simplified

        found = self._by_form.get(form) or self._by_form.get(to_simplified(form))
        return None if found is None else found.english

    def find(self, sentence: str) -> list[Found]:
        """Names in a sentence as :func:`pipelines.hanzi.to_simplified` gives it, from left to right, without overlaps."""
        return [
            Found(self._by_form[match.group()], match.start(), match.end())
            for match in self._pattern.finditer(sentence)
        ]


def load(path: Path) -> Glossary:
    """A glossary from a file.

    Raises:
        GlossaryError: the file is absent, or a row is not as it should be; the sentence names the line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise GlossaryError(f"there is no glossary at {path}") from None
    except UnicodeDecodeError as error:
        raise GlossaryError(f"the glossary {path} is not UTF-8 ({error})") from error
    return Glossary(_parse(text, str(path)))


@lru_cache(maxsize=1)
def standard() -> Glossary:
    """The glossary that is shipped."""
    return _shipped("glossary.tsv")


@lru_cache(maxsize=1)
def of_samples() -> Glossary:
    """The names of the sample world, beside the standard ones."""
    return standard() + _shipped("sample/glossary.tsv")


def _shipped(name: str) -> Glossary:
    text = resources.files("pipelines.translation").joinpath(name).read_text(encoding="utf-8")
    return Glossary(_parse(text, name))


def _parse(text: str, where: str) -> Iterator[Name]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("\t")] + [""] * (line.count("\t") == 1)
        if not 3 <= len(cells) <= 4:
            raise GlossaryError(
                f"{where}, line {number}: a row has 3 or 4 cells separated by tabs, this one {len(cells)}"
            )
        english, kind, chinese = cells[:3]
        if kind not in KINDS:
            raise GlossaryError(
                f"{where}, line {number}: {kind!r} is no kind of name (known: {', '.join(KINDS)})"
            )
        forms = tuple(dict.fromkeys(_list(chinese)))
        if not english or any(len(form) < 2 for form in forms):
            raise GlossaryError(
                f"{where}, line {number}: an English name is needed, and Chinese forms of two characters or more"
            )
        yield Name(english, kind, forms, tuple(_list(cells[3])) if len(cells) == 4 else ())


def _list(cell: str) -> list[str]:
    return [part.strip() for part in cell.split("|") if part.strip()]


def _bounded(form: str) -> str:
    left = r"(?<![A-Za-z0-9])" if form[0].isascii() and form[0].isalnum() else ""
    right = r"(?![A-Za-z0-9])" if form[-1].isascii() and form[-1].isalnum() else ""
    return f"{left}{re.escape(form)}{right}"
