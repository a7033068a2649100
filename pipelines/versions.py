"""Which stored results an earlier version of a stage made: a run does what is new, and never what was done before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from pipelines.steps.base import TOLD, Step

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HALVES = {"signatures": "texts", "features": "incidents", "revisions": "incidents"}
"""Steps that ``run --from`` knows under the name of their stage."""


def older(con: DuckDBPyConnection, steps: Iterable[Step]) -> dict[str, int]:
    """Stage, in the order of the line → results of it that another version made.

    Search is left out, which indexes them anew by itself. Translations count by the version of the stage: which package
    wrote them is a choice, and none of another one is older.
    """
    found: dict[str, int] = {}
    for step in steps:
        if step.name == "search":
            continue
        of_this = "split_part(version, ' ', 1)" if step.name == "translation" else "version"
        row = con.execute(
            f"SELECT count(*) FROM store.stage_result WHERE stage = ? AND version <> ? AND {of_this} <> ?",
            [step.name, TOLD, _version(step)],
        ).fetchone()
        if row and row[0]:
            stage = HALVES.get(step.name, step.name)
            found[stage] = max(row[0], found.get(stage, 0))
    return found


def _version(step: Step) -> str:
    if step.name != "translation":
        return step.version
    from pipelines import translation

    return translation.VERSION


def sentence(counts: Mapping[str, int]) -> str:
    """What to tell of :func:`older`, and how to renew it; empty when there is nothing to tell."""
    if not counts:
        return ""
    first, *_ = counts
    parts = [f"{n:,} of {stage}" for stage, n in counts.items()]
    listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
    return f"Results of an older version: {listed}. wiredesk run --from {first} makes them anew, with all that follows"
