"""Decisions and changes as short sentences for a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

AXIS_NAMES = {
    "class": "class",
    "materialisation": "actual or plausible",
    "limb": "limb",
    "severity": "severity",
    "principle": "AI principle",
    "industry": "industry",
    "stakeholder": "affected stakeholder",
    "harm_type": "harm type",
    "business_function": "business function",
    "ai_task": "AI task",
    "autonomy": "autonomy",
}
ROLE_NAMES = {
    "report": "report",
    "follow-up": "follow-up",
    "complementary": "background",
    "round-up": "round-up",
}


def decided(action: str, subject: str, subject_id: str, after: Mapping[str, Any]) -> str:
    """What a decision asks for."""
    if action == "label":
        axis = axis_name(after.get("axis"))
        return f"{axis} is {'not ' if after.get('remove') else ''}{after.get('value')}"
    if action == "merge":
        return f"{subject_id} goes into {after.get('into')}"
    if action == "split" and subject == "incident":
        return f"{', '.join(map(str, after.get('texts', ())))} leave and make a new incident"
    if action == "move":
        into = after.get("into")
        where = (
            "out of every incident"
            if into is None
            else "into a new incident"
            if into == "new"
            else f"into {into}"
        )
        return f"text {subject_id} goes {where}" + (
            f", out of {after['from']}" if after.get("from") and into else ""
        )
    if action == "mark":
        return f"marked {after.get('state')} at revision {after.get('revision')}"
    if action in ("note", "title"):
        return f"{action}: {after.get(action)}"
    if action == "fix":
        return f"{after.get('field')} of {subject_id} is {after.get('value')}"
    if action == "undo":
        return f"{subject_id} is taken back"
    return {
        "keep": f"{subject_id} concerns the field",
        "drop": f"{subject_id} counts for nothing",
        "split": f"{subject_id} says something of its own",
    }.get(action, f"{action} {subject_id}")


def changed(kind: str, detail: object, reason: str | None, made_by: str) -> str:
    """What happened to an incident, as one sentence: ``class hazard → incident, because of …``."""
    found = detail if isinstance(detail, dict) else {}
    who = "" if made_by in ("machine", "rule") else f" ({made_by})"
    why = f", because {reason}" if reason else ""
    if kind == "opened" and not found.get("split_from"):
        return (reason or "opened") + who
    if kind.endswith(" changed") and reason:
        name = kind.removesuffix(" changed")
        return reason.replace(name, axis_name(name), 1) + who
    if kind == "revised" and reason:
        return reason + who
    what = kind.replace("_", " ")
    if kind in ("label", "note", "mark", "title"):
        what = decided(kind, "incident", "", found)
    elif kind == "affair" and found.get("into"):
        what = f"belongs to the affair of {found['into']}"
    elif kind == "merged" and found.get("into"):
        what = f"merged into {found['into']}"
    elif kind == "took in" and (found.get("incident") or found.get("from")):
        what = f"took in {found.get('incident') or found['from']}"
    elif kind == "split" and found.get("into"):
        what = f"{counted(len(found.get('texts', ())), 'text')} left for {found['into']}"
    elif kind == "undone" and found.get("decision"):
        asked = found.get("asked") or found.get("action")
        what = f"decision {found['decision']} taken back" + (f" ({asked})" if asked else "")
    elif kind == "opened":
        what = f"opened by a split from {found['split_from']}"
    elif found.get("text_id"):
        what = f"{what}: {found['text_id']}"
    elif found.get("texts"):
        what = f"{what}: {', '.join(map(str, found['texts']))}"
    return what + why + who


def counted(n: int | None, one: str) -> str:
    """``1 article``, ``2 articles``."""
    return f"{n or 0} {one}" + ("" if n == 1 else "s")


def axis_name(name: object) -> str:
    """What an axis is called: of a profile of somebody's own, its key in words."""
    return AXIS_NAMES.get(str(name), str(name).replace("_", " "))
