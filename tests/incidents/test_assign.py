"""The grouping of a batch: who opens, who joins, what people forbid and command, what is recorded."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from pipelines.incidents import Constraints, Reach, assign
from pipelines.incidents.memory import MemoryWorld
from pipelines.incidents.reasons import link_reason
from tests.incidents.making import CRASH, FRAUD, text


def homes(outcome: object) -> dict[str, str]:
    return {m.text_id: m.incident_id for m in outcome.memberships}  # type: ignore[attr-defined]


def test_one_event_one_incident() -> None:
    outcome = assign([*CRASH, *FRAUD])
    found = homes(outcome)
    assert found["crash-1"] == found["crash-2"] != found["fraud-1"] == found["fraud-2"]
    assert {change.kind for change in outcome.changes} == {"opened"}


def test_ids_are_of_the_day_and_the_founding_text() -> None:
    first = homes(assign(CRASH))["crash-1"]
    assert re.fullmatch(r"2031-01-01-[0-9a-z]{4}", first)
    assert homes(assign(CRASH[::-1]))["crash-1"] == first
    taken = homes(assign(CRASH, Reach(taken=frozenset({first}))))["crash-1"]
    assert taken != first
    assert taken[:10] == first[:10]


def test_every_text_has_one_outcome_and_a_reason() -> None:
    texts = [
        *CRASH,
        text("talk", "观点：算法与社会", "本文谈谈算法。", class_="complementary"),
        text("other", "银行降息", "央行今天降息。", class_="unrelated"),
        text("none", "无题", "没有类别。", class_=None),
    ]
    outcome = assign(texts)
    assert outcome.outcomes == {
        "crash-1": "ok",
        "crash-2": "ok",
        "talk": "waiting",
        "other": "unrelated",
        "none": "no_class",
    }
    joined = next(m for m in outcome.memberships if m.text_id == "crash-2")
    assert "same figure" in joined.reason
    assert "cosine" in joined.reason
    assert 0 < joined.score <= 1


def test_everything_groups_texts_without_a_class() -> None:
    outcome = assign([replace(t, class_=None) for t in CRASH], everything=True)
    assert len(set(homes(outcome).values())) == 1


def test_complementary_text_opens_nothing_and_joins_weeks_later() -> None:
    comment = text(
        "later",
        "江城大桥维洛L7事故调查：系统未识别货车",
        "调查组说，维洛L7在江城长虹大桥追尾货车、两人死亡，是系统没有识别静止的货车。",
        day=25,
        class_="complementary",
    )
    assert assign([comment]).outcomes == {"later": "waiting"}
    world = MemoryWorld()
    world.commit(CRASH, assign(CRASH))
    outcome = assign([comment], world.reach([comment]))
    assert [m.role for m in outcome.memberships] == ["complementary"]
    assert outcome.memberships[0].incident_id in world.groups().values()


def test_waiting_text_joins_when_the_incident_opens() -> None:
    early = text(
        "early",
        "维洛L7江城大桥事故 专家谈责任",
        "专家谈维洛L7在江城长虹大桥追尾货车两人死亡一事的责任。",
        class_="complementary",
    )
    world = MemoryWorld()
    world.commit([early], assign([early]))
    outcome = assign(CRASH, world.reach(CRASH))
    assert homes(outcome)["early"] == homes(outcome)["crash-1"]
    assert outcome.outcomes["early"] == "ok"


def test_cannot_link_is_obeyed() -> None:
    apart = Constraints(cannot_link=frozenset({("crash-1", "crash-2")}))
    assert len(set(homes(assign(CRASH, constraints=apart)).values())) == 2


def test_must_link_is_obeyed() -> None:
    together = Constraints(must_link=frozenset({("crash-1", "fraud-1")}))
    found = homes(assign([*CRASH, *FRAUD], constraints=together))
    assert found["crash-1"] == found["fraud-1"]


def test_a_persons_placement_stands() -> None:
    world = MemoryWorld()
    world.commit(FRAUD, assign(FRAUD))
    incident = world.groups()["fraud-1"]
    late = text(
        "late",
        "川北超市人脸支付案五人被捕",
        "川北连锁超市人脸支付被照片骗过、盗刷61万元一案，五人被捕。",
        day=1,
    )
    fixed = Constraints(fixed={"crash-1": incident})
    outcome = assign([CRASH[0], late], world.reach([CRASH[0], late]), fixed)
    placed = next(m for m in outcome.memberships if m.text_id == "crash-1")
    assert (placed.incident_id, placed.joined_by) == (incident, "person")


def test_two_incidents_become_one_with_a_reason_and_the_older_id() -> None:
    world = MemoryWorld()
    for one in (CRASH[0], CRASH[1]):
        apart = Constraints(cannot_link=frozenset({("crash-1", "crash-2")}))
        world.commit([one], assign([one], world.reach([one]) if one is CRASH[1] else None, apart))
    old = world.groups()
    assert old["crash-1"] != old["crash-2"]
    copies = [replace(CRASH[0], text_id=f"copy-{n}") for n in range(3)]
    reach = world.reach(copies)
    merged = assign(copies, reach)
    change = next(c for c in merged.changes if c.kind == "merged")
    assert change.into == min(old.values())
    assert "older id lives on" in change.reason
    held = Constraints(fixed_incidents=frozenset(old.values()))
    assert not [c for c in assign(copies, reach, held).changes if c.kind == "merged"]


def test_the_same_id_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="comes twice"):
        assign([CRASH[0], CRASH[0]])


def test_nothing_in_nothing_out() -> None:
    outcome = assign([])
    assert outcome.memberships == outcome.changes == ()


def test_a_reason_writes_names_as_people_do_and_leaves_out_what_names_too_much() -> None:
    one = replace(CRASH[0], names=("ai", "nvidia", "twn", "h2", "曜行科技", "time warner"))
    made = link_reason(one, replace(CRASH[1], names=one.names), 0.5, 0.2)
    assert made.startswith("same names Nvidia, TWN and H2, ")
    assert "Ai" not in made
    two = replace(one, names=("ai", "曜行科技", "time warner"))
    assert link_reason(two, two, 0.5, 0.2).startswith("same names 曜行科技 and Time Warner, ")
