"""The review queue, in the order of what one decision settles, and the journal of decisions."""

from __future__ import annotations

from starlette.responses import Response

from pipelines.desk import dossier
from pipelines.desk.web.asking import Ask
from pipelines.desk.web.pages.incident import state_of
from pipelines.desk.web.pages.morning import waiting

SHOWN = 40


def review(ask: Ask) -> Response:
    queue = waiting(ask)
    shown = queue[:SHOWN]
    ids = [row["incident_id"] for row in shown]
    return ask.page(
        "review.html",
        queue=shown,
        waiting=len(queue),
        doubts=sum(row["doubt"] for row in queue),
        cards=ask.cards,
        summaries=dossier.summaries(ask.con, ids),
        seen={name: state_of(ask, name, ask.cards[name].revision) for name in ids},
        marks={name: ask.mark(name) for name in ids},
        pending=list(reversed(ask.pending))[:SHOWN],
        journal=[d for d in reversed(ask.journal) if d not in ask.pending][:SHOWN],
        undone={d.subject_id for d in ask.journal if d.action == "undo"},
    )
