"""Where the words of a question stand in a text, and a piece of the text around each place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.hanzi import fold_with_offsets, source_span
from pipelines.search.names import atoms_of, pieces_of
from pipelines.search.question import Form
from pipelines.search.sieve import pattern
from pipelines.search.tokens import RUN, folded, words_in

AROUND = 28
"""Characters shown on each side of a hit; in Latin letters twice as many."""

_ACCENTED = re.compile("[\u00c0-\u024f\u1e00-\u1eff]")
"""Letters that stand in the index without their accents."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A place where a form of a word stands: the text before it, the hit, the text after it."""

    before: str
    hit: str
    after: str


class Text:
    """A text, folded, in which forms are looked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def folded(self) -> str:
        return folded(self.text)

    @cached_property
    def offsets(self) -> list[int]:
        """Where each folded character came from, as :func:`pipelines.hanzi.source_span` takes it."""
        return fold_with_offsets(self.text)[1]

    @cached_property
    def _accented(self) -> bool:
        return _ACCENTED.search(self.folded) is not None

    @cached_property
    def _spaced(self) -> list[tuple[str, int, int]]:
        return list(words_in(self.folded))

    def place(self, form: Form) -> tuple[int, int] | None:
        """Where ``form`` first stands as it is (start and end in the folded text), or ``None``."""
        possible = pattern(form)
        if possible is not None and not possible.search(self.text):
            return None
        if RUN.fullmatch(form.text):
            at = self.folded.find(form.text)
            return (at, at + len(form.text)) if at >= 0 else None
        if form.beginning:
            return next(
                (
                    (a, b)
                    for word, a, b in self._spaced
                    if self.folded.startswith(form.text, a) or word.startswith(form.text)
                ),
                None,
            )
        wanted = atoms_of(form.text)
        begun = (form.text[:2], wanted[0][:2])  # a stem keeps at least two letters of its word
        if not (any(two in self.folded for two in begun) or self._accented):
            return None
        if any(RUN.fullmatch(atom) for atom in wanted):
            return self._mixed(form.text)
        words = self._spaced
        for n in range(len(words) - len(wanted) + 1):
            if words[n][0] == wanted[0] and all(words[n + k][0] == wanted[k] for k in range(1, len(wanted))):
                return words[n][1], words[n + len(wanted) - 1][2]
        return None

    def _mixed(self, text: str) -> tuple[int, int] | None:
        """Where SK海力士 stands, also as SK 海力士: words whole, spaces at will between the scripts."""
        edges = {edge for _, a, b in self._spaced for edge in ((a, "from"), (b, "to"))}
        for match in re.finditer(" *".join(map(re.escape, pieces_of(text))), self.folded):
            at, until = match.span()
            begins = RUN.match(text) or (at, "from") in edges or not text[0].isalnum()
            ends = RUN.match(text[-1]) or (until, "to") in edges or not text[-1].isalnum()
            if begins and ends:
                return at, until
        return None

    def pieces(self, form: Form) -> tuple[int, int] | None:
        """Where a form that need not stand together begins to: its longest beginning that stands here."""
        if not RUN.fullmatch(form.text):
            return None
        for size in range(len(form.text), 1, -1):
            for start in range(len(form.text) - size + 1):
                at = self.folded.find(form.text[start : start + size])
                if at >= 0:
                    return at, at + size
        return None


def stands(form: Form, texts: Iterable[Text]) -> bool:
    """Whether ``form`` stands in one of the texts as it is."""
    return any(text.place(form) is not None for text in texts)


def passages_of(text: Text, forms: Sequence[Form], *, most: int = 1) -> list[Passage]:
    """The first places where forms stand, each form once, not overlapping, in the order of the text."""
    if not text.text:
        return []
    places = sorted(
        place
        for form in forms
        if (place := text.place(form) or (None if form.together else text.pieces(form)))
    )
    found: list[Passage] = []
    reached = -1
    for at, until in places:
        start, end = source_span(text.offsets, at, until)
        if start < reached or len(found) == most:
            continue
        around = AROUND * 2 if text.text[start:end].isascii() else AROUND
        left, right = max(0, start - around), min(len(text.text), end + around)
        reached = right
        found.append(
            Passage(
                before=("…" if left else "") + text.text[left:start].replace("\n", " "),
                hit=text.text[start:end],
                after=text.text[end:right].replace("\n", " ") + ("…" if right < len(text.text) else ""),
            )
        )
    return found
