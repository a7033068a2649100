"""The step of :mod:`pipelines.search`, after all others: what is new or changed is indexed, the rest stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.records import OK
from pipelines.steps.base import Context, Result, Task, in_list, pending
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SUBJECTS = """
SELECT a.article_id AS subject_id, concat_ws(' ', 'article', a.body_sha256, a.outlet_id, a.published, f.text_id,
       l.language_tag, hash(e.title_en), n.english) AS input_sha256
FROM (SELECT * FROM store.article QUALIFY version = max(version) OVER (PARTITION BY article_id)) a
LEFT JOIN store.fold f USING (article_id)
LEFT JOIN store.language l USING (article_id)
LEFT JOIN store.title_en e USING (article_id)
LEFT JOIN (SELECT text_id, bit_xor(hash(n, target)) AS english FROM store.sentence
           WHERE current AND field = 'text' GROUP BY text_id) n ON n.text_id = f.text_id
UNION ALL
SELECT incident_id, 'incident ' || content_sha256 FROM store.incident
"""
ARTICLES = """
SELECT a.article_id, a.title, a.text, e.title_en, n.english, f.text_id, a.outlet_id, a.published, l.language_tag
FROM (SELECT * FROM store.article SEMI JOIN chunk ON chunk.subject_id = article_id
      QUALIFY version = max(version) OVER (PARTITION BY article_id)) a
LEFT JOIN store.fold f USING (article_id)
LEFT JOIN store.language l USING (article_id)
LEFT JOIN store.title_en e USING (article_id)
LEFT JOIN (SELECT text_id, string_agg(target, ' ' ORDER BY n) AS english FROM store.sentence
           WHERE current AND field = 'text'
             AND text_id IN (SELECT text_id FROM store.fold SEMI JOIN chunk ON chunk.subject_id = article_id)
           GROUP BY text_id) n ON n.text_id = f.text_id
"""
INCIDENTS = """
SELECT incident_id, title, title_original, summary, first_published
FROM store.incident SEMI JOIN chunk ON chunk.subject_id = incident_id
"""


class SearchStep:
    """Articles by their own words and their English ones; incidents by title and summary."""

    name = "search"
    chunk = 1000

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def version(self) -> str:
        from pipelines import search

        return search.VERSION

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        return pending(con, self.name, SUBJECTS, "subject_id", f"r.version <> '{self.version}'")

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        in_list(con, [task.subject_id for task in tasks])
        found = {row["article_id"]: row for row in fetch_rows(con, ARTICLES)}
        return found | {row["incident_id"]: row for row in fetch_rows(con, INCIDENTS)}

    def compute(self, tasks: Sequence[Task], loaded: dict[str, dict[str, Any]]) -> Iterable[Result]:
        from pipelines import search

        for task in tasks:
            row = loaded[task.subject_id]
            if "article_id" in row:
                made = search.document(
                    "article",
                    row["article_id"],
                    title=row["title"],
                    text=row["text"],
                    title_en=row["title_en"],
                    english=row["english"],
                    text_id=row["text_id"],
                    outlet_id=row["outlet_id"],
                    language_tag=row["language_tag"],
                    published=row["published"],
                )
            else:
                made = search.document(
                    "incident",
                    row["incident_id"],
                    title=row["title_original"],
                    title_en=row["title"],
                    text=None,
                    english=row["summary"],
                    published=row["first_published"],
                )
            yield Result(task.subject_id, task.input_sha256, OK, "", {"document": [{"made": made}]})

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        from pipelines import search

        search.write(con, [row["made"] for result in results for row in result.rows["document"]])

    def forget(self, con: DuckDBPyConnection) -> None:
        """Nothing: doing a stage again changes what is indexed, and only that is indexed anew."""
