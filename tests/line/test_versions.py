"""What an earlier version of a stage made is told in one line, with the command that renews it, until it was renewed."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines import versions
from pipelines.cli import main

from .folder import Folder, articles

pytestmark = pytest.mark.slow


def said(data: Folder, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    data.hour += 1
    capsys.readouterr()
    with pytest.raises(SystemExit) as stop:
        main(["--data", str(data.path), *arguments])
    assert not stop.value.code
    out, err = capsys.readouterr()
    return out + err


def age(data: Folder, *stages: str) -> None:
    """As if an earlier wiredesk had done these stages."""
    with duckdb.connect(str(data.path / "wiredesk.duckdb")) as con:
        con.execute(
            "UPDATE store.stage_result SET version = 'before' WHERE stage IN (SELECT unnest(?::VARCHAR[]))",
            [list(stages)],
        )


def test_it_is_told_until_it_was_renewed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Folder(tmp_path / "data", monkeypatch)
    data.bring(articles("曜行")[:6])
    data.do("run")
    [(incident, text)] = data.rows("SELECT incident_id, text_id FROM incident_members LIMIT 1")
    assert "older version" not in said(data, capsys, "run")
    assert "older version" not in said(data, capsys, "store", "status")
    age(data, "labels", "features", "search")  # search renews itself
    told = (
        "Results of an older version: 6 of labels and 6 of incidents. "
        "wiredesk run --from labels makes them anew, with all that follows"
    )
    [(n,)] = data.rows("SELECT count(*) FROM texts")
    told = told.replace("6 of", f"{n} of")
    assert told in said(data, capsys, "store", "status")
    assert told in said(data, capsys, "--json", "run")
    assert told in said(data, capsys, "run")
    data.do("incident", "move", text, incident, "new", "-m", "seems another")  # a person's incident is kept
    data.do("run")
    age(data, "incidents", "revisions")
    assert "run --from labels" in said(data, capsys, "run", "--from", "incidents")  # labels are still old
    assert "older version" not in said(data, capsys, "run", "--from", "labels")
    age(data, "incidents")
    assert "run --from incidents" in said(data, capsys, "run")
    assert "older version" not in said(data, capsys, "run", "--from", "incidents")
    assert "older version" not in said(data, capsys, "store", "status")


def test_another_package_is_no_older_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Folder(tmp_path / "data", monkeypatch)
    data.bring(articles("曜行")[:3])
    data.do("run", "--translate-with", "sample")
    assert "older version" not in said(data, capsys, "store", "status")
    assert "older version" not in said(data, capsys, "run")
    age(data, "translation")
    assert "3 of translation. wiredesk run --from translation" in said(data, capsys, "run")


def test_a_database_whose_profile_is_gone_still_says_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Folder(tmp_path / "data", monkeypatch)
    data.bring(articles("曜行")[:3])
    data.do("run")
    with duckdb.connect(str(data.path / "wiredesk.duckdb")) as con:
        con.execute("UPDATE store.relevance SET profile = 'gone'")
    told = said(data, capsys, "store", "status")
    assert "articles   3" in told
    assert "What an older version made cannot be told: no profile 'gone'" in told
    (data.path / "runs.jsonl").write_text("{\n", encoding="utf-8")  # nor does it need the log of the runs
    assert "articles   3" in said(data, capsys, "store", "status")


def test_one_line_names_the_first_stage() -> None:
    assert versions.sentence({}) == ""
    assert versions.sentence({"reading": 1200}).startswith(
        "Results of an older version: 1,200 of reading. wiredesk run --from reading"
    )
