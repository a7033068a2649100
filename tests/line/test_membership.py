"""Writing what a day led to costs what the day brought, however long the history is."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.steps import membership
from pipelines.steps.base import Context
from pipelines.store import Store, insert

NOW = datetime(2026, 11, 23, tzinfo=UTC)
OTHERS = 500


class Counting:
    """A connection that counts the rows that are fetched from it."""

    def __init__(self, con: Any) -> None:
        self.con, self.fetched = con, 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.con, name)

    def execute(self, *arguments: Any) -> Counting:
        self.con.execute(*arguments)
        return self

    def fetchall(self) -> list[Any]:
        rows = list(self.con.fetchall())
        self.fetched += len(rows)
        return rows


def event(incident: str, n: int, kind: str, reason: str) -> dict[str, Any]:
    return {
        "incident_id": incident, "n": n, "revision": 0, "happened": NOW, "kind": kind, "detail": {}, "reason": reason,
        "made_by": "machine",
    }  # fmt: skip


def change(incident: str, kind: str, reason: str, into: str | None = None) -> dict[str, Any]:
    return {"incident_id": incident, "kind": kind, "reason": reason, "into": into, "texts": []}


def member(incident: str, text: str, joined_by: str = "machine") -> dict[str, Any]:
    return {
        "incident_id": incident, "text_id": text, "role": "report", "score": 1.0, "reason": "alike", "joined_by": joined_by,
    }  # fmt: skip


def test_a_day_reads_the_history_of_its_own_incidents_alone(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare(now=NOW)
    others = [f"other-{n}" for n in range(OTHERS)]
    empty = {"affair_id": "a", "revision": 0, "state": "open", "content_sha256": ""}
    with store.write() as con:
        insert(con, "store.incident", [{"incident_id": name, **empty} for name in [*others, "old", "gone"]])
        insert(con, "store.incident_event", [event(name, 1, "opened", "its first text") for name in others])
        insert(con, "store.incident_event", [event("old", 7, "grew", "said before")])
        insert(con, "store.incident_member", [member(name, f"t-{name}", "ann") for name in others])
        insert(con, "store.incident_member", [member("old", "t-2", "ann"), member("gone", "t-9")])
        rows: dict[str, list[dict[str, Any]]] = {
            "late": [],
            "affairs": [{"incident_id": "new", "affair_id": "old"}],
            "changes": [
                change("new", "opened", "its first text"),
                change("old", "grew", "said before"),
                change("gone", "merged", "one event", into="old"),
            ],
            "members": [member("new", "t-1"), member("old", "t-2")],
        }
        counting = Counting(con)
        membership.save(counting, Context(tmp_path, "r", NOW, "p"), ["t-1"], rows)  # type: ignore[arg-type]
        history = con.execute(
            "SELECT incident_id, n, kind FROM store.incident_event WHERE incident_id NOT LIKE 'other%' ORDER BY ALL"
        ).fetchall()
        decided = con.execute(
            "SELECT joined_by FROM store.incident_member WHERE incident_id = 'old' AND text_id = 't-2'"
        ).fetchall()
    assert history == [("gone", 1, "merged"), ("new", 1, "opened"), ("old", 7, "grew"), ("old", 8, "took in")]
    assert decided == [("ann",)]
    assert counting.fetched < OTHERS / 5
