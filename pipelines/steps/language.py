"""The step of :mod:`pipelines.language`: every article gets language, script and region."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.steps.base import Context, Result, Task, forget_stage, in_list, pending
from pipelines.store import fetch_rows, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LATEST = """
SELECT article_id AS subject_id, body_sha256 AS input_sha256, published
FROM store.article QUALIFY version = max(version) OVER (PARTITION BY article_id)
"""
LOAD = """
SELECT a.article_id, a.title, a.text, o.language_tag AS outlet_language_tag, o.country AS outlet_region
FROM store.article a
JOIN chunk c ON c.subject_id = a.article_id
LEFT JOIN store.outlet o USING (outlet_id)
QUALIFY a.version = max(a.version) OVER (PARTITION BY a.article_id)
ORDER BY c.position
"""


class LanguageStep:
    name = "language"
    chunk = 1000

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def version(self) -> str:
        from pipelines import language

        return language.VERSION

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        return pending(con, self.name, LATEST, "published NULLS LAST, subject_id")

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        in_list(con, [task.subject_id for task in tasks])
        return fetch_rows(con, LOAD)

    def compute(self, tasks: Sequence[Task], loaded: list[dict[str, Any]]) -> Iterable[Result]:
        from pipelines import language

        for task, row in zip(tasks, loaded, strict=True):
            found = language.identify(
                row["title"],
                row["text"],
                outlet_language_tag=row["outlet_language_tag"],
                outlet_region=row["outlet_region"],
            )
            record = {
                "article_id": task.subject_id,
                "language": found.language,
                "script": found.script,
                "region": found.region,
                "language_tag": found.language_tag,
                "confidence": found.confidence,
                "method": found.method,
            }
            yield Result(
                task.subject_id, task.input_sha256, found.outcome, found.reason, {"language": [record]}
            )

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        rows = [row for result in results for row in result.rows.get("language", ())]
        insert(con, "store.language", rows, replace=("article_id",))

    def forget(self, con: DuckDBPyConnection) -> None:
        forget_stage(con, self.name)
