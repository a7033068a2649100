"""``wiredesk stage``: one output row per input row, whatever is missing."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main
from pipelines.line import STAGES

ROWS: list[dict[str, Any]] = [
    {
        "id": "1",
        "title": "高雄無人計程車撞行人 三人受傷",
        "text": "無人駕駛計程車20日清晨在高雄撞傷三名行人。",
        "unknown": [1],
    },
    {"id": "2", "title": None, "text": None},
    {"id": "3", "title": "Rain expected in the north", "text": "It will rain in the north tomorrow."},
    {"id": "4"},
]


def stage(
    name: str, folder: Path, rows: list[dict[str, Any]], *options: str, suffix: str = ".jsonl"
) -> list[dict[str, Any]]:
    source, target = folder / f"in{suffix}", folder / f"out{suffix}"
    raw = "".join(json.dumps(row) + "\n" for row in rows).encode()
    source.write_bytes(gzip.compress(raw) if suffix.endswith(".gz") else raw)
    with pytest.raises(SystemExit) as stop:
        main(["--data", str(folder / "data"), "-q", "stage", name, str(source), str(target), *options])
    assert not stop.value.code
    out = target.read_bytes()
    text = (gzip.decompress(out) if suffix.endswith(".gz") else out).decode()
    assert not (folder / f"part-{target.name}").exists()
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", STAGES)
def test_every_row_comes_out_once_with_an_outcome(tmp_path: Path, name: str) -> None:
    out = stage(name, tmp_path, ROWS)
    assert [row["id"] for row in out] == ["1", "2", "3", "4"]
    assert all(row["outcome"] for row in out)


def test_gzip_is_read_and_written(tmp_path: Path) -> None:
    assert len(stage("language", tmp_path, ROWS, suffix=".jsonl.gz")) == 4


def test_file_stands_in_for_the_id_and_is_read_beside_the_input(tmp_path: Path) -> None:
    page = (
        "<html><head><title>Test</title></head><body><article><h1>Test</h1>"
        + "<p>Some words of a story.</p>" * 30
    )
    (tmp_path / "page.html").write_text(page + "</article></body></html>", encoding="utf-8")
    [row] = stage("reading", tmp_path, [{"file": "page.html", "url": "https://example.org/a/1"}])
    assert row["id"] == "page.html"
    assert "Some words" in row["text"]


def test_all_groups_every_row(tmp_path: Path) -> None:
    out = stage("incidents", tmp_path, [row for row in ROWS if row.get("title")], "--all")
    assert all(row["incident_id"] and row["affair_id"] for row in out)


def test_a_bad_line_leaves_neither_output_nor_scrap(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in.jsonl").write_text('{"id": "1", "title": "Rain"}\nno json\n', encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["stage", "language", str(tmp_path / "in.jsonl"), str(tmp_path / "out.jsonl")])
    assert stop.value.code == 2
    assert "in.jsonl line 2 is no JSON" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["in.jsonl"]


ODD: list[dict[str, Any]] = [
    {"id": 1, "title": 7, "text": ["a"], "published": 20261020, "url": 5, "outlet": 5, "html": 5},
    {"id": 2, "title": None, "text": "A robotaxi hit two people.", "language_tag": 5, "class": []},
    {"id": 3, "title": "ChatGPT \ud800 harmed a user", "text": "ChatGPT \udc00 harmed\x00 a user."},
    {"id": 3, "title": "AI", "published": "yesterday"},
]


@pytest.mark.parametrize("options", [(), ("--all",)])
@pytest.mark.parametrize("name", STAGES)
def test_a_row_with_odd_fields_has_its_outcome_and_stops_no_other(
    tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    out = stage(name, tmp_path, [*ODD, *ROWS], *options)
    assert [row["id"] for row in out] == [1, 2, 3, 3, "1", "2", "3", "4"]
    assert all(row["outcome"] for row in out)
    assert out[0]["outcome"] != "ok"


def test_the_input_is_never_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": "1", "title": "AI"}\n', encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["stage", "language", str(source), str(source)])
    assert stop.value.code == 2
    assert "give OUT another name" in capsys.readouterr().err
    assert json.loads(source.read_text(encoding="utf-8")) == {"id": "1", "title": "AI"}


def test_incidents_judges_the_class_of_rows_that_have_none(tmp_path: Path) -> None:
    rows = [
        {**ROWS[0], "published": "2026-10-20"},
        {**ROWS[2], "published": "2026-10-20"},
        {**ROWS[0], "id": "told", "class": "unrelated"},
    ]
    out = stage("incidents", tmp_path, rows)
    assert [row["outcome"] for row in out] == ["ok", "unrelated", "unrelated"]
    assert out[1]["reason"] == "of class unrelated: it joins nothing"
    assert out[0]["incident_id"].startswith("2026-10-20-")


@pytest.mark.parametrize("name", ["relevance", "labels", "incidents"])
def test_a_profile_that_is_none_is_a_sentence(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": "1", "title": "AI"}\n', encoding="utf-8")
    with pytest.raises(SystemExit) as stop:
        main(["stage", name, str(source), str(tmp_path / "out.jsonl"), "--profile", "nope"])
    assert stop.value.code == 2
    assert "wiredesk: no profile 'nope'" in capsys.readouterr().err
