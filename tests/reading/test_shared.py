"""The public sets, where they are at hand: bodies must not fall, and no real article may be refused."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from pipelines.reading import filter_rows
from tests.reading.score import overlap

pytestmark = [pytest.mark.shared, pytest.mark.slow]
FLOORS = {
    "extract_zh_magichtml": ("zh", 0.985),
    "extract_zh_misc": ("zh", 0.985),
    "extract_en_scrapinghub": ("en", 0.975),
}


def rows_of(path: Path) -> list[dict[str, Any]]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.mark.parametrize("name", FLOORS)
def test_bodies_of_a_public_set(shared: Path, name: str) -> None:
    language, floor = FLOORS[name]
    gold = shared / "bench" / name / "gold.jsonl.gz"
    rows = rows_of(gold)
    found = {row["id"]: row for row in filter_rows(rows, gold.parent, outlet_rules=False)}
    assert {row["outcome"] for row in found.values()} == {"ok"}
    scores = [
        overlap(found[row["id"]]["text"] or "", row.get("content") or row.get("article_body"))
        for row in rows
        if row.get("lang", "en") == language
        and row.get("gold_kind", "full_text") in ("full_text", "container_text")
    ]
    assert fmean(scores) >= floor


@pytest.mark.parametrize("outlet_rules", [True, False])
def test_real_pages_are_articles_and_real_lists_are_not(shared: Path, outlet_rules: bool) -> None:
    manifest = shared / "pages" / "manifest.jsonl"
    rows = [row for row in rows_of(manifest) if row["kind"] in ("article", "list", "rss")]
    inputs = [{**row, "html": row["file"]} for row in rows]
    wrong = [
        (row["id"], found["outcome"])
        for row, found in zip(
            rows, filter_rows(inputs, manifest.parent, outlet_rules=outlet_rules), strict=True
        )
        if (found["outcome"] == "ok") != (row["kind"] == "article")
    ]
    assert not wrong
