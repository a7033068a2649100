"""kill -9 at any byte: nothing is lost, nothing is fetched twice, and the archive and the log agree afterwards."""

from __future__ import annotations

import gzip
import itertools
import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import (
    ArchiveWriter,
    BusyError,
    DamagedRecordError,
    LandingLine,
    LandingLog,
    MissingRecordError,
    WarcDamage,
    iter_warc,
    read_record,
)
from crawler.archive import stored_line as line_of
from crawler.recovery import recover
from crawler.run import crawl
from tests.crawler.street import Street

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
PAGES = 6


def page(number: int) -> bytes:
    return (f"<html><h1>第{number}頁</h1><p>" + "內文。" * (40 * number) + "</p></html>").encode()


def write(data: Path, numbers: range, run_id: str = "r1") -> None:
    """Land pages as the pipeline does."""
    log = LandingLog(data)
    with ArchiveWriter(data, run_id, "good", software="test") as writer:
        for number in numbers:
            url = f"https://good.street.example/a/{number}"
            row: dict[str, Any] = {
                "url": url, "final_url": url, "outlet_id": "good", "article_id": f"good:{number}", "kind": "article",
                "way": "feed", "http_status": 200, "outcome": "landed", "run_id": run_id, "content_type": "text/html",
            }  # fmt: skip
            headers = [("Content-Type", "text/html")]
            at = writer.write_response(
                url,
                status="200 OK",
                headers=headers,
                body=page(number),
                fetched=NOW,
                meta=row,
                request=[("Host", "good")],
            )
            writer.sync()
            log.append([line_of(row, at, NOW)])
    log.close()


class Deadly:
    """A file that kills this process when the last of ``left`` bytes is written, in the middle of the write."""

    left = 0

    def __init__(self, file: Any) -> None:
        self._file = file

    def write(self, data: Any) -> int:
        size = len(data) if isinstance(data, bytes) else len(data.encode())
        if size >= Deadly.left:
            cut = (
                data[: Deadly.left]
                if isinstance(data, bytes)
                else data.encode()[: Deadly.left].decode("utf-8", "ignore")
            )
            self._file.write(cut)
            self._file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        Deadly.left -= size
        written: int = self._file.write(data)
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def killed_after(data: Path, count: int) -> None:
    """Write in a process that is killed after ``count`` bytes of archive and log."""
    child = os.fork()
    if child == 0:
        Deadly.left = count
        start, handle = ArchiveWriter.__init__, LandingLog._handle

        def begin(self: ArchiveWriter, *args: Any, **more: Any) -> None:
            start(self, *args, **more)
            self._file = Deadly(self._file)  # type: ignore[assignment]
            self._warc.out = self._file

        ArchiveWriter.__init__ = begin  # type: ignore[method-assign]
        LandingLog._handle = lambda self, path: Deadly(handle(self, path))  # type: ignore[assignment, method-assign, return-value]
        write(data, range(1, PAGES + 1))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status)
    assert os.WTERMSIG(status) == signal.SIGKILL


def landed(data: Path) -> dict[str, bytes]:
    """URL → body, of every line; each line's record is there and whole."""
    found = {}
    for line in LandingLog(data).read_all("good"):
        assert line.warc_file is not None
        assert line.warc_offset is not None
        assert line.url not in found, "one line for a page"
        found[line.url] = read_record(data / "archive", line.warc_file, line.warc_offset).body
    return found


def total_bytes(tmp_path: Path) -> int:
    whole = tmp_path / "whole"
    write(whole, range(1, PAGES + 1))
    return sum(path.stat().st_size for path in whole.rglob("*") if path.is_file())


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_any_byte(tmp_path: Path, seed: int) -> None:
    count = random.Random(seed).randrange(1, total_bytes(tmp_path))
    data = tmp_path / "data"
    killed_after(data, count)
    before = len(list(LandingLog(data).read_all("good")))
    result = recover(data)
    after = landed(data)
    assert len(after) == before + len(result.recovered)
    assert len(result.recovered) <= 1
    assert recover(data).recovered == []
    # The next run fetches what is not there, and only that.
    done = len(after)
    write(data, range(done + 1, PAGES + 1), run_id="r2")
    assert landed(data) == {f"https://good.street.example/a/{n}": page(n) for n in range(1, PAGES + 1)}
    lines = list(LandingLog(data).read_all("good"))
    whole = {line.url: line for line in LandingLog(tmp_path / "whole").read_all("good")}
    for line in lines:
        undisturbed = whole[line.url]
        assert (line.fetched, line.page_sha256, line.article_id) == (
            undisturbed.fetched,
            undisturbed.page_sha256,
            undisturbed.article_id,
        )


def test_between_the_record_and_its_line(tmp_path: Path) -> None:
    write(tmp_path, range(1, 3))
    path = LandingLog(tmp_path).path("r1", "good")
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.index(b"\n") + 1])
    (line,) = recover(tmp_path).recovered
    assert line.counts == {"recovered": 1}
    assert (
        LandingLine.from_row({**line.row(), "counts": {}}).to_json().encode() + b"\n"
        == whole[whole.index(b"\n") + 1 :]
    )


def test_torn_ends_are_set_aside_and_named(tmp_path: Path) -> None:
    write(tmp_path, range(1, 4))
    warc, log = tmp_path / "archive" / "r1-good.warc.gz", LandingLog(tmp_path).path("r1", "good")
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:2]) + b'{"url":"https://good.st')
    warc.write_bytes(warc.read_bytes()[:-40])
    result = recover(tmp_path)
    assert len(result.set_aside) == 2
    assert any("last line was torn" in words for words in result.set_aside)
    assert any("last record was torn" in words for words in result.set_aside)
    assert (tmp_path / "archive" / "r1-good.warc.gz.torn").stat().st_size > 0
    assert (tmp_path / "landing" / "r1-good.jsonl.torn").read_bytes() == b'{"url":"https://good.st'
    assert len(landed(tmp_path)) == 2


def test_old_files_at_rest_are_not_read_again(tmp_path: Path) -> None:
    write(tmp_path, range(1, 3))
    recover(tmp_path)
    log = LandingLog(tmp_path).path("r1", "good")
    log.write_bytes(b"")
    old = time.time() - 7_200
    for path in (log, tmp_path / "archive" / "r1-good.warc.gz"):
        os.utime(path, (old, old))
    assert recover(tmp_path).recovered == [], "nobody writes to a file two hours after its crawl"
    (tmp_path / "landing" / ".recovered").unlink()
    assert len(recover(tmp_path).recovered) == 2


def test_what_another_process_writes_is_left_alone(tmp_path: Path) -> None:
    write(tmp_path, range(1, 2))
    with ArchiveWriter(tmp_path, "r1", "good", software="test"):
        assert recover(tmp_path).skipped == ["r1-good.warc.gz"]
        with pytest.raises(BusyError, match="being written"):
            ArchiveWriter(tmp_path, "r1", "good", software="test")


def test_a_damaged_member_is_named_and_passed_over(tmp_path: Path) -> None:
    write(tmp_path, range(1, 5))
    warc = tmp_path / "archive" / "r1-good.warc.gz"
    second = list(LandingLog(tmp_path).read_all("good"))[1]
    assert second.warc_offset is not None
    raw = bytearray(warc.read_bytes())
    raw[second.warc_offset + 80 : second.warc_offset + 90] = b"\xff" * 10
    warc.write_bytes(raw)
    found = list(iter_warc(warc))
    (damage,) = [one for one in found if isinstance(one, WarcDamage)]
    assert damage.offset == second.warc_offset
    assert not damage.torn
    assert len(found) == 4
    with pytest.raises(DamagedRecordError, match=f"damaged at offset {second.warc_offset}"):
        read_record(tmp_path / "archive", warc.name, second.warc_offset)
    with pytest.raises(MissingRecordError, match="ends before"):
        read_record(tmp_path / "archive", warc.name, 10**9)
    with pytest.raises(MissingRecordError, match="is not in"):
        read_record(tmp_path / "archive", "nowhere.warc.gz", 0)


@pytest.mark.parametrize("seed", range(30))
def test_no_damage_stops_the_reading(tmp_path: Path, seed: int) -> None:
    write(tmp_path, range(1, 5))
    warc = tmp_path / "archive" / "r1-good.warc.gz"
    chance = random.Random(seed)
    raw = bytearray(warc.read_bytes())
    for _ in range(chance.randrange(1, 6)):
        raw[chance.randrange(len(raw))] = chance.randrange(256)
    warc.write_bytes(raw[: chance.randrange(len(raw) // 2, len(raw) + 1)])
    found = list(iter_warc(warc))
    whole = {page(n) for n in range(1, 5)}
    assert all(isinstance(one, WarcDamage) or one.page.body in whole for one in found)
    covered = [
        (one.offset, one.offset + one.length) for one in found if isinstance(one, WarcDamage) or one.length
    ]
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(covered))


def test_a_warc_gzipped_as_a_whole_is_read(tmp_path: Path) -> None:
    write(tmp_path, range(1, 4))
    warc = tmp_path / "archive" / "r1-good.warc.gz"
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(warc.read_bytes()))
    whole = tmp_path / "whole.warc.gz"
    whole.write_bytes(gzip.compress(plain.read_bytes()))
    for path in (plain, whole):
        assert [one.page.body for one in iter_warc(path) if not isinstance(one, WarcDamage)] == [
            page(n) for n in range(1, 4)
        ]


ORDER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from crawler.run import crawl
crawl(Path(sys.argv[1]), ["good", "calendar"], run_id="r1", now=datetime(2026, 11, 23, 4, tzinfo=UTC), via=sys.argv[2],
      registry="tests.crawler.street:registry", settings={"DOWNLOAD_DELAY": 0.1})
"""


@pytest.mark.slow
@pytest.mark.heavy
@pytest.mark.parametrize("seed", range(3))
def test_a_real_crawl_is_killed_and_the_next_one_completes_it(tmp_path: Path, seed: int) -> None:
    asked_before = random.Random(seed).randrange(3, 14)
    with Street() as street:
        killed = subprocess.Popen([sys.executable, "-c", ORDER, str(tmp_path), street.via], cwd=ROOT)
        until = time.monotonic() + 30
        while len(street.asked) < asked_before and time.monotonic() < until:
            time.sleep(0.01)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        report = crawl(
            tmp_path, ["good", "calendar"], run_id="r2", now=NOW, via=street.via, registry="tests.crawler.street:registry",
            settings={"DOWNLOAD_DELAY": 0.02},
        )  # fmt: skip
        assert not report.alarms
        time.sleep(0.3)
        count = len(street.asked)
        time.sleep(0.3)
        assert len(street.asked) == count, "no crawler is left behind"
    for key, most in (("good", 3), ("calendar", 12)):
        lines = [
            line
            for line in LandingLog(tmp_path).read_all(key)
            if line.kind == "article" and line.outcome == "landed"
        ]
        assert len(lines) == len({line.url for line in lines}) == most
    twice = [url for url in set(street.asked) if "/a/" in url and street.asked.count(url) > 1]
    assert len(twice) <= 2, "but for the pages in flight nothing is fetched twice"
