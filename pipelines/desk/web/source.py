"""The desk's way to the database, on which no line ever waits.

While the desk's own edition is as new as the database, it answers, and is kept open, which keeps it fast. When the
database is newer, a request reads the database itself (open, ask, close), and a thread makes a new edition as soon as
nobody writes. While a line holds the database, the newest copy there is answers, and the page says as of when.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines import decisions
from pipelines.desk.edition import build, edition_path, has_edition
from pipelines.store import Store, StoreBusyError, StoreError, published_path

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")
Version = tuple[Any, ...]
PATIENCE, ALONE = 0.25, 1.0
"""Seconds to wait for a busy database: with a copy beside it, and without."""
QUIET = 1.0
"""Seconds without a write after which the database is copied."""
IDLE = 20.0
"""Seconds without a write after which nobody's run is slowed down by making an edition that nobody asked for."""
SHARE = 20
"""A copy is followed by a rest of this many times its own length, so that a line at work hardly meets it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A connection for one request, and what it is a connection to."""

    con: DuckDBPyConnection
    copy: bool
    """A copy answers because a line is writing to the database."""
    as_of: datetime
    version: Version
    """Changes when the content does: what was worked out from it is worked out anew."""


@dataclass(slots=True)
class _Held:
    """A copy, kept open; closed when it is no longer wanted and nobody asks it anything."""

    con: DuckDBPyConnection
    stack: ExitStack
    version: Version
    users: int = 0
    wanted: bool = True


@dataclass(slots=True)
class Source:
    """The database and the journal of one data folder, with what was worked out from their present state."""

    data_dir: Path
    publish: bool = True
    """Keep the edition as new as the database."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _held: _Held | None = None
    _known: dict[str, tuple[Version, Any]] = field(default_factory=dict)
    _works: dict[str, Callable[[DuckDBPyConnection], Any]] = field(default_factory=dict)
    _journal: tuple[Version, list[decisions.Decision]] = ((), [])
    _publisher: threading.Thread | None = None
    _closed: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def open(self, *, refresh: bool = True) -> Iterator[Opened]:
        """A read-only connection that reaches no other file.

        :param refresh: have an edition made where it is not as new as the database.
        :raises NoStoreError: when there is no database.
        :raises StoreBusyError: when a line writes and there is no copy.
        """
        main = Store(self.data_dir).path
        edition = edition_path(self.data_dir)
        if _as_new(edition, main) and self._fit(edition):
            with self._copy(edition) as con:
                yield Opened(con, False, _changed(main), _version(edition))
            return
        if refresh and self.publish and main.exists():
            self._refresh()
        published = published_path(self.data_dir)
        copies = [path for path in (edition, published) if path.exists()]
        with ExitStack() as stack:
            path = main
            try:
                try:
                    con = stack.enter_context(Store(self.data_dir).read(wait=PATIENCE if copies else ALONE))
                except StoreBusyError as busy:
                    path, con = self._newest(copies, stack, busy)
                con.execute("SET enable_external_access = false")
                yield Opened(con, path != main, _changed(path), _version(path))
            except _damage() as error:
                raise StoreError(f"{path} is damaged: {str(error).splitlines()[0]}") from error

    def _newest(
        self, copies: Sequence[Path], stack: ExitStack, busy: StoreBusyError
    ) -> tuple[Path, DuckDBPyConnection]:
        """The newest copy that can be opened; one that is damaged is passed over."""
        for path in sorted(copies, key=lambda copy: copy.stat().st_mtime_ns, reverse=True):
            try:
                return path, stack.enter_context(self._copy(path))
            except StoreError:
                continue
        raise busy

    def _fit(self, edition: Path) -> bool:
        """Whether the edition can be opened and asked; one that cannot (damaged, of another version) is made anew."""
        try:
            with self._copy(edition) as con:
                if has_edition(con):
                    return True
        except StoreError:
            pass
        edition.unlink(missing_ok=True)
        return False

    @contextmanager
    def _copy(self, path: Path) -> Iterator[DuckDBPyConnection]:
        """A connection of one's own to the copy, which stays open behind it."""
        held = self._hold(path)
        con = held.con.cursor()
        try:
            yield con
        finally:
            con.close()
            with self._lock:
                held.users -= 1
                done = not held.wanted and held.users == 0
            if done:
                held.stack.close()

    def _hold(self, path: Path) -> _Held:
        version = _version(path)
        with self._lock:
            held = self._held
            if held is None or held.version != version:
                if held:
                    held.wanted = False
                    if held.users == 0:
                        held.stack.close()
                stack = ExitStack()
                con = stack.enter_context(Store(path.parent).read(wait=PATIENCE))
                con.execute("SET enable_external_access = false")
                held = self._held = _Held(con, stack, version)
            held.users += 1
            return held

    def close(self) -> None:
        """Let go of the copy."""
        self._closed.set()
        with self._lock:
            held, self._held = self._held, None
            if held:
                held.wanted = False
        if held and held.users == 0:
            held.stack.close()

    def _refresh(self) -> None:
        with self._lock:
            if self._publisher is None or not self._publisher.is_alive():
                self._publisher = threading.Thread(target=self._bring_up, daemon=True, name="publisher")
                self._publisher.start()

    def _bring_up(self) -> None:
        """Make a new edition once the database is quiet, and work out from it what pages will ask for."""
        main = Store(self.data_dir).path
        if self._closed.wait(QUIET):  # whoever asked for a page gets it first
            return
        for _ in range(600):
            if time.time() - _changed(main).timestamp() >= QUIET:
                break
            time.sleep(QUIET / 4)
        began = time.monotonic()
        try:
            edition = build(self.data_dir)
            if _as_new(edition, main):
                self._work_out(edition)
        except (StoreError, OSError):
            pass  # a line is at work, or the disk is full: requests go on as they did, the next one tries again
        time.sleep(min(60.0, (time.monotonic() - began) * SHARE))

    def _work_out(self, edition: Path) -> None:
        """Everything that pages ask for, unless it is known for this edition."""
        with self._copy(edition) as con:
            self._know(Opened(con, False, _changed(Store(self.data_dir).path), _version(edition)))

    def _know(self, opened: Opened) -> None:
        """Work out everything that is not known, and spare the pages the collector's rounds over it.

        A round over the cards of five thousand incidents takes longer than a page, and finds nothing: they hold no cycles,
        and go when the next state of the database takes their place.
        """
        with self._lock:
            works = list(self._works.items())
            known = all(name in self._known and self._known[name][0] == opened.version for name, _ in works)
        if known:
            return
        for name, work in works:
            self.once(name, opened, work)
        gc.unfreeze()
        gc.collect()
        gc.freeze()

    def get_ready(self) -> None:
        """Work out what the first pages need, from whatever would answer them now; where nothing does, they will say so."""
        try:
            with self.open(refresh=False) as opened:
                self._know(opened)
        except (StoreError, OSError):
            pass  # no database yet, or a line at work: the page says which

    def expect(self, works: Mapping[str, Callable[[DuckDBPyConnection], Any]]) -> None:
        """What pages will ask :meth:`once` for: worked out from each new edition before anybody asks."""
        with self._lock:
            self._works.update(works)

    def keep_up(self, *, pause: float = 10.0, idle: float = IDLE) -> None:
        """For ever: a new edition after each run of the line, with nobody looking, so that the morning's first page is
        as quick as the next one.

        :param pause: seconds between two looks at the database.
        :param idle: seconds without a write after which a run is over.
        """
        main, edition = Store(self.data_dir).path, edition_path(self.data_dir)
        while not self._closed.is_set():
            try:
                if _as_new(edition, main) and self._fit(edition):
                    self._work_out(edition)
                elif main.exists() and time.time() - _changed(main).timestamp() >= idle:
                    self._refresh()
            except (StoreError, OSError):
                pass  # replaced or at work at this very moment: looked at again after the pause
            self._closed.wait(pause)

    def once(self, name: str, opened: Opened, work: Callable[[DuckDBPyConnection], T]) -> T:
        """``work(con)``, done once per state of the database; two requests at once may both do it."""
        with self._lock:
            kept = self._known.get(name)
            self._works[name] = work
        if kept and kept[0] == opened.version:
            result: T = kept[1]
            return result
        result = work(opened.con)
        with self._lock:
            self._known[name] = (opened.version, result)
        return result

    def journal(self) -> list[decisions.Decision]:
        """Every decision written down, oldest first; read again when a file of the journal has changed."""
        files = sorted((self.data_dir / "decisions").glob("*.jsonl"))
        state = tuple((path.name, stat.st_mtime_ns, stat.st_size) for path in files for stat in [path.stat()])
        with self._lock:
            kept = self._journal
        if kept[0] == state and state:
            return kept[1]
        found = [decision for _, _, decision in decisions.read(self.data_dir)]
        with self._lock:
            self._journal = (state, found)
        return found


def _damage() -> tuple[type[Exception], ...]:
    """What DuckDB raises when a file is not what its header promises."""
    import duckdb

    return (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException)


def _log(path: Path) -> Path:
    """DuckDB's write-ahead log beside a database."""
    return path.with_name(path.name + ".wal")


def _changed(path: Path) -> datetime:
    """When a database was last written to."""
    times = [file.stat().st_mtime for file in (path, _log(path)) if file.exists()]
    return datetime.fromtimestamp(max(times, default=0.0), UTC)


def _as_new(copy: Path, main: Path) -> bool:
    """Whether the copy holds what the database holds: it was finished after the last write.

    No writer gets in while the copy is made (:func:`pipelines.store.copy_to`), so a later time suffices.
    """
    if not copy.exists() or not main.exists():
        return False
    finished = copy.stat().st_mtime_ns
    return all(finished > file.stat().st_mtime_ns for file in (main, _log(main)) if file.exists())


def _version(path: Path) -> Version:
    stat = path.stat()
    log = _log(path)
    return (
        str(path),
        stat.st_ino,
        stat.st_mtime_ns,
        stat.st_size,
        log.stat().st_mtime_ns if log.exists() else 0,
    )
