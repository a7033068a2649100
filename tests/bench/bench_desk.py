"""How long the desk's pages take on 100,000 articles and 5,000 incidents, over HTTP from a server of its own process.

Every page is asked for in turn, with other ids and words each time, so that no answer is a repetition of the last.
"""

from __future__ import annotations

import http.client
import itertools
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import duckdb

from tests.bench.desk_world import ARTICLES, BIG, INCIDENTS, WORDS, make

ROUNDS = 40
COMMAND = "make bench ROOM=desk"
_AXES = (
    "class=hazard",
    "country=CHN",
    "severity=unknown",
    "outlet=outlet7",
    "limb=b&sort=articles",
    "language=en",
)


def _pages() -> dict[str, Callable[[int], str]]:
    """Pages by name; the address of the n-th time."""
    word = [quote(word) for word in WORDS]
    return {
        "morning page": lambda n: "/",
        "incidents": lambda n: f"/incidents?page={1 + n}",
        "incidents, filtered": lambda n: f"/incidents?{_AXES[n % len(_AXES)]}&page={1 + n // len(_AXES)}",
        "incidents, by words": lambda n: f"/incidents?q={word[n % len(word)]}",
        "an incident": lambda n: f"/incident/2026-01-01-{100 + 7 * n:04x}",
        "an incident of 60 texts": lambda n: f"/incident/{BIG}",
        "an article": lambda n: f"/article/outlet{(37 * n) % 30}:{37 * n}",
        "review": lambda n: "/review",
        "search, in incidents": lambda n: (
            f"/search?q={word[n % len(word)]}%20{word[(5 * n + 3) % len(word)]}"
        ),
        "search, everything": lambda n: f"/search?everything=yes&q={word[(n + 9) % len(word)]}",
        "rejects": lambda n: f"/rejects?stage=relevance&page={1 + n}",
        "why is it not here": lambda n: f"/rejects?q={quote(f'https://o{n}.example/a/{90_000 + n}')}",
        "outlets": lambda n: "/outlets",
        "a run": lambda n: "/runs/run-1",
        "feed": lambda n: f"/feeds/incidents.atom?{_AXES[n % len(_AXES)]}",
        "chart as SVG": lambda n: f"/incidents/chart/timeline.svg?{_AXES[n % len(_AXES)]}",
    }


@contextmanager
def served(data_dir: Path) -> Iterator[int]:
    """``wiredesk serve`` in a process of its own; its port."""
    command = Path(sys.executable).parent / "wiredesk"
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        [str(command), "--data", str(data_dir), "serve", "--port", "0", "--as", "bench"],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    ) as server:
        try:
            line = server.stdout.readline() if server.stdout else ""
            found = re.search(r":(\d+)/", line)
            if not found:
                raise RuntimeError(f"the desk did not start: {line}")
            yield int(found[1])
        finally:
            server.terminate()
            server.wait(20)


def ask(port: int, path: str) -> tuple[float, float, int]:
    """Milliseconds to the first byte and to the last, and the bytes.

    :raises RuntimeError: when the answer is an error.
    """
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    began = time.perf_counter()
    connection.request("GET", path)
    response = connection.getresponse()
    first = time.perf_counter()
    body = response.read()
    done = time.perf_counter()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{path} answered {response.status}")
    return (first - began) * 1000, (done - began) * 1000, len(body)


def measure(port: int, rounds: int) -> dict[str, list[tuple[float, float, int]]]:
    """Every page ``rounds`` times, in turn."""
    pages = _pages()
    for _ in range(2):  # load templates and word tables
        for page in pages.values():
            ask(port, page(rounds))
    times: dict[str, list[tuple[float, float, int]]] = {name: [] for name in pages}
    for n, (name, page) in itertools.product(range(rounds), pages.items()):
        times[name].append(ask(port, page(n)))
    return times


def after_a_run(port: int, database: Path, edition: Path) -> float:
    """Milliseconds to the first byte of the morning page after the database has changed and been quiet for a while."""
    with duckdb.connect(str(database)) as con:
        con.execute("UPDATE store.incident SET title = title || '.' WHERE incident_id = ?", [BIG])
    changed = database.stat().st_mtime_ns
    deadline = time.monotonic() + 180
    while edition.stat().st_mtime_ns <= changed and time.monotonic() < deadline:
        time.sleep(0.5)
    time.sleep(12)  # until what the page needs is worked out
    return ask(port, "/")[0]


def fresh_start(data_dir: Path) -> tuple[float, float]:
    """Milliseconds from the command to the address on the terminal, and from there to the first byte of the morning
    page, on a data folder at which no desk has ever looked."""
    began = time.perf_counter()
    with served(data_dir) as port:
        ready = time.perf_counter()
        return (ready - began) * 1000, ask(port, "/")[0]


def report() -> str:
    """Median and 95th percentile by page."""
    with tempfile.TemporaryDirectory(prefix="wiredesk-bench-") as folder:
        path = make(Path(folder))
        size = path.stat().st_size / 1e6
        start, first = fresh_start(Path(folder))
        with served(Path(folder)) as port:
            ask(port, "/")
            deadline = time.monotonic() + 120
            edition = Path(folder) / "desk" / "reading" / path.name
            while not edition.exists() and time.monotonic() < deadline:
                time.sleep(0.5)
            time.sleep(3)
            times = measure(port, ROUNDS)
            morning = after_a_run(port, path, edition)
    rows = []
    for name, found in times.items():
        total = [done for _, done, _ in found]
        p95 = statistics.quantiles(total, n=20)[-1]
        byte = statistics.quantiles([first for first, _, _ in found], n=20)[-1]
        rows.append(
            f"| {name} | {statistics.median(total):.0f} | {p95:.0f} | {byte:.0f} | {found[-1][2] / 1000:.0f} |"
        )
    return "\n".join(
        [
            "## The desk: milliseconds a page",
            "",
            f"Pages of the desk on a made-up database of {ARTICLES:,} articles and {INCIDENTS:,} incidents ({size:.0f} MB), over HTTP,",
            (
                f"each asked for {ROUNDS} times in turn with other ids and words (`{COMMAND}`). Load of the machine before: "
                f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
            ),
            "",
            "| page | median (ms) | p95 (ms) | first byte p95 (ms) | kB |",
            "|---|--:|--:|--:|--:|",
            *rows,
            "",
            (
                f"A desk that starts where no edition was ever made says where it is after {start:.0f} ms, since it works out its first "
                f"page before that; that page's first byte comes after {first:.0f} ms. The first one after a run at which nobody looked: "
                f"{morning:.0f} ms."
            ),
            "",
        ]
    )
