"""How the cost of folding grows: synthetic articles from 10,000 to 300,000, and one new day against sixty.

usage: python -m tests.bench.bench_texts [COUNT…]
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median

SEED = 20261123
SIZES = (10_000, 30_000, 100_000, 300_000)
SHORT_SIZES = (10_000, 30_000, 100_000)
START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 60
PER_KEY = 201
FURNITURE = "本文内容为作者独立观点不代表本网立场如有侵权请与我们联系删除相关内容。"
FIRST, LAST = 0x4E00, 0x5E00


def articles(count: int, seed: int = SEED) -> Iterator[tuple[str, str, str, datetime]]:
    """``(id, title, text, published)``: own texts of 150 to 450 characters over a vocabulary of 6,000 words, oldest first.

    One in eight repeats an earlier one of the last two thousand: whole, with a new lead, shortened, or with
    furniture behind; one in five carries a paragraph of furniture. The same for the same ``count`` and ``seed``.
    """
    rng = random.Random(seed)
    words = [
        "".join(chr(rng.randrange(FIRST, LAST)) for _ in range(rng.choice((2, 2, 2, 3)))) for _ in range(6000)
    ]
    recent: list[list[str]] = []

    def sentence() -> str:
        return (
            "，".join("".join(rng.choices(words, k=rng.randint(4, 8))) for _ in range(rng.randint(2, 4)))
            + "。"
        )

    for n in range(count):
        if recent and rng.random() < 0.125:
            body = list(rng.choice(recent))
            change = rng.random()
            if change < 0.4:
                body[0] = sentence()
            elif change < 0.7:
                body = body[: max(3, len(body) * 2 // 3)]
        else:
            body = [sentence() for _ in range(rng.randint(5, 12))]
            recent.append(body)
            del recent[:-2000]
        text = "".join(body) + (FURNITURE if rng.random() < 0.2 else "")
        published = START + timedelta(seconds=n * DAYS * 86400 / count)
        yield f"bench:{n}", "".join(rng.choices(words, k=7)), text, published


def measure(count: int) -> dict[str, float]:
    """CPU seconds for ``count`` articles: signing them, folding them in one batch, folding the last of 60 days alone."""
    from pipelines.texts import Signature, fold, sign

    started = time.process_time()
    rows = articles(count)
    generating = signing = 0.0
    signatures: list[Signature] = []
    for article_id, title, text, published in rows:
        now = time.process_time()
        generating += now - started
        signatures.append(sign(article_id, title, text, published=published))
        started = time.process_time()
        signing += started - now
    folds = fold(signatures)
    folding = time.process_time() - started
    known = [signature.with_text(found.text_id) for signature, found in zip(signatures, folds, strict=True)]
    day = max(1, count // DAYS)
    new, before = signatures[-day:], known[:-day]
    # What the store's query does by its key table: the known that share a key come, the first 201 of a popular one.
    carried = dict.fromkeys((key for signature in new for key in signature.keys), 0)
    sharing = []
    for signature in before:
        wanted = [key for key in signature.keys if key in carried]
        if any(carried[key] < PER_KEY for key in wanted):
            sharing.append(signature)
        for key in wanted:
            carried[key] += 1
    times = []
    for _ in range(3):
        started = time.process_time()
        day_folds = fold(new, sharing)
        times.append(time.process_time() - started)
    if [found.text_id for found in day_folds] != [found.text_id for found in folds[-day:]]:
        raise AssertionError("a day folded alone differs from the same day folded with the rest")
    copies = sum(found.relation != "original" for found in folds)
    return {
        "articles": count,
        "sign": signing,
        "fold": folding,
        "copies": copies,
        "day": day,
        "known": len(sharing),
        "day_fold": median(times),
    }


def report(sizes: tuple[int, ...] = SIZES) -> str:
    """The section of docs/performance.md."""
    lines = [
        "## Texts: folding into texts",
        "",
        f"Synthetic Chinese articles (generator in `tests/bench/bench_texts.py`, seed {SEED}), CPU seconds on one core.",
        "Linear growth shows as a constant time for one article. *One day* is the last of 60 days folded alone against",
        "the known signatures that share a key with it; its answers are checked to equal the batch's.",
        "",
        "| articles | sign, ms each | fold, ms each | fold, whole s | copies found | one day: articles | known loaded | s | ms each |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for size in sizes:
        found = measure(size)
        lines.append(
            f"| {size:,} | {1000 * found['sign'] / size:.2f} | {1000 * found['fold'] / size:.3f} | {found['fold']:.1f} "
            f"| {int(found['copies']):,} | {int(found['day']):,} | {int(found['known']):,} "
            f"| {found['day_fold']:.2f} | {1000 * found['day_fold'] / found['day']:.3f} |"
        )
    lines += [
        "",
        "Reproduce: `make bench ROOM=texts` (about ten minutes; `python -m tests.bench.bench_texts 10000` for one size).",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(tuple(int(size) for size in sys.argv[1:]) or SHORT_SIZES))
