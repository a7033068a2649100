"""One run at a time on a data folder."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import line
from pipelines.steps.base import Context
from pipelines.store import Store


def test_a_second_run_is_refused_while_the_first_is_at_work(data_dir: Path) -> None:
    context = Context(data_dir, "r1", datetime(2026, 11, 23, tzinfo=UTC), "ai-incidents")
    with line.alone(data_dir), pytest.raises(line.LineError, match="another run is at work"):
        line.run(Store(data_dir), context, command="run", last="reading")
    assert line.run(Store(data_dir), context, command="run", last="reading").inputs["reading"] == 0
