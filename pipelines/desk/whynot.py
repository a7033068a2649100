"""Why is this not in that incident? The first thing that keeps it out, and what comes after it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from pipelines import outcomes
from pipelines.desk.explaining import Step, step, whose
from pipelines.store import current_id, fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.incidents import Comparison


class UnknownError(Exception):
    """There is no such incident."""


def why_not(con: DuckDBPyConnection, asked: str, incident_id: str) -> list[Step]:
    """What keeps ``asked`` (a URL, an article, a text) out of an incident, or how it came in; the answer stands first.

    :raises UnknownError: when the incident was never there.
    """
    here = current_id(con, incident_id)
    if here is None:
        raise UnknownError(f"there is no incident {incident_id}")
    steps = list(_answer(con, asked, here))
    if here != incident_id:
        steps.append(step("incidents", incident_id, f"{incident_id} was merged into {here}", ""))
    return steps


def _answer(con: DuckDBPyConnection, asked: str, incident_id: str) -> Iterator[Step]:
    if con.execute("SELECT 1 FROM store.incident WHERE incident_id = ?", [asked]).fetchone():
        raise UnknownError(f"{asked} is an incident itself: ask about a URL, an article or a text")
    article_id, fetches = whose(con, asked)
    if article_id is None:
        yield _not_read(con, asked, fetches)
        return
    version = con.execute("SELECT 1 FROM store.article WHERE article_id = ?", [article_id]).fetchone()
    fold = con.execute(
        "SELECT text_id, relation FROM store.fold WHERE article_id = ?", [article_id]
    ).fetchone()
    if version is None:
        yield _not_read(con, article_id, fetches)
    elif fold is None:
        yield _stopped(con, article_id, ("texts", "language"), "It carries no text")
    else:
        yield from _of_text(con, str(fold[0]), incident_id)
        carried = con.execute("SELECT count(*) FROM store.fold WHERE text_id = ?", [fold[0]]).fetchone()
        if carried and carried[0] > 1:
            yield step(
                "texts",
                article_id,
                f"{fold[1]} of text {fold[0]}",
                f"{carried[0]} articles carry this text, and go where it goes",
            )


def _not_read(con: DuckDBPyConnection, asked: str, fetches: list[dict[str, Any]]) -> Step:
    """It never became an article."""
    if not fetches and "://" not in asked:
        raise UnknownError(f"nothing is known of {asked}: it is no URL, and no article or text has this id")
    if not fetches:
        why = "no landing log that was folded in names it: no crawl met it, or the next wiredesk run takes it in"
        return step("landing", asked, "It never landed", why)
    last = fetches[-1]
    if last["outcome"] not in ("landed", "unchanged"):
        why = last["reason"] or ""
        return step(
            "landing", asked, f"It did not land: {outcomes.name(last['outcome'])}", why, last["run_id"]
        )
    row = con.execute(
        "SELECT outcome, reason, run_id FROM store.stage_result WHERE stage = 'reading' AND subject_id = ?",
        [last["fetch_id"]],
    ).fetchone()
    if row is None:
        return step("reading", asked, "It has not been read yet", "the next wiredesk run reads it")
    return step("reading", asked, f"It is no article: {outcomes.name(row[0])}", row[1] or "", row[2])


def _stopped(con: DuckDBPyConnection, subject: str, stages: tuple[str, ...], what: str) -> Step:
    for stage in stages:
        row = con.execute(
            "SELECT outcome, reason, run_id, version FROM store.stage_result WHERE stage = ? AND subject_id = ?",
            [stage, subject],
        ).fetchone()
        if row and row[0] != "ok":
            return {**step(stage, subject, what, row[1] or outcomes.name(row[0]), row[2]), "version": row[3]}
    return step(stages[0], subject, what, "the next wiredesk run looks at it")


def _of_text(con: DuckDBPyConnection, text_id: str, incident_id: str) -> Iterator[Step]:
    members = fetch_rows(
        con, "SELECT * FROM store.incident_member WHERE text_id = ? ORDER BY incident_id", [text_id]
    )
    mine = next((row for row in members if row["incident_id"] == incident_id), None)
    if mine:
        score = f", score {mine['score']:.2f}" if mine["score"] is not None else ""
        what = f"It is in {incident_id}, as {mine['role']}{score}, put there by {mine['joined_by']}"
        yield step("incidents", text_id, what, mine["reason"], when=mine["joined"])
        yield from _compared(con, text_id, [incident_id], inside=True)
        return
    decided = _decided(con, text_id, incident_id)
    if decided:
        yield decided
    judged = con.execute(
        "SELECT r.relevant, j.class FROM store.text t LEFT JOIN store.relevance r USING (text_id) "
        "LEFT JOIN store.judgement j USING (text_id) WHERE t.text_id = ?",
        [text_id],
    ).fetchone()
    relevant, class_ = judged or (None, None)
    if not relevant:
        yield _stopped(con, text_id, ("relevance",), "It does not concern the profile's field")
        return
    if class_ in (None, "unrelated") and not members:
        what = (
            "It is neither incident nor hazard nor about one"
            if class_
            else "Its class is undecided: below the thresholds"
        )
        yield _stopped(con, text_id, ("labels", "incidents"), what)
        return
    others = [row["incident_id"] for row in members]
    compared = list(_compared(con, text_id, [incident_id, *others]))
    if others:
        for row in members:
            what = f"It is in {row['incident_id']} instead, as {row['role']}, put there by {row['joined_by']}"
            yield step("incidents", text_id, what, row["reason"], when=row["joined"])
    elif class_ == "complementary":
        what = "It is complementary: it opens no incident, and waits for one that it speaks of"
        yield _stopped(con, text_id, ("incidents",), what)
    yield from compared


def _decided(con: DuckDBPyConnection, text_id: str, incident_id: str) -> Step | None:
    """The last decision of a person that took the text out of the incident."""
    rows = fetch_rows(
        con,
        "SELECT * FROM store.decision WHERE action IN ('split', 'move', 'merge') AND outcome = 'applied' "
        "AND undone_by IS NULL AND subject <> 'article' ORDER BY position DESC",
    )
    for row in rows:
        before = json.loads(row["before"] or "{}")
        moved = {member["text_id"] for member in before.get("members", ())}
        if text_id in moved and before.get("incident_id") == incident_id:
            where = f"to {before['into']}" if before.get("into") else "out of every incident"
            what = f"{row['made_by']} moved it {where} ({row['action']}, {row['decision_id']})"
            return step("decision", text_id, what, row["reason"] or "", when=row["made"])
    return None


def _compared(
    con: DuckDBPyConnection, text_id: str, incident_ids: list[str], *, inside: bool = False
) -> Iterator[Step]:
    from pipelines import incidents

    found = {one.incident_id: one for one in incidents.compare(con, text_id, incident_ids)}
    if not found:
        why = "no other text is in it, or grouping has not looked at this one yet"
        yield step("link", text_id, f"Nothing to compare with in {incident_ids[0]}", why)
    for name in incident_ids:
        if name in found:
            yield _link(con, found[name], inside=inside or name != incident_ids[0])


def _link(con: DuckDBPyConnection, one: Comparison, *, inside: bool) -> Step:
    enough = one.score >= one.needed
    what = f"Its score against {one.incident_id} is {one.score:.2f}, {'above' if enough else 'below'} the {one.needed:.2f} needed"
    title = con.execute(
        "SELECT a.title FROM store.text t JOIN store.article a USING (article_id) WHERE t.text_id = ? "
        "ORDER BY a.version DESC LIMIT 1",
        [one.nearest],
    ).fetchone()
    parts = [f"{one.rule}; nearest is “{title[0] if title else one.nearest}”: {one.reason}"]
    if not (one.found or inside):
        parts.append("the index does not lead from one to the other: they share too few telling words")
    elif enough and not inside:
        parts.append("as things stood on its day another incident was nearer, or this one came later")
    return step("link", one.incident_id, what, "; ".join(parts))
