"""The desk over the small world: one that tests only read, and a fresh one for tests that decide."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.desk.edition import build
from tests.desk.client import Browser, desk, direct
from tests.desk.data import make


@pytest.fixture(scope="session")
def small_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The world's data folder with the desk's edition of it, made once; tests take copies."""
    folder = make(tmp_path_factory.mktemp("world"))
    build(folder)
    return folder


@pytest.fixture(scope="module")
def reading(small_world: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A desk that no test writes to."""
    folder = shutil.copytree(small_world, tmp_path_factory.mktemp("desk") / "data")
    with desk(folder, publish=False) as browser:
        yield browser


@pytest.fixture
def folder(small_world: Path, tmp_path: Path) -> Path:
    """A data folder of one's own."""
    return shutil.copytree(small_world, tmp_path / "data")


@pytest.fixture
def deciding(folder: Path) -> Iterator[Browser]:
    """A desk of one's own, over ``folder``."""
    with direct(folder, publish=False) as browser:
        yield browser
