"""An incident that held two events while there were few texts falls apart when more come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.incidents import Constraints, Features, KnownIncident, Outcome, Reach, assign
from tests.incidents.making import CRASH, FRAUD, text

NEW = (
    text("crash-3", "江城大桥维洛L7追尾货车事故致两人死亡", "维洛L7在江城长虹大桥追尾货车，两人死亡。", day=1),
    text("fraud-3", "川北超市人脸支付被照片骗过 损失61万元", "照片骗过川北连锁超市的人脸支付，盗刷61万元。", day=1),
)  # fmt: skip
OLD = "2031-01-01-old0"


def welded(*members: Features) -> Reach:
    """One incident that holds what was wrongly joined."""
    days = [member.day for member in members if member.day is not None]
    known = KnownIncident(
        incident_id=OLD, affair_id=OLD, members=members, size=len(members), first_day=min(days), last_day=max(days)
    )  # fmt: skip
    return Reach(incidents=[known], background=members)


def incidents_of(outcome: Outcome) -> dict[str, str]:
    return {member.text_id: member.incident_id for member in outcome.memberships}


def test_the_part_with_the_first_text_keeps_the_id_and_the_other_goes_with_a_reason() -> None:
    outcome = assign(NEW, welded(*CRASH, *FRAUD))
    change = next(change for change in outcome.changes if change.kind == "split")
    assert change.incident_id == OLD
    assert set(change.texts) == {"fraud-1", "fraud-2", "fraud-3"}
    assert "2 events" in change.reason
    homes = incidents_of(outcome)
    assert homes["crash-3"] == OLD
    assert homes["fraud-1"] == homes["fraud-2"] == homes["fraud-3"] == change.into != OLD
    assert all(member.reason for member in outcome.memberships)


def test_what_hangs_together_stays() -> None:
    outcome = assign([NEW[0]], welded(*CRASH, replace(CRASH[0], text_id="crash-4")))
    assert not [change for change in outcome.changes if change.kind == "split"]


@pytest.mark.parametrize(
    "decided",
    [
        Constraints(fixed_incidents=frozenset({OLD})),
        Constraints(fixed={"fraud-1": OLD}),
        Constraints(must_link=frozenset({("fraud-1", "crash-1")})),
    ],
)
def test_what_a_person_decided_is_never_split(decided: Constraints) -> None:
    outcome = assign(NEW, welded(*CRASH, *FRAUD), decided)
    assert not [change for change in outcome.changes if change.kind == "split"]


def test_an_incident_that_is_not_wholly_in_view_is_not_split() -> None:
    reach = welded(*CRASH, *FRAUD)
    outcome = assign(
        NEW, Reach(incidents=[replace(reach.incidents[0], size=60)], background=reach.background)
    )
    assert not [change for change in outcome.changes if change.kind == "split"]
