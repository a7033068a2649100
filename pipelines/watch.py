"""Scheduled crawls and runs: each outlet at its own rhythm, one instance, missed crawls caught up once.

The clock, the crawl and the run come in as arguments; APScheduler keeps the time in production.
"""

from __future__ import annotations

import fcntl
import json
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

WEEKS = 4
"""So many same weekdays of the past say what is usual for an outlet."""
LEAST = 5
"""An outlet that usually lands fewer articles a day is not called silent."""


class WatchError(Exception):
    """The watch cannot start; the message says why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``wiredesk.toml`` says, over what the outlet files say."""

    rhythms: Mapping[str, timedelta]
    jitter: timedelta = timedelta(seconds=90)
    silent_below: float = 0.2
    """An outlet that lands less than this share of its usual day is silent."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a person should look at."""

    when: str
    kind: str
    outlet_id: str | None
    message: str


@dataclass(slots=True)
class State:
    """What has to survive a restart, kept in ``<data>/watch/state.json``."""

    last_crawl: dict[str, str] = field(default_factory=dict)
    last_run: str | None = None
    ringing: list[str] = field(default_factory=list)
    """Alarms that have rung and still stand: they ring once."""


def plan(path: Path, known: Mapping[str, Any]) -> Plan:
    """The plan of a ``wiredesk.toml`` (none: every outlet at the rhythm of its file).

    :param known: outlets by key, each with ``rhythm_minutes``.
    :raises WatchError: naming what the file says wrongly.
    """
    table: dict[str, Any] = {}
    if path.is_file():
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise WatchError(f"{path}: {error}") from error
    unknown = sorted(set(table) - {"outlets", "rhythms", "alarms", "jitter_seconds"})
    if unknown:
        raise WatchError(
            f"{path} has no setting {unknown[0]}: outlets, rhythms, alarms and jitter_seconds are known"
        )
    keys = table.get("outlets", sorted(known))
    rhythms = table.get("rhythms", {})
    for key in [*keys, *rhythms]:
        if key not in known:
            raise WatchError(f"{path} names the outlet {key}, which there is not: see wiredesk outlet list")
    minutes = {key: rhythms.get(key, known[key].rhythm_minutes) for key in keys}
    for key, value in minutes.items():
        if not isinstance(value, int) or value < 5:
            raise WatchError(f"{path}: {key} every {value} minutes is impolite; five is the least")
    return Plan(
        {key: timedelta(minutes=value) for key, value in minutes.items()},
        timedelta(seconds=table.get("jitter_seconds", 90)),
        table.get("alarms", {}).get("silent_below", 0.2),
    )


def load_state(data_dir: Path) -> State:
    path = data_dir / "watch" / "state.json"
    return State(**json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else State()


def save_state(data_dir: Path, state: State) -> None:
    """Whole or not at all."""
    path = data_dir / "watch" / "state.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    with partial.open("w", encoding="utf-8") as handle:
        json.dump(asdict(state), handle, sort_keys=True)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """:raises WatchError: when another watch serves the same data folder."""
    path = data_dir / "watch" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise WatchError(f"another wiredesk watch serves {data_dir}") from error
        yield


def first_due(plan: Plan, state: State, now: datetime) -> dict[str, datetime]:
    """When each outlet is crawled first: at its time, or at once when that has passed (then once, not per miss)."""
    due = {}
    for key, rhythm in plan.rhythms.items():
        last = state.last_crawl.get(key)
        due[key] = max(now, datetime.fromisoformat(last) + rhythm) if last else now
    return due


def landed_by_day(lines: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Outlet → day (UTC) → articles landed, from landing lines."""
    found: dict[str, dict[str, int]] = {}
    for line in lines:
        if line["kind"] == "article" and line["outcome"] == "landed":
            days = found.setdefault(line["outlet_id"], {})
            days[line["fetched"][:10]] = days.get(line["fetched"][:10], 0) + 1
    return found


def silent(plan: Plan, landed: Mapping[str, Mapping[str, int]], now: datetime) -> list[Alarm]:
    """Outlets whose last whole day fell far below what the same weekday usually brings."""
    day = now.astimezone(UTC).date() - timedelta(days=1)
    alarms = []
    for key in sorted(plan.rhythms):
        past = [
            landed.get(key, {}).get((day - timedelta(weeks=n)).isoformat(), 0) for n in range(1, WEEKS + 1)
        ]
        usual = median(past)
        got = landed.get(key, {}).get(day.isoformat(), 0)
        if usual >= LEAST and got < plan.silent_below * usual:
            message = f"{key} landed {got} articles on {day}; {usual:g} are usual on that weekday"
            alarms.append(Alarm(now.isoformat(), "outlet silent", key, message))
    return alarms


def ring(data_dir: Path, state: State, alarms: Sequence[Alarm], log: Callable[[str], None]) -> list[Alarm]:
    """Write down the alarms that do not stand already; those that no longer stand may ring again later."""
    standing = {f"{alarm.kind} {alarm.outlet_id}": alarm for alarm in alarms}
    new = [alarm for name, alarm in standing.items() if name not in state.ringing]
    state.ringing = sorted(standing)
    if new:
        path = data_dir / "watch" / "alarms.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as handle:
            for alarm in new:
                handle.write(json.dumps(asdict(alarm), ensure_ascii=False) + "\n")
                log(json.dumps({"event": "alarm", **asdict(alarm)}, ensure_ascii=False))
    return new


SYSTEMD = """\
# systemd --user unit; save as ~/.config/systemd/user/wiredesk.service, then:
#   systemctl --user enable --now wiredesk
[Unit]
Description=wiredesk: scheduled crawls and runs
After=network-online.target

[Service]
ExecStart={command} --data {data} watch
Restart=on-failure
RestartSec=60
KillSignal=SIGTERM
TimeoutStopSec=120

[Install]
WantedBy=default.target
"""
