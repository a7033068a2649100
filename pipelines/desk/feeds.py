"""What changed in the incidents, newest first, and the same as an Atom feed (RFC 4287) that leads back to the desk."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.desk.causes import incidents_of, name_causes
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


KNOWN = "greatest(e.happened, coalesce(u.started, e.happened))"
"""When the database came to know of an event: a decision happens when it is made, and is folded in by a later run."""
_CHANGES = f"""
SELECT e.incident_id, e.n, e.revision, e.happened, e.kind, e.detail, e.reason, e.made_by,
       coalesce(i.title, i.title_original, i.incident_id) AS title
FROM store.incident_event e JOIN store.incident i USING (incident_id) LEFT JOIN store.run u USING (run_id)
WHERE {{where}} ORDER BY {KNOWN} DESC, e.incident_id, e.n DESC LIMIT {{limit}}
"""
_ASKED = """
SELECT incident_id, n, kind, detail, reason, made_by FROM store.incident_event
WHERE kind IN ('label', 'title') AND incident_id IN {ids} ORDER BY incident_id, n
"""


def changes(con: DuckDBPyConnection, *, since: datetime | None = None, limit: int = 1000) -> list[Change]:
    """What the database learnt of incidents after ``since``, newest first."""
    where = f"{KNOWN} > coalesce(?::TIMESTAMP, TIMESTAMP '0001-01-01')"
    return _told(con, fetch_rows(con, _CHANGES.format(where=where, limit=int(limit)), [since]))


def newest(con: DuckDBPyConnection) -> datetime | None:
    """When the database learnt something last."""
    row = con.execute(
        f"SELECT max({KNOWN}) FROM store.incident_event e LEFT JOIN store.run u USING (run_id)"
    ).fetchone()
    return row[0] if row else None


def entries(con: DuckDBPyConnection, incidents: Collection[str]) -> list[Change]:
    """The newest changes of some incidents."""
    place, values = among(sorted(incidents))
    sql = _CHANGES.format(where=f"e.incident_id IN {place}", limit=LONGEST)
    return _told(con, fetch_rows(con, sql, values))


def _told(con: DuckDBPyConnection, rows: list[dict[str, Any]]) -> list[Change]:
    place, values = among(incidents_of(rows))
    name_causes(con, rows, fetch_rows(con, _ASKED.format(ids=place), values))
    return [_change(row) for row in rows]


def _change(row: dict[str, Any]) -> Change:
    return Change(
        incident_id=row["incident_id"],
        n=row["n"],
        revision=row["revision"],
        happened=row["happened"],
        kind=row["kind"],
        title=row["title"],
        what=changed(row["kind"], row["detail"], row["reason"], row["made_by"]),
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
