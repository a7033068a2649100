"""Average linkage against cohesion."""

from __future__ import annotations

import random
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from pipelines.incidents.linkage import Agglomeration, Merge
from pipelines.incidents.settings import default_settings

SETTINGS = default_settings()


def groups(
    count: int, pairs: dict[tuple[int, int], float], threshold: float = 0.13, **options: object
) -> set[frozenset[int]]:
    grown = Agglomeration(count, [(i, j, s) for (i, j), s in pairs.items()], SETTINGS, **options)  # type: ignore[arg-type]
    grown.run(threshold)
    return {frozenset(cluster.texts) for cluster in grown.clusters()}


def test_one_odd_text_does_not_chain_two_events() -> None:
    one = dict.fromkeys(combinations(range(4), 2), 0.4)
    other = dict.fromkeys(combinations(range(5, 9), 2), 0.4)
    odd = {(3, 4): 0.3, (4, 5): 0.3}
    found = groups(9, one | other | odd)
    assert not any({0, 8} <= group for group in found)


def test_a_tight_group_asks_more_of_a_newcomer_than_a_loose_one() -> None:
    def joins(inside: float) -> bool:
        pairs = dict.fromkeys(combinations(range(4), 2), inside) | {(i, 4): 0.16 for i in range(4)}
        return frozenset(range(5)) in groups(5, pairs)

    assert joins(0.2)
    assert not joins(0.9)


def test_existing_groups_stay_whole_and_take_in() -> None:
    found = groups(4, {(0, 2): 0.5, (0, 3): 0.4}, groups=[[2, 3]])
    assert found == {frozenset({0, 2, 3}), frozenset({1})}


def test_a_refusal_is_kept() -> None:
    assert groups(2, {(0, 1): 0.9}, allowed=lambda _a, _b, _s: False) == {frozenset({0}), frozenset({1})}


@given(
    st.dictionaries(
        st.tuples(st.integers(0, 11), st.integers(0, 11)).filter(lambda p: p[0] < p[1]),
        st.floats(0.01, 1),
        max_size=40,
    )
)
def test_the_order_of_pairs_changes_nothing_and_merges_partition(pairs: dict[tuple[int, int], float]) -> None:
    shuffled = list(pairs.items())
    random.Random(5).shuffle(shuffled)
    found = groups(12, pairs)
    assert found == groups(12, dict(shuffled))
    assert sorted(text for group in found for text in group) == list(range(12))


def test_merges_tell_both_sides_and_the_score() -> None:
    grown = Agglomeration(3, [(0, 1, 0.5), (1, 2, 0.5), (0, 2, 0.5)], SETTINGS)
    merges = grown.run(0.13)
    assert merges[0] == Merge((0,), (1,), merges[0].score)
    assert set(merges[1].kept) | set(merges[1].joined) == {0, 1, 2}
    assert all(merge.score >= 0.13 for merge in merges)
