"""Pages leave by age and for room; nothing that something rests on does; a crash at any step repairs itself."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from crawler.archive import ArchiveWriter, LandingLog, stored_line
from crawler.recovery import recover
from pipelines import decisions
from pipelines.archive import page_sha256, read_record
from pipelines.cli import cli
from pipelines.steps.landing import fold_landing
from pipelines.store import Store, insert
from pipelines.watch.plan import KeepPlan, Limit
from pipelines.watch.retention import choose_pages

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
PAGES = ("plain", "quoted", "member", "decided", "pending", "unread")
"""What each outlet has of every day: pages on which something rests, one that no run has read, and a plain one."""
STAYS = frozenset(PAGES[1:])
AGES = (200, 100, 50, 3)
OUTLETS = ("udn", "rti")


def land(data_dir: Path, outlet: str, days: int) -> None:
    """One crawl: robots.txt, a listing and the pages, with requests before the answers."""
    moment = NOW - timedelta(days=days)
    run_id = f"{moment:%Y%m%dT%H%M%S%f}-1-watch"
    log = LandingLog(data_dir)
    with ArchiveWriter(data_dir, run_id, outlet, software="test") as writer:
        for kind, name in [("robots", "robots.txt"), ("listing", "feed"), *(("article", n) for n in PAGES)]:
            article = f"{outlet}:{name}-{days}" if kind == "article" else None
            url = f"https://{outlet}.example/{name}" + (f"-{days}" if article else "")
            body = f"<html><h1>{url}</h1>{'內文。' * 50}</html>".encode()
            row: dict[str, Any] = {
                "url": url, "final_url": url, "outlet_id": outlet, "article_id": article, "kind": kind, "way": "feed",
                "http_status": 200, "outcome": "landed", "run_id": run_id, "content_type": "text/html",
            }  # fmt: skip
            at = writer.write_response(
                url, status="200 OK", headers=[("Content-Type", "text/html")], body=body, fetched=moment, meta=row,
                request=[("Host", f"{outlet}.example")],
            )  # fmt: skip
            writer.sync()
            log.append([stored_line(row, at, moment)])
    log.close()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a past."""
    folder = tmp_path_factory.mktemp("made") / "data"
    for days in AGES:
        for outlet in OUTLETS:
            land(folder, outlet, days)
    store = Store(folder)
    store.prepare(now=NOW)
    with store.write() as con:
        fold_landing(con, folder / "landing")
        rows = con.execute(
            "SELECT fetch_id, article_id, outlet_id FROM store.fetch WHERE kind = 'article'"
        ).fetchall()
        read = [(fetch, name, outlet) for fetch, name, outlet in rows if ":unread" not in name]
        insert(
            con, "store.stage_result",
            [{"stage": "reading", "subject_id": f, "outcome": "ok", "version": "1", "run_id": "r"} for f, _, _ in read],
        )  # fmt: skip
        insert(
            con, "store.article",
            [
                {"article_id": n, "version": 1, "fetch_id": f, "outlet_id": o, "title": n, "text": n, "fetched": NOW, "body_sha256": ""}
                for f, n, o in read
            ],
        )  # fmt: skip
        insert(
            con,
            "store.fold",
            [{"article_id": n, "text_id": f"t-{n}", "relation": "original"} for _, n, _ in read],
        )
        quoted = [name for _, name, _ in read if ":quoted" in name]
        insert(
            con, "store.evidence",
            [
                {"subject": "text", "subject_id": f"t-{n}", "axis": "class", "value": "hazard", "text_id": f"t-{n}", "article_id": n,
                 "quote": n, "field": "title", "start_at": 0, "end_at": len(n)}
                for n in quoted
            ],
        )  # fmt: skip
        insert(
            con, "store.incident_member",
            [
                {"incident_id": "2026-01-01-aaaa", "text_id": f"t-{n}", "role": "report", "reason": "founds it", "joined_by": "machine"}
                for _, n, _ in read if ":member" in n
            ],
        )  # fmt: skip
        insert(
            con, "store.decision",
            [
                {"decision_id": n, "position": 1, "subject": "article", "subject_id": n, "action": "keep", "made_by": "ann", "made": NOW,
                 "outcome": "done"}
                for _, n, _ in read if ":decided" in n
            ],
        )  # fmt: skip
    for _, name, _ in read:
        if ":pending" in name:
            one = decisions.make("article", name, "keep", {}, reason="", made_by="ann", made=NOW)
            decisions.append(folder, one)
    return folder


@pytest.fixture
def data(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WIREDESK_NOW", NOW.isoformat())
    folder = tmp_path / "data"
    shutil.copytree(made, folder)
    return folder


def wiredesk(data: Path, *words: str) -> Result:
    from pipelines.cli.common import UserError

    done = CliRunner().invoke(cli, ["--data", str(data), *words])
    assert done.exception is None or isinstance(done.exception, SystemExit | UserError), done.exception
    return done


def plan(data: Path, text: str) -> None:
    (data / "wiredesk.toml").write_text(text)


def snapshot(data: Path) -> dict[str, bytes]:
    """Archive, logs, and what the database says of pages."""
    files = [*(data / "archive").iterdir(), *(data / "landing").iterdir()]
    with Store(data).read() as con:
        rows = con.execute(
            "SELECT url, outcome, reason, warc_file, warc_offset, page_sha256 FROM store.fetch ORDER BY fetched, url"
        ).fetchall()
        positions = con.execute("SELECT file, bytes_read FROM store.journal_position ORDER BY 1").fetchall()
    tree = {
        path.name: path.read_bytes() for path in files if path.suffix != ".lock" and path.name != ".recovered"
    }
    return tree | {"store": json.dumps([rows, positions]).encode()}


def sound(data: Path) -> set[str]:
    """Every line that points at a record points at its own, in log and database alike; the URLs of the pages left."""
    left = set()
    lines = list(LandingLog(data).read_all())
    for line in lines:
        if line.warc_file is not None and line.warc_offset is not None:
            record = read_record(data / "archive", line.warc_file, line.warc_offset)
            assert (record.url, page_sha256(record.body)) == (line.url, line.page_sha256)
            left.add(line.url)
    with Store(data).read() as con:
        rows = con.execute(
            "SELECT url, outcome, reason, warc_file, warc_offset, page_sha256 FROM store.fetch"
        ).fetchall()
        positions = dict(con.execute("SELECT file, bytes_read FROM store.journal_position").fetchall())
    key = lambda row: json.dumps(row)  # noqa: E731
    assert sorted(rows, key=key) == sorted(
        ((n.url, n.outcome, n.reason, n.warc_file, n.warc_offset, n.page_sha256) for n in lines), key=key
    )
    assert positions == {f"landing/{path.name}": path.stat().st_size for path in LandingLog(data).files()}
    assert recover(data).recovered == []
    return left


def test_a_dry_run_names_every_page_and_changes_nothing(data: Path) -> None:
    plan(data, "[retention]\ndays = 60\n[retention.outlets.rti]\ndays = 150\n")
    before = snapshot(data)
    done = wiredesk(data, "--json", "store", "retire", "--dry-run")
    rows = [json.loads(line) for line in done.output.splitlines()]
    pages = {(row["outlet"], row["url"].rsplit("/", 1)[1]) for row in rows if row["kind"] == "article"}
    assert pages == {("udn", "plain-200"), ("udn", "plain-100"), ("rti", "plain-200")}
    assert {row["reason"] for row in rows} == {"older than 60 days", "older than 150 days"}
    assert {row["kind"] for row in rows} == {"article", "listing", "robots"}
    assert snapshot(data) == before


def test_pages_that_are_too_old_go_and_what_something_rests_on_stays(data: Path) -> None:
    plan(data, "[retention]\ndays = 60\n")
    done = wiredesk(data, "store", "retire")
    assert done.exit_code == 0, done.output
    assert "MB are free again" in done.output
    left = sound(data)
    names = {f"{name}-{days}" for name in PAGES for days in AGES if name in STAYS or days < 60}
    assert left == {
        f"https://{outlet}.example/{name}" for outlet in OUTLETS for name in {*names, "feed", "robots.txt"}
    }
    # the line, the database and explain say what became of the page; its hash stays, and its words
    [line] = [one for one in LandingLog(data).read_all() if one.url == "https://udn.example/plain-200"]
    assert (line.outcome, line.reason) == ("retired", "older than 60 days (taken out on 2026-11-23)")
    assert line.page_sha256
    assert "retired" in wiredesk(data, "explain", "udn:plain-200").output
    with Store(data).read() as con:
        assert con.execute("SELECT text FROM articles WHERE article_id = 'udn:plain-200'").fetchone() == (
            "udn:plain-200",
        )
        assert con.execute("SELECT count(*) FROM rejects WHERE outcome = 'retired'").fetchone() == (0,)
    # the crawler still knows it: it is not fetched again
    assert LandingLog(data).known("udn").has("https://udn.example/plain-200", None)
    assert "No page is over a limit." in wiredesk(data, "store", "retire").output


def test_without_protection_all_that_was_read_goes_and_is_still_known(data: Path) -> None:
    plan(data, "[retention]\ndays = 0\nprotect = false\n")
    wiredesk(data, "store", "retire")
    left = sound(data)
    unread = {f"unread-{days}" for days in AGES}
    assert left == {
        f"https://{outlet}.example/{name}" for outlet in OUTLETS for name in {*unread, "feed", "robots.txt"}
    }
    for outlet in OUTLETS:
        assert LandingLog(data).known(outlet).has(f"https://{outlet}.example/quoted-3", None)


def test_a_file_of_which_no_page_stays_is_removed(data: Path) -> None:
    with Store(data).write() as con:
        con.execute("DELETE FROM store.evidence")
        con.execute("DELETE FROM store.incident_member")
        con.execute("DELETE FROM store.decision")
        con.execute(
            "INSERT INTO store.stage_result SELECT 'reading', fetch_id, '', 'ok', NULL, '1', 'r' FROM store.fetch "
            "WHERE article_id LIKE '%unread%'"
        )
    shutil.rmtree(data / "decisions")
    plan(data, "[retention]\ndays = 60\n")
    wiredesk(data, "store", "retire")
    assert len(list((data / "archive").iterdir())) == 4
    assert len(LandingLog(data).files()) == 8  # what was met is still told
    sound(data)


def test_room_is_made_oldest_first_and_a_limit_that_cannot_be_kept_is_told(data: Path) -> None:
    sizes = {
        outlet: sum(p.stat().st_size for p in (data / "archive").glob(f"*-{outlet}.warc.gz"))
        for outlet in OUTLETS
    }
    one = sizes["udn"] / (len(AGES) * (len(PAGES) + 2))
    plan(
        data,
        f"[retention.outlets.udn]\nmax_gb = {(sizes['udn'] - one) / 1e9}\n[retention.outlets.rti]\nmax_gb = 0\n",
    )
    done = wiredesk(data, "store", "retire")
    left = sound(data)
    assert "https://udn.example/plain-100" in left
    assert "https://udn.example/plain-3" in left
    assert not [url for url in left if url.startswith("https://rti.example/plain")]
    assert "https://rti.example/quoted-200" in left
    assert "rti: " in done.output
    assert "over the limit of 0 GB: something rests on them" in done.output


class PowerCutError(BaseException):
    """Not to be caught by anything that means to go on."""


@contextmanager
def cut_after(steps: int) -> Iterator[list[int]]:
    """The power goes before the n-th time that a file takes another's place or is removed."""
    done = [0]

    def counted(real: Any) -> Any:
        def step(self: Path, *arguments: Any, **options: Any) -> Any:
            if done[0] == steps:
                raise PowerCutError
            done[0] += 1
            return real(self, *arguments, **options)

        return step

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", counted(Path.replace))
        patch.setattr(Path, "unlink", counted(Path.unlink))
        yield done


@pytest.mark.slow
def test_the_power_may_go_at_any_step(data: Path, tmp_path: Path) -> None:
    plan(data, "[retention.outlets.udn]\ndays = 60\n")
    whole = tmp_path / "whole"
    shutil.copytree(data, whole)
    with cut_after(10**6) as steps:
        wiredesk(whole, "store", "retire")
    wanted = snapshot(whole)
    assert steps[0] >= 7
    for step in range(steps[0]):
        folder = tmp_path / f"cut-{step}"
        shutil.copytree(data, folder)
        with cut_after(step), pytest.raises(PowerCutError):
            CliRunner().invoke(cli, ["--data", str(folder), "store", "retire"], catch_exceptions=False)
        wiredesk(folder, "store", "status")  # any command puts it right …
        sound(folder)
        wiredesk(folder, "store", "retire")  # … and the rest is done by the next one
        assert snapshot(folder) == wanted, step
        shutil.rmtree(folder)


def test_a_crawl_at_work_holds_it_off(data: Path) -> None:
    plan(data, "[retention]\ndays = 60\n")
    before = snapshot(data)
    with (data / "landing" / ".udn.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = wiredesk(data, "store", "retire")
    assert "a crawl of udn is at work: try again when it has ended" in str(done.exception)
    assert snapshot(data) == before


def test_without_a_limit_or_a_database_nothing_goes(data: Path) -> None:
    assert "sets no limit" in str(wiredesk(data, "store", "retire").exception)
    plan(data, "[retention]\ndays = 0\nprotect = false\n")
    (data / "wiredesk.duckdb").unlink()
    done = wiredesk(data, "--json", "store", "retire", "--dry-run")
    assert {json.loads(line)["kind"] for line in done.output.splitlines()} == {"listing", "robots"}


@dataclass
class Record:
    outlet_id: str
    kind: str
    place: tuple[str, int]
    came: datetime
    size: float
    needed: bool


RECORDS = st.lists(
    st.builds(
        Record,
        st.sampled_from(OUTLETS),
        st.sampled_from(["article", "html", "record", "listing", "robots"]),
        st.just(("", 0)),
        st.integers(0, 400).map(lambda days: NOW - timedelta(days=days)),
        st.floats(0, 1e9),
        st.booleans(),
    ),
    max_size=30,
)
LIMITS = st.builds(Limit, st.none() | st.floats(0, 400), st.none() | st.integers(0, 10**10))


@given(RECORDS, st.sets(st.integers(0, 30)), LIMITS, st.dictionaries(st.sampled_from(OUTLETS), LIMITS))
def test_limits_are_kept_or_told_and_nothing_goes_that_must_stay(
    records: list[Record], free: set[int], everything: Limit, outlets: dict[str, Limit]
) -> None:
    records.sort(key=lambda one: one.came)
    for n, one in enumerate(records):
        one.place = ("file", n)
    may_go = {("file", n) for n in free}
    keep = KeepPlan(everything, MappingProxyType(outlets))
    going, over = choose_pages(records, may_go, keep, NOW)
    gone = [one for one, _ in going]
    assert len({one.place for one in gone}) == len(gone)
    for one in gone:
        assert not one.needed if one.kind in ("listing", "robots") else one.place in may_go
    left = [one for one in records if one not in gone]
    for one in left:
        own = outlets.get(one.outlet_id, Limit()).days
        days = everything.days if own is None else own
        bound = one.needed if one.kind in ("listing", "robots") else one.place not in may_go
        assert bound or days is None or NOW - one.came <= timedelta(days=days)
    rooms = [
        (key, limit.max_bytes, [one for one in left if one.outlet_id == key])
        for key, limit in outlets.items()
    ]
    for name, room, there in [*rooms, ("all outlets", everything.max_bytes, left)]:
        full = room is not None and sum(one.size for one in there) > room * (1 + 1e-9) + 1
        assert not full or any(sentence.startswith(name) for sentence in over)
