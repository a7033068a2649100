"""Floors on the articles that we wrote: what works must go on working. The corpus is pinned by its hash."""

from __future__ import annotations

from hashlib import sha256

from pipelines import labels
from tests.quality.public_labels import CORPUS, corpus, macro_f1, roles

DIGEST = "555bf3f6adcf12d00ad4bcd44313e9aa7b5cb7797e59d497c607b1aaf3896dce"
ACCURACY = 0.99
MACRO_F1 = 0.99
FIRST_LIMB = 0.96
HARM_TYPES = 0.99
ROLES = 0.98


def test_the_corpus_is_the_one_that_was_measured() -> None:
    assert sha256(CORPUS.read_bytes()).hexdigest() == DIGEST


def test_floors() -> None:
    rows = corpus()
    out = list(labels.filter_rows(rows))
    pairs = [(row["class"], one["class"]) for row, one in zip(rows, out, strict=True)]
    accuracy = sum(gold == found for gold, found in pairs) / len(pairs)
    limbs = [
        one["limbs"][:1] == [row["limb"]]
        for row, one in zip(rows, out, strict=True)
        if row["limb"] and one["class"] == row["class"]
    ]
    harms = [
        value in {label["value"] for label in one["labels"] if label["axis"] == "harm_type"}
        for row, one in zip(rows, out, strict=True)
        for value in row["harm_type"]
    ]
    measured = {
        "accuracy": (accuracy, ACCURACY),
        "macro-F1": (macro_f1(pairs), MACRO_F1),
        "first limb": (sum(limbs) / len(limbs), FIRST_LIMB),
        "harm types": (sum(harms) / len(harms), HARM_TYPES),
    }
    for name, (value, floor) in measured.items():
        assert floor <= value, f"{name} fell to {value:.3f}, the floor is {floor}"
        assert value - floor <= 0.0101, f"{name} rose to {value:.3f}: lift the floor {floor}"


def test_roles() -> None:
    n, _, right = (sum(column) for column in zip(*roles().values(), strict=True))
    assert ROLES <= right / n <= ROLES + 0.0101, right / n
