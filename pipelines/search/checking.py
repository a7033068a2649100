"""Which of the documents that hold the tokens asked for hold them as they must stand: the texts decide, the best first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from pipelines.search.index import unpack
from pipelines.search.passages import Text, stands
from pipelines.search.question import Question
from pipelines.search.ranking import Ranked, Records

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST_READ = 4000
"""Texts that are read for one question at most, at some 30 µs each."""
AT_ONCE = 400
NEARLY_ALL = 0.99

Places = npt.NDArray[np.intp]


class Check:
    """The documents of a ranking in their order, each asked whether it fits; no more than ``MOST_READ`` are read."""

    def __init__(self, con: DuckDBPyConnection, question: Question, ranked: Ranked) -> None:
        self._con, self._question, self._ranked = con, question, ranked
        known = sum((ranked.certain >> n) & 1 for n in range(len(question.words)))
        self._open = (known < question.needed) | ranked.suspect
        """Those whose text has to be read."""
        self.texts: dict[int, list[Text]] = {}
        """Of documents that were read and fit: title, text, English title, English text."""
        self.read = 0
        self.reached = 0
        """Documents of the ranking that were decided on, from the best."""

    @property
    def complete(self) -> bool:
        return self.reached == len(self._ranked.documents)

    @property
    def left(self) -> int:
        return len(self._ranked.documents) - self.reached

    @property
    def given_up(self) -> bool:
        """Whether texts were left that nobody read, for their number."""
        return not self.complete and self.read >= MOST_READ

    def best(self, wanted: int) -> Places:
        """Places in the ranking of the first ``wanted`` documents that fit."""
        found: list[int] = []
        step = min(wanted, AT_ONCE)
        while len(found) < wanted and not self.complete and self.read < MOST_READ:
            found += self._fitting(self._next(step)).tolist()
            # as many as hold the rest if the next hold as much as those before
            step = min(AT_ONCE, max(wanted, (wanted - len(found)) * self.reached // max(1, len(found))))
        return np.asarray(found[:wanted], np.intp)

    def incidents(self, known: Records) -> Places:
        """Places of documents that fit, as many as tell which incidents hold one and what the best of each scores.

        Where ``AT_ONCE`` texts were read and nearly all of them fit, the others are taken for fitting: the tokens of a
        word that is common in incidents stand together almost wherever they are.
        """
        size = int(known.documents.max()) + 1
        decided = np.zeros(int(known.incidents.max()) + 1, bool)
        found = [np.empty(0, np.intp)]
        while not self.complete and self.read < MOST_READ:
            if self.read >= AT_ONCE and len(self.texts) >= NEARLY_ALL * self.read:
                found.append(self._next(len(self._open)))
                break
            matters, fits = np.zeros(size, bool), np.zeros(size, bool)
            matters[known.documents[known.own | ~decided[known.incidents]]] = True
            places = self._next(AT_ONCE)
            found.append(self._fitting(places[matters[self._ranked.documents[places]]]))
            fits[self._ranked.documents[found[-1]]] = True
            decided[known.incidents[fits[known.documents] & ~known.own]] = True
        return np.concatenate(found)

    def _next(self, step: int) -> Places:
        places = np.arange(self.reached, min(self.reached + step, len(self._open)))
        self.reached += len(places)
        return places

    def _fitting(self, places: Places) -> Places:
        """Those of ``places`` whose documents fit."""
        doubtful = places[self._open[places]]
        self.read += len(doubtful)
        documents = self._ranked.documents[doubtful]
        certain = dict(zip(documents.tolist(), self._ranked.certain[doubtful].tolist(), strict=True))
        for number, texts in texts_of(self._con, list(certain)):
            if self._fits(texts, certain[number]):
                self.texts[number] = texts
        fits = np.fromiter((number in self.texts for number in documents.tolist()), bool, len(documents))
        kept = ~self._open[places]
        kept[~kept] = fits
        return places[kept]

    def _fits(self, texts: list[Text], certain: int) -> bool:
        held = certain.bit_count()
        for n, word in enumerate(self._question.words):
            if held >= self._question.needed:
                break
            held += not certain >> n & 1 and any(stands(form, texts) for form in word.together)
        return held >= self._question.needed and not any(
            stands(form, texts) for word in self._question.without for form in word.together
        )


def among(documents: Sequence[int]) -> str:
    """A condition on ``store.search_document`` for documents by their numbers, which must not be none.

    By way of their row ids: DuckDB then reads these rows alone, and of texts that is a third of the time.
    """
    return (
        "rowid IN (SELECT rowid FROM store.search_document "
        f"WHERE document IN ({', '.join(map(str, documents))}))"
    )


def texts_of(con: DuckDBPyConnection, documents: Sequence[int]) -> Iterator[tuple[int, list[Text]]]:
    """Number and texts (title, text, English title, English text) of documents, in no order."""
    if documents:
        for number, packed in con.execute(
            f"SELECT document, packed FROM store.search_document WHERE {among(documents)}"
        ).fetchall():
            said = unpack(packed)
            yield number, [Text(said[name] or "") for name in ("title", "text", "title_en", "english")]
