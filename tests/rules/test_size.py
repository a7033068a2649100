"""Files that one can read at one sitting."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES = 400


def test_no_python_file_is_longer_than_one_sitting() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): n
        for folder in ("crawler", "pipelines")
        for path in (ROOT / folder).rglob("*.py")
        if (n := len(path.read_text(encoding="utf-8").splitlines())) > LINES
    }
    assert long == {}
