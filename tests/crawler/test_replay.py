"""All outlets replayed from WARCs: every fixture lands in an archive as a crawl would land it, and is read from there."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import outlets
from crawler.archive import ArchiveWriter, LandingLine, LandingLog, read_record, stored_line
from crawler.outlets import identify, request_url
from crawler.recovery import recover
from crawler.ways import read_listing
from pipelines import archive, reading
from pipelines.records import Page

FOLDER = Path(__file__).parents[1] / "outlets"
CASES = sorted(FOLDER.glob("*/expected*.json"))
LISTINGS = sorted(FOLDER.glob("*/listing*.json"))
FIRST_RING = {
    "udn", "dw-zh", "dw-zh-hant", "epochtimes-b5", "epochtimes-gb", "epochtimes-tw", "chinatimes", "chinatimes-cn", "hket",
    "netease", "rti",
}  # fmt: skip


NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)


@dataclass
class Landed:
    data: Path
    said: dict[str, dict[str, Any]]
    lists: dict[str, dict[str, Any]]

    def lines(self, kind: str) -> list[LandingLine]:
        return [line for line in LandingLog(self.data).read_all() if line.kind == kind]


def land(data: Path, run_id: str, path: Path, case: dict[str, Any], fetched: datetime, **facts: Any) -> None:
    """One fixture into the archive and the log, as a crawl would land it."""
    row = {
        "http_status": 200,
        "outcome": "landed",
        "run_id": run_id,
        "content_type": case["content_type"],
        **facts,
    }
    with ArchiveWriter(data, run_id, row["outlet_id"], software="test") as writer:
        at = writer.write_response(
            row["url"], status="200 OK", headers=[("Content-Type", case["content_type"])],
            body=(path.parent / case["file"]).read_bytes(), fetched=fetched, meta=row,
        )  # fmt: skip
    log = LandingLog(data)
    log.append([stored_line(row, at, fetched)])
    log.close()


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    data = tmp_path_factory.mktemp("replay")
    said: dict[str, dict[str, Any]] = {}
    lists: dict[str, dict[str, Any]] = {}
    for number, path in enumerate([*CASES, *LISTINGS]):
        case = json.loads(path.read_text(encoding="utf-8"))
        key, run_id = path.parent.name, f"r{number}"
        if "way" in case:
            url = request_url(case["way"])
            lists[url] = case | {"key": key}
            land(
                data,
                run_id,
                path,
                case,
                NOW,
                url=url,
                final_url=url,
                outlet_id=key,
                kind="listing",
                way="list",
            )
            continue
        identity = identify(case["url"])
        assert identity is not None
        url = identity.canonical_url
        said[url] = case | {"key": key, "file": path.parent / case["file"]}
        fetched = datetime.fromisoformat(case["fetched"])
        land(
            data, run_id, path, case, fetched, url=url, final_url=url, outlet_id=key, article_id=identity.article_id,
            kind="article", way="fetch",
        )  # fmt: skip
    return Landed(data, said, lists)


def test_every_outlet_has_a_page(landed: Landed) -> None:
    assert {case["key"] for case in landed.said.values()} == set(outlets.all_outlets())


def test_every_page_is_read_from_its_record(landed: Landed) -> None:
    assert recover(landed.data).recovered == []
    lines = landed.lines("article")
    assert len(lines) == len(CASES)
    for line in lines:
        case = landed.said[line.url]
        assert line.warc_file is not None
        assert line.warc_offset is not None
        stored = read_record(landed.data / "archive", line.warc_file, line.warc_offset)
        assert stored.body == case["file"].read_bytes()
        again = archive.read_record(landed.data / "archive", line.warc_file, line.warc_offset)
        assert (again.body, again.content_type, again.url) == (stored.body, stored.content_type, stored.url)
        page = Page(
            url=line.url,
            body=stored.body,
            content_type=stored.content_type,
            fetched=datetime.fromisoformat(stored.fetched),
            outlet_id=line.outlet_id,
        )
        article = reading.read(page, outlets.get(line.outlet_id))
        expected = case["expected"]
        assert article.outcome == expected["outcome"], line.url
        if expected["outcome"] == "ok":
            assert article.title == expected["title"], line.url
            assert article.published is not None
            assert article.published.isoformat() == expected["published"], line.url


def test_every_listing_is_read_from_its_record(landed: Landed) -> None:
    assert {case["key"] for case in landed.lists.values()} >= FIRST_RING
    lines = landed.lines("listing")
    assert len(lines) == len(LISTINGS)
    for line in lines:
        case, outlet = landed.lists[line.url], outlets.get(line.outlet_id)
        assert line.warc_file is not None
        assert line.warc_offset is not None
        stored = read_record(landed.data / "archive", line.warc_file, line.warc_offset)
        (way,) = [way for way in outlet.ways if way.url == case["way"]]
        listing = read_listing(
            way, stored.body, url=line.url, content_type=stored.content_type, zone=outlet.zone
        )
        found = [identify(request_url(entry.url)) for entry in listing.entries]
        assert [one.article_id if one else None for one in found] == [
            e["article_id"] for e in case["entries"]
        ], line.url
        assert any(e["article_id"] for e in case["entries"]), line.url


def test_an_old_page_is_read_by_the_reader_of_its_day(landed: Landed) -> None:
    """A template of the past keeps its rules: pages archived then are read by them, whenever they are read again."""
    old = 0
    for line in landed.lines("article"):
        outlet, case = outlets.get(line.outlet_id), landed.said[line.url]
        published = case["expected"].get("published")
        if published is None or not outlet.markups:
            continue
        markup = outlet.markup_for(datetime.fromisoformat(published).date())
        if markup is None or markup.valid_until is None or not markup.body:
            continue
        old += 1
        assert line.warc_file is not None
        assert line.warc_offset is not None
        stored = read_record(landed.data / "archive", line.warc_file, line.warc_offset)
        page = Page(
            url=line.url,
            body=stored.body,
            content_type=stored.content_type,
            fetched=NOW,
            outlet_id=line.outlet_id,
        )
        article = reading.read(page, outlet)
        assert article.title == case["expected"]["title"]
        assert f"outlet {outlet.key}" in article.extractor, "its body is told by the old template's selectors"
        newest = replace(outlet, markups=tuple(m for m in outlet.markups if m.valid_until is None))
        without = reading.read(page, newest).extractor
        assert f"outlet {outlet.key}" not in without, "the newest template's selectors find nothing here"
    assert old >= 3
