"""What the desk says when there is nothing to read, and that it never waits for a line."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from pipelines.desk import edition
from pipelines.desk.edition import build, edition_path
from pipelines.desk.web import asking, create_app
from pipelines.desk.web.pages import morning
from pipelines.store import Store, StoreBusyError, reading
from tests.desk.client import Direct, desk
from tests.desk.data import HAZARD, NOW

_HOLD = (
    "import duckdb, sys; con = duckdb.connect(sys.argv[1]); con.execute(\"UPDATE store.incident SET title = 'newer'\"); "
    "print('held', flush=True); sys.stdin.read()"
)


@contextmanager
def line_at_work(folder: Path) -> Iterator[None]:
    """Another process that writes to the database and does not let go."""
    command = [sys.executable, "-c", _HOLD, str(folder / "wiredesk.duckdb")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        yield
        holder.communicate("")


def test_without_a_database_the_page_says_how_to_make_one(tmp_path: Path) -> None:
    with desk(tmp_path / "nothing", publish=False) as browser:
        answer = browser.get("/")
        assert answer.status == 200
        assert "Nothing has been read yet" in answer.words
        assert "wiredesk demo" in answer.words
        assert not (tmp_path / "nothing" / "wiredesk.duckdb").exists()


@pytest.mark.parametrize(
    "path", ["/", "/incidents", "/review", "/search?q=AI", "/rejects", "/outlets", "/runs"]
)
def test_an_empty_database_has_every_page(empty: Path, path: str) -> None:
    with desk(empty, publish=False) as browser:
        answer = browser.get(path)
        assert answer.status == 200
        assert "Sorry" not in answer.words


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    Store(folder).prepare(now=NOW)
    return folder


@pytest.mark.parametrize("kept", ["edition", "published"])
def test_a_copy_answers_while_a_line_writes(folder: Path, kept: str) -> None:
    if kept == "published":
        reading.publish(folder)
        edition_path(folder).unlink()
    with line_at_work(folder), desk(folder, publish=False) as browser:
        words = browser.get(f"/incident/{HAZARD}").words
        assert "You read a copy as of" in words
        assert "robotaxi" in words
        written = browser.decide(f"/incident/{HAZARD}", "accept")
        assert "Written down: marked reviewed at revision 1" in written.words


def test_a_damaged_copy_is_passed_over(folder: Path) -> None:
    reading.publish(folder)
    edition_path(folder).write_bytes(b"not a database" * 1000)
    with line_at_work(folder), desk(folder, publish=False) as browser:
        words = browser.get(f"/incident/{HAZARD}").words
        assert "You read a copy as of" in words
        assert "robotaxi" in words


def test_a_line_at_work_without_a_sound_copy_is_a_page_that_asks_again(folder: Path) -> None:
    edition_path(folder).unlink()
    target = reading.published_path(folder)
    target.parent.mkdir()
    target.write_bytes(b"not a database" * 1000)
    with line_at_work(folder), desk(folder, publish=False) as browser:
        answer = browser.get("/incidents?class=hazard")
        assert answer.status == 503
        assert answer.headers["retry-after"] == "3"
        assert "A line is at work" in answer.words
        assert 'http-equiv="refresh" content="3"' in answer.text


def test_a_line_gets_the_database_at_once_while_the_desk_is_read(folder: Path) -> None:
    """The desk holds its own copy open, never the database: a writer need not try twice."""
    with desk(folder, publish=False) as browser:
        for path in ("/", "/incidents", f"/incident/{HAZARD}"):
            assert browser.get(path).status == 200
            with Store(folder).write(wait=0.0) as con:
                con.execute("UPDATE store.incident SET title = title || '.'")
        assert "robotaxi" in browser.get(f"/incident/{HAZARD}").words


def test_an_older_database_says_how_to_bring_it_up(folder: Path) -> None:
    with duckdb.connect(str(folder / "wiredesk.duckdb")) as con:
        con.execute("DELETE FROM store.migration WHERE name = (SELECT max(name) FROM store.migration)")
    with desk(folder, publish=False) as browser:
        answer = browser.get("/")
        assert answer.status == 503
        assert "The database is from an earlier wiredesk" in answer.words
        assert "wiredesk store migrate" in answer.words


def test_a_newer_database_is_left_alone(folder: Path) -> None:
    with duckdb.connect(str(folder / "wiredesk.duckdb")) as con:
        con.execute(
            "INSERT INTO store.migration BY NAME SELECT * REPLACE ('999_later' AS name) FROM store.migration LIMIT 1"
        )
    with desk(folder, publish=False) as browser:
        answer = browser.get("/")
        assert answer.status == 503
        assert "The database is from a newer wiredesk" in answer.words
        assert "999_later" in answer.words


@pytest.mark.parametrize("kept", [0, 0.5])
def test_a_damaged_database_is_a_sentence(folder: Path, kept: float) -> None:
    path = folder / "wiredesk.duckdb"
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept)] or b"not a database" * 1000)
    edition_path(folder).unlink()
    with desk(folder, publish=False) as browser:
        answer = browser.get("/")
        assert answer.status == 500
        assert "The database cannot be read" in answer.words
        assert "wiredesk store rebuild" in answer.words


def test_the_desk_brings_its_copy_up_to_date(folder: Path) -> None:
    edition_path(folder).unlink()
    with desk(folder) as browser:
        assert browser.get("/").status == 200
        deadline = time.monotonic() + 15
        while not edition_path(folder).exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert edition_path(folder).exists()
        words = browser.get(f"/incident/{HAZARD}").words
        assert "robotaxi" in words
        assert "You read a copy" not in words


def test_an_edition_is_made_with_nobody_looking(folder: Path) -> None:
    from pipelines.desk.web.source import Source

    edition_path(folder).unlink()
    source, known = Source(folder), threading.Event()

    def count(con: duckdb.DuckDBPyConnection) -> int:
        (found,) = con.execute("SELECT count(*) FROM store.incident").fetchone() or (0,)
        known.set()
        return int(found)

    source.expect({"incidents": count})
    keeper = threading.Thread(target=source.keep_up, kwargs={"pause": 0.05, "idle": 0.0})
    keeper.start()
    try:
        assert known.wait(20), "what pages ask for was worked out before anybody asked"
        assert edition_path(folder).exists()
        with source.open() as opened:
            assert source.once("incidents", opened, lambda _con: -1) == 3
    finally:
        source.close()
        keeper.join(10)
    assert not keeper.is_alive()


def test_what_was_written_while_an_edition_was_laid_out_is_not_in_it_and_shows_at_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time is that of the copy: with the time at which it was finished, it would pass for newer than the write."""
    lay_out = edition._lay_out

    def written_meanwhile(con: duckdb.DuckDBPyConnection) -> None:
        time.sleep(0.05)  # coarser than any clock of a file system in use
        with Store(folder).write() as main:
            main.execute("UPDATE store.incident SET title = 'Written meanwhile'")
        time.sleep(0.05)
        lay_out(con)

    monkeypatch.setattr(edition, "_lay_out", written_meanwhile)
    assert edition.build(folder).stat().st_mtime_ns < (folder / "wiredesk.duckdb").stat().st_mtime_ns
    with desk(folder, publish=False) as browser:
        assert "Written meanwhile" in browser.get(f"/incident/{HAZARD}").words


def test_the_first_page_is_worked_out_before_the_desk_says_where_it_is(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition_path(folder).unlink()
    app = create_app(folder, user="ann", clock=lambda: NOW)
    app.get_ready()
    assert not edition_path(folder).parent.with_name("next").exists(), (
        "no edition is made in the way of the first page"
    )

    def late(*_: object) -> None:
        raise AssertionError("the first page worked it out itself")

    for module, name in ((asking, "_deck"), (asking, "field_of"), (morning, "_queue"), (morning, "alarms")):
        monkeypatch.setattr(module, name, late)
    monkeypatch.setattr(morning.works, "last_funnel", late)
    assert "Good morning" in Direct(8321, app=app).get("/").words
    app.close()


def test_a_desk_without_a_database_is_ready_at_once(tmp_path: Path) -> None:
    app = create_app(tmp_path, user="ann", clock=lambda: NOW)
    app.get_ready()
    app.close()


def test_a_database_that_this_process_is_opening_otherwise_is_busy(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB says so in two ways; neither may end the thread that makes the editions."""
    with duckdb.connect(str(folder / "wiredesk.duckdb"), read_only=True), pytest.raises(StoreBusyError):
        Store(folder).write(wait=0.0).__enter__()

    def attached(*_: object, **__: object) -> None:
        raise duckdb.BinderException("Binder Error: Unique file handle conflict: already attached")

    monkeypatch.setattr(duckdb, "connect", attached)
    with pytest.raises(StoreBusyError):
        Store(folder).read(wait=0.0).__enter__()


def test_an_edition_of_another_layout_is_thrown_away(folder: Path) -> None:
    import os

    made = build(folder)
    kept = made.stat().st_mtime_ns
    with duckdb.connect(str(made)) as con:
        (layout,) = con.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE schema_name LIKE 'layout_%'"
        ).fetchone() or ("",)
        con.execute(f"DROP SCHEMA {layout}")
    os.utime(made, ns=(kept, kept))
    with desk(folder, publish=False) as browser:
        assert "robotaxi" in browser.get(f"/incident/{HAZARD}").words
    assert not made.exists()


def test_a_damaged_edition_is_thrown_away(folder: Path) -> None:
    import os

    made = edition_path(folder)
    kept = made.stat().st_mtime_ns
    made.write_bytes(b"not a database" * 1000)
    os.utime(made, ns=(kept, kept))
    with desk(folder, publish=False) as browser:
        assert "robotaxi" in browser.get(f"/incident/{HAZARD}").words
    assert not made.exists()
