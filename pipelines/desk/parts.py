"""What the page of an incident is made of, and where it lies: in the store by text, in an edition by incident.

An incident of sixty texts asks for a thousand sentences and as many quotations. By text that is a search of six whole
tables; an edition holds the same rows a second time, those of one incident side by side, and finds them in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipelines.desk.lists import among
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of rows."""

    sql: str
    """All of them."""
    key: str
    """The column that names the text (or the incident) that they belong to."""
    order: str


PARTS = {
    "text": Part(
        "SELECT t.text_id, t.article_id AS read_from, t.published, j.class, j.materialisation, j.limbs, j.severity, "
        "r.relevant, r.score AS relevance FROM store.text t LEFT JOIN store.judgement j USING (text_id) "
        "LEFT JOIN store.relevance r USING (text_id)",
        "text_id",
        "published NULLS LAST, text_id",
    ),
    "sentence": Part(
        "SELECT text_id, field, n, start_at, end_at, source, target, flags, engine, model FROM store.sentence WHERE current",
        "text_id",
        "text_id, CASE field WHEN 'title' THEN 0 ELSE 1 END, start_at, n",
    ),
    "label": Part(
        "SELECT subject, subject_id, axis, value, score, method, model, decided_by FROM store.label",
        "subject_id",
        "subject, subject_id, axis, score DESC NULLS LAST, value",
    ),
    "evidence": Part(
        "SELECT subject, subject_id, axis, value, text_id, article_id, quote, field, start_at, end_at FROM store.evidence",
        "subject_id",
        "subject, subject_id, axis, value, text_id, article_id, field, start_at, end_at",
    ),
    "fact": Part("SELECT * FROM store.fact", "text_id", "kind, value, text_id, n"),
    "article": Part(
        "SELECT a.article_id, a.version, a.url, a.canonical_url, a.outlet_id, a.title, a.title_as_printed, a.authors, "
        "a.published, a.published_zone, a.published_precision, a.modified, a.fetched, a.section, a.page_sha256, "
        "a.extractor, f.text_id, f.relation, f.reason AS fold_reason, f.same_as, f.similarity, f.attributed_source, "
        "l.language, l.language_tag, l.script, l.region, l.confidence, l.method, "
        "e.title_en, e.engine AS title_engine, e.model AS title_model "
        "FROM store.article a JOIN store.fold f USING (article_id) LEFT JOIN store.language l USING (article_id) "
        "LEFT JOIN store.title_en e USING (article_id) "
        "QUALIFY row_number() OVER (PARTITION BY a.article_id ORDER BY a.version DESC) = 1",
        "text_id",
        "article_id",
    ),
}
PLACES = """
CREATE TABLE desk.incident AS
SELECT incident_id, row_number() OVER (ORDER BY incident_id)::INTEGER AS place FROM store.incident
"""
"""The incidents numbered: a table sorted by a number is searched by looking at few of its blocks, which the first eight
letters of an id, all that a block remembers of its texts, do not allow."""
TABLE = """
CREATE TABLE desk.{name} AS
SELECT i.place, x.* FROM ({sql}) x
JOIN (SELECT incident_id, text_id AS owner FROM store.incident_member
      UNION ALL SELECT incident_id, incident_id FROM store.incident) m ON m.owner = x.{key}
JOIN desk.incident i ON i.incident_id = m.incident_id
ORDER BY i.place, {order}
"""


def lay_out(con: DuckDBPyConnection) -> None:
    """Make the tables of an edition."""
    con.execute(PLACES)
    for name, part in PARTS.items():
        con.execute(TABLE.format(name=name, sql=part.sql, key=part.key, order=part.order))


def of_incident(con: DuckDBPyConnection, incident_id: str) -> dict[str, list[dict[str, Any]]]:
    """All parts of an incident by name, out of an edition, whose tables keep the order in which they were made."""
    row = con.execute("SELECT place FROM desk.incident WHERE incident_id = ?", [incident_id]).fetchone()
    if row is None:
        return {name: [] for name in PARTS}
    sql = "SELECT * EXCLUDE (place) FROM desk.{} WHERE place = {:d}"
    return {name: fetch_rows(con, sql.format(name, row[0])) for name in PARTS}


def of_owners(con: DuckDBPyConnection, name: str, owners: Sequence[str]) -> list[dict[str, Any]]:
    """One part of some texts (and incidents), out of the store."""
    part = PARTS[name]
    place, values = among(owners)
    sql = f"SELECT * FROM ({part.sql}) WHERE {part.key} IN {place} ORDER BY {part.order}"
    return fetch_rows(con, sql, values)
