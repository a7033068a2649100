"""Every incident with what lists, filters and charts need of it, in one pass over the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from pipelines.decisions import Decision
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MARKS = ("new", "seen", "reviewed")


@dataclass(frozen=True, slots=True)
class Card:
    """One incident in a list."""

    incident_id: str
    affair_id: str
    revision: int
    title: str
    title_original: str | None
    materialisation: str | None
    merged_into: str | None
    first: datetime | None
    last: datetime | None
    articles: int
    texts: int
    origins: int
    values: Mapping[str, tuple[str, ...]]
    """By axis: what the incident can be filtered by."""
    pairs: tuple[tuple[str, str], ...]
    """The same, as pairs of axis and value."""

    def one(self, axis: str) -> str:
        """The only value of ``axis``, or the first."""
        found = self.values.get(axis, ())
        return found[0] if found else ""


_INCIDENTS = """
SELECT incident_id, affair_id, revision, title, title_original, materialisation, merged_into, first_published,
       last_published, origins, class, severity, state, limb, countries
FROM store.incident ORDER BY incident_id
"""
_MEMBERS = """
WITH outlet_of AS (SELECT article_id, arg_max(outlet_id, version) AS outlet_id FROM store.article GROUP BY article_id)
SELECT m.incident_id, count(DISTINCT f.article_id)::INTEGER AS articles, count(DISTINCT m.text_id)::INTEGER AS texts,
       list(DISTINCT o.outlet_id ORDER BY o.outlet_id) AS outlets,
       list(DISTINCT l.language_tag ORDER BY l.language_tag) FILTER (l.language_tag IS NOT NULL) AS languages
FROM store.incident_member m
JOIN store.fold f ON f.text_id = m.text_id
JOIN outlet_of o ON o.article_id = f.article_id
LEFT JOIN store.language l ON l.article_id = f.article_id
GROUP BY m.incident_id
"""
_LABELS = """
SELECT subject_id, axis, value FROM store.label
WHERE subject = 'incident' AND axis IN ('limb', 'principle', 'industry', 'stakeholder', 'harm_type')
ORDER BY subject_id, axis, score DESC NULLS LAST, value
"""
_MARKS = """
SELECT subject_id, (after->>'state') AS state, coalesce((after->>'revision')::INTEGER, -1) AS revision
FROM store.decision WHERE action = 'mark' AND undone_by IS NULL ORDER BY position
"""


def cards(con: DuckDBPyConnection) -> dict[str, Card]:
    """Every incident by id, merged ones too."""
    members = {row["incident_id"]: row for row in fetch_rows(con, _MEMBERS)}
    labels: dict[str, dict[str, tuple[str, ...]]] = {}
    for (name, axis), rows in groupby(con.execute(_LABELS).fetchall(), key=itemgetter(0, 1)):
        labels.setdefault(name, {})[axis] = tuple(value for _, _, value in rows)
    marks = {row["subject_id"]: (row["state"], row["revision"]) for row in fetch_rows(con, _MARKS)}
    found = {}
    for row in fetch_rows(con, _INCIDENTS):
        name = row["incident_id"]
        member = members.get(name, {})
        values: dict[str, tuple[str, ...]] = dict(labels.get(name, {}))
        for axis in ("class", "severity", "state"):
            values[axis] = (row[axis],) if row[axis] else ()
        if row["limb"]:
            values["limb"] = (row["limb"], *(x for x in values.get("limb", ()) if x != row["limb"]))
        values["country"] = tuple(row["countries"] or ())
        values["outlet"] = tuple(member.get("outlets") or ())
        values["language"] = tuple(member.get("languages") or ())
        values["mark"] = (_mark(marks.get(name), row["revision"]),)
        found[name] = Card(
            incident_id=name,
            affair_id=row["affair_id"],
            revision=row["revision"],
            title=row["title"] or row["title_original"] or "(no title)",
            title_original=row["title_original"] if row["title_original"] != row["title"] else None,
            materialisation=row["materialisation"],
            merged_into=row["merged_into"],
            first=row["first_published"],
            last=row["last_published"],
            articles=member.get("articles", 0),
            texts=member.get("texts", 0),
            origins=row["origins"] or 0,
            values=values,
            pairs=tuple(
                (axis, value) for axis, several in values.items() for value in dict.fromkeys(several)
            ),
        )
    return found


def _mark(mark: tuple[str, int] | None, revision: int) -> str:
    """A mark holds for the revision it was made on: a changed incident is new again."""
    return mark[0] if mark and mark[0] in MARKS and mark[1] >= revision else "new"


def pending_marks(pending: Iterable[Decision], found: Mapping[str, Card]) -> dict[str, str]:
    """Marks by incident that no run has folded in yet, undone ones left out."""
    decisions = list(pending)
    undone = {d.subject_id for d in decisions if d.action == "undo"}
    marks = {}
    for d in decisions:
        if d.action != "mark" or d.decision_id in undone or d.subject_id not in found:
            continue
        card = found[d.subject_id]
        revision = d.after.get("revision")
        state = d.after.get("state")
        marks[card.incident_id] = _mark(
            (str(state), revision if isinstance(revision, int) else -1), card.revision
        )
    return marks
