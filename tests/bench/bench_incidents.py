"""How the cost of grouping grows with the store: synthetic texts in events of realistic sizes, in DuckDB on disk.

usage: python -m tests.bench.bench_incidents [COUNT…]        (default 10000 30000 100000)
       python -m tests.bench.bench_incidents --day 20000 100000 1000000

The first form files the whole stream day by day (a backfill); the second writes a store of each size and then times
one new day against it. Features are drawn, not computed: the embedding is timed apart. Of a store beyond 100,000 texts
the latest are drawn; the older ones are copies of them in SQL, earlier in time, with event words and vectors of their own.
"""

from __future__ import annotations

import json
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import duckdb
import numpy as np

from pipelines.embedding import DIMENSIONS, Embedder, as_bytes
from pipelines.incidents import Features, Outcome, assign, reach, save_features
from pipelines.incidents.packed import pack
from pipelines.store.schema import migrate

SEED = 20261123
SIZES = (10_000, 30_000, 100_000)
PER_DAY = 2_000
VOCABULARY = 200_000
START = 20_000.0  # days since 1970
CHUNK = 5_000


def stream(count: int, per_day: int, seed: int = SEED) -> Iterator[list[Features]]:
    """Days of ``per_day`` texts, ``count`` in all. An event has 1 to 200 texts (a power law, mean about four) within
    about two days of its first, ten words and two names of its own, and a direction in the vector space; a tenth of
    its words are shared with a sister event of the same actors. The same for the same arguments."""
    rng, draw = random.Random(seed), np.random.default_rng(seed)
    topics = draw.normal(size=(40, DIMENSIONS)).astype(np.float32)
    common = (VOCABULARY * draw.power(0.25, size=4_000_000)).astype(np.uint32)
    pending: dict[int, list[tuple[int, float]]] = {}
    events: dict[int, tuple[Any, ...]] = {}
    made, number, day = 0, 0, 0
    while made < count:
        due = pending.pop(day, [])
        while len(due) < per_day:
            size = min(200, int(rng.paretovariate(1.2)))
            sister = events.get(number - rng.randint(1, 50)) if rng.random() < 0.2 else None
            words = draw.integers(VOCABULARY, 2**31, size=10)
            if sister is not None:
                words[:2] = sister[0][:2]
            vector = topics[rng.randrange(40)] * 0.5 + draw.normal(size=DIMENSIONS).astype(np.float32)
            events[number] = (words, (f"name{number}", f"name{rng.randrange(3000)}"), vector)
            for _ in range(size):
                at = day + min(20.0, rng.expovariate(1 / 0.8)) if size > 1 else day + rng.random()
                (due if int(at) == day else pending.setdefault(int(at), [])).append((number, at))
            number += 1
            events.pop(number - 20_000, None)
        pending.setdefault(day + 1, []).extend(due[per_day:])
        batch = []
        for event, at in due[: min(per_day, count - made)]:
            if event in events:
                batch.append(_text(made, START + day + at % 1, events[event], draw, common))
                made += 1
        yield batch
        day += 1


def _text(n: int, day: float, event: tuple[Any, ...], draw: Any, common: Any) -> Features:
    words, names, vector = event
    background = common[draw.integers(0, len(common), size=140)]
    own = words[draw.random(10) < 0.8]
    noisy = vector + 0.7 * draw.normal(size=DIMENSIONS).astype(np.float32)
    noisy /= np.linalg.norm(noisy)
    packed = as_bytes(noisy)
    return Features(
        text_id=f"b{n:08d}",
        version="bench",
        day=day,
        language="zh" if n % 3 else "en",
        title_vector=packed,
        lead_vector=packed,
        title_terms=pack([*own[:5].tolist(), *background[:8].tolist()]),
        terms=pack([*own.tolist() * 3, *background.tolist()]),
        names=names,
        numbers=(f"{int(words[0]) % 500} people",),
        heading="",
        class_="incident",
    )


def keep(con: Any, texts: Sequence[Features], outcome: Outcome) -> None:
    """Write what a day led to, as the line does."""
    for table, columns, rows in (
        (
            "incident",
            "incident_id, affair_id, revision, state, content_sha256",
            [
                (c.incident_id, outcome.affairs[c.incident_id], 1, "open", "")
                for c in outcome.changes
                if c.kind == "opened"
            ],
        ),
        (
            "incident_member",
            "incident_id, text_id, role, score, reason, joined_by",
            [(m.incident_id, m.text_id, m.role, m.score, m.reason, m.joined_by) for m in outcome.memberships],
        ),
    ):
        if rows:
            names = columns.split(", ")
            kinds = ["VARCHAR" if isinstance(value, str) else "DOUBLE" for value in rows[0]]
            con.execute(
                f"INSERT OR IGNORE INTO store.{table} ({columns}) SELECT unnest(given) "
                "FROM (SELECT unnest(from_json(?, ?)) AS given)",
                [
                    json.dumps([dict(zip(names, row, strict=True)) for row in rows]),
                    json.dumps([dict(zip(names, kinds, strict=True))]),
                ],
            )
    for change in outcome.changes:
        if change.kind == "merged":
            con.execute(
                "UPDATE store.incident_member SET incident_id = ? WHERE incident_id = ?",
                [change.into, change.incident_id],
            )
            con.execute(
                "UPDATE store.incident SET state = 'merged', merged_into = ? WHERE incident_id = ?",
                [change.into, change.incident_id],
            )


def one_day(con: Any, batch: Sequence[Features]) -> tuple[float, float, float]:
    """CPU seconds, of all threads, to save, to reach and to group one day: the machine may be shared."""
    began = time.process_time()
    save_features(con, batch)
    saved = time.process_time()
    found = reach(con, batch)
    reached = time.process_time()
    keep(con, batch, assign(batch, found))
    return saved - began, reached - saved, time.process_time() - reached


def backfill(count: int) -> dict[str, float]:
    """Seconds of a whole backfill of ``count`` texts, texts a second, peak memory in MB of this process."""
    with (
        tempfile.TemporaryDirectory(prefix="wiredesk-bench-") as folder,
        duckdb.connect(str(Path(folder) / "b.duckdb")) as con,
    ):
        migrate(con, now=datetime(2031, 1, 1, tzinfo=UTC))
        parts = [one_day(con, batch) for batch in stream(count, PER_DAY)]
        incidents = con.execute("SELECT count(*) FROM store.incident WHERE state <> 'merged'").fetchone()
    total = sum(map(sum, parts))
    return {
        "texts": count,
        "seconds": total,
        "per_second": count / total,
        "save": sum(p[0] for p in parts),
        "reach": sum(p[1] for p in parts),
        "group": sum(p[2] for p in parts),
        "incidents": incidents[0] if incidents else 0,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def day_against(size: int, day: int) -> dict[str, float]:
    """CPU seconds of one new day of ``day`` texts against a store of ``size``; the store is written, not grouped."""
    with (
        tempfile.TemporaryDirectory(prefix="wiredesk-bench-") as folder,
        duckdb.connect(str(Path(folder) / "b.duckdb")) as con,
    ):
        migrate(con, now=datetime(2031, 1, 1, tzinfo=UTC))
        drawn = min(size, DRAWN)
        copies = max(1, round(size / drawn))
        span = math.ceil(drawn / day)
        filed, batch, latest = 0, [], []
        for batch in stream(drawn + 3 * day, day):
            if filed >= drawn:
                break
            latest.append(batch)
            filed += len(batch)
        for texts in latest:
            save_features(con, texts)
        for k in range(1, copies):  # oldest last: rows of one day still lie together
            _copy(con, k, k * span)
        con.execute(
            "INSERT INTO store.incident (incident_id, affair_id, revision, state, content_sha256) "
            "SELECT DISTINCT names[1], names[1], 1, 'open', '' FROM store.text_feature"
        )
        con.execute(
            "INSERT INTO store.incident_member (incident_id, text_id, role, score, reason, joined_by) "
            "SELECT names[1], text_id, 'report', 1, '', 'machine' FROM store.text_feature"
        )
        con.execute("CHECKPOINT")
        save, reached, group = one_day(con, batch)
        held = con.execute("SELECT count(*) FROM store.text_feature").fetchone()
    return {"size": (held[0] if held else 0) - len(batch), "day": len(batch), "save": save, "reach": reached, "group": group,
            "seconds": save + reached + group, "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}  # fmt: skip


DRAWN = 100_000


def _copy(con: Any, k: int, earlier: int) -> None:
    """The drawn texts once more, ``earlier`` days before: other ids, other events, other vectors, the same common words."""
    con.execute(
        "INSERT INTO store.text_feature SELECT * REPLACE ("
        f"text_id || '-{k}' AS text_id, day - {earlier} AS day, [names[1] || '-{k}', names[2]] AS names, "
        f"coalesce(lead(title_vector, {977 * k}) OVER (ORDER BY day, text_id), title_vector) AS title_vector) "
        "FROM store.text_feature WHERE NOT contains(text_id, '-') ORDER BY day"
    )
    for table in ("incident_key", "incident_rare_key"):
        con.execute(
            f"INSERT INTO store.{table} SELECT day - {earlier}, CASE WHEN key < {VOCABULARY} THEN key "
            f"ELSE CAST((key::UBIGINT * {2 * k + 1} + {k}) & 4294967295 AS UINTEGER) END, text_id || '-{k}' "
            f"FROM store.{table} WHERE NOT contains(text_id, '-')"
        )


def alone(*arguments: str) -> dict[str, float]:
    """One measurement in a process of its own, so that its peak memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.bench_incidents", "--one", *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return {key: float(value) for key, value in (pair.split("=") for pair in done.stdout.split())}


def exponent(points: Sequence[tuple[float, float]]) -> float:
    """The slope of log(seconds) over log(size), by least squares."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / sum((x - mx) ** 2 for x in xs)


def embedding_speed(count: int = 60) -> float:
    """Texts of 300 Han characters a second that the embedder takes on one core, the median of five runs."""
    rng = random.Random(SEED)
    speeds = []
    for _ in range(5):
        texts = ["".join(chr(rng.randrange(0x4E00, 0x5E00)) for _ in range(300)) for _ in range(count)]
        model = Embedder()
        model.embed(["预热"])
        began = time.process_time()
        model.embed(texts)
        speeds.append(count / (time.process_time() - began))
    return median(speeds)


def report(
    sizes: Sequence[int] = SIZES, day_sizes: Sequence[int] = (10_000, 30_000, 100_000), day: int = 2_000
) -> str:
    """Markdown: the backfill at each size, a day against each size, and the growth exponents."""
    fills = [alone("fill", str(size)) for size in sizes]
    days = [alone("day", str(size), str(day)) for size in day_sizes]
    lines = [
        "## Incidents: grouping\n",
        f"Grouping against DuckDB on disk, synthetic texts in events of 1 to 200 texts, {PER_DAY:,} texts a day; features drawn, not computed. CPU seconds of all threads.",
        "",
        "| texts | seconds | texts/s | save | reach | group | incidents | peak MB |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for f in fills:
        lines.append(
            f"| {f['texts']:,.0f} | {f['seconds']:.1f} | {f['per_second']:.0f} | {f['save']:.1f} | {f['reach']:.1f} | "
            f"{f['group']:.1f} | {f['incidents']:,.0f} | {f['memory']:.0f} |"
        )
    lines += [
        "",
        f"Growth exponent of a whole backfill: {exponent([(f['texts'], f['seconds']) for f in fills]):.2f}.",
        "",
        f"| store | a day of {day:,}: seconds | save | reach | group | peak MB |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for d in days:
        lines.append(
            f"| {d['size']:,.0f} | {d['seconds']:.1f} | {d['save']:.1f} | {d['reach']:.1f} | {d['group']:.1f} | {d['memory']:.0f} |"
        )
    lines += [
        "",
        f"Growth exponent of a day's cost against the store: {exponent([(d['size'], d['seconds']) for d in days]):.2f}.",
        "",
        f"The embedding, computed once per text and kept: {embedding_speed():.0f} texts of 300 Han characters a second.",
        "",
        "`make bench ROOM=incidents`; other sizes: `python -m tests.bench.bench_incidents --day 20000 100000 1000000`.",
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--one"]:
        found = (
            backfill(int(arguments[2]))
            if arguments[1] == "fill"
            else day_against(int(arguments[2]), int(arguments[3]))
        )
        print(" ".join(f"{key}={value}" for key, value in found.items()))
    elif arguments[:1] == ["--day"]:
        rows = []
        for size in arguments[2:]:
            rows.append(alone("day", size, arguments[1]))
            print(rows[-1], flush=True)
        if len(rows) > 1:
            print(f"exponent {exponent([(row['size'], row['seconds']) for row in rows]):.3f}")
    else:
        print(report([int(a) for a in arguments] or SIZES))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
