"""Every decision that the desk takes: checked, held against what its maker saw, written to the journal."""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from pipelines import decisions
from pipelines.desk import dossier, saved
from pipelines.desk.questions import bad_value
from pipelines.desk.web.asking import NAME_COOKIE, Ask, SorryError, back_to, text_of
from pipelines.desk.web.pages.article import TEXT_BY_HAND, article_state, fields_of
from pipelines.desk.web.pages.incident import state_of, touching
from pipelines.desk.web.security import LOGIN
from pipelines.desk.wording import changed, decided
from pipelines.field import profile_of
from pipelines.profiles import ProfileError
from pipelines.store import current_id

Wanted = tuple[str, str, str, dict[str, Any]]
"""Subject, its id, action, and what the decision asks for."""
ACCEPTED = "accepted as it stands"
FREE = frozenset({"note", "seen"})
"""What nobody else's work can contradict."""


def decide(ask: Ask, form: FormData) -> Response:
    """One form, one or more decisions of the same kind.

    When the incident is not as its maker saw it any more, nothing is written: the page shows both and asks again.
    """
    action = text_of(form, "action", longest=20)
    if action not in READERS:
        raise SorryError(400, f"The desk knows no decision “{action}”.")
    reason = text_of(form, "reason", longest=1000)
    with saved.alone(ask.desk.data_dir):
        wanted = READERS[action](ask, form)
        conflict = None if action in FREE else _conflict(ask, form)
        if conflict is not None:
            return ask.page(
                "conflict.html",
                status=409,
                **conflict,
                wanted=[
                    decided(what, subject, subject_id, after) for subject, subject_id, what, after in wanted
                ],
                fields=[(name, value) for name, value in form.multi_items() if name not in ("seen", "csrf")],
            )
        if action in REASONED and not reason:
            raise SorryError(400, "A correction needs a reason: one line that says why.")
        made = [
            decisions.make(
                subject, subject_id, what, after,
                reason=reason or (ACCEPTED if action == "accept" else ""), made_by=ask.name, made=ask.desk.clock(),
            )
            for subject, subject_id, what, after in wanted
        ]  # fmt: skip
        for decision in made:
            decisions.append(ask.desk.data_dir, decision)
    return back_to(form, done=",".join(decision.decision_id for decision in made))


def _conflict(ask: Ask, form: FormData) -> dict[str, Any] | None:
    """What changed since the form was made; ``None`` when nothing did, or the form is about nothing that changes."""
    incident_id, seen = text_of(form, "incident", longest=40), text_of(form, "seen", longest=40)
    if not incident_id:
        return _article_conflict(ask, form, seen) if form.get("article") else None
    match = re.fullmatch(r"r(\d+)\.d(\d+)", seen)
    current = current_id(ask.con, incident_id)
    if match is None or current is None:
        raise SorryError(
            400, "The form does not say which state of the incident you saw: load the page again."
        )
    card = ask.cards[current]
    now = state_of(ask, current, card.revision)
    if now == seen and current == incident_id:
        return None
    revision, count = int(match[1]), int(match[2])
    record = dossier.incident(ask.con, current)
    history = [row for row in record["history"] if row["revision"] > revision] if record else []
    made = [d for d in touching(ask.journal, {current}) if d.action != "note"]
    return {
        "title": card.title,
        "url": f"/incident/{current}",
        "moved": current if current != incident_id else "",
        "saw": f"revision {revision}",
        "happened": [
            (
                row["happened"],
                f"r{row['revision']}",
                changed(row["kind"], row["detail"], row["reason"], row["made_by"]),
            )
            for row in history
        ],
        "made": made[count:],
        "now": now,
        "subject": {"incident": current},
    }


def _article_conflict(ask: Ask, form: FormData, seen: str) -> dict[str, Any] | None:
    """As :func:`_conflict`, for a form about an article: another version of it, or somebody's decision."""
    found, article_id = _of_article(ask, form)
    match = re.fullmatch(r"v(\d+)\.d(\d+)", seen)
    if match is None:
        raise SorryError(
            400, "The form does not say which state of the article you saw: load the page again."
        )
    now = article_state(ask, found["record"])
    if now == seen:
        return None
    version, count = int(match[1]), int(match[2])
    return {
        "title": found["record"]["title"] or article_id,
        "url": f"/article/{quote(article_id, safe=':')}",
        "moved": "",
        "saw": f"version {version}",
        "happened": [
            (row["fetched"], f"v{row['version']}", row["change"] or "the outlet changed the page")
            for row in found["versions"]
            if row["version"] > version
        ],
        "made": touching(ask.journal, {article_id})[count:],
        "now": now,
        "subject": {"article": article_id},
    }


def _incident(ask: Ask, form: FormData, name: str = "incident") -> str:
    asked = text_of(form, name, longest=40)
    current = current_id(ask.con, asked)
    if current is None:
        raise SorryError(400, f"There is no incident “{asked}”: ids look like 2026-11-20-ab12.")
    return current


def _mark(state: str) -> Callable[[Ask, FormData], list[Wanted]]:
    def read(ask: Ask, form: FormData) -> list[Wanted]:
        current = _incident(ask, form)
        return [("incident", current, "mark", {"state": state, "revision": ask.cards[current].revision})]

    return read


def _label(ask: Ask, form: FormData) -> list[Wanted]:
    axis, _, value = text_of(form, "label", longest=200).partition("|")
    try:
        problem = bad_value(axis, value, ask.once("profile", profile_of))
    except ProfileError as error:
        raise SorryError(409, f"This label cannot be checked: {error}.") from error
    if problem:
        raise SorryError(400, f"{problem[0].upper()}{problem[1:]}.")
    remove = text_of(form, "remove") == "yes"
    return [("incident", _incident(ask, form), "label", {"axis": axis, "value": value, "remove": remove})]


def _title(ask: Ask, form: FormData) -> list[Wanted]:
    title = text_of(form, "title", longest=300)
    if not title:
        raise SorryError(400, "A title has at least one letter.")
    return [("incident", _incident(ask, form), "title", {"title": title})]


def _note(ask: Ask, form: FormData) -> list[Wanted]:
    note = text_of(form, "note", longest=4000)
    if not note:
        raise SorryError(400, "The note is empty.")
    return [("incident", _incident(ask, form), "note", {"note": note})]


def _merge(ask: Ask, form: FormData) -> list[Wanted]:
    source = _incident(ask, form)
    into = _incident(ask, form, "into_id" if text_of(form, "into_id") else "into")
    if source == into:
        raise SorryError(400, "An incident cannot be merged into itself.")
    return [("incident", source, "merge", {"into": into})]


def _texts(ask: Ask, form: FormData, incident_id: str) -> list[str]:
    chosen = sorted({value for value in form.getlist("text") if isinstance(value, str)})
    there = {
        name
        for (name,) in ask.con.execute(
            "SELECT text_id FROM store.incident_member WHERE incident_id = ?", [incident_id]
        ).fetchall()
    }
    if not chosen:
        raise SorryError(400, "Choose at least one text: each has a box before its title.")
    if not set(chosen) <= there:
        raise SorryError(409, "Not all of these texts are in this incident any more: load the page again.")
    return chosen


def _split(ask: Ask, form: FormData) -> list[Wanted]:
    source = _incident(ask, form)
    chosen = _texts(ask, form, source)
    if len(chosen) == ask.cards[source].texts:
        raise SorryError(400, "Every text is chosen: then nothing would stay behind.")
    return [("incident", source, "split", {"texts": chosen})]


def _move(ask: Ask, form: FormData) -> list[Wanted]:
    source = _incident(ask, form)
    where = text_of(form, "into", longest=40)
    into = None if where == "none" else _incident(ask, form, "into")
    if into == source:
        raise SorryError(400, "The texts are in this incident already.")
    return [
        ("text", text_id, "move", {"from": source, "into": into}) for text_id in _texts(ask, form, source)
    ]


def _of_article(ask: Ask, form: FormData) -> tuple[dict[str, Any], str]:
    article_id = text_of(form, "article", longest=300)
    found = dossier.article(ask.con, article_id)
    if found is None:
        raise SorryError(400, f"There is no article “{article_id}”.")
    return found, article_id


def _article(action: str) -> Callable[[Ask, FormData], list[Wanted]]:
    def read(ask: Ask, form: FormData) -> list[Wanted]:
        return [("article", _of_article(ask, form)[1], action, {})]

    return read


def _fix(ask: Ask, form: FormData) -> list[Wanted]:
    """Every field that the form holds otherwise than the article does is a correction of its own."""
    from pipelines.steps.effects_articles import unfit

    found, article_id = _of_article(ask, form)
    wanted: list[Wanted] = []
    for name, before in fields_of(found["record"]).items():
        if name not in form:
            continue
        given = text_of(form, name, longest=TEXT_BY_HAND).replace("\r\n", "\n")
        if given == before.strip():
            continue
        value: Any = given
        if name == "authors":
            value = [line.strip() for line in given.splitlines() if line.strip()]
        problem = unfit(name, value) if given or name in ("authors", "section") else f"{name} is empty"
        if problem:
            raise SorryError(400, f"{problem[0].upper()}{problem[1:]}.")
        wanted.append(("article", article_id, "fix", {"field": name, "value": value}))
    if not wanted:
        raise SorryError(400, "Every field is as it was: there is nothing to write down.")
    return wanted


def _undo(ask: Ask, form: FormData) -> list[Wanted]:
    decision_id = text_of(form, "decision", longest=60)
    if not any(d.decision_id == decision_id for d in ask.journal):
        raise SorryError(400, f"The journal has no decision “{decision_id}”.")
    before = next((d for d in ask.journal if d.action == "undo" and d.subject_id == decision_id), None)
    if before is not None:
        raise SorryError(409, f"{before.made_by} has taken this decision back already.")
    return [("decision", decision_id, "undo", {})]


READERS: dict[str, Callable[[Ask, FormData], Sequence[Wanted]]] = {
    "accept": _mark("reviewed"),
    "seen": _mark("seen"),
    "new": _mark("new"),
    "label": _label,
    "title": _title,
    "note": _note,
    "merge": _merge,
    "split": _split,
    "move": _move,
    "keep": _article("keep"),
    "drop": _article("drop"),
    "leave": _article("split"),
    "fix": _fix,
    "undo": _undo,
}
REASONED = frozenset({"label", "merge", "split", "move", "keep", "drop", "leave", "fix"})
"""What changes the record says why."""


def name(_ask: Ask, form: FormData) -> Response:
    """Who decides in this browser."""
    given = text_of(form, "name", longest=60)
    answer = back_to(form)
    if given:
        answer.set_cookie(NAME_COOKIE, quote(given), max_age=365 * 86400, httponly=True, samesite="lax")
    else:
        answer.delete_cookie(NAME_COOKIE)
    return answer


def login(ask: Ask, form: FormData) -> Response:
    """Take the token once, so that the browser need not send it again."""
    manners = ask.desk.manners
    given = text_of(form, "token", longest=500)
    if manners.token is None or not hmac.compare_digest(given.encode(), manners.token.encode()):
        raise SorryError(403, "This is not the token.")
    answer = RedirectResponse("/", 303)
    away = ask.request.url.hostname not in ("127.0.0.1", "localhost", "::1")
    answer.set_cookie(LOGIN, manners.login(), max_age=30 * 86400, httponly=True, samesite="lax", secure=away)
    return answer
