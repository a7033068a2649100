"""What changed in the incidents, newest first, and the same as an Atom feed (RFC 4287) that leads back to the desk."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.desk.lists import among
from pipelines.desk.wording import changed
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

LONGEST = 300


@dataclass(frozen=True, slots=True)
class Change:
    """One line of an incident's history."""

    incident_id: str
    n: int
    revision: int
    happened: datetime
    kind: str
    title: str
    what: str
    """As :func:`pipelines.desk.wording.changed` says it."""
    made_by: str


def changes(con: DuckDBPyConnection, *, since: datetime | None = None, limit: int = 1000) -> list[Change]:
    """What happened to incidents after ``since``, newest first."""
    rows = fetch_rows(
        con,
        """
        SELECT e.incident_id, e.n, e.revision, e.happened, e.kind, e.detail, e.reason, e.made_by,
               coalesce(i.title, i.title_original, i.incident_id) AS title
        FROM store.incident_event e JOIN store.incident i USING (incident_id)
        WHERE e.happened > coalesce(?::TIMESTAMP, TIMESTAMP '0001-01-01')
        ORDER BY e.happened DESC, e.incident_id, e.n DESC LIMIT ?
        """,
        [since, limit],
    )
    return [_change(row) for row in rows]


def entries(con: DuckDBPyConnection, incidents: Collection[str]) -> list[Change]:
    """The newest changes of some incidents."""
    place, values = among(sorted(incidents))
    rows = fetch_rows(
        con,
        f"""
        SELECT e.incident_id, e.n, e.revision, e.happened, e.kind, e.detail, e.reason, e.made_by,
               coalesce(i.title, i.title_original, i.incident_id) AS title
        FROM store.incident_event e JOIN store.incident i USING (incident_id)
        WHERE e.incident_id IN {place}
        ORDER BY e.happened DESC, e.incident_id, e.n DESC LIMIT {LONGEST}
        """,
        values,
    )
    return [_change(row) for row in rows]


def _change(row: dict[str, Any]) -> Change:
    detail = json.loads(row["detail"]) if row["detail"] else None
    return Change(
        incident_id=row["incident_id"],
        n=row["n"],
        revision=row["revision"],
        happened=row["happened"],
        kind=row["kind"],
        title=row["title"],
        what=changed(row["kind"], detail, row["reason"], row["made_by"]),
        made_by=row["made_by"],
    )


def atom(found: Sequence[Change], *, root: str, title: str, query: str) -> str:
    """The changes as an Atom feed; its time is that of the newest.

    :param root: where the desk is, for instance ``http://127.0.0.1:8321``.
    """
    from pipelines import bundles

    told = [
        bundles.Change(
            id=bundles.change_id(item.incident_id, item.n),
            title=f"{item.title}: {item.what}",
            text=f"{item.incident_id}, revision {item.revision}: {item.what}",
            moment=item.happened.isoformat(timespec="seconds") + "Z",
            author=item.made_by,
            incident_id=item.incident_id,
            link=f"{root}/incident/{item.incident_id}",
        )
        for item in found
    ]
    return bundles.atom(told, name=f"incidents?{query}", title=title, link=f"{root}/incidents?{query}")
