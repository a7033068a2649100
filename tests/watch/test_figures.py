"""Health and Prometheus figures on loopback, read by the official parser; the feed, the log, the units."""

from __future__ import annotations

import configparser
import json
import logging
import shlex
import shutil
import subprocess
import threading
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from crawler.run import OutletBusyError
from pipelines.cli import cli
from pipelines.watch import Alarm, Plan, State, WatchError, load_state
from pipelines.watch.delivery import Receivers
from pipelines.watch.facts import Facts, StoreFacts
from pipelines.watch.figures import listening
from pipelines.watch.journal import Forward, Journal
from pipelines.watch.keeper import Crawled, Keeper, LaterError, WorkError, Works
from pipelines.watch.ringing import ATOM, Change, history, write_down
from pipelines.watch.systemd import units

from .month import Clock, Schedule, fast

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Watch:
    """A keeper whose hands do what the test says."""

    def __init__(self, data_dir: Path, state: State | None = None) -> None:
        self.now, self.log = NOW, StringIO()
        self.crawled: Crawled | BaseException = Crawled({"landed": 2, "http_404": 1})
        self.ran: Exception | None = None
        self.runs = 0
        plan = Plan({"udn": timedelta(minutes=30)}, zones={"udn": "Asia/Taipei"}, countries={"udn": "TW"})
        works = Works(
            clock=lambda: self.now, crawl=self._crawl, run=self._run, facts=lambda _now, _ask: Facts({}, StoreFacts()),
            retire=dict, free_bytes=lambda: 10**12, archive_bytes=lambda: 5,
        )  # fmt: skip
        journal = Journal(self.log, lambda: self.now)
        self.keeper = Keeper(data_dir, plan, state or State(), works, journal, Receivers())

    def _crawl(self, _outlet: str, _stop: threading.Event) -> Crawled:
        if isinstance(self.crawled, BaseException):
            raise self.crawled
        return self.crawled

    def _run(self, _stop: threading.Event) -> dict[str, dict[str, int]]:
        self.runs += 1
        if self.ran:
            raise self.ran
        return {"reading": {"ok": 2}}

    def events(self) -> list[str]:
        return [json.loads(line)["event"] for line in self.log.getvalue().splitlines()]

    def figures(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        families = text_string_to_metric_families(self.keeper.exposition().decode())
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in families
            for sample in family.samples
        }


def labels(**pairs: str) -> frozenset[tuple[str, str]]:
    return frozenset(pairs.items())


def test_the_figures_are_what_happened(data_dir: Path) -> None:
    watch = Watch(data_dir)
    watch.keeper.crawl("udn")
    watch.crawled = Crawled(refused=True, troubles=('it "refuses"\nus',))
    watch.keeper.crawl("udn")
    found = watch.figures()
    assert found["wiredesk_crawls_total", labels(outlet="udn", outcome="done")] == 1
    assert found["wiredesk_crawls_total", labels(outlet="udn", outcome="trouble")] == 1
    assert found["wiredesk_pages_total", labels(outlet="udn", outcome="landed")] == 2
    assert found["wiredesk_runs_total", labels(outcome="done")] == 1
    assert found["wiredesk_stage_inputs_total", labels(stage="reading", outcome="ok")] == 2
    assert found["wiredesk_alarm_ringing", labels(kind="outlet refused", subject="udn")] == 1
    assert found["wiredesk_last_crawl_timestamp_seconds", labels(outlet="udn")] == NOW.timestamp()
    assert found["wiredesk_crawl_seconds_count", labels()] == 2
    assert found["wiredesk_archive_bytes", labels()] == 5
    watch.crawled = Crawled()
    watch.keeper.crawl("udn")
    assert ("wiredesk_alarm_ringing", labels(kind="outlet refused", subject="udn")) not in watch.figures()


def test_it_is_served_on_loopback_and_says_how_it_is(data_dir: Path) -> None:
    watch = Watch(data_dir)
    keeper = watch.keeper
    feed = data_dir / "watch" / "alarms.atom"

    def get(path: str, host: str | None = None, method: str = "GET") -> tuple[int, str, bytes]:
        headers = {"Host": host} if host else {}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Content-Type"], error.read()

    with listening(0, keeper.exposition, keeper.health, feed) as port:
        status, kind, content = get("/metrics")
        assert (status, kind.split(";")[0]) == (200, "text/plain")
        assert list(text_string_to_metric_families(content.decode()))
        assert (get("/health")[0], json.loads(get("/health")[2])["status"]) == (200, "ok")
        assert get("/alarms.atom")[0] == 404
        watch.crawled = Crawled(refused=True, troubles=("it refuses us",))
        keeper.crawl("udn")
        said = json.loads(get("/health")[2])
        assert (said["status"], said["alarms"][0]["kind"], said["run_owed"]) == (
            "alarms",
            "outlet refused",
            False,
        )
        assert b"outlet refused" in get("/alarms.atom")[2]
        watch.now += timedelta(hours=3)
        status, _, content = get("/health")
        assert (status, json.loads(content)["status"], json.loads(content)["late"]) == (
            503,
            "stalled",
            ["udn"],
        )
        assert get("/elsewhere")[0] == 404
        assert get("/health", host="evil.example")[0] == 421
        assert get("/health", method="POST")[0] == 501
        assert get("/health", method="HEAD")[2] == b""
        with (
            pytest.raises(WatchError, match=f"port {port} on 127.0.0.1 is taken"),
            listening(port, keeper.exposition, keeper.health, feed),
        ):
            pass


def test_a_run_that_fails_is_owed_and_made_up_for(data_dir: Path) -> None:
    watch = Watch(data_dir)
    watch.ran = WorkError("the model is gone")
    watch.keeper.crawl("udn")
    assert load_state(data_dir)[0].run_owed
    assert list(load_state(data_dir)[0].ringing) == ["run failed · watch"]
    watch.crawled, watch.ran = Crawled({}), None  # nothing new lands, and the line runs all the same
    watch.keeper.crawl("udn")
    state = load_state(data_dir)[0]
    assert (state.run_owed, state.ringing, watch.runs) == (False, {}, 2)


def test_what_somebody_else_holds_waits_and_rings_nothing(data_dir: Path) -> None:
    watch = Watch(data_dir)
    watch.ran = LaterError("another run is at work")
    watch.keeper.crawl("udn")
    assert watch.keeper.state.run_owed
    assert watch.keeper.state.ringing == {}
    watch.crawled = LaterError("another crawl of udn is running")
    watch.keeper.crawl("udn")
    assert watch.keeper.state.troubles == {}
    assert watch.events() == ["crawled", "run_waits", "crawl_waits"]


def test_an_outlet_of_a_short_rhythm_has_half_an_hour_of_grace(data_dir: Path) -> None:
    watch = Watch(data_dir)
    watch.keeper.plan = Plan({"udn": timedelta(minutes=5)}, jitter=timedelta(0))
    watch.now += timedelta(minutes=30)
    assert watch.keeper.health()["late"] == []
    watch.now += timedelta(seconds=1)
    assert watch.keeper.health()["late"] == ["udn"]


def test_a_crawl_that_breaks_down_owes_a_run_of_what_it_landed(data_dir: Path) -> None:
    watch = Watch(data_dir)
    watch.crawled, watch.ran = WorkError("the disk is full"), LaterError("another run is at work")
    watch.keeper.crawl("udn")
    assert load_state(data_dir)[0].run_owed
    assert load_state(data_dir)[0].troubles["udn"].reasons == ("the disk is full",)
    watch.ran = None
    watch.keeper.crawl("udn")
    assert (watch.runs, load_state(data_dir)[0].run_owed) == (2, False)


def test_a_watch_that_is_killed_while_it_crawls_owes_a_run(data_dir: Path) -> None:
    watch = Watch(data_dir)
    watch.crawled = SystemExit("killed")
    with pytest.raises(SystemExit):
        watch.keeper.crawl("udn")
    assert load_state(data_dir)[0].run_owed
    again = Watch(data_dir, load_state(data_dir)[0])
    again.crawled = Crawled({})  # the outlet has nothing new: all of it had landed
    assert again.keeper.once()
    assert again.runs == 1
    again.crawled = LaterError("another crawl of udn is running")
    again.keeper.crawl("udn")
    again.crawled = Crawled({})
    again.keeper.crawl("udn")
    assert (again.runs, load_state(data_dir)[0].run_owed) == (1, False)


def test_a_crawl_by_hand_is_no_trouble_of_the_outlet(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the crawler says of an outlet that is being crawled reaches the watch as a reason to wait."""

    def crawl(*_: Any, **__: Any) -> None:
        raise OutletBusyError("another crawl of rti is running; wait for it to end")

    monkeypatch.setattr("crawler.run.crawl", crawl)
    (data_dir / "wiredesk.toml").write_text('outlets = ["rti"]\n')
    done = CliRunner().invoke(cli, ["--data", str(data_dir), "watch", "--once"])
    assert done.exit_code == 0, done.output
    assert '"event": "crawl_waits"' in done.output
    state, _ = load_state(data_dir)
    assert (state.troubles, state.last_crawl) == ({}, {})


def test_an_interrupted_crawl_is_due_at_once(data_dir: Path) -> None:
    watch = Watch(data_dir)
    watch.crawled = Crawled({"landed": 1}, interrupted=True)
    watch.keeper.stop()
    watch.keeper.crawl("udn")
    assert watch.events() == []  # nothing begins after it was asked to stop
    watch.keeper.stopping.clear()
    watch.keeper.crawl("udn")
    assert load_state(data_dir)[0].last_crawl == {}
    assert watch.keeper.due(NOW) == {"udn": NOW}


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (None, NOW), (NOW - timedelta(days=3), NOW), (NOW - timedelta(minutes=20), NOW + timedelta(minutes=10)),
        (NOW + timedelta(days=400), NOW + timedelta(minutes=30)),
    ],
    ids=["new", "missed many", "not yet", "the clock was wrong"],
)  # fmt: skip
def test_missed_crawls_are_caught_up_once(data_dir: Path, last: datetime | None, due: datetime) -> None:
    state = State(last_crawl={"udn": last.isoformat()} if last else {})
    assert Watch(data_dir, state).keeper.due(NOW) == {"udn": due}


def test_the_feed_is_atom_with_an_entry_for_each_beginning_and_end(data_dir: Path) -> None:
    alarm = Alarm(NOW.isoformat(), "outlet silent", "udn", "udn & <b>聯合</b>\x00\x1b landed 0 articles")
    write_down(data_dir, NOW.isoformat(), Change((alarm,), ()))
    later = (NOW + timedelta(days=1)).isoformat()
    log = data_dir / "watch" / "alarms.jsonl"
    with log.open("a", encoding="utf-8") as handle:
        handle.write('{"event": "rang", "torn')
    write_down(data_dir, later, Change((), (alarm,)))
    root = ElementTree.parse(data_dir / "watch" / "alarms.atom").getroot()
    names = {"a": ATOM}
    assert [one.text for one in root.findall("a:entry/a:title", names)] == [
        "Over: outlet silent: udn", "outlet silent: udn",
    ]  # fmt: skip
    assert root.findtext("a:updated", namespaces=names) == later
    ids = [one.text for one in root.findall("a:entry/a:id", names)]
    assert len(set(ids)) == 2
    assert [row["event"] for row in history(data_dir)] == ["over", "rang"]


def test_what_libraries_say_is_in_the_log_as_json() -> None:
    stream = StringIO()
    logger = logging.getLogger("apscheduler.test")
    forward = Forward(Journal(stream, lambda: NOW))
    logger.addHandler(forward)
    try:
        logger.warning("Execution of job %s skipped", "udn")
        try:
            raise ValueError("a\nb")
        except ValueError:
            logger.exception("broke down")
    finally:
        logger.removeHandler(forward)
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert (first["level"], first["message"]) == ("warning", "Execution of job udn skipped")
    assert second["message"] == "broke down: ValueError: a\nb"


def test_the_units_name_command_and_folder_whatever_they_are_called() -> None:
    made = units(Path('/opt/a "b" 50%/wiredesk'), Path("/srv/new$ data"))
    assert set(made) == {
        "wiredesk.service",
        "wiredesk-desk.service",
        "wiredesk-once.service",
        "wiredesk-once.timer",
    }
    for name, text in made.items():
        parser = configparser.RawConfigParser(strict=False)
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(text)
        if name.endswith(".service"):
            words = shlex.split(parser["Service"]["ExecStart"].replace("%%", "%").replace("$$", "$"))
            assert words[:3] == ['/opt/a "b" 50%/wiredesk', "--data", "/srv/new$ data"]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="NOT RUN: no systemd-analyze here")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    folder = tmp_path / "a folder 100%"
    folder.mkdir()
    command = folder / "wiredesk"
    command.write_text("#!/bin/sh\n")
    command.chmod(0o755)
    for name, text in units(command, folder).items():
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *sorted(map(str, tmp_path.glob("wiredesk*")))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "wiredesk" in line]
    assert ours == []


def test_an_error_that_nobody_foresaw_rings_and_the_watch_goes_on(data_dir: Path) -> None:
    watch = Watch(data_dir)
    schedule = Schedule(Clock())
    schedule.clock.now = NOW
    with fast(schedule.clock, 1):
        watch.keeper.arrange(schedule)
        watch.ran = ZeroDivisionError("division by zero")
        schedule.start()
        schedule.run_until(NOW + timedelta(minutes=1))
        assert "broke_down" in watch.events()
        watch.ran = LaterError("another run is at work")
        watch.now = NOW + timedelta(minutes=40)
        schedule.run_until(watch.now)
    [alarm] = watch.keeper.state.ringing.values()
    assert alarm.message == (
        "the line does not run: the job udn broke down: ZeroDivisionError: division by zero"
    )
