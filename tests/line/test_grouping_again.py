"""Grouping again from the first day gives the same incidents, also where people decided something in between."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import decisions
from pipelines.incidents import Features, save_features
from pipelines.steps.base import Context
from pipelines.steps.decisions import fold_decisions
from pipelines.steps.incidents import IncidentsStep
from pipelines.store import Store, insert
from tests.quality.test_incidents_floor import by_day, corpus_features

NOW = datetime(2031, 5, 1, 8, tzinfo=UTC)
Members = set[tuple[str, str, str]]


class Desk:
    """A store that is filled day by day, and a person who decides."""

    def __init__(self, data_dir: Path) -> None:
        self.context = Context(data_dir, run_id="r1", now=NOW, profile="ai-incidents")
        self.store = Store(data_dir)
        self.store.prepare(now=NOW)
        self.made = 0

    def bring(self, texts: Sequence[Features]) -> None:
        with self.store.write() as con:
            save_features(con, texts)
            for text in texts:
                day = datetime.fromtimestamp((text.day or 0) * 86400, UTC)
                rows = {
                    "text": {"text_id": text.text_id, "article_id": f"udn:{text.text_id}", "published": day, "input_sha256": text.text_id},
                    "relevance": {"text_id": text.text_id, "relevant": True, "score": 1.0, "profile": "p"},
                    "judgement": {"text_id": text.text_id, "class": text.class_, "severity": "unknown", "profile": "p"},
                }  # fmt: skip
                for table, row in rows.items():
                    insert(con, f"store.{table}", [row])

    def run(self, *, again: bool = False) -> None:
        step = IncidentsStep(self.context)
        with self.store.write() as con:
            if again:
                step.forget(con)
            tasks = step.pending(con)
            for batch in sorted({task.batch for task in tasks}):
                mine = [task for task in tasks if task.batch == batch]
                results = list(step.compute(mine, step.load(con, mine)))
                step.save(con, results)
                insert(
                    con,
                    "store.stage_result",
                    [
                        {"stage": "incidents", "subject_id": one.subject_id, "input_sha256": one.input_sha256, "outcome": one.outcome, "version": step.version, "run_id": "r1"}
                        for one in results
                    ],
                    replace=("stage", "subject_id"),
                )  # fmt: skip

    def decide(self, draw: random.Random) -> None:
        """A merge, a split, a move or a new name, of whatever there is."""
        members = sorted((incident, text) for incident, text, _ in self.members())
        incident, text = draw.choice(members)
        other = draw.choice(members)[0]
        inside = [one for name, one in members if name == incident]
        subject, name, action, after = draw.choice([
            ("incident", incident, "merge", {"into": other}),
            ("incident", incident, "split", {"texts": draw.sample(inside, max(1, len(inside) // 2))}),
            ("text", text, "move", {"from": incident, "into": draw.choice([other, "new", None])}),
            ("incident", incident, "title", {"title": "named"}),
        ])  # fmt: skip
        self.made += 1
        made = NOW.replace(minute=self.made)
        one = decisions.make(subject, name, action, after, reason="seen", made_by="ann", made=made)
        decisions.append(self.context.data_dir, one)
        with self.store.write() as con:
            fold_decisions(con, self.context)

    def members(self) -> Members:
        with self.store.read() as con:
            return set(con.execute("SELECT incident_id, text_id, role FROM store.incident_member").fetchall())


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_grouping_again_keeps_what_nobody_touched_and_what_people_made(data_dir: Path, seed: int) -> None:
    draw = random.Random(seed)
    desk = Desk(data_dir)
    days = by_day(corpus_features())
    moments = set(draw.sample(range(3, len(days)), 3))
    for n, day in enumerate(days):
        desk.bring(day)
        desk.run()
        if n in moments:
            desk.decide(draw)
    desk.run()
    before = desk.members()
    assert len(before) > 20
    desk.run(again=True)
    assert desk.members() == before
    with desk.store.read() as con:
        assert con.execute("SELECT count(*) FROM store.grouped_before").fetchone() == (0,)


def test_a_new_text_still_joins_what_a_person_named(data_dir: Path) -> None:
    desk = Desk(data_dir)
    days = by_day(corpus_features())
    for day in days:
        desk.bring(day)
    desk.run()
    incident, text = sorted((i, t) for i, t, role in desk.members() if role == "report")[0]
    one = decisions.make(
        "incident", incident, "title", {"title": "named"}, reason="", made_by="ann", made=NOW
    )
    decisions.append(data_dir, one)
    with desk.store.write() as con:
        fold_decisions(con, desk.context)
    known = next(one for one in corpus_features() if one.text_id == text)
    desk.bring([replace(known, text_id="late-copy")])
    desk.run()
    assert {name for name, member, _ in desk.members() if member == "late-copy"} == {incident}
    before = desk.members()
    desk.run(again=True)
    assert desk.members() == before
