"""B-cubed scores, as in ../shared/eval/score_grouping.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def bcubed(gold: Sequence[object], groups: Sequence[object]) -> tuple[float, float, float]:
    """Precision, recall and F1, averaged over the documents."""
    pairs = list(zip(gold, groups, strict=True))
    gold_size, group_size, both = Counter(gold), Counter(groups), Counter(pairs)
    precision = sum(both[p] / group_size[p[1]] for p in pairs) / len(pairs)
    recall = sum(both[p] / gold_size[p[0]] for p in pairs) / len(pairs)
    return precision, recall, 2 * precision * recall / (precision + recall)
