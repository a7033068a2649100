"""A change that a person asked for carries that person's reason; what was folded in late is still news."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from pipelines.desk import dossier, feeds, questions
from pipelines.desk.causes import attribute, name_undone
from pipelines.desk.explaining import explain
from pipelines.desk.wording import changed
from tests.desk.data import HAZARD


def line(
    n: int, kind: str, detail: dict[str, Any] | None, reason: str, made_by: str = "machine"
) -> dict[str, Any]:
    return {"incident_id": "x", "n": n, "kind": kind, "detail": detail, "reason": reason, "made_by": made_by}


def test_a_decision_before_a_change_is_its_reason() -> None:
    rows = [
        line(1, "label", {"axis": "class", "value": "incident"}, "it happened", "anna"),
        line(
            2,
            "class changed",
            {"from": "hazard", "to": "incident"},
            "class hazard → incident, because of udn:1",
        ),
        line(
            3,
            "severity changed",
            {"from": None, "to": "incident"},
            "severity none → incident, because of udn:1",
        ),
        line(4, "title", {"title": "Better"}, "", "bert"),
        line(5, "title changed", {"from": "Worse", "to": "Better"}, "title Worse → Better, because of udn:1"),
        line(
            6,
            "class changed",
            {"from": "incident", "to": "hazard"},
            "class incident → hazard, because of udn:2",
        ),
    ]
    attribute(rows, list(rows))
    assert (rows[1]["reason"], rows[1]["made_by"]) == ("class hazard → incident, because it happened", "anna")
    assert rows[2]["made_by"] == "machine", "nobody asked for it"
    assert (rows[4]["reason"], rows[4]["made_by"]) == ("title Worse → Better", "bert")
    assert rows[5]["reason"].endswith("because of udn:2"), "it is not what anna asked for"


def test_a_change_before_the_decision_is_not_its_doing() -> None:
    rows = [
        line(
            1,
            "class changed",
            {"from": "hazard", "to": "incident"},
            "class hazard → incident, because of udn:1",
        ),
        line(2, "label", {"axis": "class", "value": "incident"}, "so it is", "anna"),
    ]
    attribute(rows, list(rows))
    assert rows[0]["made_by"] == "machine"


def test_a_decision_that_a_later_run_folds_in_is_news_then(folder: Path) -> None:
    with duckdb.connect(str(folder / "wiredesk.duckdb")) as con:
        read = feeds.newest(con)
        assert read is not None
        assert feeds.changes(con, since=read) == []
        con.execute("INSERT INTO store.run BY NAME SELECT * REPLACE ('run-9' AS run_id, ?::TIMESTAMP + INTERVAL 1 DAY AS started) "
                    "FROM store.run LIMIT 1", [read])  # fmt: skip
        con.execute(
            "INSERT INTO store.incident_event BY NAME SELECT ? AS incident_id, 900 AS n, 1 AS revision, "
            "?::TIMESTAMP - INTERVAL 1 HOUR AS happened, 'note' AS kind, '{\"note\": \"late\"}' AS detail, NULL AS reason, "
            "'anna' AS made_by, 'run-9' AS run_id",
            [HAZARD, read],
        )
        assert [change.what for change in feeds.changes(con, since=read)] == ["note: late (anna)"]
        after = feeds.newest(con)
        assert after is not None
        assert feeds.changes(con, since=after) == []


def test_what_was_taken_back_is_said(folder: Path) -> None:
    with duckdb.connect(str(folder / "wiredesk.duckdb")) as con:
        con.execute(
            "INSERT INTO store.decision (decision_id, subject, subject_id, action, before, after, made_by, made, outcome, position) "
            "VALUES ('d-77', 'incident', ?, 'label', '{}', '{\"axis\": \"class\", \"value\": \"incident\"}', 'ann', "
            "TIMESTAMP '2026-03-06', 'applied', 770)",
            [HAZARD],
        )
        con.execute(
            "INSERT INTO store.incident_event (incident_id, n, revision, happened, kind, detail, reason, made_by) "
            "VALUES (?, 901, 2, TIMESTAMP '2026-03-07', 'undone', '{\"decision\": \"d-77\"}', NULL, 'ann')",
            [HAZARD],
        )
        said = "decision d-77 taken back (class is incident) (ann)"
        last = explain(con, HAZARD)[-1]
        assert (last["outcome"], last["reason"], last["version"]) == ("undone", said, "revision 2")
        assert all("{" not in step["reason"] for step in explain(con, HAZARD))
        assert said in [change.what for change in feeds.entries(con, [HAZARD])]
        lost = [line(1, "undone", {"decision": "d-gone"}, "", "ann")]
        name_undone(con, lost)
        assert changed("undone", lost[0]["detail"], "", "ann") == "decision d-gone taken back (ann)"


def test_every_telling_of_a_history_names_the_person(folder: Path) -> None:
    """The page, the feed, ``explain`` and ``incident history`` say the same of a change that somebody asked for."""
    with duckdb.connect(str(folder / "wiredesk.duckdb")) as con:
        con.execute(
            "INSERT INTO store.incident_event (incident_id, n, revision, happened, kind, detail, reason, made_by) VALUES "
            "($1, 901, 8, TIMESTAMP '2026-03-07', 'label', '{\"axis\": \"class\", \"value\": \"incident\"}', 'it happened', 'ann'), "
            '($1, 902, 9, TIMESTAMP \'2026-03-07\', \'class changed\', \'{"from": "hazard", "to": "incident"}\', '
            "'class hazard → incident, because of x:1', 'machine')",
            [HAZARD],
        )
        said = "class hazard → incident, because it happened (ann)"
        found = dossier.incident(con, HAZARD)
        assert found is not None
        for rows in (found["history"], questions.history(con, HAZARD)):
            last = rows[-1]
            assert changed(last["kind"], last["detail"], last["reason"], last["made_by"]) == said
        assert explain(con, HAZARD)[-1]["reason"] == said
        assert feeds.entries(con, [HAZARD])[0].what == said
