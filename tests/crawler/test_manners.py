"""Manners and doors: what the settings say aloud, what is paused, refused and never opened."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scrapy.http import Response
from scrapy.settings import Settings

from crawler import settings
from crawler.archive import LandingLog
from crawler.manners import retry_after
from crawler.outcomes import PrivateAddressError
from crawler.transport import _public, loopback_site
from tests.crawler.street import Street

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_the_settings_are_polite_and_every_door_is_shut() -> None:
    said = Settings()
    said.setmodule(settings)
    assert said.getbool("ROBOTSTXT_OBEY")
    assert said.getint("CONCURRENT_REQUESTS_PER_DOMAIN") == 1
    assert said.getfloat("DOWNLOAD_DELAY") >= 2
    assert said.getint("DOWNLOAD_MAXSIZE") <= 32 * 2**20
    assert said.getbool("DOWNLOAD_VERIFY_CERTIFICATES")
    for door in (
        "TELNETCONSOLE_ENABLED",
        "REMOTE_CONTROL_ENABLED",
        "COOKIES_ENABLED",
        "METAREFRESH_ENABLED",
        "HTTPCACHE_ENABLED",
    ):
        assert not said.getbool(door), door
    assert list(settings.ITEM_PIPELINES) == ["crawler.landing.LandingPipeline"]
    assert settings.USER_AGENT.startswith("Mozilla/5.0 (compatible; wiredesk/")
    assert f"; +{settings.CONTACT})" in settings.USER_AGENT
    assert len((ROOT / "crawler" / "settings.py").read_text(encoding="utf-8").splitlines()) <= 110, "one page"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Mon, 23 Nov 2026 04:01:00 GMT", 60.0),
        ("Mon, 23 Nov 2026 03:00:00 GMT", 0.0),
        ("soon", None),
        ("-5", None),
        ("", None),
        ("99999999999999", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    response = Response("https://a.example/", headers={"Retry-After": value} if value else None)
    assert retry_after(response, NOW) == seconds


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "127.0.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"]
)
def test_a_name_that_resolves_into_the_house_is_refused(address: str) -> None:
    with pytest.raises(PrivateAddressError, match="no public address"):
        _public(address, "udn.com")


def test_a_public_address_passes() -> None:
    assert _public("1.1.1.1", "udn.com") == "1.1.1.1"


@pytest.mark.parametrize(
    "via", ["https://127.0.0.1:80", "http://127.0.0.1", "http://10.0.0.1:80", "http://udn.com:80", "", "x"]
)
def test_only_a_loopback_site_may_play_the_outlets(via: str) -> None:
    with pytest.raises(ValueError, match="no loopback site"):
        loopback_site(via)


def test_scrapy_finds_every_spider() -> None:
    from crawler.outlets import all_outlets
    from crawler.ways.loader import OutletSpiderLoader

    loader = OutletSpiderLoader.from_settings(Settings())
    assert loader.list() == list(all_outlets())
    for key in loader.list():
        spider = loader.load(key)
        assert (spider.name, spider.outlet.key) == (key, key)


ORDER = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have started the tests with it ignored
from datetime import UTC, datetime
from pathlib import Path
from crawler.run import crawl
report = crawl(Path(sys.argv[1]), ["calendar"], run_id="r1", now=datetime(2026, 11, 23, 4, tzinfo=UTC), via=sys.argv[2],
               registry="tests.crawler.street:registry", settings={"DOWNLOAD_DELAY": 0.4})
print(report.interrupted, report.outlets[0].outcomes)
"""


@pytest.mark.slow
def test_ctrl_c_lands_what_is_in_flight_and_says_what_was_not_reached(tmp_path: Path) -> None:
    with Street() as street:
        process = subprocess.Popen(
            [sys.executable, "-c", ORDER, str(tmp_path), street.via],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        until = time.monotonic() + 30
        while not any("/a/" in url for url in street.asked) and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert said.startswith("True {")
    lines = [line for line in LandingLog(tmp_path).read_all("calendar") if line.kind == "article"]
    assert len(lines) == 12
    assert {line.outcome for line in lines} == {"landed", "not_reached"}
