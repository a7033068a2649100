"""What each decision does to the store.

Every effect returns an outcome: ``applied``; ``waiting`` (what it speaks of does not exist yet); ``no_effect`` (it is
so already); ``refused`` (a later decision stands on it, or it cannot be). ``before`` holds what taking it back needs,
or why nothing came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Any

from pipelines.steps.base import Context
from pipelines.steps.effects_articles import drop, fix, keep, leave
from pipelines.steps.effects_incidents import merge, move, remark, split
from pipelines.steps.events import Outcome
from pipelines.steps.undoing import undo

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

EFFECTS: Mapping[tuple[str, str], Callable[[DuckDBPyConnection, Context, dict[str, Any]], Outcome]] = {
    ("incident", "merge"): merge,
    ("incident", "split"): split,
    ("incident", "label"): remark,
    ("incident", "title"): remark,
    ("incident", "note"): remark,
    ("incident", "mark"): remark,
    ("text", "move"): move,
    ("article", "keep"): keep,
    ("article", "drop"): drop,
    ("article", "split"): leave,
    ("article", "fix"): fix,
    ("decision", "undo"): undo,
}
NEEDS: Mapping[str, tuple[tuple[str, type | UnionType], ...]] = {
    "merge": (("into", str),),
    "move": (("from", str | None), ("into", str | None)),
    "label": (("axis", str), ("value", str)),
    "title": (("title", str),),
    "note": (("note", str),),
    "fix": (("field", str),),
}
"""What ``after`` must hold."""


def apply(con: DuckDBPyConnection, context: Context, decision: dict[str, Any]) -> Outcome:
    """Carry out one decision (a row of ``store.decision`` with ``after`` parsed)."""
    after, action = decision["after"], decision["action"]
    lacking = [name for name, kind in NEEDS.get(action, ()) if not isinstance(after.get(name), kind)]
    if decision["subject"] == "incident" and action == "split":
        texts = after.get("texts")
        if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
            lacking.append("texts")
    if lacking:  # written by hand: it must not stop every later run
        return "refused", {"why": f"it does not say {' and '.join(lacking)}"}
    return EFFECTS[decision["subject"], action](con, context, decision)
