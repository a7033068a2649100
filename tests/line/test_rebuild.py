"""The database made again is the database that was: every row of every public view, with decisions and told rows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import intake, line, runlog
from pipelines.journal import JournalError
from pipelines.steps.base import Context
from pipelines.store import Store

from .folder import Folder, articles

pytestmark = pytest.mark.slow


class KilledError(BaseException):
    """The power goes."""


def killed_after(function: Callable[..., None]) -> Callable[..., None]:
    def killed(*given: Any) -> None:
        function(*given)
        raise KilledError

    return killed


def test_every_public_row_comes_again_with_decisions_told_rows_and_their_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Folder(tmp_path / "other", monkeypatch)
    other.bring(articles("Kosmo")[:3])
    other.do("run")
    [told, *_] = other.members()
    other.do("bundle", "export", told, str(tmp_path / "out"), "--share-safe")
    [bundle] = (tmp_path / "out").iterdir()

    data = Folder(tmp_path / "data", monkeypatch)
    world = articles("曜行", "sepsis")[:10]
    data.bring(world[::2])
    data.do("run")
    first, second, *_ = data.members()
    data.do("incident", "split", first, data.members()[first][0], "-m", "another event")
    data.do("incident", "title", second, "A title of my own")
    with monkeypatch.context() as patch:
        patch.setattr(intake, "tell", killed_after(intake.tell))  # the import is cut off when its rows count
        with pytest.raises(KilledError):
            data.do("bundle", "import", str(bundle))
    data.do("bundle", "import", str(bundle))
    data.bring(world[1::2])
    data.do("run")
    names = list(data.members())
    data.do("incident", "merge", names[-1], names[0])
    data.do("incident", "label", names[1], "class", "hazard")
    [(fixed,), (dropped,)] = data.rows(
        "SELECT article_id FROM articles WHERE text IS NOT NULL ORDER BY 1 LIMIT 2"
    )
    data.do("article", "fix", fixed, "title", "另一個標題")
    data.do("article", "drop", dropped)
    data.do("run")
    [(undone,)] = data.rows("SELECT decision_id FROM decisions WHERE action = 'label' AND made_by = 'ann'")
    data.do("incident", "undo", undone)
    data.do("run")
    data.do("run")  # a run that finds nothing is a row of the runs, too
    assert told in data.members()
    assert {outcome for (outcome,) in data.rows("SELECT DISTINCT outcome FROM decisions")} >= {"applied"}
    before = data.views()

    (data.path / "wiredesk.duckdb").unlink()
    data.do("store", "rebuild")
    after = data.views()
    [rebuilt] = [row for row in after["runs"] if row not in before["runs"]]
    assert rebuilt[1] == "rebuild"
    after["runs"].remove(rebuilt)
    assert {name for name, rows in before.items() if rows != after[name]} == set()
    assert not (data.path / "rebuild").exists()

    # and again, without the log of the runs: the same incidents, texts and decisions in one go
    (data.path / runlog.FILE).unlink()
    shutil.rmtree(data.path / "imports")
    (data.path / "wiredesk.duckdb").unlink()
    data.do("store", "rebuild")
    once = data.views()
    data.do("run")
    again = data.views()
    for views in (once, again):
        del views["runs"]
    assert {name for name in once if once[name] != again[name]} == set(), "a second run settles nothing more"
    assert told not in data.members()


def test_the_old_database_answers_until_the_new_one_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Folder(tmp_path / "data", monkeypatch)
    data.bring(articles("Kosmo"))
    data.do("run", "--to", "language")
    before = data.views()
    (data.path / "landing" / "z.jsonl").write_text("no landing line\n", encoding="utf-8")
    data.do("store", "rebuild", code=1)
    assert data.views() == before
    (data.path / "landing" / "z.jsonl").unlink()
    data.do("store", "rebuild")
    data.do("store", "rebuild", code=1)  # the old one still lies beside it


@pytest.mark.parametrize("cut", ["line._run_step", "runlog.append"])
def test_an_interrupted_run_is_logged_by_the_next(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, cut: str
) -> None:
    (data_dir / "landing").mkdir(parents=True)
    row = {
        "url": "https://e.org/1", "kind": "article", "fetched": "2026-11-20T00:00:00Z", "outcome": "http_404", "run_id": "c",
    }  # fmt: skip
    (data_dir / "landing" / "a.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")

    def run(name: str) -> None:
        now = datetime(2026, 11, 20, tzinfo=UTC)
        line.run(Store(data_dir), Context(data_dir, name, now, "ai-incidents"), command="run", last="reading")

    with monkeypatch.context() as patch:
        patch.setattr(f"pipelines.{cut}", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run("first")
    assert list(runlog.read(data_dir)) == []
    run("second")
    [entry] = runlog.read(data_dir)
    assert (entry.run_id, entry.landing, entry.idle) == ("second", {"landing/a.jsonl": 1}, False)


def test_a_torn_entry_is_closed_and_a_damaged_one_is_named(data_dir: Path) -> None:
    data_dir.mkdir(exist_ok=True)
    entry = runlog.Entry(run_id="a", command="run", started="2026-11-20T00:00:00+00:00")
    runlog.append(data_dir, entry)
    path = data_dir / runlog.FILE
    path.write_bytes(path.read_bytes() + b'{"run_id": "torn", "landing": {}')
    assert list(runlog.read(data_dir)) == [entry]
    runlog.append(data_dir, entry)
    assert list(runlog.read(data_dir)) == [entry, entry]
    path.write_bytes(b"no entry\n")
    with pytest.raises(JournalError, match="line 1 is no run"):
        list(runlog.read(data_dir))
    path.write_bytes(b'{"run_id": "a"}\n')
    with pytest.raises(JournalError, match="line 1 has not the fields of a run"):
        list(runlog.read(data_dir))
