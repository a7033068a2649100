"""The schedule: plans, missed crawls, silence, alarms that ring once; one instance; a clean stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines import watch

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KNOWN = {"udn": SimpleNamespace(rhythm_minutes=30), "rti": SimpleNamespace(rhythm_minutes=60)}


def test_without_a_file_every_outlet_keeps_its_own_rhythm(tmp_path: Path) -> None:
    plan = watch.plan(tmp_path / "wiredesk.toml", KNOWN)
    assert plan.rhythms == {"rti": timedelta(hours=1), "udn": timedelta(minutes=30)}


def test_the_file_chooses_outlets_and_rhythms(tmp_path: Path) -> None:
    path = tmp_path / "wiredesk.toml"
    path.write_text(
        'outlets = ["udn"]\njitter_seconds = 5\n[rhythms]\nudn = 15\n[alarms]\nsilent_below = 0.5\n'
    )
    plan = watch.plan(path, KNOWN)
    assert plan == watch.Plan({"udn": timedelta(minutes=15)}, timedelta(seconds=5), 0.5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('outlets = ["udm"]', "udm"),
        ("[rhythms]\nudn = 1", "impolite"),
        ("colour = 1", "no setting colour"),
        ("outlets = [", "wiredesk.toml"),
    ],
)
def test_a_wrong_file_is_a_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "wiredesk.toml"
    path.write_text(text)
    with pytest.raises(watch.WatchError, match=says):
        watch.plan(path, KNOWN)


def test_missed_crawls_are_caught_up_once() -> None:
    plan = watch.Plan({"udn": timedelta(minutes=30), "rti": timedelta(hours=1), "new": timedelta(hours=1)})
    state = watch.State(
        last_crawl={
            "udn": (NOW - timedelta(days=3)).isoformat(),
            "rti": (NOW - timedelta(minutes=20)).isoformat(),
        }
    )
    assert watch.first_due(plan, state, NOW) == {"udn": NOW, "rti": NOW + timedelta(minutes=40), "new": NOW}


def lines(days: dict[int, int]) -> list[dict[str, str]]:
    """``days``: days before yesterday → articles landed at udn."""
    return [
        {
            "kind": "article",
            "outcome": "landed",
            "outlet_id": "udn",
            "fetched": f"{NOW - timedelta(days=1 + ago):%Y-%m-%d}T01:00:00.000000Z",
        }
        for ago, n in days.items()
        for _ in range(n)
    ]


@pytest.mark.parametrize(("yesterday", "rings"), [(0, True), (7, True), (9, False), (40, False)])
def test_an_outlet_far_below_its_own_weekday_is_silent(yesterday: int, rings: bool) -> None:
    plan = watch.Plan({"udn": timedelta(hours=1)})
    landed = watch.landed_by_day(lines({0: yesterday, 7: 40, 14: 44, 21: 40, 28: 38}))
    assert bool(watch.silent(plan, landed, NOW)) is rings


def test_an_outlet_that_is_always_quiet_or_new_is_not_called_silent() -> None:
    plan = watch.Plan({"udn": timedelta(hours=1), "new": timedelta(hours=1)})
    assert watch.silent(plan, watch.landed_by_day(lines({7: 3, 14: 2, 21: 4, 28: 1})), NOW) == []


def test_an_alarm_rings_once_while_it_stands_and_again_when_it_comes_back(data_dir: Path) -> None:
    state, heard = watch.State(), []
    alarm = watch.Alarm(NOW.isoformat(), "outlet silent", "udn", "udn landed 0 articles")
    for standing in ([alarm], [alarm], [], [alarm]):
        watch.ring(data_dir, state, standing, heard.append)
    assert len(heard) == 2
    written = (data_dir / "watch" / "alarms.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["outlet_id"] for line in written] == ["udn", "udn"]


def test_the_state_survives(data_dir: Path) -> None:
    state = watch.State({"udn": NOW.isoformat()}, NOW.isoformat(), ["x"])
    watch.save_state(data_dir, state)
    assert watch.load_state(data_dir) == state


def test_only_one_watch_serves_a_folder(data_dir: Path) -> None:
    again = pytest.raises(watch.WatchError, match="another wiredesk watch")
    with watch.only_one(data_dir), again, watch.only_one(data_dir):
        pass


@pytest.mark.slow
def test_sigterm_stops_it_cleanly(data_dir: Path) -> None:
    watch.save_state(data_dir, watch.State({"udn": datetime.now(UTC).isoformat()}))
    (data_dir / "wiredesk.toml").write_text('outlets = ["udn"]\n')
    command = [sys.executable, "-m", "pipelines.cli", "--data", str(data_dir), "watch"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ}) as child:
        assert child.stderr is not None
        assert json.loads(child.stderr.readline())["event"] == "watching"
        child.send_signal(signal.SIGTERM)
        events = [json.loads(line)["event"] for line in child.stderr]
        assert child.wait() == 0
    assert events == ["stopping", "stopped"]
