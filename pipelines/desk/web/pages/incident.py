"""The page of one incident, and the bundle to download."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from starlette.responses import RedirectResponse, Response

from pipelines import bundles, decisions
from pipelines.desk import dossier, likeness
from pipelines.desk.naming import names_in
from pipelines.desk.presenting import present
from pipelines.desk.questions import VALUES, axes, vocabulary
from pipelines.desk.web.asking import Ask, SorryError
from pipelines.desk.wording import axis_name
from pipelines.field import profile_of
from pipelines.profiles import ProfileError
from pipelines.store import current_id


def incident(ask: Ask) -> Response:
    asked = ask.request.path_params["incident_id"]
    current = current_id(ask.con, asked)
    if current is None:
        raise SorryError(404, f"There is no incident {asked[:80]}. Ids look like 2026-11-20-ab12.")
    if current != asked:
        return RedirectResponse(f"/incident/{current}?was={asked}", 303)
    found = dossier.incident(ask.con, current)
    if found is None:
        raise SorryError(404, f"There is no incident {current}.")
    subjects = {
        current,
        *found["redirects"],
        *found["members"],
        *(a["article_id"] for a in found["articles"]),
    }
    values, gone = correctable(ask.once("profile", profile_of))
    return ask.page(
        "incident.html",
        **present(found, [row["axis"] for row in values], ask.field),
        found=found,
        sample=found["sample"],
        was=ask.param("was") if ask.param("was") in found["redirects"] else "",
        mark=ask.mark(current),
        pending=touching(ask.pending, subjects),
        seen=state_of(ask, current, found["record"]["revision"]),
        values=values,
        gone=gone,
        names=names_in(
            ask.con,
            [row["reason"] for row in found["history"]]
            + [json.dumps(row["detail"]) for row in found["history"]]
            + [row["reason"] for row in found["members"].values()],
        ),
        alike=likeness.alike(ask.cards, current),
        siblings=[
            ask.cards[name]
            for name in ask.cards.affairs.get(found["record"]["affair_id"], ())
            if name != current and not ask.cards[name].merged_into
        ],
    )


def touching(made: list[decisions.Decision], subjects: set[str]) -> list[decisions.Decision]:
    """The decisions that speak of any of the subjects, and what takes those back."""
    ours: set[str] = set()
    rows = []
    for d in made:
        words = {d.subject_id, *(value for value in d.after.values() if isinstance(value, str))}
        words |= {str(item) for value in d.after.values() if isinstance(value, list) for item in value}
        if words & subjects or d.subject_id in ours:
            ours.add(d.decision_id)
            rows.append(d)
    return rows


def state_of(ask: Ask, incident_id: str, revision: int) -> str:
    """What somebody who looks at the incident now has seen: its revision, and how many decisions name it."""
    made = [d for d in touching(ask.journal, {incident_id}) if d.action not in ("note",)]
    return f"r{revision}.d{len(made)}"


def correctable(profile: str) -> tuple[list[dict[str, Any]], str]:
    """The axes that a person can correct, with their values; and why they are not all, where the profile is gone."""
    known, gone = ("class", *VALUES), ""
    try:
        known = axes(profile)
    except ProfileError as error:
        gone = str(error)
    return [
        {"axis": axis, "name": axis_name(axis), "values": vocabulary(axis, profile)} for axis in known
    ], gone


def bundle(ask: Ask) -> Response:
    """The incident as one zip file: full, or share-safe."""
    current = current_id(ask.con, ask.request.path_params["incident_id"])
    if current is None:
        raise SorryError(404, "There is no such incident.")
    with tempfile.TemporaryDirectory(prefix="wiredesk-") as scratch:
        try:
            written = bundles.export(
                ask.con,
                ask.desk.data_dir / "archive",
                [current],
                Path(scratch),
                share_safe=ask.param("kind") != "full",
                zip=True,
            )
        except bundles.BundleError as error:
            raise SorryError(409, str(error)) from error
        data, name = written[0].read_bytes(), written[0].name
    return Response(data, 200, {"content-disposition": f'attachment; filename="{name}"'}, "application/zip")
