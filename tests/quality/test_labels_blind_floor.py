"""Floors on the half of our blind items that no rule was mended on. The items are pinned by their hash."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from tests.quality.public_labels import blind, blind_pairs, macro_f1

ITEMS = Path(__file__).parent / "labels_blind.tsv"
DIGEST = "a19d68f0b8bbcd94d8e687d72ccdcd94f4fa56604f91ee3c2d60e1f4db969aa9"
ROWS = 120
ACCURACY = 0.51
MACRO_F1 = 0.5


def test_the_items_are_those_that_were_measured() -> None:
    assert sha256(ITEMS.read_bytes()).hexdigest() == DIGEST


def test_floors() -> None:
    rows = blind("test")
    assert len(rows) == ROWS
    pairs = blind_pairs(rows)
    measured = {
        "accuracy": (sum(gold == found for gold, found in pairs) / len(pairs), ACCURACY),
        "macro-F1": (macro_f1(pairs), MACRO_F1),
    }
    for name, (value, floor) in measured.items():
        assert floor <= value, f"{name} fell to {value:.3f}, the floor is {floor}"
        assert value - floor <= 0.0101, f"{name} rose to {value:.3f}: lift the floor {floor}"
