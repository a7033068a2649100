"""A month on a fast clock: the alarms that should ring do, once each, and no others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from pipelines.watch import load_state

from .month import END, EPISODES, MONTH, OUTLETS, Episode, World

LATE = timedelta(days=2.1)
"""A day is judged when it is over; a rate, when enough of the newest pages have gone."""


def rung(world: World, event: str) -> list[dict[str, Any]]:
    path = world.data_dir / "watch" / "alarms.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if row["event"] == event]


def check(world: World, episodes: tuple[Episode, ...]) -> None:
    """Exactly the expected alarms, each in the time of its episode, and over after it."""
    expected = Counter(pair for one in episodes for pair in one.rings)
    rings = rung(world, "rang")
    assert Counter((row["kind"], row["subject"]) for row in rings) == expected, world.log.getvalue()[-3000:]
    for one in episodes:
        start = MONTH + timedelta(days=one.first)
        for pair in one.rings:
            inside = [
                row
                for row in rings
                if (row["kind"], row["subject"]) == pair
                and start <= datetime.fromisoformat(row["when"]) <= start + timedelta(days=one.days) + LATE
            ]
            assert len(inside) == 1, (one, rings)
    standing = {(alarm.kind, alarm.subject) for alarm in load_state(world.data_dir)[0].ringing.values()}
    over = Counter((row["kind"], row["subject"]) for row in rung(world, "over"))
    still = {
        pair
        for one in episodes
        for pair in one.rings
        if MONTH + timedelta(days=one.first + one.days) >= END - LATE
    }
    assert standing <= still
    assert over == expected - Counter(standing)


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """In memory where the system has such a place: thousands of small files are written."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as name:
        yield Path(name)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_alarms_that_should_ring_do_and_no_others(data_dir: Path, seed: int) -> None:
    world = World(data_dir, seed)
    world.live()
    check(world, EPISODES)
    log = [json.loads(line) for line in world.log.getvalue().splitlines()]
    assert any(row["message"].endswith("a holiday, it seems") for row in log if row["event"] == "quiet_day")
    # the machine was off for a day and a half: eight crawls of each outlet were missed, one was caught up
    [off] = [one for one in EPISODES if one.what == "off"]
    back = MONTH + timedelta(days=off.first + off.days)
    after = Counter(outlet for outlet, when in world.crawled if back <= when < back + timedelta(hours=4))
    assert after == dict.fromkeys(OUTLETS, 1)
    assert not [when for _, when in world.crawled if back - timedelta(days=off.days) <= when < back]


@pytest.mark.slow
def test_weeks_in_which_all_is_well_are_quiet(data_dir: Path) -> None:
    world = World(data_dir, 4, episodes=(), end=MONTH + timedelta(days=10))
    world.live()
    assert not (data_dir / "watch" / "alarms.jsonl").exists()
    crawls = Counter(outlet for outlet, _ in world.crawled)
    # every four hours, and up to a quarter of an hour more
    assert all(24 * 24 / 4.25 <= n <= 24 * 24 / 4 + 1 for n in crawls.values()), crawls
