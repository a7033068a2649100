"""One demo for all journeys: it is the whole line, and takes half a minute."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines import samples

Wiredesk = Callable[..., "subprocess.CompletedProcess[str]"]


def wiredesk(*arguments: str, timeout: int = 240) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, at the sample world's present."""
    environment = {**os.environ, "WIREDESK_NOW": samples.NOW.isoformat()}
    return subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments],
        capture_output=True, text=True, check=False, timeout=timeout, env=environment,
    )  # fmt: skip


@dataclass(frozen=True)
class Demo:
    data: Path
    output: str


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    done = wiredesk("--data", str(folder), "demo")
    assert done.returncode == 0, done.stderr
    return Demo(folder / "demo", done.stdout)
