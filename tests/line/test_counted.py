"""The funnel counts a text as it ended, also where a later day of the same run gave it its place."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.line.folder import Folder, articles


@pytest.mark.slow
def test_what_waited_and_joined_later_in_the_same_run_is_counted_as_joined(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(tmp_path, monkeypatch)
    told = articles("Kosmo")
    ban = next(one for one in told if "下令封禁" in one.title)
    first = min(one.published for one in told)
    folder.bring([replace(one, published=first - timedelta(days=1)) if one is ban else one for one in told])
    folder.do("run")
    [(counts,)] = folder.rows("SELECT counts FROM runs WHERE command = 'run'")
    counted = {name: n for name, n in json.loads(counts).items() if name.startswith("incidents ")}
    stands = folder.rows(
        "SELECT 'incidents ' || outcome, count(*) FROM store.stage_result WHERE stage = 'incidents' GROUP BY 1"
    )
    assert counted == dict(stands)
    [(role,)] = folder.rows(
        f"SELECT m.role FROM incident_members m JOIN articles USING (article_id) WHERE title = '{ban.title}'"
    )
    assert role == "complementary"
