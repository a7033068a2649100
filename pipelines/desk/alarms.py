"""What a person should hear of before reading the news: silence, rubbish, impossible dates, broken translations.

Counted from the store alone, against the outlet's own past, so that the same database gives the same alarms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SILENT_DAYS = 2.0
"""An outlet is silent after this many days without a new article, or three times its longest usual pause."""
RUBBISH = 0.4
"""Share of an outlet's newest pages that gave no article."""
FLAGGED = 0.35
"""Share of a language's translated sentences with a flag."""
ENOUGH = 5


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong."""

    kind: str
    """``silence``, ``rubbish``, ``refused``, ``future``, ``translation``, ``run``."""
    subject: str
    """An outlet, a language or a run."""
    what: str
    url: str
    """Where the desk shows more."""


_SILENT = """
WITH landed AS (
    SELECT outlet_id, date_trunc('day', fetched) AS day, max(fetched) AS last FROM store.fetch
    WHERE outcome IN ('landed', 'retired') AND outlet_id IS NOT NULL AND kind <> 'listing' GROUP BY ALL
),
pauses AS (
    SELECT outlet_id, last, day, date_diff('day', lag(day) OVER (PARTITION BY outlet_id ORDER BY day), day) AS pause FROM landed
),
outlets AS (
    SELECT outlet_id, max(last) AS last, count(*) AS days, coalesce(quantile_disc(pause, 0.9), 1) AS usual FROM pauses GROUP BY outlet_id
),
newest AS (SELECT max(fetched) AS now FROM store.fetch)
SELECT outlet_id, last, date_diff('hour', last, now) / 24.0 AS quiet, usual FROM outlets, newest
WHERE date_diff('hour', last, now) / 24.0 > greatest($silent, 3 * usual) ORDER BY quiet DESC, outlet_id
"""
_RUBBISH = """
WITH newest AS (
    SELECT f.outlet_id, r.outcome FROM store.stage_result r JOIN store.fetch f ON f.fetch_id = r.subject_id
    WHERE r.stage = 'reading' AND f.outlet_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY f.outlet_id ORDER BY f.fetched DESC, f.fetch_id) <= 50
)
SELECT outlet_id, count(*) AS n, count(*) FILTER (outcome NOT IN ('ok', 'unchanged')) AS bad,
       mode(outcome) FILTER (outcome NOT IN ('ok', 'unchanged')) AS most
FROM newest GROUP BY outlet_id HAVING n >= $enough AND bad / n > $rubbish ORDER BY bad / n DESC, outlet_id
"""
_REFUSED = """
WITH newest AS (
    SELECT outlet_id, outcome FROM store.fetch WHERE outlet_id IS NOT NULL
    QUALIFY row_number() OVER (PARTITION BY outlet_id ORDER BY fetched DESC, fetch_id) <= 20
)
SELECT outlet_id, mode(outcome) AS outcome, count(*) AS n FROM newest
WHERE outcome LIKE 'refused%' OR outcome LIKE 'http_4%' OR outcome LIKE 'http_5%' OR outcome LIKE 'robots%'
GROUP BY outlet_id HAVING n >= 10 ORDER BY outlet_id
"""
_FUTURE = """
SELECT outlet_id, count(*) AS n, min(article_id) AS example FROM store.article
WHERE published > fetched + INTERVAL 1 DAY GROUP BY outlet_id ORDER BY outlet_id
"""
_FLAGGED = """
SELECT coalesce(l.language_tag, 'unknown') AS tag, count(*) AS n, count(*) FILTER (len(s.flags) > 0) AS flagged
FROM store.sentence s JOIN store.text t USING (text_id) JOIN store.language l ON l.article_id = t.article_id
WHERE s.current AND s.target IS NOT NULL GROUP BY tag HAVING n >= 40 AND flagged / n > $flagged ORDER BY tag
"""
_RUNS = "SELECT run_id, outcome FROM store.run WHERE started = (SELECT max(started) FROM store.run) AND outcome <> 'done'"


def ringing(data_dir: Path) -> list[Alarm]:
    """The alarms of ``wiredesk watch`` that still stand, each as it rang."""
    from pipelines import watch

    state, _lost = watch.load_state(data_dir)
    return [
        Alarm(alarm.kind, alarm.subject, alarm.message, _place(alarm.kind, alarm.subject))
        for _, alarm in sorted(state.ringing.items())
    ]


def _place(kind: str, subject: str) -> str:
    """Where the desk shows more of an alarm of the watch."""
    from crawler import outlets

    if subject in outlets.all_outlets():
        return f"/rejects?outlet={subject}"
    return f"/incidents?language={subject}" if "language" in kind else "/runs"


def joined(rung: Sequence[Alarm], counted: Sequence[Alarm]) -> list[Alarm]:
    """Both kinds of alarms; what the watch says of a silent outlet need not be said twice."""
    silent = {alarm.subject for alarm in rung if "silent" in alarm.kind}
    return [*rung, *(alarm for alarm in counted if alarm.kind != "silence" or alarm.subject not in silent)]


def alarms(con: DuckDBPyConnection) -> list[Alarm]:
    """Everything that is wrong, outlet by outlet, then languages, then the last run."""
    found = []
    for row in fetch_rows(con, _SILENT, {"silent": SILENT_DAYS}):
        what = f"nothing new for {row['quiet']:.0f} days; it usually pauses {row['usual']:.0f}"
        found.append(Alarm("silence", row["outlet_id"], what, f"/rejects?outlet={row['outlet_id']}"))
    for row in fetch_rows(con, _REFUSED):
        what = f"{row['n']} of its newest 20 answers were refusals or errors, mostly {row['outcome']}"
        found.append(
            Alarm("refused", row["outlet_id"], what, f"/rejects?outlet={row['outlet_id']}&stage=landing")
        )
    for row in fetch_rows(con, _RUBBISH, {"enough": ENOUGH, "rubbish": RUBBISH}):
        what = f"{row['bad']} of its newest {row['n']} pages gave no article, mostly {row['most']}"
        found.append(
            Alarm("rubbish", row["outlet_id"], what, f"/rejects?outlet={row['outlet_id']}&stage=reading")
        )
    for row in fetch_rows(con, _FUTURE):
        what = f"{row['n']} articles are dated after they were fetched, such as {row['example']}"
        found.append(Alarm("future", row["outlet_id"], what, f"/article/{row['example']}"))
    for row in fetch_rows(con, _FLAGGED, {"flagged": FLAGGED}):
        what = f"{row['flagged']} of {row['n']} translated sentences look wrong"
        found.append(Alarm("translation", row["language"], what, f"/incidents?language={row['tag']}"))
    for row in fetch_rows(con, _RUNS):
        what = (
            "is at work, or was cut off: wiredesk run goes on where it stopped"
            if row["outcome"] == "running"
            else row["outcome"]
        )
        found.append(Alarm("run", row["run_id"], what, f"/runs/{row['run_id']}"))
    return found
