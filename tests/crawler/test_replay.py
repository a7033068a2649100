"""All outlets replayed from WARCs: every fixture lands in an archive as a crawl would land it, and is read from there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import outlets
from crawler.archive import ArchiveWriter, LandingLog, read_record, stored_line
from crawler.recovery import recover
from pipelines import archive, reading
from pipelines.records import Page

FOLDER = Path(__file__).parents[1] / "outlets"
CASES = sorted(FOLDER.glob("*/expected*.json"))


@dataclass
class Landed:
    data: Path
    said: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def landed(tmp_path_factory: pytest.TempPathFactory) -> Landed:
    data = tmp_path_factory.mktemp("replay")
    said = {}
    for path in CASES:
        case = json.loads(path.read_text(encoding="utf-8"))
        key = path.parent.name
        identity = outlets.identify(case["url"])
        assert identity is not None
        url = identity.canonical_url
        said[url] = case | {"key": key, "file": path.parent / case["file"]}
        row = {
            "url": url, "final_url": url, "outlet_id": key, "article_id": identity.article_id, "kind": "article",
            "way": "fetch", "http_status": 200, "outcome": "landed", "run_id": "r1", "content_type": case["content_type"],
        }  # fmt: skip
        fetched = datetime.fromisoformat(case["fetched"])
        with ArchiveWriter(data, "r1", key, software="test") as writer:
            at = writer.write_response(
                url, status="200 OK", headers=[("Content-Type", case["content_type"])], body=(path.parent / case["file"]).read_bytes(),
                fetched=fetched, meta=row,
            )  # fmt: skip
        log = LandingLog(data)
        log.append([stored_line(row, at, fetched)])
        log.close()
    return Landed(data, said)


def test_every_outlet_has_a_page(landed: Landed) -> None:
    assert {case["key"] for case in landed.said.values()} == set(outlets.all_outlets())


def test_every_page_is_read_from_its_record(landed: Landed) -> None:
    assert recover(landed.data).recovered == []
    lines = list(LandingLog(landed.data).read_all())
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
