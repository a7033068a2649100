"""A search: the question is read, the index ranks, phrases are checked in the texts, the best are shown with passages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines.search.checking import Check, among, texts_of
from pipelines.search.passages import Passage, Text, passages_of
from pipelines.search.question import Form, Question, read
from pipelines.search.ranking import MEMBERS, NO_FILTERS, Filters, Records, articles, rank, records
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Hit:
    """An article or an incident that a search found; what it has not got is ``None``."""

    kind: str
    """``article`` or ``incident``."""
    article_id: str | None
    text_id: str | None
    incident_id: str | None
    title: str
    title_en: str | None
    outlet_id: str | None
    published: str | None
    """The day; of an incident the first."""
    language_tag: str | None
    class_: str | None
    score: float
    where: str
    """The incident that holds it, or the stage where it stopped and why."""
    passages: tuple[Passage, ...] = ()

    @property
    def passage(self) -> str:
        """The first passage, its hit between » and «."""
        if not self.passages:
            return ""
        first = self.passages[0]
        return f"{first.before}»{first.hit}«{first.after}"

    def as_row(self) -> dict[str, Any]:
        row = asdict(self) | {"passage": self.passage, "class": self.class_}
        del row["passages"], row["class_"]
        return row


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found, best first; ``notes`` are sentences for the one who asked."""

    hits: tuple[Hit, ...]
    found: int
    """Documents that hold the words, shown or not; where more are found than shown, phrases are checked only in those shown."""
    notes: tuple[str, ...]
    question: Question


def find(
    con: DuckDBPyConnection,
    query: str,
    *,
    kind: str = "article",
    limit: int = 20,
    filters: Filters | None = None,
    data_dir: Path | None = None,
    known: Records | None = None,
) -> Answer:
    """The best articles or incidents (``kind``) for a query.

    An incident is found by its own title and summary, and by the articles it holds.

    :param data_dir: where the analysts' own ``glossary.tsv`` is.
    :param known: :func:`records` of this state of the database without filters, for one who asks often.
    """
    question = read(query, data_dir=data_dir)
    filters = filters or NO_FILTERS
    notes = list(question.notes)
    if not question.words:
        return Answer((), 0, tuple(notes), question)
    if not con.execute("SELECT 1 FROM store.search_document LIMIT 1").fetchone():
        notes.append("nothing is indexed yet: wiredesk run makes the index")
        return Answer((), 0, tuple(notes), question)
    if filters.outlets:
        indexed = con.execute(
            "SELECT DISTINCT outlet_id FROM store.search_document WHERE outlet_id IS NOT NULL"
        ).fetchall()
        notes += [
            f"no article of the outlet {name} is here" for name in filters.outlets if (name,) not in indexed
        ]
    if kind == "incident":
        hits, found, check = _incidents(con, question, filters, limit, known)
    else:
        hits, found, check = _articles(con, question, filters, limit)
    if check.given_up:
        notes.append(
            f"only the best {check.reached:,} of {check.reached + check.left:,} articles that hold these words were read "
            "to see whether they stand together: a rarer word beside them finds the others"
        )
    return Answer(tuple(hits), found, tuple(notes), question)


def incidents_holding(
    con: DuckDBPyConnection, query: str, *, data_dir: Path | None = None, known: Records | None = None
) -> dict[str, float]:
    """The incidents whose record, or one of whose articles, holds the words of ``query``, with their scores.

    :param known: as in :func:`find`.
    """
    question = read(query, data_dir=data_dir)
    return _scored_incidents(con, question, NO_FILTERS, known)[0] if question.words else {}


def _articles(
    con: DuckDBPyConnection, question: Question, filters: Filters, limit: int
) -> tuple[list[Hit], int, Check]:
    ranked = rank(con, question, *articles(con, filters))
    check = Check(con, question, ranked)
    best = check.best(limit)
    scores = dict(zip(ranked.documents[best].tolist(), ranked.scores[best].tolist(), strict=True))
    rows = sorted(
        _shown(con, list(scores), check.texts),
        key=lambda row: (
            -round(scores[row["document"]], 4),
            -(row["published"].toordinal() if row["published"] else 0),
            row["subject_id"],
        ),
    )
    placed = _placed(con, rows)
    forms = [form for word in question.words for form in word.forms]
    hits = [_hit(row, scores[row["document"]], forms, placed) for row in rows]
    return hits, len(best) if check.complete and len(best) < limit else len(ranked.documents), check


def _shown(
    con: DuckDBPyConnection, documents: Sequence[int], read: dict[int, list[Text]]
) -> list[dict[str, Any]]:
    """What is known of some documents, with their ``texts``: those ``read`` before, and the others."""
    if not documents:
        return []
    texts = read | dict(texts_of(con, [number for number in documents if number not in read]))
    rows = fetch_rows(
        con,
        "SELECT document, subject_id, text_id, outlet_id, published, language_tag "
        f"FROM store.search_document WHERE {among(documents)}",
    )
    return [{**row, "texts": texts[row["document"]]} for row in rows]


def _in(ids: Sequence[str]) -> str:
    """What stands after ``IN``: ids of the store as literals, since DuckDB's client takes half a millisecond a parameter."""
    quoted = ("'" + name.replace("'", "''") + "'" for name in ids)
    return f"({', '.join(quoted)})" if ids else "(NULL)"


STOPPED = ("language", "texts", "relevance", "incidents")


def _placed(
    con: DuckDBPyConnection, rows: list[dict[str, Any]]
) -> dict[str, dict[str, tuple[str, str | None]]]:
    """By ``incident``, ``class`` and ``stopped``: what is known of the texts and articles of these rows."""
    texts = sorted({row["text_id"] for row in rows if row["text_id"]})
    of_texts = _in(texts)
    incidents = con.execute(
        f"SELECT text_id, min(incident_id) FROM ({MEMBERS}) WHERE text_id IN {of_texts} GROUP BY text_id"
    ).fetchall()
    classes = con.execute(
        f"SELECT text_id, class FROM store.judgement WHERE text_id IN {of_texts}"
    ).fetchall()
    held = {text for text, _ in incidents}
    outside = [row for row in rows if row["text_id"] not in held]
    stopped = [
        *_stopped(con, ("relevance", "incidents"), [row["text_id"] for row in outside if row["text_id"]]),
        *_stopped(con, ("language", "texts"), [row["subject_id"] for row in outside if not row["text_id"]]),
    ]
    stopped.sort(key=lambda row: STOPPED.index(row[1]))
    return {
        "incident": {text: (incident, None) for text, incident in incidents},
        "class": {text: (found, None) for text, found in classes if found},
        "stopped": {subject: (outcome, reason) for subject, _, outcome, reason in stopped},
    }


def _stopped(
    con: DuckDBPyConnection, stages: tuple[str, str], subjects: Sequence[str]
) -> list[tuple[str, str, str, str | None]]:
    if not subjects:
        return []
    found: list[tuple[str, str, str, str | None]] = con.execute(
        "SELECT subject_id, stage, outcome, reason FROM store.stage_result "
        f"WHERE stage IN {_in(stages)} AND subject_id IN {_in(subjects)}"
    ).fetchall()
    return found


def _hit(
    row: dict[str, Any], score: float, forms: list[Form], placed: dict[str, dict[str, tuple[str, str | None]]]
) -> Hit:
    title, text, title_en, english = row["texts"]
    passages = passages_of(text, forms, most=2) + passages_of(english, forms)
    if not passages:
        passages = passages_of(title, forms) or passages_of(title_en, forms)
    text_id = row["text_id"] or ""
    incident, _ = placed["incident"].get(text_id, (None, None))
    class_, _ = placed["class"].get(text_id, (None, None))
    stopped = placed["stopped"]
    outcome, reason = stopped.get(text_id) or stopped.get(row["subject_id"]) or ("read", None)
    where = f"incident {incident}" if incident else f"in no incident: {outcome}"
    if not incident and reason:
        where += f" ({reason})"
    return Hit(
        kind="article",
        article_id=row["subject_id"],
        text_id=row["text_id"],
        incident_id=incident,
        title=title.text,
        title_en=title_en.text or None,
        outlet_id=row["outlet_id"],
        published=f"{row['published']:%Y-%m-%d}" if row["published"] else None,
        language_tag=row["language_tag"],
        class_=class_,
        score=round(score, 4),
        where=where,
        passages=tuple(passages[:3]),
    )


def _incidents(
    con: DuckDBPyConnection, question: Question, filters: Filters, limit: int, known: Records | None
) -> tuple[list[Hit], int, Check]:
    scores, check = _scored_incidents(con, question, filters, known)
    best = sorted(scores, key=lambda name: (-round(scores[name], 4), name))[:limit]
    rows = fetch_rows(
        con,
        "SELECT incident_id, title, title_original, summary, class, first_published FROM store.incident "
        f"WHERE incident_id IN {_in(best)}",
    )
    forms = [form for word in question.words for form in word.forms]
    hits = []
    for row in sorted(rows, key=lambda row: best.index(row["incident_id"])):
        passages = passages_of(Text(row["summary"] or ""), forms, most=2)
        for title in (row["title"], row["title_original"]):
            passages = passages or passages_of(Text(title or ""), forms)
        english = row["title"] if row["title_original"] else None
        hits.append(
            Hit(
                kind="incident",
                article_id=None,
                text_id=None,
                incident_id=row["incident_id"],
                title=row["title_original"] or row["title"] or "",
                title_en=english if english != row["title_original"] else None,
                outlet_id=None,
                published=f"{row['first_published']:%Y-%m-%d}" if row["first_published"] else None,
                language_tag=None,
                class_=row["class"],
                score=round(scores[row["incident_id"]], 4),
                where=f"incident {row['incident_id']}"
                + ("" if passages else ": its articles hold the words"),
                passages=tuple(passages),
            )
        )
    return hits, len(scores), check


def _scored_incidents(
    con: DuckDBPyConnection, question: Question, filters: Filters, known: Records | None
) -> tuple[dict[str, float], Check]:
    """Of each incident that fits: the score of its best article, and of its own record."""
    # what is asked to be grouped is in an incident anyway
    if known is None or replace(filters, grouped=False) != NO_FILTERS:
        known = records(con, filters)
    ranked = rank(con, question, known.documents, known.lengths)
    check = Check(con, question, ranked)
    if not len(ranked.documents):
        return {}, check
    fitting = check.incidents(known)
    score = np.zeros(int(known.documents.max()) + 1, np.float32)
    score[ranked.documents[fitting]] = ranked.scores[fitting]
    best = np.zeros(int(known.incidents.max()) + 1, np.float32)
    reported = ~known.own
    np.maximum.at(best, known.incidents[reported], score[known.documents[reported]])
    np.add.at(best, known.incidents[known.own], score[known.documents[known.own]])
    places = np.flatnonzero(best).tolist()
    if not places:
        return {}, check
    names = dict(con.execute("SELECT rowid, incident_id FROM store.incident").fetchall())
    return {names[place]: float(best[place]) for place in places}, check
