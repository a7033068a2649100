"""Files of other crawls as they come: what is wrong with a row is said with file and line, and the other rows go on."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from crawler.archive import LandingLog
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
    urls = [line.url for line in LandingLog(tmp_path / "data").read_all()]
    assert len(urls) == len(set(urls)) == 2


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
        {"file": "a.html"},
    ]
    text = "\n".join([*(json.dumps(row) for row in rows), "{"])
    (folder / "manifest.jsonl").write_text(text, encoding="utf-8")
    said = imported(capsys, tmp_path / "data", str(folder))
    assert outcomes(said) == {"landed": 2, "bad_row": 4, "missing_file": 1, "damaged_file": 1}
    assert "bad_row: manifest.jsonl line 2: a.html: fetched is no ISO 8601 time: 'yesterday'" in said
    assert "bad_row: manifest.jsonl line 8: it is no object with a file" in said
    first = next(iter(LandingLog(tmp_path / "data").read_all("udn")))
    assert first.fetched.startswith("2026-11-20T10:00:00")


def test_a_file_of_something_else_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("a,b\n1,2\n", "[1, 2"):
        (tmp_path / "rows.txt").write_text(text, encoding="utf-8")
        code, _, err = call(capsys, "--data", str(tmp_path / "data"), "import", str(tmp_path / "rows.txt"))
        assert (code, "neither a JSON array nor JSON Lines" in err) == (1, True)
