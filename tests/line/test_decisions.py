"""What each decision does to the store, and that undoing it gives back exactly what was."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipelines import decisions
from pipelines.cli import main
from pipelines.steps.base import Context
from pipelines.steps.decisions import fold_decisions
from pipelines.steps.incidents import IncidentsStep
from pipelines.steps.texts import TextsStep
from pipelines.store import Store, fetch_rows, insert

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
A, B = "2026-10-20-aaaa", "2026-10-21-bbbb"


class Desk:
    """A small store with two incidents of two texts each, and an analyst."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.store = Store(data_dir)
        self.store.prepare(now=NOW)
        self.minute = 0
        self.told: tuple[str, ...] = ()
        texts = {"t1": A, "t2": A, "t3": B, "t4": B}
        rows: dict[str, list[dict[str, Any]]] = {
            name: [] for name in ("article", "fold", "stage_result", "text", "incident_member", "incident")
        }
        for n, (text, incident) in enumerate(texts.items()):
            day = datetime(2026, 10, 20 + n, tzinfo=UTC)
            article = f"udn:{n + 1}"
            for name in (article, f"{article}0"):
                rows["article"].append(
                    {
                        "article_id": name, "version": 1, "fetch_id": f"f{name}", "outlet_id": "udn",
                        "title": f"title {name}", "text": "body", "published": day, "fetched": day,
                        "body_sha256": f"sha {name}", "authors": [],
                    }
                )  # fmt: skip
                relation = "original" if name == article else "twin"
                rows["fold"].append({"article_id": name, "text_id": text, "relation": relation})
                rows["stage_result"].append(
                    {
                        "stage": "texts", "subject_id": name, "input_sha256": f"sha {name}", "outcome": "ok",
                        "version": "1", "run_id": "r",
                    }
                )  # fmt: skip
            rows["text"].append(
                {"text_id": text, "article_id": article, "published": day, "input_sha256": f"sha {article}"}
            )
            rows["incident_member"].append(
                {
                    "incident_id": incident, "text_id": text, "role": "report", "score": 0.9, "reason": "same event",
                    "joined": NOW, "joined_by": "machine",
                }
            )  # fmt: skip
        for incident in (A, B):
            rows["incident"].append(
                {
                    "incident_id": incident, "affair_id": incident, "revision": 1, "state": "open",
                    "content_sha256": "x",
                }
            )  # fmt: skip
        with self.store.write() as con:
            for name, these in rows.items():
                insert(con, f"store.{name}", these)

    def decide(self, subject: str, subject_id: str, action: str, after: dict[str, Any] | None = None) -> str:
        self.minute += 1
        made = NOW + timedelta(minutes=self.minute)
        one = decisions.make(
            subject, subject_id, action, after or {}, reason="because", made_by="ann", made=made
        )
        decisions.append(self.data_dir, one)
        return one.decision_id

    def fold(self) -> dict[str, int]:
        with self.store.write() as con:
            folded = fold_decisions(con, Context(self.data_dir, "r1", NOW, "ai-incidents"))
            self.told = folded.told
            return dict(folded.counts)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        with self.store.read() as con:
            return fetch_rows(con, sql)

    def members(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self.rows("SELECT incident_id, text_id FROM store.incident_member ORDER BY 1, 2"):
            found.setdefault(row["incident_id"], []).append(row["text_id"])
        return found

    def state(self) -> list[list[dict[str, Any]]]:
        """Everything that a decision may move."""
        with self.store.read() as con:
            return [fetch_rows(con, sql) for sql in STATE]


STATE = (
    "SELECT * FROM store.incident_member ORDER BY incident_id, text_id",
    "SELECT article_id, text_id, relation, same_as, reason FROM store.fold ORDER BY article_id",
    "SELECT incident_id, state, merged_into FROM store.incident WHERE state <> 'merged' ORDER BY incident_id",
    "SELECT text_id, article_id FROM store.text ORDER BY text_id",
)


@pytest.fixture
def desk(data_dir: Path) -> Desk:
    return Desk(data_dir)


def test_a_merge_moves_every_text_and_the_old_id_leads_on(desk: Desk) -> None:
    desk.decide("incident", A, "merge", {"into": B})
    assert desk.fold() == {"applied": 1}
    assert desk.members() == {B: ["t1", "t2", "t3", "t4"]}
    [row] = desk.rows(f"SELECT state, merged_into FROM incidents WHERE incident_id = '{A}'")
    assert row == {"state": "merged", "merged_into": B}
    history = desk.rows(f"SELECT kind, made_by, reason FROM incident_history WHERE incident_id = '{B}'")
    assert history == [{"kind": "took in", "made_by": "ann", "reason": "because"}]


def test_a_split_opens_an_incident_with_a_permanent_id(desk: Desk) -> None:
    desk.decide("incident", A, "split", {"texts": ["t2"]})
    assert desk.fold() == {"applied": 1}
    members = desk.members()
    [new] = set(members) - {A, B}
    assert members[A] == ["t1"]
    assert members[new] == ["t2"]
    assert new.startswith("2026-10-21-")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ({"from": A, "into": B}, {A: ["t1"], B: ["t2", "t3", "t4"]}),
        ({"from": A, "into": None}, {A: ["t1"], B: ["t3", "t4"]}),
        ({"from": None, "into": B}, {A: ["t1", "t2"], B: ["t2", "t3", "t4"]}),
    ],
)
def test_a_move(desk: Desk, after: dict[str, Any], expected: dict[str, list[str]]) -> None:
    desk.decide("text", "t2", "move", after)
    assert desk.fold() == {"applied": 1}
    assert desk.members() == expected


@pytest.mark.parametrize(
    ("subject", "subject_id", "action", "after"),
    [
        ("incident", A, "merge", {"into": B}),
        ("incident", A, "split", {"texts": ["t2"]}),
        ("text", "t2", "move", {"from": A, "into": B}),
        ("text", "t2", "move", {"from": A, "into": None}),
        ("text", "t2", "move", {"from": A, "into": "new"}),
        ("text", "t2", "move", {"from": None, "into": B}),
        ("article", "udn:10", "drop", {}),
        ("article", "udn:10", "split", {}),
    ],
)
def test_undo_gives_back_what_was(
    desk: Desk, subject: str, subject_id: str, action: str, after: dict[str, Any]
) -> None:
    before = desk.state()
    decision = desk.decide(subject, subject_id, action, after)
    assert desk.fold() == {"applied": 1}
    assert desk.state() != before
    desk.decide("decision", decision, "undo")
    assert desk.fold() == {"applied": 1}
    assert desk.state() == before
    [row] = desk.rows(f"SELECT undone_by FROM decisions WHERE decision_id = '{decision}'")
    assert row["undone_by"]


def test_a_dropped_lone_article_takes_its_text_out_of_its_incident_and_undo_brings_it_back(
    desk: Desk,
) -> None:
    before = desk.state()
    ids = [desk.decide("article", name, "drop") for name in ("udn:10", "udn:1")]
    assert desk.fold() == {"applied": 2}
    assert desk.members() == {A: ["t2"], B: ["t3", "t4"]}
    for decision in reversed(ids):
        desk.decide("decision", decision, "undo")
    assert desk.fold() == {"applied": 2}
    assert desk.state() == before


def test_undo_waits_for_what_stands_on_it(desk: Desk) -> None:
    merge = desk.decide("incident", A, "merge", {"into": B})
    desk.decide("text", "t1", "move", {"from": B, "into": None})
    desk.fold()
    undo = desk.decide("decision", merge, "undo")
    assert desk.fold() == {"refused": 1}
    [row] = desk.rows(f"SELECT before FROM decisions WHERE decision_id = '{undo}'")
    assert "undo that first" in row["before"]


def test_folding_twice_does_nothing_twice(desk: Desk) -> None:
    desk.decide("incident", A, "merge", {"into": B})
    desk.fold()
    once = desk.state()
    assert desk.fold() == {}
    assert desk.state() == once


def test_a_decision_on_what_does_not_exist_yet_waits(desk: Desk) -> None:
    desk.decide("incident", "2026-11-01-zzzz", "merge", {"into": B})
    assert desk.fold() == {"waiting": 1}
    with desk.store.write() as con:
        _open(con, "2026-11-01-zzzz")
    assert desk.fold() == {"applied": 1}


def _open(con: DuckDBPyConnection, incident_id: str) -> None:
    record = {
        "incident_id": incident_id, "affair_id": incident_id, "revision": 1, "state": "open", "content_sha256": "x",
    }  # fmt: skip
    insert(con, "store.incident", [record])


def test_a_merge_follows_earlier_merges(desk: Desk) -> None:
    desk.decide("incident", A, "merge", {"into": B})
    desk.decide("incident", B, "merge", {"into": A})
    assert desk.fold() == {"applied": 1, "no_effect": 1}


def test_a_fix_is_a_new_version_and_undo_restores_the_value(desk: Desk) -> None:
    fix = desk.decide("article", "udn:1", "fix", {"field": "title", "value": "a better title"})
    desk.fold()
    [row] = desk.rows("SELECT title, version FROM articles WHERE article_id = 'udn:1'")
    assert row == {"title": "a better title", "version": 2}
    desk.decide("decision", fix, "undo")
    desk.fold()
    [row] = desk.rows("SELECT title, version FROM articles WHERE article_id = 'udn:1'")
    assert row == {"title": "title udn:1", "version": 3}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("published", "yesterday"),
        ("published", "2026-10-20T08:00:00+08:00"),
        ("published_precision", "about"),
        ("authors", "Ann"),
        ("title", 7),
        ("url", "https://example.org/"),
    ],
)
def test_a_correction_that_does_not_fit_is_refused_and_stops_nothing(
    desk: Desk, field: str, value: object
) -> None:
    desk.decide("article", "udn:1", "fix", {"field": field, "value": value})
    desk.decide("article", "udn:1", "fix", {"field": "section", "value": "AI"})
    assert desk.fold() == {"refused": 1, "applied": 1}
    [row] = desk.rows(
        "SELECT title, published::VARCHAR AS published, section FROM articles WHERE article_id = 'udn:1'"
    )
    assert row == {"title": "title udn:1", "published": "2026-10-20 00:00:00", "section": "AI"}


def test_a_dropped_article_stays_dropped_when_texts_are_folded_again(desk: Desk) -> None:
    desk.decide("article", "udn:1", "drop")
    desk.fold()
    step = TextsStep(Context(desk.data_dir, "r2", NOW, "ai-incidents"))
    with desk.store.write() as con:
        step.forget(con)
    with desk.store.read() as con:
        tasks = [task for task in step.pending(con) if task.subject_id == "udn:1"]
        [result] = step.compute(tasks, step.load(con, tasks))
    assert (result.outcome, result.reason, result.rows) == ("dropped", "dropped by ann: because", {})


def test_a_text_is_read_from_another_carrier_when_the_one_it_was_read_from_is_dropped(desk: Desk) -> None:
    before = desk.state()
    first = desk.decide("article", "udn:1", "drop")
    desk.fold()
    assert desk.rows("SELECT article_id FROM store.text WHERE text_id = 't1'") == [{"article_id": "udn:10"}]
    second = desk.decide("article", "udn:10", "drop")
    desk.fold()
    assert desk.rows("SELECT * FROM store.text WHERE text_id = 't1'") == []
    desk.decide("decision", second, "undo")
    desk.decide("decision", first, "undo")
    desk.fold()
    assert desk.state() == before


def test_grouping_again_leaves_what_a_person_split_and_frees_the_rest(desk: Desk) -> None:
    desk.decide("incident", A, "split", {"texts": ["t2"]})
    desk.fold()
    before = desk.members()
    with desk.store.write() as con:
        IncidentsStep(Context(desk.data_dir, "r2", NOW, "ai-incidents")).forget(con)
    assert desk.members() == {name: texts for name, texts in before.items() if name != B}
    assert len(before) == 3


@pytest.mark.parametrize("how", ["split", "move"])
def test_who_joined_the_new_incident_comes_home_when_it_is_taken_back(desk: Desk, how: str) -> None:
    before = desk.members()
    if how == "split":
        decision = desk.decide("incident", A, "split", {"texts": ["t2"]})
    else:
        decision = desk.decide("text", "t2", "move", {"from": A, "into": "new"})
    desk.fold()
    [new] = set(desk.members()) - {A, B}
    with desk.store.write() as con:
        con.execute("UPDATE store.incident_member SET incident_id = ? WHERE text_id = 't4'", [new])
    desk.decide("decision", decision, "undo")
    assert desk.fold() == {"applied": 1}
    assert desk.members() == {A: [*before[A], "t4"], B: ["t3"]}


def test_why_nothing_came_of_a_decision_is_told(desk: Desk) -> None:
    merge = desk.decide("incident", A, "merge", {"into": B})
    again = desk.decide("incident", B, "merge", {"into": A})
    undo = desk.decide("decision", merge, "undo")
    twice = desk.decide("decision", merge, "undo")
    of_undo = desk.decide("decision", undo, "undo")
    assert desk.fold() == {"applied": 2, "no_effect": 3}
    assert [line.split()[0] for line in desk.told] == [again, twice, of_undo]
    assert desk.told[0].endswith(f"no effect: both are {B} already")
    assert f"{merge} was taken back by {undo}" in desk.told[1]
    assert "decide that one again" in desk.told[2]


@pytest.mark.parametrize("words", [["note", "seen"], ["title", "Named"], ["label", "class", "hazard"]])
def test_who_decides_about_a_merged_incident_is_told_where_it_leads(
    desk: Desk, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    desk.decide("incident", B, "merge", {"into": A})
    desk.fold()
    verb, *rest = words
    with pytest.raises(SystemExit) as stop:
        main(["--data", str(desk.data_dir), "incident", verb, B, *rest, "--as", "ann"])
    out, err = capsys.readouterr()
    assert not stop.value.code, err
    assert err.count(f"{B} was merged into {A}: the decision holds for {A}") == 1
    assert "written down" in out
    assert desk.fold() == {"applied": 1}


@pytest.mark.parametrize(
    ("subject", "subject_id", "action", "after"),
    [
        ("incident", A, "merge", {}),
        ("incident", A, "split", {"texts": "t1"}),
        ("incident", A, "label", {"axis": "class"}),
        ("incident", A, "title", {"title": None}),
        ("incident", A, "note", {"note": 7}),
        ("text", "t1", "move", {"from": A, "into": 5}),
        ("text", "t1", "move", {"from": [A], "into": "new"}),
        ("article", "udn:1", "fix", {"value": "x"}),
    ],
)
def test_a_decision_that_lacks_something_is_refused_and_stops_nothing(
    desk: Desk, subject: str, subject_id: str, action: str, after: dict[str, Any]
) -> None:
    desk.decide(subject, subject_id, action, after)
    desk.decide("incident", B, "note", {"note": "seen"})
    assert desk.fold() == {"refused": 1, "applied": 1}
    assert "it does not say" in desk.told[0]
