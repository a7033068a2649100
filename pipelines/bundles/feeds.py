"""Feeds of what changed in the record, as Atom (RFC 4287) and JSON Feed 1.1: "label hazard → incident, because …"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from .content import rows
from .crosswalk import uuid5
from .safety import BundleError, visible
from .tables import to_pretty_json

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

ATOM = "http://www.w3.org/2005/Atom"
TITLE = "wiredesk: what changed in the incident records"
LONGEST = 500
"""Entries in a feed, the newest."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of a feed."""

    id: str
    """A ``urn:uuid``, the same whenever the feed is made."""
    title: str
    text: str
    moment: str
    """ISO 8601, UTC."""
    author: str
    incident_id: str
    link: str = ""
    """Where a person reads on, if there is such a place."""


def change_id(incident_id: str, n: int) -> str:
    """The id of the ``n``-th change of an incident: the same in every feed."""
    return "urn:uuid:" + uuid5("change", incident_id, str(n))


def changes(con: DuckDBPyConnection, query: str | None = None) -> list[Change]:
    """What happened to the incidents, newest first.

    :param query: a SELECT whose ``incident_id`` says which incidents; all without it.
    :raises BundleError: when the query has no such column.
    """
    where = ""
    if query is not None:
        names = [row[0] for row in con.execute(f"DESCRIBE {query}").fetchall()]
        if "incident_id" not in names:
            raise BundleError("a feed needs a query with the column incident_id")
        where = f"WHERE h.incident_id IN (SELECT incident_id FROM ({query}))"
    found = rows(
        con,
        f"""
        SELECT h.incident_id, h.n, h.happened, h.kind, h.detail, h.reason, h.made_by, h.revision,
               coalesce(i.title, i.title_original, i.incident_id) AS title
        FROM incident_history h JOIN incidents i USING (incident_id) {where}
        ORDER BY h.happened DESC, h.incident_id, h.n DESC LIMIT {LONGEST}
        """,
    )
    return [
        Change(
            id=change_id(row["incident_id"], row["n"]),
            title=f"{row['title']}: {_what(row)}",
            text=_sentence(row),
            moment=row["happened"],
            author=row["made_by"],
            incident_id=row["incident_id"],
        )
        for row in found
    ]


def _what(row: dict[str, Any]) -> str:
    """``class hazard → incident`` where the history says what was before, else the kind of the change."""
    detail = row["detail"] if isinstance(row["detail"], dict) else {}
    if {"from", "to"} <= detail.keys():
        field = str(row["kind"]).removesuffix(" changed")
        return f"{field} {detail['from'] or 'none'} → {detail['to'] or 'none'}"
    return str(row["kind"])


def _sentence(row: dict[str, Any]) -> str:
    said = row["reason"] or ""
    told = said if said.startswith(_what(row)) else _what(row) + (f", because {said}" if said else "")
    return f"{row['incident_id']}, revision {row['revision']}: {told} (by {row['made_by']})"


def atom(entries: Sequence[Change], *, name: str = "changes", title: str = TITLE, link: str = "") -> str:
    """The entries as an Atom feed; the feed's time is that of its newest entry.

    :param name: what makes this feed another than the next: its id is made from it.
    :param link: where a person reads what the feed tells.
    """
    ElementTree.register_namespace("", ATOM)
    feed = ElementTree.Element(f"{{{ATOM}}}feed")

    def add(
        parent: ElementTree.Element, name: str, text: str | None, **attributes: str
    ) -> ElementTree.Element:
        element = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        element.text = text
        return element

    def lead(parent: ElementTree.Element, where: str) -> None:
        if where:
            add(parent, "link", None, rel="alternate", type="text/html", href=where)

    add(feed, "id", "urn:uuid:" + uuid5("feed", name))
    add(feed, "title", visible(title))
    add(feed, "updated", entries[0].moment if entries else "1970-01-01T00:00:00Z")
    add(feed, "generator", "wiredesk")
    lead(feed, link)
    for item in entries:
        entry = ElementTree.SubElement(feed, f"{{{ATOM}}}entry")
        add(entry, "id", item.id)
        add(entry, "title", visible(item.title), type="text")
        add(entry, "updated", item.moment)
        add(ElementTree.SubElement(entry, f"{{{ATOM}}}author"), "name", visible(item.author))
        lead(entry, item.link)
        add(entry, "content", visible(item.text), type="text")
    ElementTree.indent(feed)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(feed, encoding="unicode") + "\n"


def json_feed(entries: Sequence[Change]) -> str:
    """The entries as a JSON Feed."""
    return to_pretty_json(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": TITLE,
            "items": [
                {
                    "id": item.id,
                    "title": visible(item.title),
                    "content_text": visible(item.text),
                    "date_published": item.moment,
                    "authors": [{"name": visible(item.author)}],
                    "tags": [item.incident_id],
                }
                for item in entries
            ],
        }
    )
