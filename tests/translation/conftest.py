"""The tiny real package: a CTranslate2 model that knows the grammar of tests/tools/sample_pairs and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.translation import ArgosEngine, install
from tests.translation.loopback import Server, serving

TINY = Path(__file__).parent / "data" / "translate-zh_en-tiny-sample-0_1.argosmodel"


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the tiny package installed."""
    folder = tmp_path_factory.mktemp("data")
    install(TINY, folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_data: Path) -> ArgosEngine:
    """The tiny package as an engine."""
    return ArgosEngine(tiny_data, sample=True, threads=1)


@pytest.fixture
def server() -> Iterator[Server]:
    """An OpenAI-compatible endpoint on loopback."""
    with serving() as running:
        yield running
