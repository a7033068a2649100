"""The wheel: what a user without a checkout gets."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_the_wheel_holds_the_two_packages_with_their_data_and_nothing_else(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
    ]
    subprocess.run([*command, "--wheel-dir", str(tmp_path), str(ROOT)], check=True, capture_output=True)
    [wheel] = tmp_path.glob("wiredesk-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.split("/", 1)[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"crawler", "pipelines"}
    for needed in (
        "pipelines/store/migrations/001_core.sql",
        "pipelines/samples/truth.jsonl",
        "pipelines/hanzi/words.tsv",
        "pipelines/translation/glossary.tsv",
        "pipelines/profiles/ai-incidents/profile.toml",
        "crawler/spiders/udn.py",
    ):
        assert needed in names
    assert any(name.startswith("pipelines/samples/templates/") for name in names)
    assert any(name.endswith(".dist-info/licenses/NOTICE") for name in names)
    assert not [name for name in names if "__pycache__" in name or name.startswith(("tests/", "data/"))]
