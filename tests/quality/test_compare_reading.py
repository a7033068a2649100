"""The other readers of the reading table run elsewhere: what is not installed there is said, and the table goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.quality import compare_reading, public_reading


def test_a_tool_that_is_not_installed_says_so(tmp_path: Path) -> None:
    (tmp_path / "pages.jsonl").write_text("", encoding="utf-8")
    script = str(Path(compare_reading.__file__))
    for tool in compare_reading.TOOLS:  # the product's own environment has none of them
        command = [sys.executable, script, tool, str(tmp_path / "pages.jsonl"), str(tmp_path / "out.jsonl")]
        assert subprocess.run(command, check=False).returncode == public_reading.NOT_INSTALLED


def test_without_an_environment_there_is_no_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIREDESK_COMPARE_PYTHON", str(tmp_path / "nothing"))
    tools = dict(public_reading._tools())
    assert {name for name, tool in tools.items() if tool is None} == set(compare_reading.TOOLS)
