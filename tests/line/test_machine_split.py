"""An incident that falls apart under new texts: what the store holds of it afterwards."""

from __future__ import annotations

from pathlib import Path

from tests.incidents.making import CRASH, FRAUD
from tests.incidents.test_splitting import NEW
from tests.line.test_grouping_again import Desk


def test_the_texts_that_leave_stand_in_the_new_incident_alone_and_both_histories_say_so(
    data_dir: Path,
) -> None:
    desk = Desk(data_dir)
    desk.bring([*CRASH, *FRAUD])
    desk.run()
    home = {text: incident for incident, text, _ in desk.members()}
    old, emptied = home["crash-1"], home["fraud-1"]
    assert old != emptied
    with desk.store.write() as con:  # as if they had been taken for one event
        con.execute("UPDATE store.incident_member SET incident_id = ?", [old])
        con.execute("DELETE FROM store.incident_event WHERE incident_id = ?", [emptied])
        con.execute("DELETE FROM store.incident WHERE incident_id = ?", [emptied])
    desk.bring(NEW)
    desk.run()
    places: dict[str, set[str]] = {}
    for incident, text, _ in desk.members():
        places.setdefault(incident, set()).add(text)
    [new] = set(places) - {old}
    assert places == {old: {"crash-1", "crash-2", "crash-3"}, new: {"fraud-1", "fraud-2", "fraud-3"}}
    with desk.store.read() as con:
        told = con.execute(
            "SELECT incident_id, kind, detail->>'into' FROM store.incident_event WHERE kind = 'split' OR (kind = 'opened' AND incident_id = ?)",
            [new],
        ).fetchall()
        records = con.execute("SELECT incident_id, affair_id, state FROM store.incident").fetchall()
        waiting = con.execute("SELECT subject_id FROM store.stage_result WHERE outcome <> 'ok'").fetchall()
    assert sorted(told) == sorted([(old, "split", new), (new, "opened", new)])
    assert sorted(records) == sorted([(old, old, "open"), (new, old, "open")]), "one affair still"
    assert waiting == []
    again = desk.members()
    desk.run()
    assert desk.members() == again
