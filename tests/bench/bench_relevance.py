"""Speed of relevance and labels on short articles: one process, one core, the sample world's articles."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from pipelines import labels, profiles, relevance
from pipelines.samples import world

ROUNDS = 7
AIM = 300
Article = tuple[str, str]


def _rate(work: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    work()
    return count / (time.perf_counter() - start)


def report() -> str:
    """The section of docs/performance.md."""
    profile = profiles.load("ai-incidents")
    articles: list[Article] = [(one.title, one.text) for one in world.load_articles()] * 5
    size = statistics.median(len(title) + len(text) for title, text in articles)
    relevant = [pair for pair in articles if relevance.judge(*pair, profile).relevant]
    runs: dict[str, tuple[Callable[[], object], int]] = {
        "relevance, all articles": (lambda: [relevance.judge(*a, profile) for a in articles], len(articles)),
        "relevance, titles alone": (
            lambda: [relevance.judge(a[0], None, profile) for a in articles],
            len(articles),
        ),
        "labels, relevant articles": (lambda: [labels.judge(*a, profile) for a in relevant], len(relevant)),
        "labels, all articles": (lambda: [labels.judge(*a, profile) for a in articles], len(articles)),
    }
    for work, _ in runs.values():
        work()
    rates: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, (work, count) in runs.items():
            rates[name].append(_rate(work, count))
    medians = {name: statistics.median(found) for name, found in rates.items()}
    first = medians["relevance, all articles"]
    rows = [f"| {name} | {value:.0f} | {value / first:.2f} |" for name, value in medians.items()]
    return "\n".join(
        [
            "## Relevance and labels",
            "",
            (
                f"Articles a second on one core, median of {ROUNDS} interleaved runs over {len(articles)} articles of "
                f"{size:.0f} characters (median). Aim: {AIM} a second through relevance"
                f" ({'met' if first >= AIM else 'missed'}). The lexicon answers every article; no embedding is computed. "
                f"{len(relevant) / len(articles):.0%} of these articles are relevant and go on to labels."
            ),
            "",
            "| step | articles a second | ratio |",
            "|---|--:|--:|",
            *rows,
            "",
            (
                f"Lexicons: {profile.subject_lexicon.size} phrases for relevance, {profile.lexicon.size} for labels; both are "
                "looked up by word or by pair of characters, so their size hardly matters."
            ),
            "",
            "```",
            "make bench ROOM=relevance",
            "```",
        ]
    )
