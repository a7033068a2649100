"""The small world, written to a store and an archive once, and its bundles."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from pipelines import bundles

from .world import INCIDENT, VERSIONS, world


@dataclass(frozen=True)
class Made:
    """A store with its archive and the two bundles of the incident; tests must not change them."""

    con: duckdb.DuckDBPyConnection
    archive: Path
    full: Path
    safe: Path


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("world")
    con = world().build(folder / "archive")
    (full,) = bundles.export(con, folder / "archive", [INCIDENT], folder / "bundles", versions=VERSIONS)
    (safe,) = bundles.export(
        con, folder / "archive", [INCIDENT], folder / "bundles", share_safe=True, versions=VERSIONS
    )
    return Made(con, folder / "archive", full, safe)


@pytest.fixture
def copy(made: Made, tmp_path: Path) -> Path:
    """A copy of the full bundle that a test may spoil."""
    target = tmp_path / made.full.name
    target.mkdir()
    for path in made.full.iterdir():
        (target / path.name).write_bytes(path.read_bytes())
    return target
