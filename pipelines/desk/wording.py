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
CLASS_NAMES = {
    "incident": "AI incident",
    "hazard": "AI hazard",
    "complementary": "Complementary information",
    "unrelated": "Unrelated",
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
        axis = AXIS_NAMES.get(str(after.get("axis")), str(after.get("axis")))
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
    """What happened to an incident, as one sentence: ``class hazard → incident, because …``."""
    what = kind.replace("_", " ")
    found = detail if isinstance(detail, dict) else {}
    if found.get("before") is not None and found.get("after") is not None and "field" in found:
        what = f"{_axis(found['field'])} {_value(found['before'])} → {_value(found['after'])}"
    elif isinstance(found.get("changes"), dict):
        what = "; ".join(_change(name, value) for name, value in found["changes"].items()) or what
    elif kind in ("label", "note", "mark", "title"):
        what = decided(kind, "incident", "", found)
    elif kind == "merged" and found.get("into"):
        what = f"merged into {found['into']}"
    elif kind == "took in" and found.get("incident"):
        what = f"took in {found['incident']}"
    elif kind == "split" and found.get("into"):
        what = f"{len(found.get('texts', ()))} texts left for {found['into']}"
    elif kind == "opened" and found.get("split_from"):
        what = f"opened by a split from {found['split_from']}"
    elif found.get("text_id"):
        what = f"{what}: {found['text_id']}"
    who = "" if made_by in ("machine", "rule") else f" ({made_by})"
    return what + (f", because {reason}" if reason else "") + who


def _axis(name: object) -> str:
    return AXIS_NAMES.get(str(name), str(name).replace("_", " "))


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return str(value)


def _change(name: str, value: object) -> str:
    if isinstance(value, list) and len(value) == 2:
        return f"{_axis(name)} {_value(value[0])} → {_value(value[1])}"
    if isinstance(value, dict) and {"before", "after"} <= value.keys():
        return f"{_axis(name)} {_value(value['before'])} → {_value(value['after'])}"
    return f"{_axis(name)} {_value(value)}"
