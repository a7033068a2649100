"""A crawl fetches only what is new, asks listings only for news, and says what it passed over."""

from __future__ import annotations

import fcntl
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.archive import LandingLine, LandingLog
from crawler.plan import CrawlReport
from crawler.run import NoOutletError, OutletBusyError, crawl, fetch_one
from tests.crawler.street import Street

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
FAST = {"DOWNLOAD_DELAY": 0.02, "DOWNLOAD_TIMEOUT": 3, "WIREDESK_FIRST_PAUSE": 0.1}
ROOT = Path(__file__).parents[2]
STREET = "tests.crawler.street:registry"

pytestmark = pytest.mark.slow


def go(data: Path, street: Street, run_id: str, *keys: str, **more: Any) -> CrawlReport:
    return crawl(
        data, keys or ["good"], run_id=run_id, now=NOW, via=street.via, registry=STREET, settings=FAST, **more
    )


def lines(data: Path, run_id: str, key: str = "good") -> list[LandingLine]:
    return list(LandingLog(data).read_run(run_id, key))


def ends(data: Path, run_id: str, key: str = "good") -> dict[str, str]:
    return {
        line.url.rsplit("/", 1)[1]: line.outcome
        for line in lines(data, run_id, key)
        if line.kind == "article"
    }


def test_limit_since_and_what_is_left_comes_later(tmp_path: Path) -> None:
    with Street() as street:
        go(tmp_path, street, "r1", limit=1)
        assert ends(tmp_path, "r1") == {"3": "landed", "2": "over_limit", "1": "over_limit"}
        go(tmp_path, street, "r2", since=datetime(2026, 11, 22, 17, 30, tzinfo=UTC))
        # The feed dates number 2 at 18:00 UTC and number 1 at 17:00.
        assert ends(tmp_path, "r2") == {"2": "landed", "1": "older_than_since"}
        (listing,) = [line for line in lines(tmp_path, "r2") if line.kind == "listing"]
        assert (listing.outcome, listing.http_status) == ("unchanged", 304)
        assert listing.warc_file == "r1-good.warc.gz"
        go(tmp_path, street, "r3", since=datetime(2026, 11, 22, 17, 30, tzinfo=UTC))
        assert ends(tmp_path, "r3") == {}, "what a line says already is not said again"
        report = go(tmp_path, street, "r4")
        assert ends(tmp_path, "r4") == {"1": "landed"}
        assert (report.outlets[0].listed, report.outlets[0].known, report.outlets[0].new) == (3, 2, 1)
        assert sum("/a/" in url for url in street.asked) == 3


@pytest.mark.parametrize(
    ("outcomes", "given_up"),
    [
        (["refused"] * 5, False),
        (["refused"] * 6, True),
        (["http_404"], False),
        (["http_404", "http_404"], True),
        (["http_410"], True),
        (["too_large"], True),
        (["timeout", "http_503", "timeout"], False),
        (["over_limit"] * 9, False),
        (["robots_forbidden"] * 9, False),
    ],
)
def test_a_page_that_fails_is_tried_again_and_then_left_alone(
    tmp_path: Path, outcomes: list[str], given_up: bool
) -> None:
    log = LandingLog(tmp_path)
    for number, outcome in enumerate(outcomes):
        log.append(
            [
                LandingLine(
                    url="https://good.street.example/a/1", outlet_id="good", kind="article", way="feed",
                    fetched="2026-11-23T04:00:00.000000Z", outcome=outcome, run_id=f"r{number}",
                )
            ]
        )  # fmt: skip
    log.close()
    known = log.known("good")
    assert known.given_up("https://good.street.example/a/1", None) == given_up
    assert not known.has("https://good.street.example/a/1", "good:1")


def test_a_page_that_its_listing_calls_changed_is_asked_for_again(tmp_path: Path) -> None:
    with Street() as street:
        go(tmp_path, street, "r1", "changing")
        assert ends(tmp_path, "r1", "changing") == {"1": "landed", "2": "landed", "3": "landed"}
        later = crawl(
            tmp_path,
            ["changing"],
            run_id="r2",
            now=NOW + timedelta(hours=1),
            via=street.via,
            registry=STREET,
            settings=FAST,
        )
        assert later.outlets[0].new == 0
        assert ends(tmp_path, "r2", "changing") == {"1": "landed", "2": "unchanged"}
        (same,) = [
            line
            for line in lines(tmp_path, "r2", "changing")
            if line.outcome == "unchanged" and line.kind == "article"
        ]
        assert (same.warc_file, same.http_status) == ("r1-changing.warc.gz", 304)
        crawl(
            tmp_path,
            ["changing"],
            run_id="r3",
            now=NOW + timedelta(hours=2),
            via=street.via,
            registry=STREET,
            settings=FAST,
        )
        assert ends(tmp_path, "r3", "changing") == {}


def test_since_that_reaches_behind_the_first_channel_opens_the_second(tmp_path: Path) -> None:
    with Street() as street:
        go(tmp_path, street, "r1", "fallback", ways=["feed"], since=NOW - timedelta(days=2))
        assert not any(url.endswith("/list") for url in street.asked)
        go(tmp_path, street, "r2", "shallow", since=NOW - timedelta(days=2))
        assert any(url.endswith("shallow.street.example/list") for url in street.asked)
    assert ends(tmp_path, "r2", "shallow") == {"1": "landed", "2": "landed", "3": "landed", "7": "landed"}


def test_one_page_by_its_address(tmp_path: Path) -> None:
    with Street() as street:
        line = fetch_one(
            "http://good.street.example/a/2?utm_source=x", tmp_path, run_id="r1", now=NOW, via=street.via, registry=STREET,
            settings=FAST,
        )  # fmt: skip
        assert (line.outcome, line.article_id, line.url) == (
            "landed",
            "good:2",
            "https://good.street.example/a/2",
        )
        with pytest.raises(NoOutletError, match="no outlet claims"):
            fetch_one(
                "https://nobody.example/",
                tmp_path,
                run_id="r2",
                now=NOW,
                via=street.via,
                registry=STREET,
                settings=FAST,
            )


def test_expected_counts_are_alarms_for_the_live_outlet_only(tmp_path: Path) -> None:
    with Street() as street:
        quiet = go(tmp_path, street, "r1", "feedbomb", "calendar", limit=1)
        assert not any("expected" in words for o in quiet.outlets for words in (*o.alarms, *o.warnings))
        loud = crawl(
            tmp_path, ["feedbomb", "calendar"], run_id="r2", now=NOW, via=street.via, registry=STREET, limit=1,
            settings={**FAST, "WIREDESK_EXPECT": True},
        )  # fmt: skip
    few, many = loud.outlets
    assert any("lists 0 articles, and at least 1 are expected" in alarm for alarm in few.alarms)
    assert any("lists 12 articles, and at most 5 are expected" in warning for warning in many.warnings)


def test_ways_can_be_chosen(tmp_path: Path) -> None:
    with Street() as street:
        go(tmp_path, street, "r1", "fallback", ways=["section"])
        assert not [url for url in street.asked if url.endswith("/gone")]
    assert ends(tmp_path, "r1", "fallback") == {"1": "landed"}


def test_what_may_not_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no loopback site"):
        crawl(tmp_path, ["good"], run_id="r", now=NOW, via="http://192.0.2.1:80", registry=STREET)
    with pytest.raises(ValueError, match="live outlets get the polite ones"):
        crawl(tmp_path, ["good"], run_id="r", now=NOW, settings={"DOWNLOAD_DELAY": 0}, registry=STREET)
    with pytest.raises(ValueError, match="no time zone"):
        crawl(tmp_path, ["good"], run_id="r", now=datetime(2026, 1, 1), registry=STREET)  # noqa: DTZ001 - that is the point
    with pytest.raises(KeyError, match="did you mean good"):
        crawl(tmp_path, ["goood"], run_id="r", now=NOW, registry=STREET)


def test_a_second_crawl_of_the_same_outlet_is_told_to_wait(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    patience = {**FAST, "WIREDESK_LOCK_PATIENCE": 0.3}
    with Street() as street, (tmp_path / "landing" / ".good.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(OutletBusyError, match="another crawl of good is running"):
            crawl(
                tmp_path, ["good"], run_id="r1", now=NOW, via=street.via, registry=STREET, settings=patience
            )


def test_an_outlet_that_resolves_into_the_house_is_not_asked(tmp_path: Path) -> None:
    report = crawl(
        tmp_path, ["good", "soft"], run_id="r1", now=NOW, registry="tests.crawler.private_street:registry"
    )
    for outlet in report.outlets:
        (said,) = [line for line in lines(tmp_path, "r1", outlet.outlet_id) if line.kind == "robots"]
        assert said.outcome == "private_address"
        assert "no public address" in said.reason
        assert outlet.alarms


FULL = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from crawler.run import CrawlError, crawl
resource.setrlimit(resource.RLIMIT_FSIZE, (6_000, 6_000))  # a file that may grow no further, as on a full disk
try:
    crawl(Path(sys.argv[1]), ["calendar"], run_id="r1", now=datetime(2026, 11, 23, 4, tzinfo=UTC), via=sys.argv[2],
          registry="tests.crawler.street:registry", settings={"DOWNLOAD_DELAY": 0.1, "LOG_LEVEL": "CRITICAL"})
except CrawlError as error:
    print(error)
"""


def test_a_full_disk_stops_the_crawl_with_a_sentence_and_loses_nothing(tmp_path: Path) -> None:
    with Street() as street:
        done = subprocess.run(
            [sys.executable, "-c", FULL, str(tmp_path), street.via], capture_output=True, text=True, cwd=ROOT
        )
        assert "cannot be written to: File too large; what landed before is safe" in done.stdout
        assert "Traceback" not in done.stderr
        before = [
            line
            for line in lines(tmp_path, "r1", "calendar")
            if line.outcome == "landed" and line.kind == "article"
        ]
        report = go(tmp_path, street, "r2", "calendar")
        assert report.outlets[0].landed + len(before) + report.recovered == 12
        landed = [
            line
            for line in LandingLog(tmp_path).read_all("calendar")
            if line.kind == "article" and line.outcome == "landed"
        ]
        assert len(landed) == len({line.url for line in landed}) == 12
