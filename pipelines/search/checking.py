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
"""Texts that are read for one question at most: a fifth of a second."""
AT_ONCE = 400

Places = npt.NDArray[np.intp]


class Check:
    """The documents of a ranking in their order, each asked whether it fits; no more than ``MOST_READ`` are read."""

    def __init__(self, con: DuckDBPyConnection, question: Question, ranked: Ranked) -> None:
        self._con, self._question, self._ranked = con, question, ranked
        known = sum((ranked.certain >> n) & 1 for n in range(len(question.words)))
        self._open = (known < question.needed) | ranked.suspect
        """Those whose text has to be read."""
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
            places = np.arange(self.reached, min(self.reached + step, len(self._open)))
            found += self._fitting(places).tolist()
            self.reached += len(places)
            step = AT_ONCE
        return np.asarray(found[:wanted], np.intp)

    def incidents(self, known: Records) -> Places:
        """Places of documents that fit, as many as tell which incidents hold one and what the best of each scores."""
        decided = np.zeros(int(known.incidents.max()) + 1, bool)
        found: list[Places] = []
        while not self.complete and self.read < MOST_READ:
            places = np.arange(self.reached, min(self.reached + AT_ONCE, len(self._open)))
            self.reached += len(places)
            matters = known.documents[known.own | ~decided[known.incidents]]
            fitting = self._fitting(places[np.isin(self._ranked.documents[places], matters)])
            found.append(fitting)
            reported = np.isin(known.documents, self._ranked.documents[fitting]) & ~known.own
            decided[known.incidents[reported]] = True
        return np.concatenate(found) if found else np.empty(0, np.intp)

    def _fitting(self, places: Places) -> Places:
        """Those of ``places`` whose documents fit."""
        doubtful = places[self._open[places]]
        self.read += len(doubtful)
        documents = self._ranked.documents[doubtful]
        certain = dict(zip(documents.tolist(), self._ranked.certain[doubtful].tolist(), strict=True))
        out = [
            number
            for number, texts in texts_of(self._con, list(certain))
            if not self._fits(texts, certain[number])
        ]
        return places[~np.isin(self._ranked.documents[places], np.asarray(out, np.uint32))]

    def _fits(self, texts: list[Text], certain: int) -> bool:
        held = certain.bit_count()
        for n, word in enumerate(self._question.words):
            if held >= self._question.needed:
                break
            held += not certain >> n & 1 and any(stands(form, texts) for form in word.together)
        return held >= self._question.needed and not any(
            stands(form, texts) for word in self._question.without for form in word.together
        )


def texts_of(con: DuckDBPyConnection, documents: Sequence[int]) -> Iterator[tuple[int, list[Text]]]:
    """Number and texts (title, text, English title, English text) of documents, in no order."""
    if documents:
        for number, packed in con.execute(
            f"SELECT document, packed FROM store.search_document WHERE document IN ({', '.join(map(str, documents))})"
        ).fetchall():
            said = unpack(packed)
            yield number, [Text(said[name] or "") for name in ("title", "text", "title_en", "english")]
