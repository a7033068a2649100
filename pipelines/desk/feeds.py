"""What changed in the incidents, newest first, and the same as an Atom feed (RFC 4287) that leads back to the desk."""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from pipelines.desk.lists import among
from pipelines.desk.wording import changed
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ATOM = "http://www.w3.org/2005/Atom"
_SPACE = uuid.UUID("6d2cbb0a-5f6f-5b0c-9a53-57e1c6a4b1de")
"""Names the entries of our feeds: the same change has the same id in every feed."""
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
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = _xml(text) if text else None
        return element

    add(feed, "id", f"urn:uuid:{uuid.uuid5(_SPACE, f'feed?{query}')}")
    add(feed, "title", title)
    add(feed, "updated", _utc(found[0].happened) if found else "1970-01-01T00:00:00Z")
    add(feed, "generator", "wiredesk")
    add(feed, "link", rel="alternate", type="text/html", href=f"{root}/incidents?{query}")
    for item in found:
        entry = add(feed, "entry")
        add(entry, "id", f"urn:uuid:{uuid.uuid5(_SPACE, f'{item.incident_id} {item.n}')}")
        add(entry, "title", f"{item.title}: {item.what}")
        add(entry, "updated", _utc(item.happened))
        add(add(entry, "author"), "name", item.made_by)
        add(entry, "link", rel="alternate", type="text/html", href=f"{root}/incident/{item.incident_id}")
        add(entry, "content", f"{item.incident_id}, revision {item.revision}: {item.what}", type="text")
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def _utc(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds") + "Z"


def _xml(text: str) -> str:
    """``text`` without what XML 1.0 forbids."""
    return "".join(
        c
        for c in text
        if c in "\t\n\r" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
    )
