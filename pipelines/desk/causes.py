"""Who brought a change about: the line writes down what changed, and a decision before it may be the reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.desk.lists import among
from pipelines.desk.wording import decided

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]
MACHINE = frozenset({"machine", "rule"})


def name_causes(con: DuckDBPyConnection, rows: Sequence[Row], events: Sequence[Row] | None = None) -> None:
    """Make lines of history, as the store holds them, ready to be told: ``detail`` read, persons and their reasons named.

    :param events: the lines among which reasons are looked for, where they are not ``rows`` themselves.
    """
    for row in rows if events is None else [*rows, *events]:
        row["detail"] = json.loads(row["detail"]) if row["detail"] else None
    attribute(rows, rows if events is None else events)
    name_undone(con, rows)


def attribute(rows: Iterable[Row], events: Iterable[Mapping[str, Any]]) -> None:
    """Give every change that a person asked for that person's reason and name, in place of the articles that it names.

    :param rows: lines of history with ``incident_id``, ``n``, ``kind``, ``detail`` (a mapping or ``None``), ``reason`` and ``made_by``.
    :param events: lines of the same incidents; those of decisions on labels and titles count.
    """
    asked: dict[tuple[str, str], list[tuple[int, str, str, str]]] = {}
    for event in events:
        found = _asked(event)
        if found:
            axis, value = found
            asked.setdefault((event["incident_id"], axis), []).append(
                (event["n"], value, event["reason"] or "", event["made_by"])
            )
    for row in rows:
        axis = row["kind"].removesuffix(" changed")
        if axis == row["kind"] or row["made_by"] not in MACHINE or not isinstance(row["detail"], dict):
            continue
        before = [one for one in asked.get((row["incident_id"], axis), ()) if one[0] < row["n"]]
        if before and before[-1][1] == row["detail"].get("to"):
            _, _, reason, who = before[-1]
            change = f"{axis} {row['detail'].get('from') or 'none'} → {row['detail'].get('to')}"
            row |= {"reason": f"{change}, because {reason}" if reason else change, "made_by": who}


def _asked(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """The axis and value that a person's line asks for."""
    detail = event["detail"]
    if event["made_by"] in MACHINE or not isinstance(detail, dict):
        return None
    if event["kind"] == "title" and detail.get("title"):
        return "title", str(detail["title"])
    if event["kind"] == "label" and not detail.get("remove"):
        return str(detail.get("axis")), str(detail.get("value"))
    return None


def name_undone(con: DuckDBPyConnection, rows: Iterable[Row]) -> None:
    """Put what the decision had asked for into the detail of every line that took one back, as ``asked``."""
    details = [
        row["detail"]
        for row in rows
        if row["kind"] == "undone" and isinstance(row["detail"], dict) and row["detail"].get("decision")
    ]
    if not details:
        return
    place, values = among([one["decision"] for one in details])
    asked = {
        name: decided(action, subject, subject_id, json.loads(after or "{}"))
        for name, action, subject, subject_id, after in con.execute(
            f"SELECT decision_id, action, subject, subject_id, after FROM store.decision WHERE decision_id IN {place}",
            values,
        ).fetchall()
    }
    for one in details:
        if one["decision"] in asked:
            one["asked"] = asked[one["decision"]]


def incidents_of(rows: Sequence[Row]) -> list[str]:
    """The incidents whose changes may be a person's."""
    return sorted({row["incident_id"] for row in rows if row["kind"].endswith(" changed")})
