"""Files of other crawls as they come: what is wrong with a row is said with file and line, and the other rows go on."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.archive import LandingLog
from pipelines.desk.explaining import explain, verdict
from pipelines.reading import times
from pipelines.steps import ready
from pipelines.store import Store
from tests.cli.test_commands import call

PAGE = "<html><head><title>t</title></head><body><h1>標題</h1><p>內文內文內文，內文內文內文內文內文。</p></body></html>"
GOOD = {
    "url": "https://udn.com/news/story/1/1",
    "title": "好",
    "text": "一段文字，有句號。",
    "published": "2026-11-20 10:00",
}


def imported(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> str:
    code, out, err = call(capsys, "--data", str(data), "import", *words)
    assert code == 0, err
    return out


def outcomes(said: str) -> dict[str, int]:
    rows = [line.split() for line in said.splitlines()[2:]]
    return {row[0]: int(row[1]) for row in rows if len(row) == 2 and row[1].isdigit()}


@pytest.mark.parametrize("packed", [False, True])
def test_bad_rows_are_named_and_the_rest_lands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], packed: bool
) -> None:
    lines = [
        json.dumps(GOOD),
        '{"url": "https://udn.com/news/story/1/2", "title": "\\ud83d", "text": "x"}',
        '{"title": "no address", "text": "一段文字。"}',
        '{"url": 12, "text": "x"}',
        '{"url": "http://[", "text": "x"}',
        '{"url": "https://udn.com/news/story/1/3", "published": "yesterday"}',
        '{"url": "https://udn.com/news/story/1/4", "authors": {"a": 1}}',
        "not json",
        "[1]",
        "",
        json.dumps(GOOD),
    ]
    path = tmp_path / ("rows.jsonl.gz" if packed else "rows.jsonl")
    raw = "\n".join(lines).encode()
    path.write_bytes(gzip.compress(raw) if packed else raw)
    said = imported(capsys, tmp_path / "data", str(path))
    assert outcomes(said) == {
        "landed": 2, "known": 1, "bad_text": 1, "bad_url": 2, "bad_date": 1, "bad_authors": 1, "bad_row": 2,
    }  # fmt: skip
    assert f"bad_text: {path.name} line 2: it holds half a character" in said
    assert f"bad_url: {path.name} line 4: its url is no text: 12" in said
    assert f"bad_date: {path.name} line 6: 'yesterday' is no ISO 8601 time" in said
    assert f"bad_row: {path.name} line 8: it is no JSON object" in said
    again = imported(capsys, tmp_path / "data", str(path))
    assert outcomes(again)["known"] == 3
    assert "landed" not in again
    logged = list(LandingLog(tmp_path / "data").read_all())
    assert len({line.url for line in logged}) == len(logged) == 5  # twice imported, each told of once
    assert {(line.url[-3:], line.outcome) for line in logged if not line.page_sha256} == {
        ("1/2", "bad_text"), ("1/3", "bad_date"), ("1/4", "bad_authors"),
    }  # fmt: skip


def test_a_manifest_with_bad_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.html").write_text(PAGE, encoding="utf-8")
    (folder / "cut.html.gz").write_bytes(gzip.compress(PAGE.encode())[:-9])
    rows = [
        {"file": "a.html", "url": "https://udn.com/news/story/1/1", "fetched": "2026-11-20T10:00:00"},
        {"file": "a.html", "url": "https://udn.com/news/story/1/2", "fetched": "yesterday"},
        {"file": "../a.html"},
        {"file": 5},
        {"file": "cut.html.gz"},
        {"file": "a.html", "url": "//["},
        {"file": "a.html", "fetched": "0001-01-01T00:00:00+14:00"},
        {"file": "a\x00.html"},
        {"file": "\ud83d.html"},
        {"file": "a" * 300 + ".html"},
        {"file": "a.html"},
    ]
    text = "\n".join([*(json.dumps(row) for row in rows), "{"])
    (folder / "manifest.jsonl").write_text(text, encoding="utf-8")
    said = imported(capsys, tmp_path / "data", str(folder))
    assert outcomes(said) == {"landed": 2, "bad_row": 5, "missing_file": 4, "damaged_file": 1}
    assert "bad_row: manifest.jsonl line 2: a.html: fetched is no ISO 8601 time: 'yesterday'" in said
    assert "bad_row: manifest.jsonl line 12: it is no object with a file" in said
    first = next(iter(LandingLog(tmp_path / "data").read_all("udn")))
    assert first.fetched.startswith("2026-11-20T10:00:00")


def write(path: Path, *rows: dict[str, Any]) -> str:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), encoding="utf-8")
    return str(path)


def ran(capsys: pytest.CaptureFixture[str], data: Path, *words: str) -> str:
    code, out, err = call(capsys, "--data", str(data), *words)
    assert code == 0, err
    return out


def test_a_refused_row_can_be_asked_about_and_lands_when_corrected(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, url = tmp_path / "data", "https://udn.com/news/story/1/7"
    bad = write(tmp_path / "bad.jsonl", GOOD, GOOD | {"url": url, "published": "yesterday"})
    imported(capsys, data, bad)
    ran(capsys, data, "run", "--to", "reading")
    said = " ".join(ran(capsys, data, "explain", url).split())
    assert said.startswith("landing bad date")
    assert "bad.jsonl line 2: 'yesterday' is no ISO 8601 time" in said
    for _ in range(7):
        imported(capsys, data, bad)
    known = LandingLog(data).known("udn")
    assert not known.given_up(url, None)  # a crawl still fetches it
    assert not known.has(url, None)
    good = write(tmp_path / "good.jsonl", GOOD | {"url": url})
    assert outcomes(imported(capsys, data, good)) == {"landed": 1}
    imported(capsys, data, bad)
    ran(capsys, data, "run", "--to", "reading")
    with Store(data).read() as con:
        [(published,)] = con.execute("SELECT published FROM store.article WHERE url = ?", [url]).fetchall()
        steps = explain(con, url)
    assert str(published).startswith("2026-11-20 02:00")
    assert [(step["stage"], step["outcome"]) for step in steps][:3] == [
        ("landing", "bad_date"), ("landing", "landed"), ("reading", "ok"),
    ]  # fmt: skip
    assert verdict(steps).what.startswith("Nothing stopped it")


def test_a_bad_row_of_what_landed_takes_nothing_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    imported(capsys, data, write(tmp_path / "a.jsonl", GOOD | {"published": "soon"}, GOOD))
    imported(capsys, data, write(tmp_path / "b.jsonl", GOOD | {"authors": 5}))
    assert [line.outcome for line in LandingLog(data).read_all()] == ["landed"]


@pytest.mark.parametrize(
    ("field", "value", "kind"),
    [
        ("title", {"a": 1}, "an object"),
        ("title", 12, "a number"),
        ("text", ["一段文字。"], "a list"),
        ("text", 1.5, "a number"),
        ("section", False, "true or false"),
    ],
)
def test_what_is_no_text_is_no_title_and_no_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], field: str, value: object, kind: str
) -> None:
    row = {"url": GOOD["url"], "content" if field == "text" else field: value}
    source = write(tmp_path / "rows.jsonl", GOOD | {"url": GOOD["url"] + "1", "content": "文字。"}, row)
    said = imported(capsys, tmp_path / "data", source, "--map", "text=content")
    assert outcomes(said) == {"landed": 1, "bad_field": 1}
    name = "content" if field == "text" else field
    assert f"bad_field: rows.jsonl line 2: its {name} is no text but {kind}" in said


@pytest.mark.parametrize(
    ("published", "kept"),
    [("2026-11-22T11:00:00+00:00", True), ("2026-11-22T13:00:00+00:00", False), ("9999-12-31", False),
     ("0001-01-01", False), ("1990-01-01", True)],
)  # fmt: skip
def test_a_time_that_cannot_be_is_left_out_as_of_a_page(tmp_path: Path, published: str, kept: bool) -> None:
    fetched = datetime(2026, 11, 20, 12, tzinfo=UTC)
    moment = datetime.fromisoformat(published)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo("Asia/Taipei"))
    body = {
        "title": "好",
        "text": "一段文字。",
        "published": moment.isoformat(),
        "published_precision": "day",
    }
    got = ready.article(json.dumps(body).encode(), fetched)
    assert (got.outcome, got.published) == ("ok", moment if kept else None)
    assert ("was left out" in got.reason) is not kept
    assert (got.published_precision is None) is not kept
    assert times.believable(times.Stamp(moment, "minute"), fetched) is kept


def test_what_was_taken_out_by_one_address_comes_back_by_no_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, url = tmp_path / "data", str(GOOD["url"])
    imported(capsys, data, write(tmp_path / "a.jsonl", GOOD | {"url": f"{url}?from=udn-ch1"}))
    ran(capsys, data, "run", "--to", "reading")
    ran(capsys, data, "store", "forget", f"{url}?from=udn-ch1")
    assert LandingLog(data).known("udn").given_up(url, "udn:1")  # a crawl leaves it alone
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    page = PAGE.encode()
    writer.write_record(
        writer.create_warc_record(
            url, "response", payload=io.BytesIO(page), length=len(page), http_headers=headers
        )
    )
    (tmp_path / "b.warc.gz").write_bytes(out.getvalue())
    assert outcomes(imported(capsys, data, str(tmp_path / "b.warc.gz"))) == {"forgotten": 1}


def test_authors_without_a_letter_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    imported(capsys, data, write(tmp_path / "a.jsonl", GOOD | {"authors": ["", " Ann ", "\u3000"]}))
    ran(capsys, data, "run", "--to", "reading")
    with Store(data).read() as con:
        assert con.execute("SELECT authors FROM store.article").fetchall() == [(["Ann"],)]


def test_the_future_is_told_by_explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    imported(
        capsys,
        data,
        write(
            tmp_path / "rows.jsonl",
            GOOD | {"published": "2199-01-01 10:00"},
            GOOD | {"url": GOOD["url"] + "2", "published": "0001-01-01"},
        ),
    )
    ran(capsys, data, "run", "--to", "reading")
    with Store(data).read() as con:
        assert con.execute("SELECT count(*), count(published) FROM store.article").fetchall() == [(2, 0)]
    said = " ".join(ran(capsys, data, "explain", str(GOOD["url"])).split())
    assert "2199-01-01T10:00:00+08:00 lies more than 2 days after" in said


def test_what_was_taken_out_keeps_out_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, url = tmp_path / "data", "https://blog.example.org/a/1"  # of no outlet: it has no article id
    imported(capsys, data, write(tmp_path / "a.jsonl", GOOD | {"url": url}))
    ran(capsys, data, "run", "--to", "reading")
    ran(capsys, data, "store", "forget", url)
    column = {
        "url": "https://udn.com/column/12",
        "title": "欄",
        "text": "一段文字，另有句號。",
    }  # of no article's shape
    said = imported(capsys, data, write(tmp_path / "b.jsonl", GOOD | {"url": url}, column))
    assert outcomes(said) == {"forgotten": 1, "landed": 1}


def test_an_address_with_half_a_character_is_no_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.html").write_text(PAGE, encoding="utf-8")
    row = '{"file": "a.html", "url": "https://udn.com/news/\\ud83d"}'
    (folder / "manifest.jsonl").write_text(row, encoding="utf-8")
    said = imported(capsys, tmp_path / "data", str(folder))
    assert outcomes(said) == {"bad_row": 1}
    assert "manifest.jsonl line 1: a.html: its url holds half a character" in said


def test_a_file_of_something_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("a,b\n1,2\n", "[1, 2"):
        (tmp_path / "rows.txt").write_text(text, encoding="utf-8")
        code, _, err = call(capsys, "--data", str(tmp_path / "data"), "import", str(tmp_path / "rows.txt"))
        assert (code, "neither a JSON array nor JSON Lines" in err) == (1, True)
