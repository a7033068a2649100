"""The stage as a filter: one row out for each row in, with a sentence for what cannot be read."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

from pipelines import reading
from tests.reading.pages import HANT, page


def test_html_as_file_gzip_and_text(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(page(), encoding="utf-8")
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(page().encode()))
    rows = [
        {"id": 1, "html": "a.html"},
        {"file": "b.html.gz", "extra": 5},
        {"id": "c", "html_text": page(), "url": None},
    ]
    got = list(reading.filter_rows(rows, tmp_path))
    assert [row["id"] for row in got] == [1, "b.html.gz", "c"]
    assert {row["outcome"] for row in got} == {"ok"}
    assert {row["text"] for row in got} == {"\n".join(HANT)}
    json.dumps(got)


def test_the_fields_of_the_contract(tmp_path: Path) -> None:
    (row,) = reading.filter_rows(
        [{"id": "x", "html_text": page(), "url": "https://news.example.tw/story/1"}], tmp_path
    )
    wanted = "title text authors published published_precision modified section image_url canonical_url site_name outcome id"
    assert set(wanted.split()) <= set(row)
    assert isinstance(row["authors"], list)


def test_bad_input_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"<p>x</p>" * 100)[:-20])
    rows = [
        {"id": 1},
        {"id": 2, "html": "missing.html"},
        {"id": 3, "html": "../../etc/passwd"},
        {"id": 4, "html": "cut.gz"},
        {"id": 5, "html": None, "html_text": None},
        {"id": 6, "html_text": ""},
    ]
    got = {row["id"]: row for row in reading.filter_rows(rows, tmp_path)}
    assert [got[n]["outcome"] for n in range(1, 7)] == ["unreadable_input"] * 5 + ["empty_page"]
    assert "outside" in got[3]["reason"]
    assert "cut.gz" in got[4]["reason"]


def test_reading_needs_no_scrapy_and_imports_cheaply() -> None:
    """Outlet facts come without Scrapy; lxml and trafilatura load at the first page."""
    code = (
        "import sys, pipelines.reading as r\n"
        "print('lxml' in sys.modules, 'trafilatura' in sys.modules)\n"
        "from pipelines.records import Page\n"
        "list(r.filter_rows([{'id': 1, 'html_text': '<p>x</p>', 'url': 'https://udn.com/news/story/1/2'}]))\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('scrapy', 'twisted')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["False False", "[]"]
