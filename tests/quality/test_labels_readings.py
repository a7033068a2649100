"""The reading of the quoted sentences covers the sample articles that the present rules label, each once."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pipelines import labels
from pipelines.samples import world


def test_every_labelled_sample_article_was_read() -> None:
    path = Path(__file__).parent / "labels_readings.toml"
    one = tomllib.loads(path.read_text(encoding="utf-8"))["evidence"]
    reasons = dict(line.split(": ", 1) for line in one["disagreed"])
    read = [*one["agreed"], *reasons]
    rows = [{"id": a.article_id, "title": a.title, "text": a.text} for a in world.load_articles()]
    labelled = {
        row["id"]
        for row in labels.filter_rows(rows)
        if any(label["axis"] == "class" and label["value"] != "unrelated" for label in row["labels"])
    }
    assert len(read) == len(set(read)) >= 50
    assert set(read) == labelled
    assert all(reasons.values())
