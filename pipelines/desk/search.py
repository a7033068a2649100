"""Search across scripts, regions and languages: words are folded as the texts are, and names go by all their forms.

A word matches an article when it, or another form of the same name in the glossary (輝達, 英伟达, NVIDIA), stands in the
folded title or body, or in the English title or text; in Latin letters it must begin a word. Every word must match.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.desk.edition import has_edition
from pipelines.desk.lists import among
from pipelines.hanzi import fold, fold_with_offsets, source_span
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AROUND = 28
"""Characters shown on each side of a hit; in Latin letters twice as many."""
MOST_WORDS = 12
SHORT = 3
"""Letters up to which a Latin word is looked for whole."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A place where a form of a word stands: the text before it, the hit, the text after it."""

    before: str
    hit: str
    after: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One article that a search found."""

    article_id: str
    text_id: str | None
    incident_id: str | None
    title: str
    title_en: str | None
    outlet_id: str
    published: str | None
    language_tag: str | None
    score: float
    passage: str
    """The first passage, its hit between » and «."""
    where: str
    """The incident that holds it, or the stage where it stopped and why."""
    passages: tuple[Passage, ...] = ()

    def as_row(self) -> dict[str, Any]:
        row = asdict(self)
        del row["passages"]
        return row


def words_of(query: str) -> list[str]:
    """The words of a query: quoted phrases whole, the rest by white space; folded, lower case."""
    found = [quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|(\S+)', query)]
    return [folded for word in found if (folded := fold(word).lower().strip())][:MOST_WORDS]


@cache
def _names() -> dict[str, frozenset[str]]:
    """Every form of every name of the glossary, by each of its forms, folded."""
    from pipelines.translation import glossary_for

    found: dict[str, frozenset[str]] = {}
    for name in glossary_for(None, sample=True).names:
        every = frozenset(fold(form).lower() for form in (name.english, *name.forms))
        for form in every:
            found[form] = found.get(form, frozenset()) | every
    return found


def forms_of(word: str) -> list[str]:
    """The word and, where it is a name of the glossary, every other form of that name, folded."""
    forms = {word} | _names().get(word, frozenset())
    return sorted(forms, key=lambda form: (form != word, form))


def pattern_of(form: str) -> str | None:
    """How a form in Latin letters must stand in a text: at the beginning of a word, a short one as a whole word.

    So ``chip`` finds chips, and ``AI`` does not find rain. ``None`` for forms that may stand anywhere.
    """
    if not form.isascii() or not form[0].isalnum():
        return None
    return rf"\b{re.escape(form)}" + (r"\b" if len(form) <= SHORT and form[-1].isalnum() else "")


def _stands(column: str, form: str, values: list[str]) -> str:
    """The condition that a form stands in a column; adds its parameters to ``values``."""
    pattern = pattern_of(form)
    values.append(form)
    if pattern is None:
        return f"contains({column}, ?)"
    values.append(pattern)
    return f"(contains({column}, ?) AND regexp_matches({column}, ?))"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query as SQL that gives ``article_id``, ``text_id``, ``incident_id``, ``published`` and ``score``."""

    sql: str
    values: list[str]
    words: list[list[str]]
    """The forms of each word."""


def _asked(con: DuckDBPyConnection, query: str, *, grouped: bool) -> _Asked | None:
    """The articles that hold every word, scored by word: 3 for a title, 1 for a body. ``None`` without words.

    Each table is read once for all words: reading the bodies is what a search costs.

    :param grouped: only articles in an incident.
    """
    words = [forms_of(word) for word in words_of(query)]
    if not words:
        return None
    # translations are in Latin letters: other forms cannot stand there
    latin = [[form for form in forms if form.isascii()] for forms in words]
    values: list[str] = []

    def hits(columns: dict[str, int], wanted: list[list[str]]) -> list[str]:
        """For every word its points in some columns."""
        points = []
        for forms in wanted:
            parts = []
            for column, worth in columns.items():
                either = " OR ".join(_stands(column, form, values) for form in forms) or "false"
                parts.append(f"CASE WHEN {either} THEN {worth} ELSE 0 END")
            points.append(f"({' + '.join(parts)})")
        return points

    def named(points: list[str]) -> str:
        return ", ".join(f"{point} AS w{n}" for n, point in enumerate(points))

    every = range(len(words))
    if has_edition(con):
        own, english = hits({"title": 3, "body": 1}, words), hits({"title_en": 3, "english": 1}, latin)
        both = [f"{a} + {b}" for a, b in zip(own, english, strict=True)]
        sql = (
            f"SELECT article_id, text_id, incident_id, published, {' + '.join(f'w{n}' for n in every)} AS score FROM "
            f"(SELECT article_id, text_id, incident_id, published, {named(both)} FROM desk.search "
            f"{'WHERE grouped' if grouped else ''}) WHERE {' AND '.join(f'w{n} > 0' for n in every)}"
        )
        return _Asked(sql, values, words)
    some = " OR ".join(f"w{n} > 0" for n in every)
    sources = [f"SELECT article_id, {named(hits({'title': 3, 'body': 1}, words))} FROM store.search"]
    if any(latin):
        sources.append(f"SELECT article_id, {named(hits({'lower(title_en)': 3}, latin))} FROM store.title_en")
        most = ", ".join(f"max(w{n}) AS w{n}" for n in every)
        told = f"SELECT text_id, {named(hits({'lower(target)': 1}, latin))} FROM store.sentence WHERE current AND field = 'text'"
        sources.append(
            f"SELECT f.article_id, e.* EXCLUDE (text_id) FROM (SELECT text_id, {most} FROM ({told}) WHERE {some} GROUP BY text_id) e "
            "JOIN store.fold f USING (text_id)"
        )
    held = " UNION ALL ".join(f"SELECT * FROM ({one}) WHERE {some}" for one in sources)
    sums = " + ".join(f"sum(w{n})" for n in every)
    having = " AND ".join(f"sum(w{n}) > 0" for n in every)
    found = f"SELECT article_id, ({sums})::INTEGER AS score FROM ({held}) GROUP BY article_id HAVING {having}"
    return _Asked(
        _PLACED.format(found=found, only="WHERE m.incident_id IS NOT NULL" if grouped else ""), values, words
    )


_PLACED = """
SELECT d.article_id, f.text_id, m.incident_id, a.published, d.score
FROM ({found}) d
JOIN (SELECT article_id, arg_max(published, version) AS published FROM store.article GROUP BY article_id) a USING (article_id)
LEFT JOIN store.fold f USING (article_id)
LEFT JOIN (SELECT text_id, min(incident_id) AS incident_id FROM store.incident_member
           JOIN store.incident USING (incident_id) WHERE merged_into IS NULL GROUP BY text_id) m ON m.text_id = f.text_id
{only}
"""


def incidents_holding(con: DuckDBPyConnection, query: str) -> frozenset[str]:
    """The incidents with an article that holds every word of ``query``."""
    asked = _asked(con, query, grouped=True)
    if asked is None:
        return frozenset()
    rows = con.execute(
        f"SELECT DISTINCT m.incident_id FROM ({asked.sql}) d JOIN store.incident_member m ON m.text_id = d.text_id",
        asked.values,
    ).fetchall()
    return frozenset(name for (name,) in rows)


_SHOWN = """
SELECT a.article_id, a.title, e.title_en, a.outlet_id, a.published, {text} AS text, l.language_tag
FROM store.article a {kept}
LEFT JOIN store.title_en e USING (article_id)
LEFT JOIN store.language l USING (article_id)
WHERE a.article_id IN {ids} ORDER BY a.version
"""
_ENGLISH = """
SELECT text_id, string_agg(target, ' ' ORDER BY n) AS text_en FROM store.sentence
WHERE current AND field = 'text' AND text_id IN {ids} GROUP BY text_id
"""
_STOPPED = """
SELECT subject_id, stage, outcome, reason FROM store.stage_result
WHERE subject_id IN {ids} AND stage IN ('language', 'texts', 'relevance', 'incidents')
"""


def search(con: DuckDBPyConnection, query: str, *, limit: int, rejects: bool) -> list[Hit]:
    """Articles that hold every word of ``query``, best first; without ``rejects`` only those in an incident."""
    asked = _asked(con, query, grouped=not rejects)
    if asked is None:
        return []
    best = fetch_rows(
        con,
        f"SELECT * FROM ({asked.sql}) ORDER BY score DESC, published DESC NULLS LAST, article_id LIMIT {limit:d}",
        asked.values,
    )
    ids = [row["article_id"] for row in best]
    place, values = among(ids)
    kept = (
        {"text": "s.text", "kept": "LEFT JOIN desk.search s USING (article_id)"}
        if has_edition(con)
        else {"text": "a.text", "kept": ""}
    )
    shown_sql = _SHOWN.format(ids="{ids}", **kept)
    shown = {row["article_id"]: row for row in fetch_rows(con, shown_sql.format(ids=place), values)}
    texts = sorted({row["text_id"] for row in best if row["text_id"]})
    place, values = among(texts)
    english = dict(con.execute(_ENGLISH.format(ids=place), values).fetchall())
    stopped = _stopped(con, ids + texts)
    flat = [form for forms in asked.words for form in forms]
    return [
        _hit({**row, **shown[row["article_id"]], "text_en": english.get(row["text_id"])}, flat, stopped)
        for row in best
    ]


def _stopped(con: DuckDBPyConnection, subjects: list[str]) -> dict[str, tuple[str, str | None]]:
    """The last stage's outcome and reason, by article or text."""
    late = ("language", "texts", "relevance", "incidents")
    place, values = among(subjects)
    rows = con.execute(_STOPPED.format(ids=place), values).fetchall()
    rows.sort(key=lambda row: late.index(row[1]))
    return {subject: (outcome, reason) for subject, _, outcome, reason in rows}


def _hit(row: dict[str, Any], forms: list[str], stopped: dict[str, tuple[str, str | None]]) -> Hit:
    passages = passages_of(row["text"] or "", forms, most=2) + passages_of(row["text_en"] or "", forms)
    if not passages:
        passages = passages_of(row["title"] or "", forms) or passages_of(row["title_en"] or "", forms)
    outcome, reason = stopped.get(row["text_id"] or "") or stopped.get(row["article_id"]) or ("read", None)
    where = f"incident {row['incident_id']}" if row["incident_id"] else f"in no incident: {outcome}"
    if not row["incident_id"] and reason:
        where += f" ({reason})"
    first = passages[0] if passages else None
    return Hit(
        article_id=row["article_id"],
        text_id=row["text_id"],
        incident_id=row["incident_id"],
        title=row["title"] or "",
        title_en=row["title_en"],
        outlet_id=row["outlet_id"],
        published=f"{row['published']:%Y-%m-%d}" if row["published"] else None,
        language_tag=row["language_tag"],
        score=float(row["score"]),
        passage=f"{first.before}»{first.hit}«{first.after}" if first else "",
        where=where,
        passages=tuple(passages[:3]),
    )


def passages_of(text: str, forms: list[str], *, most: int = 1) -> list[Passage]:
    """The first places of ``text`` where forms stand, each form once, not overlapping."""
    if not text:
        return []
    folded, offsets = fold_with_offsets(text)
    lower = folded.lower()
    if len(lower) != len(folded):  # a letter whose lower case is longer would shift the offsets
        lower = folded
    places = sorted((at, form) for form in forms if (at := _first(lower, form)) is not None)
    found: list[Passage] = []
    reached = -1
    for at, form in places:
        start, end = source_span(offsets, at, at + len(form))
        if start < reached or len(found) == most:
            continue
        around = AROUND * 2 if text[start:end].isascii() else AROUND
        left, right = max(0, start - around), min(len(text), end + around)
        reached = right
        found.append(
            Passage(
                before=("…" if left else "") + text[left:start].replace("\n", " "),
                hit=text[start:end],
                after=text[end:right].replace("\n", " ") + ("…" if right < len(text) else ""),
            )
        )
    return found


def _first(text: str, form: str) -> int | None:
    """Where a form first stands in a folded text."""
    pattern = pattern_of(form)
    if pattern is None:
        at = text.find(form)
        return at if at >= 0 else None
    match = re.search(pattern, text, re.ASCII)
    return match.start() if match else None
