"""What has to survive a restart, kept in ``<data>/watch/state.json``, and the lock that keeps the watch alone.

The file is written whole or not at all. When it is damaged all the same, what can be read of it is kept, each loss is a
sentence, and the watch goes on: what is lost costs at most a crawl or an alarm too many.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .plan import WatchError


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a person should look at."""

    when: str
    """ISO 8601, when it rang."""
    kind: str
    """One of :data:`pipelines.watch.alarms.KINDS`."""
    subject: str
    """An outlet, a language tag, a stage, or ``watch``."""
    message: str

    @property
    def name(self) -> str:
        """One alarm of a kind and subject stands at a time."""
        return f"{self.kind} · {self.subject}"


@dataclass(frozen=True, slots=True)
class Trouble:
    """An outlet whose crawls fail, one after the other."""

    since: str
    crawls: int
    refused: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """Something that waits to be told over one channel."""

    post_id: str
    channel: str
    """``webhook`` or ``mail``."""
    made: str
    rang: tuple[Alarm, ...]
    over: tuple[Alarm, ...]
    tries: int = 0
    next_try: str = ""


@dataclass(slots=True)
class State:
    """What the watch knows from one start to the next."""

    last_crawl: dict[str, str] = field(default_factory=dict)
    """Outlet → when its last crawl began that came to its end."""
    last_run: str | None = None
    last_retention: str | None = None
    run_owed: bool = False
    """Pages have landed that no run has taken up yet."""
    run_failed: str | None = None
    """Why the last run failed."""
    troubles: dict[str, Trouble] = field(default_factory=dict)
    ringing: dict[str, Alarm] = field(default_factory=dict)
    """Alarms that stand, by name: they rang once."""
    posts: list[Post] = field(default_factory=list)


def state_path(data_dir: Path) -> Path:
    return data_dir / "watch" / "state.json"


def load_state(data_dir: Path) -> tuple[State, list[str]]:
    """The state, and a sentence for everything in it that cannot be used."""
    path = state_path(data_dir)
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return State(), []
    except (OSError, ValueError, RecursionError) as error:
        return State(), [f"{path} cannot be read ({error}): the watch begins with nothing remembered"]
    if not isinstance(rows, dict):
        return State(), [f"{path} holds no state: the watch begins with nothing remembered"]
    state, lost = State(), list[str]()
    for name, read in _READERS.items():
        if name not in rows:
            continue
        try:
            setattr(state, name, read(rows[name]))
        except (TypeError, ValueError, KeyError, AttributeError) as error:
            lost.append(f"{path}: {name} cannot be used ({error}) and is left out")
    return state, lost


def save_state(data_dir: Path, state: State) -> None:
    """Whole or not at all."""
    write_whole(state_path(data_dir), json.dumps(asdict(state), ensure_ascii=False, sort_keys=True))


def write_whole(path: Path, text: str) -> None:
    """Put ``text`` in the place of a file so that a reader, or a crash, sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    with partial.open("w", encoding="utf-8") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)


def set_aside(data_dir: Path) -> Path:
    """Keep a damaged state for a person to look at; where it lies now."""
    path = state_path(data_dir)
    aside = path.with_name("state.json.damaged")
    path.replace(aside)
    return aside


_LOG = re.compile(r"(?P<at>\d{8}T\d{12})-\d+-\w+-(?P<outlet>.+)\.jsonl")


def crawls_of_the_log(data_dir: Path, outlets: Iterable[str]) -> dict[str, str]:
    """Outlet → its last crawl, from the names of the landing logs: what a lost state forgot."""
    wanted = set(outlets)
    found: dict[str, str] = {}
    for path in sorted((data_dir / "landing").glob("*.jsonl")):
        match = _LOG.fullmatch(path.name)
        if match and match["outlet"] in wanted:
            moment = datetime.strptime(match["at"], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
            found[match["outlet"]] = moment.isoformat()
    return found


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """:raises WatchError: when another watch serves the same data folder."""
    path = data_dir / "watch" / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.seek(0)
            who = handle.read().strip()
            raise WatchError(
                f"another wiredesk watch serves {data_dir}{f' (process {who})' if who else ''}: one is enough"
            ) from error
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        yield


def moment(text: Any) -> str:
    """``text`` if it is a time with its zone.

    :raises ValueError: otherwise.
    """
    if not isinstance(text, str) or datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(f"{text!r} is no time with a zone")
    return text


def _maybe(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is neither true nor false")
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TypeError(f"{value!r} is no count")
    return value


def _by_name(read: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    def each(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise TypeError(f"{value!r} is no table")
        return {_text(key): read(one) for key, one in value.items()}

    return each


def _many(read: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def each(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise TypeError(f"{value!r} is no list")
        return [read(one) for one in value]

    return each


def _alarm(row: Any) -> Alarm:
    return Alarm(moment(row["when"]), _text(row["kind"]), _text(row["subject"]), _text(row["message"]))


def _trouble(row: Any) -> Trouble:
    reasons = tuple(_many(_text)(row["reasons"]))
    return Trouble(moment(row["since"]), _count(row["crawls"]), _flag(row["refused"]), reasons)


def _post(row: Any) -> Post:
    return Post(
        post_id=_text(row["post_id"]),
        channel=_text(row["channel"]),
        made=moment(row["made"]),
        rang=tuple(_many(_alarm)(row["rang"])),
        over=tuple(_many(_alarm)(row["over"])),
        tries=_count(row["tries"]),
        next_try=moment(row["next_try"]),
    )


_READERS: dict[str, Callable[[Any], Any]] = {
    "last_crawl": _by_name(moment),
    "last_run": _maybe(moment),
    "last_retention": _maybe(moment),
    "run_owed": _flag,
    "run_failed": _maybe(_text),
    "troubles": _by_name(_trouble),
    "ringing": _by_name(_alarm),
    "posts": _many(_post),
}
