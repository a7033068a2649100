"""Outlets, runs, and help: the line seen from the desk."""

from __future__ import annotations

from starlette.responses import Response

from pipelines.desk import works
from pipelines.desk.alarms import alarms, joined, ringing
from pipelines.desk.web.asking import Ask, SorryError


def outlets(ask: Ask) -> Response:
    raised = joined(ringing(ask.desk.data_dir), ask.once("alarms", alarms))
    return ask.page("outlets.html", outlets=ask.once("outlets", works.outlets), alarms=raised)


def runs(ask: Ask) -> Response:
    return ask.page("runs.html", runs=ask.once("runs", works.runs))


def run(ask: Ask) -> Response:
    found = works.run(ask.con, ask.request.path_params["run_id"])
    if found is None:
        raise SorryError(404, "There is no such run.")
    name = found["run_id"]
    return ask.page(
        "run.html",
        run=found,
        funnel=ask.once(f"funnel {name}", lambda con: works.funnel(con, name)),
        no_pages=works.no_pages(ask.con, name),
        columns=works.FUNNEL_COLUMNS,
    )


def keys(ask: Ask) -> Response:
    return ask.page("keys.html")


def login(ask: Ask) -> Response:
    return ask.page("login.html")
