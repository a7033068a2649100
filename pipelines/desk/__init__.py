"""The questions that analysts ask, as functions; the web desk and the command line stand over them.

The door of the room: others take what they need from here, and it is loaded when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.desk.edition import edition_path
    from pipelines.desk.explaining import Step, explain, verdict
    from pipelines.desk.explaining_labels import explain_label
    from pipelines.desk.questions import (
        axes,
        bad_value,
        history,
        incident,
        incident_lines,
        incidents,
        missing,
        pending_decisions,
        resolve,
        review_queue,
        vocabulary,
    )
    from pipelines.desk.saved import incidents_of
    from pipelines.desk.values import because
    from pipelines.desk.web.app import create_app, warm
    from pipelines.desk.whynot import UnknownError, why_not
    from pipelines.desk.wording import changed

__all__ = [
    "Step",
    "UnknownError",
    "axes",
    "bad_value",
    "because",
    "changed",
    "create_app",
    "edition_path",
    "explain",
    "explain_label",
    "history",
    "incident",
    "incident_lines",
    "incidents",
    "incidents_of",
    "missing",
    "pending_decisions",
    "resolve",
    "review_queue",
    "verdict",
    "vocabulary",
    "warm",
    "why_not",
]

if not TYPE_CHECKING:  # mypy takes the names from above, and sees one that is not there
    _HOMES = {
        "edition": ("edition_path",),
        "explaining": ("Step", "explain", "verdict"),
        "explaining_labels": ("explain_label",),
        "questions": (
            "axes",
            "bad_value",
            "history",
            "incident",
            "incident_lines",
            "incidents",
            "missing",
            "pending_decisions",
            "resolve",
            "review_queue",
            "vocabulary",
        ),
        "saved": ("incidents_of",),
        "values": ("because",),
        "web": ("create_app", "warm"),
        "whynot": ("UnknownError", "why_not"),
        "wording": ("changed",),
    }
    _LATER = {name: home for home, names in _HOMES.items() for name in names}

    def __getattr__(name: str) -> Any:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
