"""WARC and WACZ files of others enter by the same door, filtered by outlet and day."""

from __future__ import annotations

import gzip
import zipfile
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import ArchiveError, LandingLog, read_record
from crawler.outlets import UnknownOutletError
from crawler.public_archive import import_warc

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
UDN = "https://udn.com/news/story/1/{}"


def page(word: str) -> bytes:
    return f"<html><h1>{word}</h1><p>{'內文' * 50}</p></html>".encode()


def common_crawl(
    path: Path, records: list[tuple[str, str, int, bytes, str]], *, encode: bool = False
) -> None:
    """A WARC as CC-NEWS writes them: WARC/1.0, chunks and content encoding removed or, with ``encode``, left in."""
    with path.open("wb") as handle:
        writer = WARCWriter(handle, gzip=True)
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "news-please"}))
        for url, day, status, body, kind in records:
            sent = gzip.compress(body) if encode else body
            headers = [("Content-Type", kind), ("Content-Length", str(len(sent)))]
            if encode:
                headers.append(("Content-Encoding", "gzip"))
            http = StatusAndHeaders(f"{status} OK", headers, protocol="HTTP/1.1")
            own = {"WARC-Date": f"{day}T10:00:00Z"}
            writer.write_record(
                writer.create_warc_record(
                    url, "request", payload=BytesIO(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), length=28
                )
            )
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    payload=BytesIO(sent),
                    length=len(sent),
                    http_headers=http,
                    warc_headers_dict=own,
                )
            )


RECORDS = [
    (UDN.format(1), "2026-11-20", 200, page("一"), "text/html; charset=utf-8"),
    (UDN.format(2) + "?from=x", "2026-11-21", 200, page("二"), "text/html"),
    (UDN.format(2), "2026-11-21", 200, page("二"), "text/html"),
    (UDN.format(3), "2026-11-22", 404, b"", "text/html"),
    (UDN.format(4), "2026-11-22", 200, b"%PDF", "application/pdf"),
    (UDN.format(5), "2026-11-22", 200, b"  ", "text/html"),
    ("https://udn.com/news/breaknews/1", "2026-11-22", 200, page("表"), "text/html"),
    ("https://www.cna.com.tw/news/aipl/202611210001.aspx", "2026-11-21", 200, page("中"), "text/html"),
    ("https://elsewhere.example/1", "2026-11-21", 200, page("他"), "text/html"),
]


@pytest.mark.parametrize("encode", [False, True])
def test_every_record_has_an_outcome(tmp_path: Path, encode: bool) -> None:
    warc = tmp_path / "CC-NEWS-20261122.warc.gz"
    common_crawl(warc, RECORDS, encode=encode)
    data = tmp_path / "data"
    counts = import_warc([warc], data, run_id="r1", now=NOW)
    assert counts == {
        "landed": 3, "known": 1, "http_404": 1, "not_html": 1, "empty": 1, "no_article": 1, "no_outlet": 1,
    }  # fmt: skip
    assert sum(counts.values()) == len(RECORDS)
    (first, second) = LandingLog(data).read_all("udn")
    assert (first.article_id, first.way, first.fetched) == ("udn:1", "warc", "2026-11-20T10:00:00.000000Z")
    assert first.reason == "from CC-NEWS-20261122.warc.gz"
    assert second.final_url == UDN.format(2) + "?from=x"
    assert second.warc_file is not None
    assert second.warc_offset is not None
    assert read_record(data / "archive", second.warc_file, second.warc_offset).body == page("二")
    assert import_warc([warc], data, run_id="r2", now=NOW)["known"] == 4


def test_filtered_by_outlet_and_day(tmp_path: Path) -> None:
    warc = tmp_path / "x.warc.gz"
    common_crawl(warc, RECORDS)
    counts = import_warc(
        [warc],
        tmp_path / "data",
        outlets=["udn"],
        from_day=date(2026, 11, 21),
        to_day=date(2026, 11, 21),
        run_id="r",
        now=NOW,
    )
    assert counts["landed"] == 1
    assert counts["other_outlet"] == 1
    assert counts["other_day"] == 4
    with pytest.raises(UnknownOutletError, match="did you mean udn"):
        import_warc([warc], tmp_path / "data", outlets=["udnn"], run_id="r", now=NOW)


def test_our_own_archive_is_standard_warc(tmp_path: Path) -> None:
    warc = tmp_path / "x.warc.gz"
    common_crawl(warc, RECORDS[:2])
    import_warc([warc], tmp_path / "data", run_id="r", now=NOW)
    (mine,) = (tmp_path / "data" / "archive").iterdir()
    with mine.open("rb") as handle:
        kinds = [
            (r.rec_type, r.rec_headers.protocol)
            for r in ArchiveIterator(handle, check_digests="raise")
            if r.content_stream().read()
        ]
    assert kinds == [("warcinfo", "WARC/1.1"), ("response", "WARC/1.1"), ("response", "WARC/1.1")]
    # And it enters another desk by the same door.
    assert import_warc([mine], tmp_path / "other", run_id="r", now=NOW)["landed"] == 2


def test_a_damaged_member_costs_only_itself(tmp_path: Path) -> None:
    warc = tmp_path / "x.warc.gz"
    common_crawl(warc, [(UDN.format(n), "2026-11-20", 200, page(str(n)), "text/html") for n in range(1, 8)])
    raw = bytearray(warc.read_bytes())
    middle = raw.index(b"\x1f\x8b\x08", len(raw) // 2)
    raw[middle + 60 : middle + 70] = b"\0" * 10
    warc.write_bytes(raw)
    counts = import_warc([warc], tmp_path / "data", run_id="r", now=NOW)
    assert counts["damaged_record"] == 1
    assert counts["landed"] >= 6


def test_wacz(tmp_path: Path) -> None:
    warc, wacz = tmp_path / "data.warc.gz", tmp_path / "x.wacz"
    common_crawl(warc, RECORDS[:2])
    with zipfile.ZipFile(wacz, "w") as bundle:
        bundle.write(warc, "archive/data.warc.gz")
        bundle.writestr("datapackage.json", "{}")
    assert import_warc([wacz], tmp_path / "data", run_id="r", now=NOW)["landed"] == 2
    with zipfile.ZipFile(wacz, "w") as bundle:
        bundle.writestr("datapackage.json", "{}")
    with pytest.raises(ArchiveError, match="it is no WACZ"):
        import_warc([wacz], tmp_path / "data", run_id="r2", now=NOW)
    wacz.write_bytes(b"no zip")
    with pytest.raises(ArchiveError, match="is no WACZ"):
        import_warc([wacz], tmp_path / "data", run_id="r3", now=NOW)
    with pytest.raises(ArchiveError, match="there is no file"):
        import_warc([tmp_path / "nothing.warc.gz"], tmp_path / "data", run_id="r4", now=NOW)
