"""The steps of :mod:`pipelines.incidents`: features of every judged text, then the grouping, a day at a time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING, Any

from pipelines.records import OK
from pipelines.steps import decisions, membership
from pipelines.steps.base import TOLD, Context, Result, Task, forget_stage, in_list, pending
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.incidents import Constraints, Features, Outcome, Reach

JUDGED = "store.text t JOIN store.judgement j USING (text_id) JOIN store.relevance r USING (text_id)"
SUBJECT = "t.text_id AS subject_id, t.published, t.input_sha256 || ' ' || coalesce(j.class, 'undecided') AS input_sha256"
ITEMS = """
SELECT t.text_id, a.title, a.text, t.published, l.language, j.class, a.outlet_id, a.url,
       (SELECT list(DISTINCT f.value ORDER BY f.value) FROM store.fact f
        WHERE f.text_id = t.text_id AND f.kind IN ('organisation', 'system', 'country')) AS entities
FROM store.text t
JOIN chunk c ON c.subject_id = t.text_id
JOIN store.article a ON a.article_id = t.article_id
LEFT JOIN store.judgement j ON j.text_id = t.text_id
LEFT JOIN store.language l ON l.article_id = t.article_id
QUALIFY a.version = max(a.version) OVER (PARTITION BY a.article_id)
ORDER BY c.position
"""


class FeaturesStep:
    """What grouping remembers of a text, computed once: vectors, terms, names, numbers, and its index keys."""

    name = "features"
    chunk = 200

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def version(self) -> str:
        from pipelines import incidents

        return incidents.FEATURES_VERSION

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        subjects = f"SELECT {SUBJECT} FROM {JUDGED} WHERE r.relevant"
        return pending(con, self.name, subjects, "published NULLS LAST, subject_id")

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        in_list(con, [task.subject_id for task in tasks])
        return fetch_rows(con, ITEMS)

    def compute(self, tasks: Sequence[Task], loaded: list[dict[str, Any]]) -> Iterable[Result]:
        from pipelines import incidents

        for task, row in zip(tasks, loaded, strict=True):
            item = incidents.Item(
                text_id=row["text_id"],
                title=row["title"],
                text=row["text"],
                published=row["published"].replace(tzinfo=UTC) if row["published"] else None,
                language=row["language"],
                class_=row["class"],
                entities=tuple(row["entities"] or ()),
                outlet=row["outlet_id"],
                url=row["url"],
            )
            yield Result(
                task.subject_id,
                task.input_sha256,
                OK,
                "",
                {"features": [{"features": incidents.features(item)}]},
            )

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        from pipelines import incidents

        incidents.save_features(
            con, [row["features"] for result in results for row in result.rows["features"]]
        )

    def forget(self, con: DuckDBPyConnection) -> None:
        forget_stage(con, self.name)


@dataclass(frozen=True, slots=True)
class Day:
    """All that the grouping of one day is given."""

    new: list[Features]
    reach: Reach
    constraints: Constraints
    aside: frozenset[str]
    """Texts that a person took out and put nowhere."""


class IncidentsStep:
    """A day's texts join incidents, open them, or wait."""

    name = "incidents"
    chunk = 1_000_000  # a day is one batch: what comes out must not depend on where a chunk ends

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def version(self) -> str:
        from pipelines import incidents

        return incidents.VERSION

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        subjects = f"SELECT {SUBJECT} FROM {JUDGED} WHERE r.relevant"
        tasks = pending(con, self.name, subjects, "published NULLS LAST, subject_id")
        in_list(con, [task.subject_id for task in tasks])
        days = dict(
            con.execute(
                "SELECT t.text_id, strftime(t.published, '%Y-%m-%d') FROM store.text t JOIN chunk c ON c.subject_id = t.text_id"
            ).fetchall()
        )
        return [replace(task, batch=days.get(task.subject_id) or "undated") for task in tasks]

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Day:
        from pipelines import incidents

        constraints, aside = _constraints(con), _taken_out(con)
        in_list(con, [task.subject_id for task in tasks])
        before = con.execute(
            "SELECT text_id FROM store.grouped_before JOIN chunk ON subject_id = text_id"
        ).fetchall()
        constraints = replace(constraints, grouped_before=frozenset(name for (name,) in before))
        # what a person placed is no question any more: it stands in its incident as a known text
        new = incidents.load_features(
            con, [t.subject_id for t in tasks if t.subject_id not in constraints.fixed.keys() | aside]
        )
        return Day(new, incidents.reach(con, new, constraints), constraints, aside)

    def compute(self, tasks: Sequence[Task], loaded: Day) -> Iterable[Result]:
        from pipelines import incidents

        outcome = incidents.assign(loaded.new, loaded.reach, loaded.constraints)
        late = [text for text in outcome.outcomes if text not in {task.subject_id for task in tasks}]
        rows = _rows(outcome)
        rows["late"] = [{"text_id": text} for text in late if outcome.outcomes[text] == OK]
        for n, task in enumerate(tasks):
            reason = "placed by a person" if task.subject_id in loaded.constraints.fixed else ""
            if task.subject_id in loaded.aside:
                reason = "taken out by a person"
            found = OK if reason else outcome.outcomes[task.subject_id]
            yield Result(task.subject_id, task.input_sha256, found, reason, rows if n == 0 else {})

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        rows = next(result.rows for result in results if result.rows)
        ids = [result.subject_id for result in results]
        membership.save(con, self.context, ids, rows)
        in_list(con, ids)
        con.execute("DELETE FROM store.grouped_before WHERE text_id IN (SELECT subject_id FROM chunk)")

    def forget(self, con: DuckDBPyConnection) -> None:
        """Group again from the first day on: incidents keep their ids by the founding rule.

        What stands in an incident that a person merged, split, moved or named stays as that person left it, and what
        stood elsewhere then is not brought into it.
        """
        shaped = sorted(_constraints(con).fixed_incidents)
        con.execute(
            # a text may stand in several incidents: with it they all stay, else it would be left in them alone
            "CREATE OR REPLACE TEMP TABLE settled AS WITH RECURSIVE kept(incident_id) AS ("
            "SELECT unnest(?::VARCHAR[]) UNION "
            "SELECT o.incident_id FROM kept JOIN store.incident_member m USING (incident_id) "
            "JOIN store.incident_member o ON o.text_id = m.text_id) "
            "SELECT DISTINCT text_id FROM store.incident_member JOIN kept USING (incident_id)",
            [shaped],
        )
        con.execute(
            "INSERT OR IGNORE INTO store.grouped_before SELECT subject_id FROM store.stage_result "
            "WHERE stage = ? AND version <> ? AND subject_id NOT IN (FROM settled)",
            [self.name, TOLD],
        )
        con.execute(
            "DELETE FROM store.stage_result WHERE stage = ? AND version <> ? AND subject_id NOT IN (FROM settled)",
            [self.name, TOLD],
        )
        con.execute(
            "DELETE FROM store.incident_member WHERE joined_by = 'machine' AND text_id NOT IN (FROM settled)"
        )
        con.execute(  # what stays as a person left it, stays so in this version too
            "UPDATE store.stage_result SET version = ? WHERE stage = ? AND version <> ?",
            [self.version, self.name, TOLD],
        )


def _rows(outcome: Outcome) -> dict[str, list[dict[str, Any]]]:
    members = [
        {
            "incident_id": member.incident_id,
            "text_id": member.text_id,
            "role": member.role,
            "score": member.score,
            "reason": member.reason,
            "joined_by": member.joined_by,
        }
        for member in outcome.memberships
    ]
    changes = [
        {
            "kind": change.kind,
            "incident_id": change.incident_id,
            "into": change.into,
            "texts": list(change.texts),
            "reason": change.reason,
        }
        for change in outcome.changes
    ]
    affairs = [{"incident_id": one, "affair_id": affair} for one, affair in sorted(outcome.affairs.items())]
    return {"members": members, "changes": changes, "affairs": affairs}


def _constraints(con: DuckDBPyConnection) -> Constraints:
    """What people decided, in the terms of the grouping."""
    from pipelines.incidents import Constraints

    fixed = dict(
        con.execute(
            "SELECT text_id, incident_id FROM store.incident_member WHERE joined_by <> 'machine'"
        ).fetchall()
    )
    apart: set[tuple[str, str]] = set()
    touched: set[str] = set()
    for action in ("merge", "split", "move", "title"):
        for row in decisions.standing(con, action):
            before = row["before"]
            touched.update(name for name in (before.get("incident_id"), before.get("into")) if name)
            if action in ("split", "move") and before.get("incident_id"):
                apart.update(
                    (member["text_id"], before["incident_id"]) for member in before.get("members", ())
                )
    return Constraints(
        fixed=fixed,
        cannot_link=frozenset((text, incident) for text, incident in apart if fixed.get(text) != incident),
        fixed_incidents=frozenset(touched),
    )


def _taken_out(con: DuckDBPyConnection) -> frozenset[str]:
    """Texts that a person's last word took out of an incident and put nowhere."""
    last = {row["subject_id"]: row["before"].get("into") for row in decisions.standing(con, "move")}
    stands = {
        name for (name,) in con.execute("SELECT DISTINCT text_id FROM store.incident_member").fetchall()
    }
    return frozenset(text for text, into in last.items() if into is None) - stands
