"""``wiredesk search`` from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.cli import main
from tests.search.shelf import shelf


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shelf(tmp_path_factory.mktemp("shelf")).data_dir


def search(data: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(["--data", str(data), "search", *arguments])
    out, err = capsys.readouterr()
    return int(stop.value.code or 0), out, err


def test_incidents_and_articles_with_passages(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = search(data, capsys, "科大訊飛", "hospital")
    assert code == 0
    assert "udn:2  科大訊飛語音助理失靈\n    iFLYTEK voice assistant fails\n" in out
    assert "»科大訊飛«" in out
    _, out, _ = search(data, capsys, "晶片")
    assert out.startswith("2026-11-01  incident 2026-11-01-aaaa  新款晶片遭禁售")
    _, out, err = search(data, capsys, "晶片", "--kind", "article", "--limit", "1")
    assert len([line for line in out.splitlines() if not line.startswith(" ")]) == 1
    assert "the best 1 of 3 articles" in err


def test_rows_say_what_they_are(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--data", str(data), "--json", "search", "chips", "--class", "incident", "--from", "2026-11-01", "--to", "2026-11-01"])  # fmt: skip
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(row["kind"], row["article_id"], row["incident_id"]) for row in rows] == [
        ("incident", None, "2026-11-01-aaaa"),
        ("article", "udn:1", "2026-11-01-aaaa"),
    ]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["zzzz"], "nothing holds zzzz"),
        (["晶片", "--language", "fr"], "nothing holds 晶片 within these filters"),
        (["晶片", "--outlet", "nope"], "no article of the outlet nope is here"),
        (["!!!"], "no word to look for"),
        (["the"], "too common"),
    ],
)
def test_nothing_found_is_a_sentence(
    data: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], says: str
) -> None:
    code, out, err = search(data, capsys, *arguments)
    assert (code, out) == (1, "")
    assert says in err
    assert "Traceback" not in err
