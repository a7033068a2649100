"""The line counts every input once, and what it reads from the archive is what landed."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from duckdb import DuckDBPyConnection

from pipelines import line
from pipelines.archive import PageError, page_sha256, read_record
from pipelines.steps.base import Context, Result, Task
from pipelines.steps.landing import LandingLogError
from pipelines.store import Store

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Counting:
    """A step over three inputs that answers as it is told."""

    name = "counting"
    chunk = 2
    version = "1"

    def __init__(self, answers: Sequence[str]) -> None:
        self.answers = answers

    def pending(self, _con: DuckDBPyConnection) -> list[Task]:
        return [Task(name, "") for name in ("a", "b", "c")]

    def load(self, _con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        return None

    def compute(self, tasks: Sequence[Task], _loaded: Any) -> Iterable[Result]:
        wanted = {task.subject_id for task in tasks}
        return [Result(name, "", "ok") for name in self.answers if name in wanted or name == "stranger"]

    def save(self, _con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        pass

    def forget(self, _con: DuckDBPyConnection) -> None:
        pass


def run(data_dir: Path, answers: Sequence[str]) -> line.Funnel:
    store = Store(data_dir)
    store.prepare(now=NOW)
    funnel = line.Funnel()
    context = Context(data_dir, "r", NOW, "ai-incidents")
    line._run_step(store, context, Counting(answers), funnel, None)
    return funnel


def test_a_stage_that_answers_everything_once_is_counted(data_dir: Path) -> None:
    funnel = run(data_dir, ["a", "b", "c"])
    funnel.check()
    assert (funnel.inputs, funnel.stages) == ({"counting": 3}, {"counting": Counter(ok=3)})


@pytest.mark.parametrize("answers", [["a", "c"], ["a", "b", "b", "c"], ["a", "b", "c", "stranger"], []])
def test_a_stage_that_loses_doubles_or_invents_an_input_stops_the_line(
    data_dir: Path, answers: list[str]
) -> None:
    with pytest.raises(line.LineError, match="counting lost or doubled an input"):
        run(data_dir, answers)


def test_a_funnel_that_does_not_add_up_is_refused() -> None:
    funnel = line.Funnel(stages={"reading": Counter(ok=2)}, inputs={"reading": 3})
    with pytest.raises(line.LineError, match="took 3 inputs and answered 2"):
        funnel.check()


def test_a_second_run_on_the_same_folder_is_told_to_wait(data_dir: Path) -> None:
    with line.alone(data_dir), pytest.raises(line.LineError), line.alone(data_dir):
        pass


def landed(data_dir: Path, body: bytes, **changes: Any) -> None:
    """One page in the archive and its line; ``changes`` damage the line."""
    (data_dir / "archive").mkdir(exist_ok=True)
    (data_dir / "landing").mkdir(exist_ok=True)
    head = (
        "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\n"
        "WARC-Target-URI: https://udn.com/news/story/1/1\r\nWARC-Date: 2026-11-20T00:00:00Z\r\n"
        f"Content-Type: text/html\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    (data_dir / "archive" / "a.warc.gz").write_bytes(gzip.compress(head.encode() + body + b"\r\n\r\n"))
    row = {
        "url": "https://udn.com/news/story/1/1", "final_url": None, "outlet_id": "udn", "article_id": "udn:1",
        "kind": "html", "way": "import", "fetched": "2026-11-20T00:00:00.000000Z", "outcome": "landed", "reason": "",
        "warc_file": "a.warc.gz", "warc_offset": 0, "page_sha256": page_sha256(body), "run_id": "r", **changes,
    }  # fmt: skip
    (data_dir / "landing" / "r-udn.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")


def outcome_of(data_dir: Path) -> tuple[str, str]:
    context = Context(data_dir, "r", NOW, "ai-incidents")
    line.run(Store(data_dir), context, command="run", last="reading")
    with Store(data_dir).read() as con:
        [found] = con.execute(
            "SELECT outcome, coalesce(reason, '') FROM store.stage_result WHERE stage = 'reading'"
        ).fetchall()
    return found[0], found[1]


PAGE = (
    "<html><body><article><h1>標題</h1>"
    + "<p>這是一段新聞內文，說明事情的經過與後續。</p>" * 20
    + "</article></body></html>"
).encode()


@pytest.mark.parametrize(
    ("changes", "outcome", "says"),
    [
        ({}, "ok", ""),
        ({"warc_file": "gone.warc.gz"}, "archive_missing", "gone.warc.gz"),
        ({"warc_file": "../../etc/passwd"}, "archive_missing", "no file"),
        ({"warc_offset": 7}, "archive_damaged", "byte 7"),
        ({"warc_offset": 10_000_000}, "archive_damaged", "byte 10000000"),
        ({"page_sha256": "0" * 64}, "archive_damaged", "its hash differs"),
    ],
)
def test_what_the_archive_cannot_give_is_a_named_outcome(
    data_dir: Path, changes: dict[str, Any], outcome: str, says: str
) -> None:
    landed(data_dir, PAGE, **changes)
    got, reason = outcome_of(data_dir)
    assert got == outcome
    assert says in reason


def test_an_empty_page_is_a_named_outcome(data_dir: Path) -> None:
    landed(data_dir, b"")
    assert outcome_of(data_dir)[0] != "ok"


def test_a_damaged_landing_line_stops_with_its_place(data_dir: Path) -> None:
    landed(data_dir, PAGE)
    with (data_dir / "landing" / "r-udn.jsonl").open("a") as handle:
        handle.write("{broken\n")
    with pytest.raises(LandingLogError, match="r-udn"):
        outcome_of(data_dir)


def test_a_torn_last_line_is_left_for_later(data_dir: Path) -> None:
    landed(data_dir, PAGE)
    with (data_dir / "landing" / "r-udn.jsonl").open("a") as handle:
        handle.write('{"url": "https://udn.com/ne')
    assert outcome_of(data_dir)[0] == "ok"


def test_a_record_is_read_back_as_it_was_written(data_dir: Path) -> None:
    landed(data_dir, PAGE)
    record = read_record(data_dir / "archive", "a.warc.gz", 0)
    assert (record.url, record.body) == ("https://udn.com/news/story/1/1", PAGE)
    with pytest.raises(PageError):
        read_record(data_dir / "archive", "b.warc.gz", 0)
