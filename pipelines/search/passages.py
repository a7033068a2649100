"""Where the words of a question stand in a text, and a piece of the text around each place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from pipelines.hanzi import fold_around, fold_with_offsets, source_span
from pipelines.search.names import atoms_of, pieces_of
from pipelines.search.question import Form
from pipelines.search.sieve import pattern
from pipelines.search.tokens import RUN, lower, words_in

AROUND = 28
"""Characters shown on each side of a hit; in Latin letters twice as many."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A place where a form of a word stands: the text before it, the hit, the text after it."""

    before: str
    hit: str
    after: str


class Text:
    """A text in which forms are looked for; places are those of the text as it is written."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _whole(self) -> Stretch:
        return Stretch(*fold_with_offsets(self.text))

    def place(self, form: Form) -> tuple[int, int] | None:
        """Where ``form`` first stands as it is (start and end), or ``None``.

        Only the stretches that the form's pattern matches are folded: a text of which nothing is shown is not.
        """
        possible = pattern(form)
        if possible is None or (self._whole_words(form) and possible.search(self.text)):
            return self._whole.place(form)
        spaced = RUN.fullmatch(form.text) is None
        one_word = RUN.search(form.text) is None
        match = possible.search(self.text)
        while match:
            stretch = Stretch(*fold_around(self.text, *match.span(), also=_goes_on if spaced else _never))
            if found := stretch.place(form):
                return found
            match = possible.search(self.text, stretch.offsets[-1] if one_word else match.start() + 1)
        return None

    @staticmethod
    def _whole_words(form: Form) -> bool:
        """Whether the form is several words, which may stand as far apart as marks between them reach."""
        return RUN.search(form.text) is None and not form.beginning and len(atoms_of(form.text)) > 1

    def pieces(self, form: Form) -> tuple[int, int] | None:
        """Where a form that need not stand together begins to: its longest beginning that stands here."""
        if not RUN.fullmatch(form.text):
            return None
        for size in range(len(form.text), 1, -1):
            for start in range(len(form.text) - size + 1):
                if found := self._whole.run(form.text[start : start + size]):
                    return found
        return None


def _never(_: str) -> bool:
    return False


def _goes_on(ch: str) -> bool:
    """Whether a word of a script with spaces may go on over ``ch``."""
    return (ch.isalnum() or ch in "_.,'’") and RUN.match(ch) is None


class Stretch:
    """A piece of a text, folded, with the places its characters came from."""

    def __init__(self, folded: str, offsets: Sequence[int]) -> None:
        self.folded = lower(folded)
        self.offsets = offsets

    @cached_property
    def _words(self) -> list[tuple[str, int, int]]:
        return list(words_in(self.folded))

    def place(self, form: Form) -> tuple[int, int] | None:
        """Where ``form`` first stands."""
        if RUN.fullmatch(form.text):
            return self.run(form.text)
        wanted = atoms_of(form.text)
        if form.beginning:
            found = self._beginning(form.text)
        elif any(RUN.fullmatch(atom) for atom in wanted):
            found = self._mixed(form.text)
        else:
            found = self._phrase(wanted)
        return found and self._source(*found)

    def run(self, text: str) -> tuple[int, int] | None:
        """Where a piece of one unspaced script first stands."""
        at = self.folded.find(text)
        return self._source(at, at + len(text)) if at >= 0 else None

    def _source(self, at: int, until: int) -> tuple[int, int]:
        return source_span(self.offsets, at, until)

    def _beginning(self, text: str) -> tuple[int, int] | None:
        return next(
            (
                (a, b)
                for word, a, b in self._words
                if self.folded.startswith(text, a) or word.startswith(text)
            ),
            None,
        )

    def _phrase(self, wanted: Sequence[str]) -> tuple[int, int] | None:
        words = self._words
        for n in range(len(words) - len(wanted) + 1):
            if words[n][0] == wanted[0] and all(words[n + k][0] == wanted[k] for k in range(1, len(wanted))):
                return words[n][1], words[n + len(wanted) - 1][2]
        return None

    def _mixed(self, text: str) -> tuple[int, int] | None:
        """Where SK海力士 stands, also as SK 海力士: words whole, spaces at will between the scripts."""
        edges = {edge for _, a, b in self._words for edge in ((a, "from"), (b, "to"))}
        for match in re.finditer(" *".join(map(re.escape, pieces_of(text))), self.folded):
            at, until = match.span()
            begins = RUN.match(text) or (at, "from") in edges or not text[0].isalnum()
            ends = RUN.match(text[-1]) or (until, "to") in edges or not text[-1].isalnum()
            if begins and ends:
                return at, until
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
    for start, end in places:
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
