"""The last step: an incident whose texts, labels, translations or decisions changed gets its record written anew.

A revision is numbered only when the record says something else than before; what changed, and because of which
article, is a line of its history.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pipelines.records import OK
from pipelines.steps import decisions, revision
from pipelines.steps.base import ProfileStep, Result, Task, forget_stage, in_list, pending, sha256_of
from pipelines.steps.relevance import evidence_rows
from pipelines.store import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUIET_AFTER = timedelta(days=30)
SUBJECTS = """
SELECT i.incident_id AS subject_id, sha256(concat_ws(chr(30),
    coalesce(m.members, ''), coalesce(d.decided, ''), i.state = 'merged')) AS input_sha256
FROM store.incident i
LEFT JOIN (
    SELECT m.incident_id, string_agg(concat_ws(' ', m.text_id, m.role, t.input_sha256, l.version, l.input_sha256,
               c.carriers, c.translated), chr(31) ORDER BY m.text_id) AS members
    FROM store.incident_member m
    JOIN store.text t USING (text_id)
    LEFT JOIN store.stage_result l ON l.stage = 'labels' AND l.subject_id = m.text_id
    LEFT JOIN (
        SELECT f.text_id, count(*) AS carriers, string_agg(coalesce(e.model, ''), ' ' ORDER BY f.article_id) AS translated
        FROM store.fold f LEFT JOIN store.title_en e USING (article_id) GROUP BY f.text_id
    ) c ON c.text_id = m.text_id
    GROUP BY m.incident_id
) m USING (incident_id)
LEFT JOIN (
    SELECT subject_id AS incident_id, string_agg(decision_id || coalesce(undone_by, ''), ' ' ORDER BY position) AS decided
    FROM store.decision WHERE subject = 'incident' AND outcome = 'applied' GROUP BY subject_id
) d USING (incident_id)
"""
SCALARS = ("class", "materialisation", "limb", "severity", "title")
"""Fields whose change is told in the history."""
CONTENT = ("title", "title_original", "summary", "summary_sentences", "timeline", "rationale", "origin_names")
"""Fields that quote the texts: an incident without texts says nothing."""


class RevisionsStep(ProfileStep):
    """Incident records: title, summary, votes, labels with evidence, rationale, origins, times."""

    name = "revisions"
    chunk = 50

    @property
    def version(self) -> str:
        from pipelines import labels

        return f"revisions-3 {labels.VERSION} {self.profile.version}"

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        return pending(con, self.name, SUBJECTS, "subject_id")

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        ids = [task.subject_id for task in tasks]
        said = {kind: decisions.standing(con, kind) for kind in ("label", "title")}
        return revision.load(con, ids), said

    def compute(self, tasks: Sequence[Task], loaded: Any) -> Iterable[Result]:
        incidents, said = loaded
        for task in tasks:
            one = incidents[task.subject_id]
            corrections = [
                row for row in said["label"] if row["before"].get("incident_id") == task.subject_id
            ]
            titles = [row for row in said["title"] if row["before"].get("incident_id") == task.subject_id]
            yield self._result(task, one, corrections, titles[-1] if titles else None)

    def _result(
        self,
        task: Task,
        one: revision.Loaded,
        corrections: list[dict[str, Any]],
        title: dict[str, Any] | None,
    ) -> Result:
        before = one.record
        if before["state"] == "merged":
            return Result(task.subject_id, task.input_sha256, "merged", f"into {before['merged_into']}")
        if not one.texts:
            empty = dict.fromkeys(CONTENT, None)
            rows = {
                "record": [{**_kept(before), **empty, "state": "withdrawn", "content_sha256": "withdrawn"}]
            }
            return Result(task.subject_id, task.input_sha256, "withdrawn", "no text is left in it", rows)
        made = revision.make(one, self.profile, corrections, title, self.context.now.date())
        content = sha256_of(json.dumps(made.content(), ensure_ascii=False, sort_keys=True, default=str))
        changed = content != before["content_sha256"]
        number = before["revision"] + 1 if changed else before["revision"]
        record = {
            **_kept(before),
            **made.record,
            "revision": number,
            "state": "open",
            "content_sha256": content,
        }
        labels, evidence = self._labels(task.subject_id, made)
        events = []
        if changed and before["revision"]:
            events = [
                {"incident_id": task.subject_id, "revision": number, **line}
                for line in _changes(before, made)
            ]
        rows = {
            "record": [record],
            "vote": made.votes,
            "label": labels,
            "evidence": evidence,
            "event": events,
        }
        return Result(task.subject_id, task.input_sha256, OK if changed else "unchanged", "", rows)

    def _labels(
        self, incident_id: str, made: revision.Made
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        labels, evidence = [], []
        for label in made.labels:
            labels.append(
                {
                    "subject": "incident",
                    "subject_id": incident_id,
                    "axis": label.axis,
                    "value": label.value,
                    "score": label.score,
                    "method": label.method,
                    "model": self.version,
                    "decided_by": label.decided_by,
                }
            )
            for text, quotes in label.evidence:
                evidence += evidence_rows(
                    "incident", incident_id, label.axis, label.value, text.text_id, text.article_id, quotes
                )
        return labels, evidence

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        in_list(con, [result.subject_id for result in results])
        con.execute("DELETE FROM store.vote WHERE incident_id IN (SELECT subject_id FROM chunk)")
        for table in ("label", "evidence"):
            con.execute(
                f"DELETE FROM store.{table} WHERE subject = 'incident' AND subject_id IN (SELECT subject_id FROM chunk)"
            )
        records = [row for r in results for row in r.rows.get("record", ())]
        insert(con, "store.incident", records, replace=("incident_id",))
        for table in ("vote", "label", "evidence"):
            insert(con, f"store.{table}", [row for r in results for row in r.rows.get(table, ())])
        numbers = dict(
            con.execute(
                "SELECT incident_id, max(n) FROM store.incident_event JOIN chunk ON subject_id = incident_id GROUP BY 1"
            ).fetchall()
        )
        events = []
        for result in results:
            for line in result.rows.get("event", ()):
                name = line["incident_id"]
                numbers[name] = numbers.get(name, 0) + 1
                events.append(
                    {
                        **line,
                        "n": numbers[name],
                        "happened": self.context.now,
                        "made_by": "machine",
                        "run_id": self.context.run_id,
                    }
                )
        insert(con, "store.incident_event", events)

    def forget(self, con: DuckDBPyConnection) -> None:
        forget_stage(con, self.name)


def _kept(before: dict[str, Any]) -> dict[str, Any]:
    """The record as it stands, fit to be written again."""
    return {key: str(value) if isinstance(value, datetime) else value for key, value in before.items()}


def _changes(before: dict[str, Any], made: revision.Made) -> list[dict[str, Any]]:
    """Lines of history: which field said what before, says what now, and who or which articles made it so."""
    newest = ", ".join(made.newest)
    persons = {label.axis: label.decided_by for label in made.labels if label.decided_by != "machine"}
    lines: list[dict[str, Any]] = []
    for name in SCALARS:
        old, new = before.get(name), made.record.get(name)
        if old != new:
            why = f"decided by {persons[name]}" if name in persons else f"because of {newest}"
            lines.append(
                {
                    "kind": f"{name} changed",
                    "detail": {"from": old, "to": new},
                    "reason": f"{name} {old or 'none'} → {new or 'none'}, {why}",
                }
            )
    if not lines:
        lines.append(
            {"kind": "revised", "detail": {"texts": made.newest}, "reason": f"more is known: {newest}"}
        )
    return lines


def age(con: DuckDBPyConnection, now: datetime) -> None:
    """An incident without a report for thirty days is quiet; a new report opens it again."""
    edge = (now - QUIET_AFTER).astimezone(UTC).replace(tzinfo=None)
    con.execute(
        "UPDATE store.incident SET state = CASE WHEN last_published < $edge THEN 'quiet' ELSE 'open' END "
        "WHERE state IN ('open', 'quiet') AND (state = 'quiet') <> coalesce(last_published < $edge, false)",
        {"edge": edge},
    )
