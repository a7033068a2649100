"""The morning page: what changed since the last visit, what waits for a decision, what is wrong, what the last run did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from pipelines.desk import feeds, saved, works
from pipelines.desk.alarms import alarms, joined, ringing
from pipelines.desk.naming import names_in
from pipelines.desk.queue import review_queue
from pipelines.desk.web.asking import Ask, SorryError, text_of

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIRST_DAYS = timedelta(days=3)
"""How far back the first visit looks, from the newest change."""
MOST = 60
"""Incidents shown as changed."""


def morning(ask: Ask) -> Response:
    newest = ask.once("newest", feeds.newest)
    read = saved.read_until(ask.desk.data_dir, ask.name)
    since = read or (newest - FIRST_DAYS if newest else None)
    changes = feeds.changes(ask.con, since=since)
    groups = grouped(changes)
    queue = waiting(ask)
    run = ask.once("last run", works.last_run)
    funnel = ask.once("last funnel", works.last_funnel)
    return ask.page(
        "morning.html",
        read=read,
        newest=newest,
        groups=groups[:MOST],
        more=max(0, len(groups) - MOST),
        names=names_in(ask.con, [change.what for group in groups[:MOST] for change in group["changes"]]),
        cards=ask.cards,
        marks={name: ask.mark(name) for name in [group["incident_id"] for group in groups[:MOST]]},
        queue=queue[:10],
        waiting=len(queue),
        doubts=sum(row["doubt"] for row in queue),
        alarms=joined(ringing(ask.desk.data_dir), ask.once("alarms", alarms)),
        run=run,
        funnel=funnel,
        no_pages=ask.once("last no pages", works.last_no_pages),
        columns=works.FUNNEL_COLUMNS,
        pending=ask.pending,
        totals=_totals(ask),
    )


def expected() -> dict[str, Callable[[DuckDBPyConnection], Any]]:
    """What this page works out once for each state of the database."""
    return {
        "newest": feeds.newest,
        "last run": works.last_run,
        "last funnel": works.last_funnel,
        "last no pages": works.last_no_pages,
        "review queue": _queue,
        "alarms": alarms,
    }


def _totals(ask: Ask) -> dict[str, int]:
    """Incidents and hazards, and how many nobody has looked at; marks that are pending count."""
    there = ~ask.cards.merged
    classes = ask.cards.tally(there).get("class", {})
    unread = there & ask.cards.having("mark", ["new"])
    unread |= ask.cards.named([name for name, mark in ask.marks.items() if mark == "new"])
    unread &= ~ask.cards.named([name for name, mark in ask.marks.items() if mark != "new"])
    return {
        "incidents": classes.get("incident", 0),
        "hazards": classes.get("hazard", 0),
        "unread": int(unread.sum()),
    }


def grouped(changes: Sequence[feeds.Change]) -> list[dict[str, Any]]:
    """The changes by incident, the newest incident first, each incident's changes oldest first."""
    groups: dict[str, dict[str, Any]] = {}
    for change in changes:
        group = groups.setdefault(
            change.incident_id,
            {"incident_id": change.incident_id, "title": change.title, "new": False, "changes": []},
        )
        group["changes"].insert(0, change)
        group["new"] = group["new"] or change.kind == "opened"
    return list(groups.values())


def waiting(ask: Ask) -> list[dict[str, Any]]:
    """The review queue without what a pending decision has settled already; without a doubt only what is new."""
    queue: list[dict[str, Any]] = ask.once("review queue", _queue)
    gone = {d.subject_id for d in ask.pending if d.action == "merge"}
    rows = []
    marks = ask.cards.marks | ask.marks
    for row in queue:
        mark = marks.get(row["incident_id"], "new")
        if row["incident_id"] not in gone and (mark == "new" or (row["doubt"] and mark == "seen")):
            rows.append(row)
    return rows


def _queue(con: DuckDBPyConnection) -> list[dict[str, Any]]:
    return review_queue(con, limit=5000)


def visited(ask: Ask, form: FormData) -> Response:
    """The analyst has read the morning page: the next one begins after the newest change that was shown."""
    try:
        until = datetime.fromisoformat(text_of(form, "until", longest=40))
    except ValueError as error:
        raise SorryError(400, "The moment up to which you have read is missing.") from error
    saved.has_read(ask.desk.data_dir, ask.name, until)
    return RedirectResponse("/", 303)
