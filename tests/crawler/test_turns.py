"""A takedown and what lands pages never work at the same time, whoever begins."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import takedown, turns
from crawler.landinglog import LandingLog
from crawler.public_archive import import_warc
from crawler.retirement import BusyError, quiet
from crawler.run import OutletBusyError, crawl
from pipelines.cli import imports, main

NOW = datetime(2026, 11, 23, tzinfo=UTC)
STREET = "tests.crawler.street:registry"
URL = "https://udn.com/news/story/7240/8123456"


def brought(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    row = {
        "url": URL,
        "title": "曜行機器人翻車",
        "text": "曜行說，機器人週一翻車。",
        "published": "2026-11-20T08:00:00+08:00",
    }
    path.write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def wiredesk(data: Path, *arguments: str) -> int:
    with pytest.raises(SystemExit) as stop:
        main(["--data", str(data), "-q", *arguments])
    return int(stop.value.code or 0)


def test_an_import_that_has_written_nothing_yet_holds_a_takedown_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, real, met = tmp_path / "data", imports._incoming, []

    def slow(*arguments: Any) -> Iterator[imports.Incoming]:
        with pytest.raises(BusyError, match="an import"), quiet(data):
            takedown.forget(data, [URL], now=NOW, reason="")
        met.append(1)
        yield from real(*arguments)

    monkeypatch.setattr(imports, "_incoming", slow)
    assert wiredesk(data, "import", str(brought(tmp_path))) == 0
    assert met
    with quiet(data):
        assert takedown.forget(data, [URL], now=NOW, reason="").records == 1
    assert [line.outcome for line in LandingLog(data).read_all()] == ["forgotten"]


def test_a_takedown_holds_off_imports_and_crawls_and_loses_nothing_that_it_prepared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(turns, "PATIENCE", 0.1)
    data = tmp_path / "data"
    with quiet(data):
        prepared = data / "landing" / "c-udn.jsonl.takedown"
        prepared.write_bytes(b"")
        assert wiredesk(data, "import", str(brought(tmp_path))) == 1
        assert "pages are being taken out of the archive" in capsys.readouterr().err
        with pytest.raises(Exception, match="pages are being taken out"):
            import_warc([], data, run_id="r", now=NOW)
        with pytest.raises(OutletBusyError, match="pages are being taken out"):
            crawl(
                data, ["good"], run_id="r", now=NOW, via="http://127.0.0.1:9", registry=STREET,
                settings={"WIREDESK_LOCK_PATIENCE": 0.1},
            )  # fmt: skip
        assert prepared.exists()
    assert wiredesk(data, "import", str(brought(tmp_path))) == 0
    assert not prepared.exists()


def test_an_import_waits_for_a_takedown(tmp_path: Path) -> None:
    data = tmp_path / "data"
    held = quiet(data)
    held.__enter__()
    timer = threading.Timer(0.3, held.__exit__, (None, None, None))
    timer.start()
    assert wiredesk(data, "import", str(brought(tmp_path))) == 0
    timer.join()
    assert [line.outcome for line in LandingLog(data).read_all()] == ["landed"]


def test_two_commands_carry_out_one_plan_once(tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert wiredesk(data, "import", str(brought(tmp_path))) == 0
    [log] = LandingLog(data).files()
    takedown.write_synced(takedown.partial_of(log), b"new\n")
    plan = {"files": [str(log.relative_to(data))]}
    takedown.write_synced(data / takedown.PLAN, json.dumps(plan).encode())
    threads = [threading.Thread(target=takedown.finish, args=(data,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert log.read_bytes() == b"new\n"
    assert (data / takedown.FOLLOW).exists()
    assert not (data / takedown.PLAN).exists()
