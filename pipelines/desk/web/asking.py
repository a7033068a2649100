"""One request to the desk: who asks, what the database and the journal hold, and how an answer is made."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from pipelines import decisions, search
from pipelines.desk import cards as dealt
from pipelines.desk.deck import Deck
from pipelines.desk.edition import has_edition
from pipelines.desk.values import outlet_names, say
from pipelines.desk.web.render import FIELD, environment, local_path
from pipelines.desk.web.security import LARGEST_FORM, Manners
from pipelines.desk.web.source import Opened, Source
from pipelines.desk.web.states import state
from pipelines.field import Field, field_of
from pipelines.store import NoStoreError, StoreError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from jinja2 import Environment

NAME_COOKIE = "wiredesk_name"
NAV = (
    ("/", "Morning", "g m"),
    ("/incidents", "Incidents", "g i"),
    ("/review", "Review", "g r"),
    ("/search", "Search", "g s"),
    ("/rejects", "Rejects", "g x"),
    ("/outlets", "Outlets", "g o"),
    ("/runs", "Runs", "g u"),
)


class SorryError(Exception):
    """An answer that is an error, in a sentence for the person who asked."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True)
class Desk:
    """What all requests share."""

    data_dir: Path
    manners: Manners
    user: str
    """Who decides, unless a browser says another name."""
    clock: Callable[[], datetime]
    publish: bool = True
    source: Source = field(init=False)
    templates: Environment = field(init=False)

    def __post_init__(self) -> None:
        self.source = Source(self.data_dir, self.publish)
        self.templates = environment()


@dataclass
class Ask:
    """One request, with the database open while it is answered."""

    desk: Desk
    request: Request
    opened: Opened | None = None

    @property
    def con(self) -> DuckDBPyConnection:
        if self.opened is None:
            raise NoStoreError(f"there is no database in {self.desk.data_dir}: wiredesk run makes it")
        return self.opened.con

    @property
    def name(self) -> str:
        """Who decides: the name this browser gave, else the one the desk was started with."""
        given = unquote(self.request.cookies.get(NAME_COOKIE, ""))
        return given if _NAME.fullmatch(given) else self.desk.user

    @property
    def csrf(self) -> str:
        return self.desk.manners.csrf(self.request.scope["wiredesk.session"])

    def param(self, name: str) -> str:
        return self.request.query_params.get(name, "").strip()

    def once(self, name: str, work: Callable[[DuckDBPyConnection], Any]) -> Any:
        """What ``work`` gives for the present state of the database, worked out once."""
        if self.opened is None:
            return work(self.con)
        return self.desk.source.once(name, self.opened, work)

    @cached_property
    def cards(self) -> Deck:
        found: Deck = self.once("cards", _deck)
        return found

    @cached_property
    def named(self) -> dict[str, str]:
        """Outlets' names by id."""
        if self.opened is None:
            return {}
        found: dict[str, str] = self.once("outlet names", outlet_names)
        return found

    @cached_property
    def field(self) -> Field:
        """What the database's profile calls things."""
        found: Field = self.once("field", field_of)
        return found

    @cached_property
    def records(self) -> search.Records:
        """What incidents are found by: as long in the gathering as all the rest of a search for them."""
        found: search.Records = self.once("records", search.records)
        return found

    def say(self, axis: str, value: str) -> str:
        """What a value is called."""
        return say(axis, value, self.named, self.field)

    @cached_property
    def journal(self) -> list[decisions.Decision]:
        return self.desk.source.journal()

    @cached_property
    def pending(self) -> list[decisions.Decision]:
        """Decisions that no run has folded in yet."""
        known = self.once("decisions", _known)
        return [decision for decision in self.journal if decision.decision_id not in known]

    @cached_property
    def marks(self) -> dict[str, str]:
        return dealt.pending_marks(self.pending, self.cards)

    def mark(self, incident_id: str) -> str:
        """``new``, ``seen`` or ``reviewed``, pending marks included."""
        return self.marks.get(incident_id) or self.cards.marks.get(incident_id, "new")

    def page(self, template: str, *, status: int = 200, **shown: Any) -> Response:
        """An HTML page."""
        path = self.request.url.path
        done = self.param("done")
        words = {
            "path": path,
            "here": path + (f"?{self.request.url.query}" if self.request.url.query else ""),
            "name": self.name,
            "csrf": self.csrf,
            "nav": NAV,
            "opened": self.opened,
            "sampled": self.opened is not None and self.once("sampled", _sampled),
            "named": self.named,
            "now": self.desk.clock(),
            "token": self.desk.manners.token is not None,
            "done": [d for d in self.journal if done and d.decision_id in done.split(",")] if done else [],
        }
        if self.opened is not None:
            FIELD.set(self.field)  # every request has a context of its own
        text = self.desk.templates.get_template(template).render(words | shown)
        return HTMLResponse(text, status)


def _deck(con: DuckDBPyConnection) -> Deck:
    deck = Deck(dealt.cards(con).values(), tuple(field_of(con).limbs))
    if has_edition(con):
        # worked out while nobody waits; of the database itself, when the first incident is opened
        _ = deck.titles
    return deck


def _sampled(con: DuckDBPyConnection) -> bool:
    """Whether any English that a page may show was written by the sample package."""
    wrote = "WHERE coalesce(engine, '') || coalesce(model, '') ILIKE '%sample%'"
    sql = f"SELECT EXISTS (FROM store.title_en {wrote}) OR EXISTS (FROM store.sentence {wrote} AND current)"
    [(found,)] = con.execute(sql).fetchall()
    return bool(found)


_NAME = re.compile(r"[^\x00-\x1f\x7f<>]{1,60}")


def expected() -> dict[str, Callable[[DuckDBPyConnection], Any]]:
    """What every page works out once for each state of the database."""
    return {
        "cards": _deck,
        "decisions": _known,
        "sampled": _sampled,
        "field": field_of,
        "records": search.records,
        "outlet names": outlet_names,
    }


def _known(con: DuckDBPyConnection) -> frozenset[str]:
    return frozenset(name for (name,) in con.execute("SELECT decision_id FROM store.decision").fetchall())


Page = Callable[[Ask], Response]
Act = Callable[[Ask, FormData], Response]
Endpoint = Callable[[Request], Any]


def page(desk: Desk, handler: Page, *, store: bool = True) -> Endpoint:
    """An endpoint that answers a GET, with the database open unless ``store`` is false."""

    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_answer, desk, request, handler, store)

    return endpoint


def act(desk: Desk, handler: Act, *, store: bool = True) -> Endpoint:
    """An endpoint that takes a form of ours: one without the session's token does nothing."""

    async def endpoint(request: Request) -> Response:
        try:
            form = await request.form(max_files=0, max_fields=500)
        except ClientDisconnect:  # it gave no length, and went on for too long
            message = f"A form holds {LARGEST_FORM} bytes at most, so nothing was done."
            return Ask(desk, request).page("sorry.html", status=413, message=message)
        given = form.get("csrf")
        right = desk.manners.csrf(request.scope["wiredesk.session"])
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), right.encode()):
            message = "This form is not from this session of the desk, so nothing was done. Load the page again and repeat it."
            return Ask(desk, request).page("sorry.html", status=403, message=message)
        return await run_in_threadpool(_answer, desk, request, lambda ask: handler(ask, form), store)

    return endpoint


def _answer(desk: Desk, request: Request, handler: Page, store: bool) -> Response:
    closed = Ask(desk, request)
    try:
        if not store:
            return handler(closed)
        with desk.source.open() as opened:
            return handler(Ask(desk, request, opened))
    except SorryError as error:
        return closed.page("sorry.html", status=error.status, message=str(error))
    except decisions.JournalError as error:
        return closed.page("sorry.html", status=500, message=str(error))
    except StoreError as error:
        found = state(error, desk.data_dir)
        answer = closed.page("state.html", status=found.status, state=found)
        if found.again:
            answer.headers["retry-after"] = str(found.again)
        return answer


def text_of(form: FormData, name: str, *, longest: int = 2000) -> str:
    """A field of a form, trimmed.

    :raises SorryError: when it is too long or no text.
    """
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > longest:
        raise SorryError(400, f"The field {name} holds {longest} characters at most.")
    return value.strip()


def back_to(form: FormData, **added: str) -> Response:
    """Back to the page that the form names, which is one of ours."""
    path = local_path(text_of(form, "back") or "/")
    path, _, fragment = path.partition("#")
    for name, value in added.items():
        path = re.sub(rf"([?&]){name}=[^&]*&?", r"\1", path).rstrip("?&")
        path += f"{'&' if '?' in path else '?'}{name}={quote(value, safe=',')}"
    return RedirectResponse(path + (f"#{fragment}" if fragment else ""), 303)
