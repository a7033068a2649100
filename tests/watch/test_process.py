"""The real command, with the real crawler and line, over the sample site on loopback: killed, started again, stopped."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.landinglog import LandingLog
from pipelines import samples
from pipelines.store import Store
from pipelines.watch import load_state
from pipelines.watch.state import state_path

from .test_retention import wiredesk

pytestmark = [pytest.mark.slow, pytest.mark.heavy]


@contextmanager
def watching(data_dir: Path, via: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "pipelines.cli", "--data", str(data_dir), "watch", "--via", via, *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ}) as child:
        try:
            yield child
        finally:
            if child.poll() is None:
                child.kill()


def until(child: subprocess.Popen[str], event: str, **fields: Any) -> dict[str, Any]:
    """The next line of the log with this event; every line before it is JSON too."""
    assert child.stderr is not None
    for line in child.stderr:
        row: dict[str, Any] = json.loads(line)
        assert {"at", "level", "event"} <= row.keys()
        if row["event"] == event and fields.items() <= row.items():
            return row
    raise AssertionError(f"the watch ended (exit code {child.wait()}) without {event}")


def plan(data_dir: Path, *outlets: str, minutes: float) -> None:
    rhythms = "\n".join(f"{outlet} = {minutes}" for outlet in outlets)
    text = f"outlets = {json.dumps(outlets)}\nport = 0\njitter_seconds = 1\n[rhythms]\n{rhythms}\n"
    (data_dir / "wiredesk.toml").write_text(text)


def landed(data_dir: Path) -> list[str]:
    lines = LandingLog(data_dir).read_all()
    return [line.url for line in lines if line.kind == "article" and line.outcome == "landed"]


def record(data_dir: Path) -> list[list[tuple[Any, ...]]]:
    """What the public views tell of incidents."""
    views = (
        "SELECT incident_id, affair_id, title, summary, class, severity, articles, texts, state FROM incidents",
        "SELECT incident_id, article_id, text_id, role FROM incident_members",
        "SELECT subject, subject_id, axis, value, text_id, article_id, quote, start_at FROM evidence",
    )
    with Store(data_dir).read() as con:
        return [con.execute(f"{view} ORDER BY ALL").fetchall() for view in views]


def test_it_is_killed_started_again_and_stopped(data_dir: Path) -> None:
    plan(data_dir, "rti", "dw-zh", minutes=0.05)
    with samples.Site() as site:
        with watching(data_dir, site.proxy) as first:
            where = until(first, "watching")["figures"]
            second = subprocess.run(
                [sys.executable, "-m", "pipelines.cli", "--data", str(data_dir), "watch", "--via", site.proxy],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            assert second.returncode == 1
            assert second.stderr == (
                f"wiredesk: another wiredesk watch serves {data_dir} (process {first.pid}): one is enough\n"
            )
            until(first, "crawled", outlet="dw-zh")
            with urllib.request.urlopen(f"{where}health", timeout=10) as answer:
                assert json.load(answer)["status"] == "ok"
            first.kill()  # while the line is at work on what has landed
            assert first.wait() == -signal.SIGKILL
        before = landed(data_dir)
        assert before
        assert load_state(data_dir)[0].run_owed
        with watching(data_dir, site.proxy) as again:
            until(again, "ran", outcome="done")  # what was owed, before anything else lands
            until(again, "crawled", outlet="rti")
            again.send_signal(signal.SIGTERM)
            until(again, "stopped")
            assert again.wait() == 0
    urls = landed(data_dir)
    assert len(urls) == len(set(urls)), "a page was fetched twice"
    # what is retired now takes nothing from a record, not even where the database is made again from what is left
    wiredesk(data_dir, "run")
    (data_dir / "wiredesk.toml").write_text("[retention]\ndays = 0\n")
    before_retirement = record(data_dir)
    assert "are free again" in wiredesk(data_dir, "store", "retire").output
    assert record(data_dir) == before_retirement
    assert "retired" in wiredesk(data_dir, "store", "rebuild").output
    assert record(data_dir) == before_retirement


def test_one_pass_over_a_damaged_state_says_so_and_goes_on(data_dir: Path) -> None:
    plan(data_dir, "rti", minutes=60)
    landing = data_dir / "landing"
    landing.mkdir()
    (landing / f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}-1-watch-rti.jsonl").touch()
    state_path(data_dir).parent.mkdir()
    state_path(data_dir).write_text('{"last_crawl": {"rti": "not')
    with watching(data_dir, "http://127.0.0.1:1", "--once") as child:
        row = until(child, "state_damaged", level="warning")
        assert "the watch begins with nothing remembered" in row["reason"]
        assert Path(row["kept"]).read_text() == '{"last_crawl": {"rti": "not'
        until(child, "ran", outcome="done")  # whether anything was owed is not known, so the line looks
        assert child.wait() == 0
    state, lost = load_state(data_dir)
    assert lost == []
    assert list(state.last_crawl) == [
        "rti"
    ]  # found in the landing log: the outlet is not asked again at once


def test_one_pass_that_finds_the_site_gone_ends_with_three(data_dir: Path) -> None:
    plan(data_dir, "rti", minutes=60)
    with samples.Site() as site:
        gone = site.proxy
    with watching(data_dir, gone, "--once") as child:
        row = until(child, "crawled", level="warning")
        assert row["troubles"]
        assert child.wait() == 3
    assert load_state(data_dir)[0].troubles["rti"].crawls == 1


def test_a_wrong_plan_is_one_sentence(data_dir: Path) -> None:
    (data_dir / "wiredesk.toml").write_text("[rhythms]\nudn = 1\n")
    done = wiredesk(data_dir, "watch", "--once")
    assert "udn every 1 minutes is impolite; five is the least" in str(done.exception)
