"""The state survives, whole or in what can be read of it; one watch at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.watch import Alarm, State, WatchError, load_state, only_one, save_state
from pipelines.watch.state import Post, Trouble, crawls_of_the_log, state_path

WHEN = "2026-11-23T08:00:00+00:00"
ALARM = Alarm(WHEN, "outlet silent", "udn", "udn landed 0 articles")
FULL = State(
    last_crawl={"udn": WHEN},
    last_run=WHEN,
    last_retention=WHEN,
    run_owed=True,
    run_failed="no room",
    troubles={"udn": Trouble(WHEN, 2, True, ("it refuses us",))},
    ringing={ALARM.name: ALARM},
    posts=[Post("1", "webhook", WHEN, (ALARM,), (), 1, WHEN)],
)


def write(data_dir: Path, content: bytes) -> None:
    state_path(data_dir).parent.mkdir(parents=True, exist_ok=True)
    state_path(data_dir).write_bytes(content)


def test_the_state_survives(data_dir: Path) -> None:
    save_state(data_dir, FULL)
    assert load_state(data_dir) == (FULL, [])


def test_no_state_is_an_empty_one(data_dir: Path) -> None:
    assert load_state(data_dir) == (State(), [])


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"7", b"null", b"\xff\xfe", b'{"last_crawl": ', b"\x00" * 100, b"[" * 100_000],
)
def test_a_damaged_file_is_one_sentence_and_an_empty_state(data_dir: Path, content: bytes) -> None:
    write(data_dir, content)
    state, lost = load_state(data_dir)
    assert state == State()
    assert len(lost) == 1
    assert "the watch begins with nothing remembered" in lost[0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("last_crawl", 5), ("last_crawl", {"udn": 5}), ("last_crawl", {"udn": "soon"}), ("last_crawl", {"udn": "2026-11-23T08:00:00"}),
        ("last_run", "yesterday"), ("run_owed", "yes"), ("run_failed", []), ("troubles", {"udn": {}}),
        ("troubles", {"udn": {"since": WHEN, "crawls": -1, "refused": False, "reasons": []}}),
        ("ringing", ["outlet silent udn"]), ("ringing", {"x": {"when": WHEN}}), ("posts", {}), ("posts", [7]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_left_out_and_the_rest_is_kept(data_dir: Path, name: str, value: Any) -> None:
    save_state(data_dir, FULL)
    rows = json.loads(state_path(data_dir).read_text(encoding="utf-8"))
    write(data_dir, json.dumps(rows | {name: value}).encode())
    state, lost = load_state(data_dir)
    assert len(lost) == 1
    assert f"{name} cannot be used" in lost[0]
    for other in State.__slots__:
        assert getattr(state, other) == getattr(State() if other == name else FULL, other)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just(WHEN),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.dictionaries(st.sampled_from(State.__slots__), JSON))
def test_any_json_at_all_gives_a_state_that_can_be_saved(data_dir: Path, rows: dict[str, Any]) -> None:
    write(data_dir, json.dumps(rows).encode())
    state, _lost = load_state(data_dir)
    save_state(data_dir, state)
    assert load_state(data_dir) == (state, [])


def test_lost_times_are_found_in_the_names_of_the_landing_logs(data_dir: Path) -> None:
    folder = data_dir / "landing"
    folder.mkdir()
    for name in (
        "20261121T080000000000-7-watch-udn", "20261122T080000000000-7-crawl-udn", "20261122T090000000000-7-crawl-chinatimes-cn",
        "20261123T090000000000-7-crawl-other", "notes", "20269999T080000-7-crawl-udn",
    ):  # fmt: skip
        (folder / f"{name}.jsonl").touch()
    assert crawls_of_the_log(data_dir, ["udn", "chinatimes-cn", "cn"]) == {
        "udn": "2026-11-22T08:00:00+00:00",
        "chinatimes-cn": "2026-11-22T09:00:00+00:00",
    }


def test_only_one_watch_serves_a_folder(data_dir: Path) -> None:
    again = pytest.raises(WatchError, match=r"another wiredesk watch serves .* \(process \d+\)")
    with only_one(data_dir), again, only_one(data_dir):
        pass
    with only_one(data_dir):
        pass
