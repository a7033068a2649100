"""The step of :mod:`pipelines.labels`: relevant texts get class, limb, severity and vocabulary values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.records import OK, Judgement
from pipelines.steps.base import ProfileStep, Result, Task, forget_stage, in_list, pending
from pipelines.steps.relevance import TEXTS, evidence_rows
from pipelines.store import fetch_rows, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SUBJECTS = """
SELECT t.text_id AS subject_id, t.input_sha256, t.published
FROM store.text t JOIN store.relevance r USING (text_id) WHERE r.relevant
"""


class LabelsStep(ProfileStep):
    name = "labels"
    chunk = 200

    @property
    def version(self) -> str:
        from pipelines import labels

        return f"{labels.VERSION} {self.profile.version}"

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        return pending(con, self.name, SUBJECTS, "published NULLS LAST, subject_id")

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        in_list(con, [task.subject_id for task in tasks])
        return fetch_rows(con, TEXTS)

    def compute(self, tasks: Sequence[Task], loaded: list[dict[str, Any]]) -> Iterable[Result]:
        from pipelines import labels

        for task, row in zip(tasks, loaded, strict=True):
            yield self._result(task, row, labels.judge(row["title"], row["text"], self.profile))

    def _result(self, task: Task, row: dict[str, Any], found: Judgement) -> Result:
        text_id = task.subject_id
        outcome = found.outcome
        if outcome == OK and found.class_ is None:
            outcome = "undecided"
        elif outcome == OK and found.class_ == "unrelated":
            outcome = "unrelated"
        label_rows: list[dict[str, Any]] = []
        evidence: list[dict[str, Any]] = []
        for label in found.labels:
            label_rows.append(
                {
                    "subject": "text",
                    "subject_id": text_id,
                    "axis": label.axis,
                    "value": label.value,
                    "score": label.score,
                    "method": label.method,
                    "model": self.version,
                    "decided_by": "machine",
                }
            )
            evidence += evidence_rows(
                "text", text_id, label.axis, label.value, text_id, row["article_id"], label.evidence
            )
        judgement: dict[str, Any] = {
            "text_id": text_id,
            "class": found.class_,
            "materialisation": found.materialisation,
            "limbs": list(found.limbs),
            "severity": found.severity,
            "candidates": [list(candidate) for candidate in found.candidates],
            "profile": self.context.profile,
        }
        facts: list[dict[str, Any]] = []
        for n, fact in enumerate(found.facts):
            where = fact.evidence[0] if fact.evidence else None
            facts.append(
                {
                    "text_id": text_id,
                    "n": n,
                    "kind": fact.kind,
                    "value": fact.value,
                    "role": fact.role,
                    "unit": fact.unit,
                    "precision": fact.precision,
                    "quote": where.quote if where else None,
                    "field": where.field if where else None,
                    "start_at": where.start if where else None,
                    "end_at": where.end if where else None,
                }
            )
        rows = {"judgement": [judgement], "label": label_rows, "evidence": evidence, "fact": facts}
        return Result(text_id, task.input_sha256, outcome, found.reason, rows)

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        in_list(con, [result.subject_id for result in results])
        mine = "subject = 'text' AND subject_id IN (SELECT subject_id FROM chunk)"
        con.execute(f"DELETE FROM store.label WHERE {mine} AND decided_by = 'machine'")
        con.execute(f"DELETE FROM store.evidence WHERE {mine} AND axis <> 'relevant'")
        con.execute("DELETE FROM store.fact WHERE text_id IN (SELECT subject_id FROM chunk)")
        insert(
            con,
            "store.judgement",
            [row for r in results for row in r.rows["judgement"]],
            replace=("text_id",),
        )
        for table in ("label", "evidence", "fact"):
            insert(con, f"store.{table}", [row for r in results for row in r.rows[table]])

    def forget(self, con: DuckDBPyConnection) -> None:
        forget_stage(con, self.name)
