"""How fast the search answers on 100,000 articles and 5,000 incidents, in process, and what its index costs.

usage: python -m tests.bench.bench_search [ARTICLES [FOLDER]]   (a FOLDER keeps the database; the next time it is not made again)
"""

from __future__ import annotations

import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

SEED = 20261123
ARTICLES, PER_INCIDENT, WRITTEN = 100_000, 4, 1000
ROUNDS = 60
COMMAND = "make bench ROOM=search"
NAMES = (
    "輝達",
    "OpenAI",
    "科大訊飛",
    "特斯拉",
    "百度",
    "晶片",
    "人工智慧",
    "人臉辨識",
    "deepfake",
    "自駕車",
    "聊天機器人",
    "隱私",
)
START, NOW = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)


def vocabulary(rng: random.Random, count: int) -> tuple[list[str], list[float]]:
    """Words of two or three characters out of 3,000, the n-th of which is said 1/n as often as the first."""
    letters = [chr(0x4E00 + 7 * n) for n in range(3000)]
    weights = [1 / (n + 10) for n in range(len(letters))]
    words = ["".join(rng.choices(letters, weights, k=rng.choice((2, 2, 2, 3)))) for _ in range(count)]
    return words, [1 / (n + 20) for n in range(count)]


def world(articles: int) -> Iterator[dict[str, Any]]:
    """Articles as the index takes them: 300 to 900 characters; a fifth with an English translation, a name in one of four."""
    rng = random.Random(SEED)
    words, often = vocabulary(rng, 60_000)
    english = [
        f"{a}{b}"
        for a in ("wor", "mar", "stat", "comp", "ler", "tin", "vas")
        for b in ("king", "ket", "ed", "any", "n", "s", "ing", "tion", "er")
    ]
    for n in range(articles):
        drawn = rng.choices(words, often, k=rng.randint(150, 400))
        if n % 4 == 0:
            for _ in range(rng.randint(1, 3)):
                drawn[rng.randrange(len(drawn))] = rng.choice(NAMES)
        if n % 50 == 0:
            drawn[5] = "芯片"
        yield {
            "subject_id": f"outlet{n % 30}:{n}",
            "title": "".join(drawn[:8]),
            "text": "，".join("".join(drawn[at : at + 5]) for at in range(0, len(drawn), 5)), "english": " ".join(rng.choices(english, k=150)) if n % 5 == 0 else None,
            "text_id": f"t-{n}",
            "outlet_id": f"outlet{n % 30}",
            "language_tag": ("zh-Hans-CN", "zh-Hant-TW", "zh-Hant-HK")[n % 3],
            "published": (START + timedelta(hours=n % 8760)).replace(tzinfo=None),
        }  # fmt: skip


def build(data_dir: Path, articles: int) -> dict[str, float]:
    """Write articles, incidents and their index; seconds of writing the index, the last part of it, and megabytes."""
    from pipelines.search import document, write
    from pipelines.store import Store, insert

    store = Store(data_dir)
    store.prepare(now=NOW)
    begun = time.perf_counter()
    made = tokenised = 0.0
    rows = []
    parts: list[float] = []

    def flush() -> None:
        nonlocal tokenised
        start = time.process_time()
        documents = [document("article", **row) for row in rows]
        tokenised += time.process_time() - start
        start = time.process_time()
        with store.write() as con:
            write(con, documents)
        parts.append(time.process_time() - start)
        with store.write() as con:
            insert(con, "store.article", [_article(row) for row in rows])
            insert(
                con,
                "store.fold",
                [
                    {"article_id": row["subject_id"], "text_id": row["text_id"], "relation": "original"}
                    for row in rows
                ],
            )
        rows.clear()  # fmt: skip

    for row in world(articles):
        rows.append(row)
        if len(rows) == WRITTEN:
            flush()
    if rows:
        flush()
    incidents = articles // 20
    with store.write() as con:
        con.execute(
            "INSERT INTO store.incident (incident_id, affair_id, revision, title, state, content_sha256, class) "
            f"SELECT printf('2026-01-01-%04x', i), 'a', 1, 'Incident ' || i, 'open', 'x', 'incident' FROM range({incidents}) r(i)"
        )
        con.execute(
            "INSERT INTO store.incident_member (incident_id, text_id, role, reason, joined_by) "
            f"SELECT printf('2026-01-01-%04x', i // {PER_INCIDENT}), 't-' || i, 'report', 'same event', 'machine' "
            f"FROM range({incidents * PER_INCIDENT}) r(i)"
        )
        write(
            con,
            [
                document(
                    "incident",
                    f"2026-01-01-{n:04x}",
                    title=f"Incident {n}",
                    text=NAMES[n % len(NAMES)],
                )
                for n in range(incidents)
            ],
        )
    made = time.perf_counter() - begun
    with store.read() as con:
        blocks, postings = con.execute(
            "SELECT (SELECT count(DISTINCT block_id) FROM pragma_storage_info('store.search_posting') WHERE block_id >= 0) + "
            "(SELECT count(DISTINCT block_id) FROM pragma_storage_info('store.search_document') WHERE block_id >= 0), "
            "(SELECT sum(postings) FROM store.search_segment)"
        ).fetchone() or (0, 0)  # fmt: skip
    return {
        "made": made,
        "tokenised": tokenised,
        "written": sum(parts),
        "last": statistics.median(parts[-8:]),
        "mb": blocks * 0.262144,
        "postings": float(postings),
    }


def _article(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "article_id": row["subject_id"], "version": 1, "fetch_id": row["subject_id"], "outlet_id": row["outlet_id"],
        "title": row["title"], "text": row["text"], "fetched": str(row["published"]), "published": str(row["published"]),
        "body_sha256": row["subject_id"],
    }  # fmt: skip


def questions(con: Any) -> dict[str, Callable[[int], object]]:
    """Searches by name; the n-th time with other words."""
    from pipelines.search import Filters, find, incidents_holding

    rng = random.Random(SEED)
    words, _ = vocabulary(rng, 60_000)
    rare = rng.sample(words, 500)
    common = words[:200]

    def ask(query: str, **asked: Any) -> object:
        return find(con, query, limit=20, **asked)

    return {
        "a rare word": lambda n: ask(rare[n]),
        "one of the 200 commonest words": lambda n: ask(common[n % 200]),
        "two common words": lambda n: ask(f"{common[n % 200]} {common[(7 * n + 3) % 200]}"),
        "a name, by all its forms": lambda n: ask(NAMES[n % len(NAMES)]),
        "a name and a common word, one outlet, a year": lambda n: ask(
            f"{NAMES[n % len(NAMES)]} {common[n % 200]}",
            filters=Filters(outlets=(f"outlet{n % 30}",), since=date(2025, 3, 1), languages=("zh",)),
        ),
        "one character": lambda n: ask(common[n % 200][0]),
        "a quoted phrase": lambda n: ask(f'"{common[n % 200]}{common[(3 * n + 1) % 200]}"'),
        "a headline pasted whole": lambda n: ask("".join(rare[n : n + 6])),
        "English words": lambda n: ask(("working market", "companies stated", "vasing chips")[n % 3]),
        "incidents": lambda n: ask(NAMES[n % len(NAMES)], kind="incident"),
        "incidents that hold a word (the desk's list)": lambda n: incidents_holding(con, common[n % 200]),
    }


def _middle_and_high(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} | {statistics.quantiles(values, n=20)[-1]:.0f}"


def report(articles: int = ARTICLES, kept: Path | None = None) -> str:
    """The section of docs/performance.md."""
    from pipelines.store import Store

    with tempfile.TemporaryDirectory(prefix="wiredesk-bench-") as temporary:
        folder = kept or Path(temporary)
        figures = folder / "figures.json"
        if not figures.exists():
            folder.mkdir(parents=True, exist_ok=True)
            figures.write_text(json.dumps(build(folder, articles)), encoding="utf-8")
        made = json.loads(figures.read_text(encoding="utf-8"))
        before = os.getloadavg()[0]
        with Store(folder).read() as con:
            asked = questions(con)
            for one in asked.values():
                one(ROUNDS)
            times: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
            for n in range(ROUNDS):
                for name, one in asked.items():
                    start, worked = time.perf_counter(), time.process_time()
                    one(n)
                    times[name].append(
                        ((time.perf_counter() - start) * 1000, (time.process_time() - worked) * 1000)
                    )
    everything = [value for found in times.values() for value in found]
    rows = [
        f"| {name} | {_middle_and_high([wall for wall, _ in found])} | {_middle_and_high([cpu for _, cpu in found])} |"
        for name, found in [*times.items(), ("**all of them**", everything)]
    ]
    ten = articles / 10_000
    return "\n".join(
        [
            "## Search: milliseconds a question",
            "",
            f"In process, {articles:,} made-up articles of 300 to 1,000 characters (words by Zipf's law, a fifth with English), {articles // 20:,} incidents;",
            f"each question {ROUNDS} times in turn with other words, best 20 with passages (`{COMMAND}`). Load of the machine: {before:.1f} on {os.cpu_count()} cores. Aim: p95 under 50 ms.",
            "",
            "| question | median (ms) | p95 (ms) | CPU of all threads, median (ms) | p95 (ms) |",
            "|---|--:|--:|--:|--:|",
            *rows,
            "",
            (
                f"The index: {made['postings'] / articles:.0f} tokens an article, {made['mb'] / ten:.1f} MB in the database for 10,000 articles. Written {WRITTEN:,} at a time, CPU: "
                f"{1000 * made['tokenised'] / articles:.2f} ms an article to take apart, {1000 * made['written'] / articles:.2f} ms to write, merges of segments included; "
                f"the last {WRITTEN:,} of {articles:,} took {made['last']:.2f} s."
            ),
            "",
        ]
    )


if __name__ == "__main__":
    print(
        report(
            int(sys.argv[1]) if len(sys.argv) > 1 else ARTICLES,
            Path(sys.argv[2]) if len(sys.argv) > 2 else None,
        )
    )
