"""Search over every article, and the answer to "why is X not here?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import Response

from pipelines import outcomes, search
from pipelines.desk import seeking, works
from pipelines.desk.edition import has_edition
from pipelines.desk.explaining import Step, explain, verdict
from pipelines.desk.naming import Names, names_in
from pipelines.desk.web.asking import Ask
from pipelines.profiles import CLASSES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 30
PER_PAGE = 50


def find(ask: Ask) -> Response:
    wanted = seeking.parse(ask.request.query_params.multi_items())
    offered: dict[str, list[str]] = ask.once("search filters", seeking.offered)
    found = search.find(
        ask.con,
        wanted.words,
        kind=wanted.kind,
        limit=MOST,
        filters=wanted.filters,
        data_dir=ask.desk.data_dir,
        known=ask.records if wanted.kind == "incident" else None,
    )
    return ask.page(
        "search.html",
        query=wanted.words,
        wanted=wanted,
        widened=replace(wanted, everything=True).query(),
        unfiltered=seeking.Sought(wanted.words, everything=wanted.everything).query(),
        kinds=seeking.KINDS,
        classes=CLASSES,
        choices=[
            _choice(ask, "outlet", "Outlet", wanted.outlets, offered["outlet"]),
            _choice(ask, "language", "Language", wanted.languages, offered["language"]),
        ],
        hits=found.hits,
        notes=found.notes,
        found=found.found,
        more=len(found.hits) == MOST < found.found,
        most=MOST,
        asked=found.question.words,
        cards=ask.cards,
    )


def _choice(ask: Ask, axis: str, name: str, chosen: Sequence[str], offered: Sequence[str]) -> dict[str, Any]:
    """A filter of which a list takes one value; the others that the URL has stand beside it, to be taken away.

    What was chosen is in the list also where the index does not know it.
    """
    values = sorted(dict.fromkeys([*offered, *chosen[:1]]), key=lambda v: (ask.say(axis, v).casefold(), v))
    return {
        "axis": axis,
        "name": name,
        "one": chosen[0] if chosen else "",
        "further": [(value, ask.say(axis, value)) for value in chosen[1:]],
        "values": [(value, ask.say(axis, value)) for value in values],
    }


def _ready(con: DuckDBPyConnection) -> str:
    """The table of an edition that holds the rejects."""
    return "desk.rejects" if has_edition(con) else ""


def _counts(con: DuckDBPyConnection) -> list[dict[str, Any]]:
    return works.reject_counts(con, table=_ready(con))


def _verdict(ask: Ask, steps: list[Step], names: Names) -> dict[str, str]:
    found = verdict(steps, ask.field)
    name = names.get(found.incident_id or "")
    return {
        "what": found.what,
        "url": name.url if name else "",
        "title": name.whole if name else "",
        "why": found.why,
    }


def rejects(ask: Ask) -> Response:
    query, stage, outcome, outlet = (ask.param(name)[:300] for name in ("q", "stage", "outcome", "outlet"))
    page = max(1, min(int(ask.param("page")), 10_000)) if ask.param("page").isdigit() else 1
    counts: list[dict[str, Any]] = (
        works.reject_counts(ask.con, table=_ready(ask.con), words=query)
        if query
        else ask.once("reject counts", _counts)
    )
    wanted = {"stage": stage, "outcome": outcome, "outlet_id": outlet}
    steps = explain(ask.con, query) if query else []
    names = names_in(ask.con, [text for step in steps for text in (step["outcome"], step["reason"])])
    rows = works.rejects(
        ask.con,
        stage=stage,
        outcome=outcome,
        outlet=outlet,
        words=query,
        limit=PER_PAGE + 1,
        offset=(page - 1) * PER_PAGE,
        table=_ready(ask.con),
    )

    def link(**changed: str) -> str:
        pairs = {"q": query, "stage": stage, "outcome": outcome, "outlet": outlet} | changed
        return "/rejects?" + urlencode({name: value for name, value in pairs.items() if value})

    groups = []
    for column, name, parameter in (
        ("stage", "Stage", "stage"),
        ("outcome", "Outcome", "outcome"),
        ("outlet_id", "Outlet", "outlet"),
    ):
        tally: dict[str, int] = {}
        for row in counts:
            if all(not value or row[other] == value for other, value in wanted.items() if other != column):
                tally[row[column]] = tally.get(row[column], 0) + row["n"]
        ordered = sorted(tally.items(), key=lambda item: (-item[1], item[0]))
        if column == "stage":
            ordered.sort(key=lambda item: works.STAGES.index(item[0]) if item[0] in works.STAGES else 99)
        groups.append(
            {
                "name": name,
                "values": [
                    {"label": ask.say("outlet", value) if column == "outlet_id" else outcomes.name(value),
                     "n": n, "on": wanted[column] == value,
                     "url": link(**{parameter: "" if wanted[column] == value else value})}
                    for value, n in ordered[:30]
                ],
            }
        )  # fmt: skip
    return ask.page(
        "rejects.html",
        query=query,
        stage=stage,
        outcome=outcome,
        outlet=outlet,
        steps=steps,
        verdict=_verdict(ask, steps, names),
        names=names,
        near=works.similar_urls(ask.con, query) if query and not steps and "/" in query else [],
        rows=rows[:PER_PAGE],
        more=len(rows) > PER_PAGE,
        page=page,
        groups=groups,
        link=link,
    )
