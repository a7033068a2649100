"""misp.json as pymisp reads it: templates, relations, types and references are those of MISP itself."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from .conftest import Made

ROOT = Path(__file__).parents[2]
READER = Path(__file__).with_name("misp_reader.py")


def read(*files: Path) -> dict[str, list[str]]:
    python = Path(os.environ.get("WIREDESK_COMPARE_PYTHON", ROOT / ".venv-compare" / "bin" / "python"))
    if not python.is_file():
        pytest.skip("pymisp is not there: make compare installs it")
    there = subprocess.run([python, "-c", "import pymisp"], capture_output=True, check=False)
    if there.returncode:
        pytest.skip(f"{python} has no pymisp: make compare installs it")
    done = subprocess.run([python, READER, *files], capture_output=True, text=True, check=False)
    assert not done.returncode, done.stderr
    found: dict[str, list[str]] = json.loads(done.stdout)
    return found


def test_pymisp_finds_nothing_wrong(made: Made) -> None:
    files = [made.full / "misp.json", made.safe / "misp.json"]
    assert read(*files) == {str(path): [] for path in files}


def test_pymisp_sees_what_is_forged(made: Made, tmp_path: Path) -> None:
    event: Any = json.loads((made.full / "misp.json").read_text(encoding="utf-8"))
    objects = event["Event"]["Object"]
    objects[0]["template_version"] = "99"
    media = next(one for one in objects if one["name"] == "news-media")
    media["Attribute"][0]["type"] = "link"
    note = next(one for one in objects if one["name"] == "annotation")
    note["ObjectReference"][0]["referenced_uuid"] = "11111111-2222-4333-8444-555555555555"
    path = tmp_path / "misp.json"
    path.write_text(json.dumps(event), encoding="utf-8")
    said = " ".join(read(path)[str(path)])
    assert "the template is" in said
    assert "not link" in said
    assert "which is not in the event" in said
