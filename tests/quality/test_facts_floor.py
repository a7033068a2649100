"""Floors on the half of our leads that no rule was mended on. The leads are pinned by their hash."""

from __future__ import annotations

from hashlib import sha256

from tests.quality.facts_score import LEADS, leads, score

DIGEST = "447f5f1574b6962fb0ea7c1964700c92cf0d594494e3e35ed84f6b669f1894b8"
FLOORS = {
    "organisations found": 0.92,
    "role right": 0.67,
    "systems found": 0.8,
    "names that are names": 0.985,
    "countries found": 0.89,
    "countries right": 0.91,
    "country's role right": 0.85,
    "quantities found": 0.89,
    "quantities right": 0.89,
    "dates found": 0.96,
    "dates right": 0.96,
}


def test_the_leads_are_those_that_were_measured() -> None:
    assert sha256(LEADS.read_bytes()).hexdigest() == DIGEST


def test_floors() -> None:
    measured, _ = score(leads("test"))
    assert measured.keys() == FLOORS.keys()
    for name, floor in FLOORS.items():
        assert floor <= measured[name], f"{name} fell to {measured[name]:.3f}, the floor is {floor}"
        assert measured[name] - floor <= 0.0101, (
            f"{name} rose to {measured[name]:.3f}: lift the floor {floor}"
        )
