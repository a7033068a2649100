"""Folding on pairs that we wrote: twins, wire copies, shortened copies, and traps that must stay apart."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from pipelines.texts import filter_rows

CORPUS = Path(__file__).parent / "texts_pairs.jsonl"
DIGEST = "483c3237b8da833f40f280773d627c66908f399ae251bc7648aecf9250280c2a"
FLOOR_PRECISION = 0.99
FLOOR_RECALL = 0.99


def judged() -> list[tuple[dict[str, object], bool]]:
    pairs = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    found = []
    for pair in pairs:
        a, b = filter_rows([{**pair["a"], "id": "a"}, {**pair["b"], "id": "b"}])
        found.append((pair, a["text_id"] == b["text_id"]))
    return found


def test_pairs_floor() -> None:
    assert sha256(CORPUS.read_bytes()).hexdigest() == DIGEST, (
        "the corpus changed: measure again, then pin both"
    )
    found = judged()
    hits = sum(same and bool(pair["same"]) for pair, same in found)
    folded = sum(same for _, same in found)
    wanted = sum(bool(pair["same"]) for pair, _ in found)
    wrong = "\n".join(
        f"{pair['n']} {pair['kind']}: {pair['note']}" for pair, same in found if same != pair["same"]
    )
    assert hits / folded >= FLOOR_PRECISION, wrong
    assert hits / wanted >= FLOOR_RECALL, wrong
