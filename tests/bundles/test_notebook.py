"""docs/notebook.ipynb runs from its first to its last cell over a real database file, and draws what is there."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path

import pytest

from pipelines.store import Store, insert

from .world import NOW, world

NOTEBOOK = Path(__file__).parents[2] / "docs" / "notebook.ipynb"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder with the small world in its database."""
    store = Store(tmp_path)
    store.prepare(now=NOW)
    with store.write() as con:
        for table, rows in world().rows.items():
            insert(con, table, rows)
    monkeypatch.setenv("WIREDESK_DATA", str(tmp_path))
    return tmp_path


def test_every_cell_runs_and_draws(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    display = types.ModuleType("IPython.display")
    display.HTML = str  # type: ignore[attr-defined]
    display.display = shown.append  # type: ignore[attr-defined]
    package = types.ModuleType("IPython")
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    drawn = [item for item in shown if item.startswith("<svg")]
    assert len(drawn) == 4
    over_time, outlets, harms, countries = drawn
    assert "2026-03-02" in over_time
    assert "hazard" in over_time
    assert "湖報 Lake News" in outlets
    assert "Physical (injury)" in harms
    assert "TWN" in countries
    assert "Experts warn: robotaxi software" in shown[0]


def test_no_output_is_committed() -> None:
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    assert [cell["id"] for cell in notebook["cells"] if cell.get("outputs")] == []


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_it_runs_headless_in_jupyter(data: Path) -> None:
    import nbclient
    import nbformat

    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [out for cell in notebook.cells if cell.cell_type == "code" for out in cell.outputs]
    assert sum("<svg" in str(out) for out in outputs) == 4
