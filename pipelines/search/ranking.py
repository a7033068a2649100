"""BM25 over the index: which documents hold the words asked for, and how well.

DuckDB finds the tokens, numpy adds them up: of each word the score of its best-known formula (Robertson and Zaragoza,
The Probabilistic Relevance Framework: BM25 and Beyond, 2009), with all forms of a word counted as one term. The
collection is what the filters leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from pipelines.search.question import Form, Question
from pipelines.search.tokens import RUN, code, code_range

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

K1, B = 1.2, 0.75
MOST_SHOWN = 1000
"""Hits that anybody may ask for at once."""

Numbers = npt.NDArray[np.uint32]
Floats = npt.NDArray[np.float32]
Hits = dict[int, tuple[Numbers, npt.NDArray[np.uint8]]]
"""Documents and weights by the number of the look-up."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What articles to look in; an empty field asks nothing."""

    outlets: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    """The last day, included."""
    languages: tuple[str, ...] = ()
    """BCP 47, also shortened: ``zh`` holds ``zh-Hant-TW``."""
    classes: tuple[str, ...] = ()
    grouped: bool = False
    """Only what stands in an incident."""


NO_FILTERS = Filters()


@dataclass(frozen=True, slots=True)
class Ranked:
    """Documents that hold what was asked, the best first (at least ``MOST_SHOWN``), and what each scored."""

    documents: Numbers
    scores: Floats
    certain: Numbers
    """Of each the words that stand there for certain, the n-th as the n-th bit: of tokens that must stand together the
    index knows only that all are there."""
    suspect: npt.NDArray[np.bool_]
    """Whether all tokens are there of something that must not stand together there."""


NOTHING = Ranked(
    np.empty(0, np.uint32), np.empty(0, np.float32), np.empty(0, np.uint32), np.empty(0, np.bool_)
)


def rank(con: DuckDBPyConnection, question: Question, among: Numbers, lengths: Floats) -> Ranked:
    """Those of the documents ``among`` that hold the words, best first, equals in the order of their indexing."""
    if not question.words or not len(among):
        return NOTHING
    size = int(among.max()) + 1
    length = np.zeros(size, np.float32)
    length[among] = lengths
    inside = np.zeros(size, bool)
    inside[among] = True
    asked = [form for word in (*question.words, *question.without) for form in word.forms]
    hits = _look_up(con, asked, size)
    collection = int(np.count_nonzero(inside))
    norm = K1 * (1 - B + B * length / max(1.0, float(lengths.mean())))
    total, held = np.zeros(size, np.float32), np.zeros(size, np.uint8)
    certain, suspect = np.zeros(size, np.uint32), np.zeros(size, bool)
    for n, word in enumerate(question.words):
        weight = _weight(word.apart, hits, size)
        certain |= (weight > 0).astype(np.uint32) << n
        weight = (weight + _weight(word.together, hits, size)) * inside
        held += weight > 0
        frequency = int(np.count_nonzero(weight))
        rarity = np.log(1 + (collection - frequency + 0.5) / (frequency + 0.5))
        # norm is 0 only where nothing stands: such a document has no weight either
        total += np.divide(
            rarity * weight * (K1 + 1), weight + norm, out=np.zeros(size, np.float32), where=weight > 0
        )
    keep = held >= question.needed
    for word in question.without:
        keep &= _weight(word.apart, hits, size) == 0
        suspect |= _weight(word.together, hits, size) > 0
    found = _ordered(
        np.flatnonzero(keep & inside).astype(np.uint32),
        total,
        sharply=bool(np.any(suspect)) or any(word.together for word in question.words),
    )
    return Ranked(found, total[found], certain[found], suspect[found])


def _ordered(found: Numbers, total: Floats, *, sharply: bool) -> Numbers:
    """The best first; of very many only the first ``MOST_SHOWN``, unless ``sharply``: sorting takes as long as finding."""
    if len(found) > 2 * MOST_SHOWN and not sharply:
        first = np.argpartition(-total[found], MOST_SHOWN)
        # all that score as the last of them do, so that equals stand in the order of their indexing
        least = total[found[first[MOST_SHOWN]]]
        best, rest = found[total[found] >= least], found[total[found] < least]
        return np.concatenate([best[np.lexsort((best, -total[best]))], rest])
    return found[np.lexsort((found, -total[found]))]


def _weight(forms: Sequence[Form], hits: Hits, size: int) -> Floats:
    """How often forms of a word stand in each document; of several tokens the rarest counts."""
    total = np.zeros(size, np.float32)
    for form in forms:
        if not form.tokens:
            continue
        if len(form.tokens) == 1:
            documents, weights = hits[_key(form, form.tokens[0])]
            total[documents] += weights
            continue
        least, held = np.full(size, np.inf, np.float32), np.zeros(size, np.uint16)
        for token in form.tokens:
            documents, weights = hits[_key(form, token)]
            held[documents] += 1
            least[documents] = np.minimum(least[documents], weights)
        total += np.where(held >= form.needed, least, 0)
    return total


def _ranged(form: Form, token: str) -> bool:
    """Whether all tokens count that begin so: for a beginning, and for one character, which stands alone only at ends."""
    return form.ranged or (len(token) == 1 and RUN.match(token) is not None)


def _key(form: Form, token: str) -> int:
    return -code(token) if _ranged(form, token) else code(token)


def _look_up(con: DuckDBPyConnection, forms: list[Form], size: int) -> Hits:
    """Documents and weights of every token of the forms; each token is one look-up along the sorted segments."""
    wanted = {_key(form, token): token for form in forms for token in form.tokens}
    parts, keys = [], list(wanted)
    for n, key in enumerate(keys):
        low, high = code_range(wanted[key]) if key < 0 else (key, key)
        parts.append(
            f"SELECT {n}::USMALLINT AS n, document, weight FROM store.search_posting "
            f"WHERE token {f'= {key}' if key >= 0 else f'BETWEEN {low} AND {high}'}"
        )
    if not parts:
        return {}
    found = con.execute(" UNION ALL ".join(parts)).fetchnumpy()
    number, documents, weights = (np.asarray(found[name]) for name in ("n", "document", "weight"))
    known = documents < size  # numbers beyond are of documents that the filters left out
    number, documents, weights = number[known], documents[known], weights[known]
    if len(keys) > 1:
        order = np.argsort(number, kind="stable")
        number, documents, weights = number[order], documents[order], weights[order]
    edges = np.searchsorted(number, np.arange(len(keys) + 1))
    hits = {}
    for n, key in enumerate(keys):
        part = slice(edges[n], edges[n + 1])
        hits[key] = (documents[part], weights[part])
        if key < 0:  # several tokens may stand in one document
            sums = np.bincount(documents[part], weights[part], minlength=size)
            held = np.flatnonzero(sums)
            hits[key] = (held.astype(np.uint32), np.minimum(sums[held], 255).astype(np.uint8))
    return hits


def articles(con: DuckDBPyConnection, filters: Filters) -> tuple[Numbers, Floats]:
    """Numbers and lengths of the articles that the filters leave."""
    values: list[Any] = []
    where = _where(filters, values)
    if filters.classes:
        judged = _one_of("class", filters.classes, values)
        where.append(f"d.text_id IN (SELECT text_id FROM store.judgement WHERE {judged})")
    if filters.grouped:
        where.append(f"d.text_id IN (SELECT text_id FROM ({MEMBERS}))")
    found = con.execute(
        f"SELECT d.document, d.length FROM store.search_document d WHERE {' AND '.join(where)}", values
    ).fetchnumpy()
    return np.asarray(found["document"], np.uint32), np.asarray(found["length"], np.float32)


@dataclass(frozen=True, slots=True)
class Records:
    """Documents of incidents: their own record, and every article they hold; side by side, an article as often as held."""

    documents: Numbers
    lengths: Floats
    incidents: npt.NDArray[np.int64]
    """Row ids of ``store.incident``."""
    own: npt.NDArray[np.bool_]


def records(con: DuckDBPyConnection, filters: Filters = NO_FILTERS) -> Records:
    """What incidents that the filters leave are found by; where an outlet or language is asked for, articles alone."""
    values: list[Any] = []
    classes = f" AND {_one_of('i.class', filters.classes, values)}" if filters.classes else ""
    sql = (
        "SELECT d.document, d.length, i.rowid AS incident, false AS own FROM store.search_document d "
        "JOIN store.incident_member m USING (text_id) JOIN store.incident i USING (incident_id) "
        f"WHERE i.merged_into IS NULL{classes} AND {' AND '.join(_where(filters, values))}"
    )
    if not filters.outlets and not filters.languages:
        own = f" AND {_one_of('i.class', filters.classes, values)}" if filters.classes else ""
        sql += (
            " UNION ALL SELECT d.document, d.length, i.rowid, true FROM store.search_document d "
            "JOIN store.incident i ON i.incident_id = d.subject_id "
            f"WHERE i.merged_into IS NULL{own} AND {' AND '.join(_where(filters, values, kind='incident'))}"
        )
    found = con.execute(sql, values).fetchnumpy()
    return Records(
        np.asarray(found["document"], np.uint32),
        np.asarray(found["length"], np.float32),
        np.asarray(found["incident"], np.int64),
        np.asarray(found["own"], np.bool_),
    )


def _where(filters: Filters, values: list[Any], *, kind: str = "article") -> list[str]:
    """Conditions on ``search_document d``; their parameters are added to ``values``."""
    where = [f"d.kind = '{kind}'"]
    if filters.since:
        where.append("d.published >= ?::DATE")
        values.append(filters.since.isoformat())
    if filters.until:
        where.append("d.published < ?::DATE + INTERVAL 1 DAY")
        values.append(filters.until.isoformat())
    if filters.outlets:
        where.append(_one_of("d.outlet_id", filters.outlets, values))
    if filters.languages:
        tags = ["(d.language_tag = ? OR starts_with(d.language_tag, ? || '-'))" for _ in filters.languages]
        where.append(f"({' OR '.join(tags)})")
        values.extend(tag for tag in filters.languages for _ in range(2))
    return where


MEMBERS = (
    "SELECT m.text_id, m.incident_id FROM store.incident_member m JOIN store.incident i USING (incident_id) "
    "WHERE i.merged_into IS NULL"
)


def _one_of(column: str, wanted: tuple[str, ...], values: list[Any]) -> str:
    values.extend(wanted)
    return f"{column} IN ({', '.join('?' * len(wanted))})"
