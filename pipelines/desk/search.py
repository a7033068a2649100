"""Search across scripts, regions and languages: words are folded as the texts are, and names go by all their forms.

A word matches an article when it, or another form of the same name in the glossary (輝達, 英伟达, NVIDIA), stands in the
folded title or body, or in the English title or text. Every word must match.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from pipelines.hanzi import fold, fold_with_offsets, source_span
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

AROUND = 28
"""Characters shown on each side of a hit."""


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
    score: float
    passage: str
    where: str
    """The incident that holds it, or the stage where it stopped and why."""

    def as_row(self) -> dict[str, Any]:
        return asdict(self)


def words_of(query: str) -> list[str]:
    """The words of a query: quoted phrases whole, the rest by white space; folded, lower case."""
    found = [quoted or bare for quoted, bare in re.findall(r'"([^"]+)"|(\S+)', query)]
    return [folded for word in found if (folded := fold(word).lower().strip())]


def forms_of(word: str) -> list[str]:
    """The word and, where it is a name of the glossary, every other form of that name, folded."""
    from pipelines.translation import glossary_for

    forms = {word}
    for name in glossary_for(None, sample=True).names:
        every = {fold(form).lower() for form in (name.english, *name.forms)}
        if word in every:
            forms |= every
    return sorted(forms, key=lambda form: (form != word, form))


def search(con: DuckDBPyConnection, query: str, *, limit: int, rejects: bool) -> list[Hit]:
    """Articles that hold every word of ``query``, best first; without ``rejects`` only those in an incident."""
    words = [forms_of(word) for word in words_of(query)]
    if not words:
        return []
    where, score, values = [], [], {}
    for n, forms in enumerate(words):
        values[f"w{n}"] = forms
        inside = f"len(list_filter($w{n}::VARCHAR[], lambda x: contains({{field}}, x)))"
        title, body, english = (inside.format(field=name) for name in ("s.title", "s.body", "s.english"))
        where.append(f"({title} + {body} + {english} > 0)")
        score.append(f"3 * least({title}, 1) + least({body}, 1) + least({english}, 1)")
    sql = f"""
    WITH s AS (
        SELECT x.article_id, x.title, x.body,
               lower(coalesce(e.title_en, '') || ' ' || coalesce(en.text_en, '')) AS english
        FROM store.search x
        LEFT JOIN store.title_en e USING (article_id)
        LEFT JOIN store.text t ON t.article_id = x.article_id
        LEFT JOIN (SELECT text_id, string_agg(target, ' ' ORDER BY n) AS text_en FROM store.sentence
                   WHERE current AND field = 'text' GROUP BY text_id) en ON en.text_id = t.text_id
    )
    SELECT a.article_id, a.text_id, m.incident_id, a.title, a.title_en, a.outlet_id, a.published, a.text, a.text_en,
           a.outcome, a.reason, {" + ".join(score)} AS score
    FROM s JOIN articles a USING (article_id)
    LEFT JOIN (SELECT text_id, min(incident_id) AS incident_id FROM store.incident_member GROUP BY text_id) m
      ON m.text_id = a.text_id
    WHERE {" AND ".join(where)} {"" if rejects else "AND m.incident_id IS NOT NULL"}
    ORDER BY score DESC, a.published DESC NULLS LAST, a.article_id
    LIMIT {int(limit)}
    """
    flat = [form for forms in words for form in forms]
    return [_hit(row, flat) for row in fetch_rows(con, sql, values)]


def _hit(row: dict[str, Any], forms: list[str]) -> Hit:
    passage = ""
    for text in (row["text"], row["title"], row["text_en"], row["title_en"]):
        passage = passage or _passage(text or "", forms)
    where = f"incident {row['incident_id']}" if row["incident_id"] else f"in no incident: {row['outcome']}"
    if not row["incident_id"] and row["reason"]:
        where += f" ({row['reason']})"
    return Hit(
        article_id=row["article_id"],
        text_id=row["text_id"],
        incident_id=row["incident_id"],
        title=row["title"] or "",
        title_en=row["title_en"],
        outlet_id=row["outlet_id"],
        published=f"{row['published']:%Y-%m-%d}" if row["published"] else None,
        score=float(row["score"]),
        passage=passage,
        where=where,
    )


def _passage(text: str, forms: list[str]) -> str:
    """The first place of ``text`` where a form stands, between » and «, with some characters around it."""
    if not text:
        return ""
    folded, offsets = fold_with_offsets(text)
    lower = folded.lower()
    if len(lower) != len(folded):  # a letter whose lower case is longer would shift the offsets
        lower = folded
    places = [(lower.find(form), form) for form in forms if form in lower]
    if not places:
        return ""
    at, form = min(places)
    start, end = source_span(offsets, at, at + len(form))
    left, right = max(0, start - AROUND), min(len(text), end + AROUND)
    passage = f"{'…' if left else ''}{text[left:start]}»{text[start:end]}«{text[end:right]}{'…' if right < len(text) else ''}"
    return " ".join(passage.split())
