"""The history names who or what changed a field."""

from __future__ import annotations

from typing import Any

from pipelines.steps.revision import IncidentLabel, Made
from pipelines.steps.revisions import _changes


def test_a_field_that_a_person_decided_is_told_as_theirs_and_not_as_an_article_s() -> None:
    before: dict[str, Any] = {"class": "hazard", "severity": "hazard"}
    labels = [
        IncidentLabel("severity", "disaster", None, "decided", "ann", ()),
        IncidentLabel("class", "incident", 0.9, "one text says so", "machine", ()),
    ]
    made = Made({"class": "incident", "severity": "disaster"}, [], labels, ["udn:1"])
    assert [line["reason"] for line in _changes(before, made)] == [
        "class hazard → incident, because of udn:1",
        "severity hazard → disaster, decided by ann",
    ]
