"""Other ways to say a word: the names of the translation glossary, and the common nouns of ``nouns.tsv``.

Names are looked up when a question is asked, so a name that an analyst adds counts at once and nothing is indexed anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from pipelines.search.tokens import COMMON, RUN, UNSPACED, WORD, folded, word_token

Atoms = tuple[str, ...]
"""A form as a question sees it: unspaced runs as they are, other words as their tokens."""


@dataclass(frozen=True, slots=True)
class Names:
    """Every form of every name, by its atoms."""

    forms: dict[Atoms, tuple[str, ...]]
    runs: frozenset[str]
    """Forms that are one unspaced run: they are also found inside a longer run."""
    longest_run: int
    longest: int
    """Most atoms in a form."""


def atoms_of(text: str) -> Atoms:
    """The atoms of a folded text, in order."""
    return tuple(atom for atom, _, _ in placed_atoms(text))


def placed_atoms(text: str) -> Iterator[tuple[str, int, int]]:
    """Atom, start and end."""
    at = 0
    for run in [*RUN.finditer(text), None]:
        until = run.start() if run else len(text)
        for match in WORD.finditer(text, at, until):
            yield word_token(match.group()), match.start(), match.end()
        if run:
            yield run.group(), run.start(), run.end()
            at = run.end()


_SEAM = re.compile(
    f"(?<=[{UNSPACED}]) +(?=[^\\s{UNSPACED}])|(?<=[^\\s{UNSPACED}]) +(?=[{UNSPACED}])|"
    f"(?<=[{UNSPACED}])(?=[^\\W{UNSPACED}])|(?<=[^\\W{UNSPACED}])(?=[{UNSPACED}])"
)


def pieces_of(text: str) -> list[str]:
    """A folded text cut where a script with spaces meets one without: some write SK海力士, others SK 海力士."""
    return _SEAM.split(text)


def names_for(data_dir: Path | None) -> Names:
    """The names of the shipped glossary, of the sample world, and of the analysts' ``<data>/glossary.tsv``."""
    own = data_dir / "glossary.tsv" if data_dir else None
    changed = own.stat().st_mtime_ns if own is not None and own.is_file() else 0
    return _names(data_dir if changed else None, changed)


@lru_cache(maxsize=4)
def _names(data_dir: Path | None, _changed: int) -> Names:
    from pipelines.translation import glossary_for

    groups = [(name.english, *name.forms) for name in glossary_for(data_dir, sample=True).names]
    forms: dict[Atoms, dict[str, None]] = {}
    for group in _joined((*groups, *_nouns())):
        for form in group:
            forms.setdefault(atoms_of(form), {form: None}).update(group)
    runs = frozenset(
        atoms[0] for atoms in forms if len(atoms) == 1 and len(atoms[0]) > 1 and RUN.fullmatch(atoms[0])
    )
    return Names(
        forms={atoms: tuple(every) for atoms, every in forms.items()},
        runs=runs,
        longest_run=max(map(len, runs), default=0),
        longest=max(map(len, forms), default=0),
    )


def _joined(groups: Iterable[Sequence[str]]) -> list[dict[str, None]]:
    """Groups of folded forms; a form that several groups have makes one of them, since all of it is one thing."""
    of: dict[str, dict[str, None]] = {}
    for group in groups:
        said = dict.fromkeys(form for form in (folded(form).strip() for form in group) if atoms_of(form))
        every = {form: None for known in (*(of[form] for form in said if form in of), said) for form in known}
        of.update(dict.fromkeys(every, every))
    return list({id(group): group for group in of.values()}.values())


def _nouns() -> list[tuple[str, ...]]:
    """The groups of ``nouns.tsv``; ``ValueError`` names the line that is wrong."""
    groups = []
    text = (files(__package__) / "nouns.tsv").read_text(encoding="utf-8")
    for n, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        cells = [[form.strip() for form in cell.split("|") if form.strip()] for cell in line.split("\t")]
        if len(cells) != 2 or not all(cells):
            raise ValueError(
                f"nouns.tsv line {n}: wanted English forms, a tab and Chinese forms, each separated by |"
            )
        if useless := [form for form in cells[0] if form in COMMON]:
            raise ValueError(f"nouns.tsv line {n}: {useless[0]} is too common to be looked for")
        groups.append((*cells[0], *cells[1]))
    return groups
