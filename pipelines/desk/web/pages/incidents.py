"""The list of incidents: filters, charts, saved queries and their feeds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from pipelines.desk import charts, dossier, feeds, filters, saved
from pipelines.desk.web.asking import Ask, SorryError, text_of

PER_PAGE = 40
FEW = 10
"""Values of a filter shown before "more"."""


def chosen(ask: Ask) -> tuple[filters.Filters, filters.Found]:
    """The filters of the request's URL and what they leave."""
    wanted = filters.parse(ask.request.query_params.multi_items())
    return wanted, found_by(ask, wanted)


def found_by(ask: Ask, wanted: filters.Filters) -> filters.Found:
    holding = filters.holding(
        ask.con, ask.cards, wanted.words, data_dir=ask.desk.data_dir, known=lambda: ask.records
    )
    return filters.apply(ask.cards, wanted, marks=ask.marks, holding=holding)


def incidents(ask: Ask) -> Response:
    wanted, found = chosen(ask)
    pages = max(1, -(-len(found.cards) // PER_PAGE))
    page = min(wanted.page, pages)
    shown = found.cards[(page - 1) * PER_PAGE : page * PER_PAGE]
    return ask.page(
        "incidents.html",
        wanted=wanted,
        found=found,
        shown=shown,
        summaries=dossier.summaries(ask.con, [card.incident_id for card in shown]),
        marks={card.incident_id: ask.mark(card.incident_id) for card in shown},
        pending={d.subject_id for d in ask.pending},
        groups=_groups(ask, wanted, found),
        about=wanted.describe(ask.say),
        axes=filters.AXES,
        sorts=filters.SORTS,
        page=page,
        pages=pages,
        links={n: "/incidents?" + replace(wanted, page=n).query(page=True) for n in (page - 1, page + 1)},
        query=wanted.query(),
        timeline=charts.timeline(found.days),
        bars=_bars(ask, wanted, found),
        width=charts.WIDTH,
        height=charts.HEIGHT,
        saved=saved.queries(ask.desk.data_dir),
        charts=charts.CHARTS,
    )


def _groups(ask: Ask, wanted: filters.Filters, found: filters.Found) -> list[dict[str, Any]]:
    """The filters with the values that they offer: label, number, whether chosen, and where a click leads."""
    groups = []
    for axis, name in filters.AXES.items():
        there = wanted.chosen.get(axis, ())
        values = [
            {
                "value": value,
                "label": ask.say(axis, value),
                "n": n,
                "on": value in there,
                "url": "/incidents?" + wanted.toggled(axis, value).query(),
            }
            for value, n in found.counts[axis]
        ]
        if values:
            first = [v for v in values if v["on"]] + [v for v in values if not v["on"]]
            groups.append(
                {"axis": axis, "name": name, "on": bool(there), "few": first[:FEW], "rest": first[FEW:]}
            )
    return groups


def _bars(ask: Ask, wanted: filters.Filters, found: filters.Found) -> list[dict[str, Any]]:
    drawn = []
    for axis in ("outlet", "harm_type", "industry", "country"):
        bars = charts.bars(found.tallies.get(axis, {}))
        if bars:
            rows = [
                {
                    "bar": bar,
                    "label": ask.say(axis, bar.label),
                    "url": "/incidents?" + wanted.toggled(axis, bar.label).query(),
                }
                for bar in bars
            ]
            drawn.append(
                {
                    "axis": axis,
                    "name": charts.CHARTS[axis],
                    "top": rows[: charts.LONGEST],
                    "rest": rows[charts.LONGEST :],
                }
            )
    return drawn


def chart(ask: Ask) -> Response:
    """One chart of what the filters leave, as CSV or as an SVG file that stands alone."""
    name, kind = ask.request.path_params["chart"], ask.request.path_params["kind"]
    if name not in charts.CHARTS or kind not in ("csv", "svg"):
        raise SorryError(404, "There is no such chart.")
    wanted, found = chosen(ask)
    file = {"content-disposition": f'attachment; filename="incidents-{name}.{kind}"'}
    if kind == "csv":
        columns, rows = charts.table(found, name, ask.say)
        return Response(charts.to_csv(columns, rows), 200, file, "text/csv; charset=utf-8")
    text = ask.desk.templates.get_template("chart.svg.html").render(
        name=charts.CHARTS[name],
        about=wanted.describe(ask.say),
        timeline=charts.timeline(found.days) if name == "timeline" else None,
        bars=[
            {"label": ask.say(name, bar.label), "n": bar.n, "share": bar.share}
            for bar in charts.bars(found.tallies.get(name, {}))[: 2 * charts.LONGEST]
        ],
        width=charts.WIDTH,
        height=charts.HEIGHT,
    )
    return Response(text, 200, file, "image/svg+xml")


def save(ask: Ask, form: FormData) -> Response:
    """Keep a query under a name."""
    wanted = filters.parse(parse_qsl(text_of(form, "query")))
    try:
        kept = saved.keep(
            ask.desk.data_dir,
            name=text_of(form, "name", longest=80) or wanted.describe(ask.say)[:80],
            query=wanted.query(),
            made_by=ask.name,
            made=ask.desk.clock(),
        )
    except ValueError as error:
        raise SorryError(400, str(error)) from error
    return RedirectResponse(f"/incidents?{kept.query}", 303)


def unsave(ask: Ask, form: FormData) -> Response:
    """Forget a saved query."""
    saved.forget(ask.desk.data_dir, text_of(form, "slug", longest=100))
    return RedirectResponse("/incidents", 303)


def feed(ask: Ask) -> Response:
    """What changed in the incidents of a saved query (or of any filters), newest first, as Atom."""
    slug = ask.request.path_params["slug"]
    if slug == "incidents":
        wanted, title = filters.parse(ask.request.query_params.multi_items()), ""
    else:
        kept = next((query for query in saved.queries(ask.desk.data_dir) if query.slug == slug), None)
        if kept is None:
            raise SorryError(404, f"There is no saved query {slug}.")
        wanted, title = filters.parse(parse_qsl(kept.query)), kept.name
    found = found_by(ask, wanted)
    root = str(ask.request.base_url).rstrip("/")
    text = feeds.atom(
        feeds.entries(ask.con, {card.incident_id for card in found.cards}),
        root=root,
        title=f"wiredesk: {title or wanted.describe(ask.say)}",
        query=wanted.query(),
    )
    return Response(text, 200, None, "application/atom+xml; charset=utf-8")
