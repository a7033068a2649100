"""The section of docs/quality.md on the crawler: what the outlets rest on, the real pages' identities, and a street with
holes, crawled now."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from crawler.archive import LandingLog
from crawler.outlets import all_outlets, identify
from crawler.run import crawl
from tests.crawler.street import NAMES, Street

SETTINGS = {"DOWNLOAD_DELAY": 0.05, "DOWNLOAD_TIMEOUT": 3, "WIREDESK_FIRST_PAUSE": 0.1}


def report(shared: Path) -> str:
    """Markdown of the section."""
    return "\n\n".join(("## Crawler", _outlets(), _identities(shared), _street()))


def _outlets() -> str:
    rows = [
        f"| {o.key} | {o.name} | {o.grade} | {'yes' if o.run_live else 'never'} | {', '.join(dict.fromkeys(w.name for w in o.ways))} |"
        for o in all_outlets().values()
    ]
    grades = Counter(o.grade for o in all_outlets().values())
    return "\n".join(
        (
            (
                f"{len(rows)} outlets: the present template of {grades['seen']} was seen on a real page, that of "
                f"{grades['described']} is known from descriptions or from older pages. None was run live (`wiredesk outlet list`)."
            ),
            "",
            "| outlet | name | template | run live | ways |",
            "|---|---|---|---|---|",
            *rows,
        )
    )


def _identities(shared: Path) -> str:
    named = owned = articles = 0
    for line in (shared / "pages" / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        page = json.loads(line)
        if page["kind"] != "article" or not page.get("url"):
            continue
        named += 1
        identity = identify(page["url"])
        owned += identity is not None
        articles += identity is not None and identity.article_id is not None
    return (
        f"Of {named} real article pages with a URL, {owned} belong to a declared outlet and {articles} of these get an article "
        "id. The others are a German page of Deutsche Welle and an outlet that is not declared."
    )


def _street() -> str:
    with tempfile.TemporaryDirectory() as folder, Street() as street:
        done = crawl(
            Path(folder), NAMES, run_id="quality", now=datetime(2026, 11, 23, tzinfo=UTC), via=street.via,
            registry="tests.crawler.street:registry", settings=SETTINGS, limit=20,
        )  # fmt: skip
        log = LandingLog(Path(folder))
        rows = []
        for outlet in done.outlets:
            lines = list(log.read_run("quality", outlet.outlet_id))
            ways = Counter(
                line.outcome
                for line in lines
                if line.kind != "article" and line.outcome not in ("landed", "unchanged")
            )
            ends = ", ".join(f"{n} {name}" for name, n in sorted(outlet.outcomes.items())) or "none"
            rows.append(f"| {outlet.outlet_id} | {ends} | {', '.join(ways) or '–'} | {len(outlet.alarms)} |")
        asked = len(street.asked)
    return "\n".join(
        (
            (
                f"**A street with holes**: {len(rows)} outlets on the loopback, most of which misbehave, crawled at once: {asked} "
                f"requests in {done.seconds:.0f} s, and at most {done.peak_memory_mb:.0f} MiB resident, with two bodies of 100 MB, "
                "two bombs that unpack to 100 MB and a feed of 100,000 entries among them."
            ),
            "",
            "| outlet | articles | listings and robots.txt | alarms |",
            "|---|---|---|---|",
            *rows,
            "",
            "`make quality ROOM=crawler`; as tests: `pytest tests/crawler/test_street.py`.",
        )
    )
