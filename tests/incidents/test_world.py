"""The known world in DuckDB answers as the one in memory does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest

from pipelines.incidents import Constraints, Outcome, assign, load_features, reach, save_features
from pipelines.incidents.memory import MemoryWorld
from pipelines.store.schema import migrate
from tests.incidents.making import CRASH, FRAUD, text


@pytest.fixture
def con() -> Iterator[Any]:
    connection = duckdb.connect(":memory:")
    migrate(connection, now=datetime(2031, 1, 1, tzinfo=UTC))
    yield connection
    connection.close()


def keep(con: Any, outcome: Outcome) -> None:
    for incident, affair in outcome.affairs.items():
        con.execute(
            "INSERT INTO store.incident (incident_id, affair_id, revision, state, content_sha256) VALUES (?, ?, 1, 'open', '')",
            [incident, affair],
        )
    for m in outcome.memberships:
        con.execute(
            "INSERT INTO store.incident_member (incident_id, text_id, role, score, reason, joined_by) VALUES (?, ?, ?, ?, ?, ?)",
            [m.incident_id, m.text_id, m.role, m.score, m.reason, m.joined_by],
        )


def test_features_come_back_as_they_were(con: Any) -> None:
    texts = [
        *CRASH,
        text("undated", "没有日期的机器人事故", "正文。", day=None),
        text("bare", ""),
        text(
            "names",
            "OpenMind and Velo",
            "It was said that OpenMind, Velo and NHTSA paid $3 million for 40 percent.",
        ),
    ]
    save_features(con, texts)
    save_features(con, texts)
    assert load_features(con, [t.text_id for t in texts]) == sorted(texts, key=lambda t: t.text_id)
    assert con.execute("SELECT count(*) FROM store.text_feature").fetchone() == (5,)
    keys = con.execute("SELECT count(*), count(DISTINCT (key, text_id)) FROM store.incident_key").fetchone()
    assert keys[0] == keys[1] > 0


def test_a_new_text_reaches_its_incident_and_no_other(con: Any) -> None:
    known = [*CRASH, *FRAUD]
    outcome = assign(known)
    save_features(con, known)
    keep(con, outcome)
    world = MemoryWorld()
    world.commit(known, outcome)
    late = text(
        "late",
        "维洛L7江城大桥事故死者家属起诉",
        "在江城长虹大桥追尾货车事故中死亡的两人家属起诉维洛。",
        day=3,
    )
    save_features(con, [late])
    found = reach(con, [late])
    expected = world.reach([late])
    assert {i.incident_id for i in expected.incidents} <= {i.incident_id for i in found.incidents}
    joined = assign([late], found).memberships
    assert [m.incident_id for m in joined] == [m.incident_id for m in assign([late], expected).memberships]
    assert {t.text_id for t in found.background} == {t.text_id for t in known}
    assert found.taken == frozenset()
    same_day = text("same-day", "动物园狮子吃错药", "兽医发现。")
    assert reach(con, [same_day]).taken == {m.incident_id for m in outcome.memberships}


def test_an_old_story_is_reached_by_its_rare_keys(con: Any) -> None:
    save_features(con, CRASH)
    keep(con, assign(CRASH))
    old = text("old", "维洛L7江城大桥案宣判", "维洛L7在江城长虹大桥追尾货车案宣判。", day=400)
    assert [i.incident_id for i in reach(con, [old]).incidents] == [
        m.incident_id for m in assign(CRASH).memberships[:1]
    ]
    stranger = text("stranger", "动物园狮子吃错药", "兽医发现。", day=400)
    assert reach(con, [stranger]).incidents == []


def test_incidents_that_people_named_are_always_reached(con: Any) -> None:
    save_features(con, FRAUD)
    outcome = assign(FRAUD)
    keep(con, outcome)
    incident = outcome.memberships[0].incident_id
    stranger = text("stranger", "动物园狮子吃错药", "兽医发现。", day=400)
    found = reach(con, [stranger], Constraints(fixed={"stranger": incident}))
    assert [i.incident_id for i in found.incidents] == [incident]
    joined = assign([stranger], found, Constraints(fixed={"stranger": incident})).memberships
    assert [(m.incident_id, m.joined_by) for m in joined] == [(incident, "person")]


def test_present_class_counts(con: Any) -> None:
    save_features(con, CRASH)
    con.execute(
        "INSERT INTO store.judgement (text_id, class, severity, profile) VALUES ('crash-1', 'complementary', 'unknown', 'p')"
    )
    assert [t.class_ for t in load_features(con, ["crash-1", "crash-2"])] == ["complementary", "incident"]
