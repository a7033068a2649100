"""What is counted of the landing logs and of the database: what crawls brought, and nothing that a person brought."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from crawler.landinglog import LandingLine, LandingLog, utc_stamp
from pipelines.store.schema import migrate
from pipelines.watch.facts import Share, store_facts
from pipelines.watch.landings import Day, LandingReader

from .month import load

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)  # the 24th in Taipei
DAY = date(2026, 11, 24)
RUN = "20261123T170000000000-1-watch"


def line(n: int, way: str, *, kind: str = "article", outcome: str = "landed") -> LandingLine:
    return LandingLine(
        url=f"https://udn.example/{n}", outlet_id="udn", kind=kind, way=way, outcome=outcome,  # type: ignore[arg-type]
        fetched=utc_stamp(NOW), run_id=RUN,
    )  # fmt: skip


def write(data_dir: Path, *lines: LandingLine) -> None:
    log = LandingLog(data_dir)
    log.append(lines)
    log.close()


@pytest.mark.parametrize("way", ["warc", "import", "fetch"])
def test_what_a_person_brought_is_no_day_of_the_outlet(data_dir: Path, way: str) -> None:
    write(
        data_dir, line(1, "feed", kind="listing"), line(2, "feed"), line(3, way), line(4, way, kind="listing")
    )
    found = LandingReader(data_dir, {"udn": "Asia/Taipei"}).read(DAY - timedelta(days=9), DAY)
    assert found == {"udn": {DAY: Day(crawls=1, good=1, landed=1)}}


def test_a_log_that_grows_is_counted_once(data_dir: Path) -> None:
    reader = LandingReader(data_dir, {"udn": "Asia/Taipei"})
    write(data_dir, line(1, "feed", kind="listing", outcome="http_500"), line(2, "feed"))
    assert reader.read(DAY, DAY)["udn"] == {DAY: Day(crawls=1, good=0, landed=1)}
    path = next((data_dir / "landing").glob("*.jsonl"))
    path.write_bytes(path.read_bytes() * 2 + b'{"outlet_id": "udn", "ki')
    assert reader.read(DAY, DAY)["udn"] == {DAY: Day(crawls=1, good=0, landed=2)}


@pytest.mark.parametrize(
    ("way", "soft"), [("feed", {"udn": Share(20, 20, 5, 5)}), ("warc", {}), ("import", {}), ("fetch", {})]
)
def test_pages_that_a_person_brought_say_nothing_of_the_outlet(way: str, soft: dict[str, Share]) -> None:
    with duckdb.connect() as con:
        migrate(con, now=NOW)
        load(con, "fetch", [
            {"fetch_id": f"f-{n}", "url": f"https://udn.example/{n}", "outlet_id": "udn", "kind": "article", "way": way,
             "fetched": NOW - timedelta(minutes=n), "outcome": "soft_404", "run_id": RUN}
            for n in range(25)
        ])  # fmt: skip
        assert store_facts(con, NOW, {"udn": "Asia/Taipei"}).soft_404 == soft
