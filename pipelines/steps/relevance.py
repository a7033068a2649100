"""The step of :mod:`pipelines.relevance`: does a text concern the profile's field, and by which sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.records import OK, Evidence, Relevance
from pipelines.steps.base import ProfileStep, Result, Task, forget_stage, in_list, pending
from pipelines.store import fetch_rows, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SUBJECTS = "SELECT text_id AS subject_id, input_sha256, published FROM store.text"
TEXTS = """
SELECT t.text_id, t.article_id, a.title, a.text
FROM store.text t
JOIN chunk c ON c.subject_id = t.text_id
JOIN store.article a ON a.article_id = t.article_id
QUALIFY a.version = max(a.version) OVER (PARTITION BY a.article_id)
ORDER BY c.position
"""
KEPT = """
SELECT f.text_id, d.made_by
FROM store.decision d JOIN store.fold f ON f.article_id = d.subject_id
WHERE d.action = 'keep' AND d.outcome = 'applied' AND d.undone_by IS NULL
"""


class RelevanceStep(ProfileStep):
    name = "relevance"
    chunk = 1000

    @property
    def version(self) -> str:
        from pipelines import relevance

        return f"{relevance.VERSION} {self.profile.version}"

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        return pending(con, self.name, SUBJECTS, "published NULLS LAST, subject_id")

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        in_list(con, [task.subject_id for task in tasks])
        return fetch_rows(con, TEXTS), dict(con.execute(KEPT).fetchall())

    def compute(self, tasks: Sequence[Task], loaded: Any) -> Iterable[Result]:
        from pipelines import relevance

        texts, kept = loaded
        for task, row in zip(tasks, texts, strict=True):
            found = relevance.judge(row["title"], row["text"], self.profile)
            yield self._result(task, row, found, kept.get(task.subject_id))

    def _result(self, task: Task, row: dict[str, Any], found: Relevance, kept_by: str | None) -> Result:
        relevant = found.relevant or kept_by is not None
        outcome = OK if relevant else ("not_relevant" if found.outcome == OK else found.outcome)
        reason = f"kept by {kept_by}" if kept_by else found.reason
        record = {
            "text_id": task.subject_id,
            "relevant": relevant,
            "score": found.score,
            "profile": self.context.profile,
        }
        evidence = evidence_rows(
            "text", task.subject_id, "relevant", "true", task.subject_id, row["article_id"], found.evidence
        )
        return Result(
            task.subject_id, task.input_sha256, outcome, reason, {"relevance": [record], "evidence": evidence}
        )

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        insert(
            con,
            "store.relevance",
            (row for r in results for row in r.rows["relevance"]),
            replace=("text_id",),
        )
        in_list(con, [result.subject_id for result in results])
        con.execute(
            "DELETE FROM store.evidence WHERE subject = 'text' AND axis = 'relevant' "
            "AND subject_id IN (SELECT subject_id FROM chunk)"
        )
        insert(con, "store.evidence", [row for r in results for row in r.rows["evidence"]])

    def forget(self, con: DuckDBPyConnection) -> None:
        forget_stage(con, self.name)


def evidence_rows(
    subject: str,
    subject_id: str,
    axis: str,
    value: str,
    text_id: str,
    article_id: str,
    evidence: Sequence[Evidence],
) -> list[dict[str, Any]]:
    """Rows of ``store.evidence``; the same quotation comes once."""
    return [
        {
            "subject": subject,
            "subject_id": subject_id,
            "axis": axis,
            "value": value,
            "text_id": text_id,
            "article_id": article_id,
            "quote": item.quote,
            "field": item.field,
            "start_at": item.start,
            "end_at": item.end,
        }
        for item in dict.fromkeys(evidence)
    ]
