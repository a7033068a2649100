"""The desk as one ASGI application: routes, files of its own, errors as pages, the guard in front."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipelines.desk.web.asking import Ask, Desk, act, expected, page
from pipelines.desk.web.pages import (
    article,
    deciding,
    finding,
    incident,
    incidents,
    machinery,
    morning,
    review,
)
from pipelines.desk.web.security import LOOPBACK, Guard, Manners, load_secret

FILES = {
    "desk.css": "text/css; charset=utf-8",
    "desk.js": "text/javascript; charset=utf-8",
    "icon.svg": "image/svg+xml",
}


def create_app(
    data_dir: Path,
    *,
    user: str,
    clock: Callable[[], datetime],
    hosts: frozenset[str] = frozenset(),
    token: str | None = None,
    publish: bool = True,
) -> Guard:
    """The desk over one data folder.

    :param user: who decides, unless a browser gives another name.
    :param clock: the present, aware; decisions are dated by it.
    :param hosts: names under which the desk answers besides those of loopback.
    :param token: what a visitor must give first; ``None`` asks for nothing.
    :param publish: keep the published copy as new as the database, from a thread.
    """
    manners = Manners(
        load_secret(data_dir / "desk" / "secret"), LOOPBACK | {host.lower() for host in hosts}, token
    )
    desk = Desk(data_dir, manners, user, clock, publish)
    desk.source.expect(expected() | morning.expected())
    gets = {
        "/": morning.morning,
        "/incidents": incidents.incidents,
        "/incidents/chart/{chart}.{kind}": incidents.chart,
        "/feeds/{slug}.atom": incidents.feed,
        "/incident/{incident_id}": incident.incident,
        "/incident/{incident_id}/bundle.zip": incident.bundle,
        "/article/{article_id:path}": article.article,
        "/captured/{fetch_id}": article.captured,
        "/review": review.review,
        "/search": finding.find,
        "/rejects": finding.rejects,
        "/outlets": machinery.outlets,
        "/runs": machinery.runs,
        "/runs/{run_id}": machinery.run,
    }
    posts = {
        "/decide": deciding.decide,
        "/visited": morning.visited,
        "/saved": incidents.save,
        "/saved/forget": incidents.unsave,
    }
    routes = [Route(path, page(desk, handler), methods=["GET"]) for path, handler in gets.items()]
    routes += [Route(path, act(desk, handler), methods=["POST"]) for path, handler in posts.items()]
    routes.append(Route("/keys", page(desk, machinery.keys, store=False), methods=["GET"]))
    routes.append(Route("/name", act(desk, deciding.name, store=False), methods=["POST"]))
    if token is not None:
        routes.append(Route("/login", page(desk, machinery.login, store=False), methods=["GET"]))
        routes.append(Route("/login", act(desk, deciding.login, store=False), methods=["POST"]))
    routes.append(Route("/static/{name}", _files(), methods=["GET"]))

    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        message = {404: "There is no such page.", 405: "This page cannot be asked for in that way."}
        return Ask(desk, request).page(
            "sorry.html", status=status, message=message.get(status, "The form could not be read.")
        )

    async def broken(request: Request, _error: Exception) -> Response:
        message = (
            "The desk made a mistake with this page. It is written down where the desk was started; "
            "nothing that you decided is lost."
        )
        return Ask(desk, request).page("sorry.html", status=500, message=message)

    return Guard(
        Starlette(routes=routes, exception_handlers={HTTPException: refused, Exception: broken}),
        manners,
        get_ready=desk.source.get_ready,
        keep_up=desk.source.keep_up,
        close=desk.source.close,
    )


def warm() -> None:
    """Load what the first pages need (word tables, vocabularies), so that nobody waits for it."""
    from pipelines import bundles, field, incidents, search
    from pipelines.desk.web.render import environment, script

    for name in environment().list_templates():
        environment().get_template(name)
    search.read("芯片")
    script("晶片")
    field.load(field.DEFAULT_PROFILE)
    incidents.default_settings()
    _ = bundles.VERSION


def _files() -> Callable[[Request], Any]:
    """Answers for the desk's own style sheet, script and icon, by name out of a fixed list: no path is looked up."""
    folder = resources.files("pipelines.desk.web") / "static"
    held = {name: (folder / name).read_bytes() for name in FILES}
    tags = {name: f'"{hashlib.sha256(data).hexdigest()[:16]}"' for name, data in held.items()}

    async def endpoint(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in held:
            raise HTTPException(404)
        headers = {"etag": tags[name], "cache-control": "no-cache"}
        if request.headers.get("if-none-match") == tags[name]:
            return Response(None, 304, headers)
        return Response(held[name], 200, {**headers, "content-type": FILES[name]})

    return endpoint
