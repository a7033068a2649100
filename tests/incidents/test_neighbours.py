"""The bounded searches find what a full comparison finds, whichever way they go."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.incidents import candidates, default_settings, shared
from pipelines.incidents.background import Background
from pipelines.incidents.conflict import conflicts, counted
from pipelines.incidents.neighbours import nearest
from pipelines.incidents.pairs import Block
from pipelines.incidents.shared import Limits, neighbours, rarest_first, rarity
from pipelines.incidents.sparse import Floats
from tests.incidents.making import CRASH, FRAUD, text


def drawn(events: int, each: int) -> Floats:
    """Vectors of length one around the centres of ``events``."""
    rng = np.random.default_rng(20261123)
    centres = np.repeat(rng.normal(size=(events, 24)), each, axis=0)
    found = (centres + 0.3 * rng.normal(size=centres.shape)).astype(np.float32)
    made: Floats = found / np.linalg.norm(found, axis=1, keepdims=True)
    return made


def test_cells_find_the_neighbours_that_all_pairs_find() -> None:
    known = drawn(300, 5)
    queries = known[::7]
    full = nearest(queries, known, 5, 0.5)
    celled = nearest(queries, known, 5, 0.5, exact=0)
    every = set(zip(full[0].tolist(), full[1].tolist(), strict=True))
    found = set(zip(celled[0].tolist(), celled[1].tolist(), strict=True))
    assert len(found & every) >= 0.98 * len(every)
    assert {(n, 7 * n) for n in range(len(queries))} <= found, "each finds itself"
    for query, _, cosine in (full, celled):
        assert (np.diff(query) >= 0).all()
        assert (np.diff(cosine)[np.diff(query) == 0] <= 0).all(), "the best first"
        assert (cosine > 0.5).all()
        assert np.bincount(query).max() <= 5


def test_a_full_comparison_finds_the_largest_cosines() -> None:
    known = drawn(20, 3)
    query, row, cosine = nearest(known[:4], known, 2, -1.0)
    table = known[:4] @ known.T
    assert row.reshape(4, 2).tolist() == np.argsort(-table, axis=1)[:, :2].tolist()
    assert query.tolist() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert cosine == pytest.approx(np.sort(-table, axis=1)[:, :2].ravel() * -1, abs=1e-6)


KEYS = [[1, 2, 3, 9], [1, 2, 3, 9], [1, 4, 9], [5, 6, 9], [9]]


def met(limits: Limits) -> dict[int, list[int]]:
    keys, owner = shared.flat(KEYS)
    order = np.argsort(keys, kind="stable")
    table, begins, counts = np.unique(keys[order], return_index=True, return_counts=True)
    weight = rarity(counts, len(KEYS))
    asked = rarest_first(np.searchsorted(table, keys), owner, len(KEYS), counts, weight, limits)
    found = neighbours(asked, begins, counts, owner[order], weight, len(KEYS), limits, itself=True)
    return {i: near.tolist() for i, near in found}


@pytest.mark.parametrize("dense", [30_000, 0])
def test_neighbours_by_keys_are_bounded_by_all_limits(monkeypatch: pytest.MonkeyPatch, dense: int) -> None:
    monkeypatch.setattr(shared, "_DENSE", dense)
    wide = Limits(posting=4, budget=100, share=0.0, of_best=0.0, most=9)
    found = {i: near for i, near in met(wide).items() if near}
    assert found == {0: [1, 2], 1: [0, 2], 2: [0, 1]}, "key 9 is of more than four texts"
    assert met(Limits(posting=4, budget=100, share=0.0, of_best=0.0, most=1))[0] == [1]
    assert met(Limits(posting=4, budget=100, share=0.0, of_best=0.9, most=9))[0] == [1]
    assert met(Limits(posting=4, budget=100, share=0.9, of_best=0.0, most=9))[2] == []
    # two postings of key 2 and two of key 3 are all that is followed: key 1 is more frequent
    assert met(Limits(posting=4, budget=4, share=0.0, of_best=0.0, most=9))[0] == [1]


@pytest.mark.parametrize(
    ("one", "other", "against"),
    [
        ("維洛事故造成3人死亡", "維洛事故造成5人死亡", 1),
        ("維洛事故造成3人死亡", "維洛事故造成3人死亡、5人受傷", 0),
        ("維洛事故造成3人死亡", "維洛召回5輛車", 0),
        ("Velo crash: 3 killed", "Velo crash: 5 killed", 1),
        ("維洛11月3日停駛", "維洛11月5日停駛", 0),
        ("維洛事故造成3人死亡", "維洛事故", 0),
    ],
)
def test_headlines_that_count_the_same_thing_differently_contradict(
    one: str, other: str, against: int
) -> None:
    texts = [text("a", one), text("b", other)]
    assert conflicts(texts, np.array([0]), np.array([1])).tolist() == [against], [
        counted(t.heading) for t in texts
    ]


def test_a_large_batch_compares_what_shares_keys_and_spreads_over_known_incidents(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(candidates, "_SMALL", 0)
    fillers = [
        text(f"x{n}", f"{chr(0x4E00 + 40 * n)}{chr(0x4E03 + 40 * n)}{chr(0x4E07 + 40 * n)}")
        for n in range(30)
    ]
    texts = [CRASH[0], FRAUD[0], *fillers, CRASH[1], *fillers[:2], FRAUD[1]]
    free, crash, fraud = 2, [len(texts) - 4, len(texts) - 3], [len(texts) - 2, len(texts) - 1]
    block = Block(texts, Background(texts), default_settings())
    first, second = candidates.pairs_of_batch(block, free, [crash, fraud], default_settings())
    pairs = set(zip(first.tolist(), second.tolist(), strict=True))
    assert {(0, crash[0]), (1, fraud[1])} <= pairs
    assert {(0, crash[1]), (1, fraud[0])} <= pairs, "who meets one member meets them all"
    assert {tuple(crash), tuple(fraud)} <= pairs, "met incidents are compared inside"
    assert all(i < j and (i < free or (i, j) in (tuple(crash), tuple(fraud))) for i, j in pairs)
    assert len(pairs) == len(first) < 30
