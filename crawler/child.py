"""The process of one crawl: reads its orders on standard input, answers in JSON lines on standard output.

Standard input stays open as long as the parent lives; at its end this process stops at once, so that no crawler is ever
left behind by a parent that was killed.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import resource
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from crawler import settings as project
from crawler.archive import ArchiveError, BusyError
from crawler.outlet import Outlet
from crawler.outlets import Registry
from crawler.plan import CrawlReport, OutletReport, Plan
from crawler.recovery import recover
from crawler.report import outlet_report
from crawler.run import load_registry
from crawler.turns import writing
from crawler.ways.spider import spider_class

Announce = Callable[[dict[str, Any]], None]

LOCK_PATIENCE = 15.0
"""Seconds to wait for another crawl of the same outlet, as one that is just being stopped."""

PROGRESS_EVERY = 1.0


def main() -> int:
    spec = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        report = run(spec, announce=_say)
    except ArchiveError as error:
        _say({"error": str(error), "busy": isinstance(error, BusyError)})
        return 1
    _say({"report": asdict(report)})
    return 0


def run(spec: dict[str, Any], announce: Announce | None = None) -> CrawlReport:
    """Do what ``spec`` (see :func:`crawler.run.crawl`) says, in this process.

    Raises:
        BusyError: another process crawls one of the outlets.
    """
    began = monotonic()
    data_dir = Path(spec["data_dir"])
    registry = load_registry(spec["registry"])
    outlets = [registry.get(key) for key in spec["outlets"]]
    patience = float(spec["settings"].get("WIREDESK_LOCK_PATIENCE", LOCK_PATIENCE))
    with ExitStack() as stack:
        stack.enter_context(writing(data_dir, patience))
        for outlet in outlets:
            stack.enter_context(_alone(data_dir, outlet.key, patience))
        recovery = recover(data_dir)
        plan = Plan(
            data_dir=data_dir,
            run_id=spec["run_id"],
            now=datetime.fromisoformat(spec["now"]),
            since=datetime.fromisoformat(spec["since"]) if spec["since"] else None,
            limit=spec["limit"],
            ways=tuple(spec["ways"]),
            urls=tuple(spec["urls"]),
            probe=spec["probe"],
        )
        reports, interrupted = _crawl(plan, outlets, registry, _settings(spec), announce)
    return CrawlReport(
        run_id=plan.run_id,
        outlets=tuple(reports),
        seconds=round(monotonic() - began, 3),
        recovered=len(recovery.recovered),
        set_aside=tuple(recovery.set_aside),
        interrupted=interrupted,
        peak_memory_mb=_peak_memory_mb(),
    )


def _crawl(
    plan: Plan, outlets: list[Outlet], registry: Registry, settings: Settings, announce: Announce | None
) -> tuple[list[OutletReport], bool]:
    process = AsyncCrawlerProcess(settings)
    crawlers = [process.create_crawler(spider_class(outlet)) for outlet in outlets]
    tasks = [process.crawl(crawler, plan=plan, outlets=registry) for crawler in crawlers]
    if announce is not None:
        asyncio.get_event_loop().create_task(_announce(announce, outlets, crawlers))
    process.start()
    for task in tasks:
        if task.done() and not task.cancelled() and task.exception() is not None:
            raise task.exception() or RuntimeError
    broken = next((words for c in crawlers if (words := _stats(c).get("wiredesk/broken"))), None)
    if broken:
        raise ArchiveError(f"{broken}; what landed before is safe: make room and crawl again")
    expect = settings.getbool("WIREDESK_EXPECT")
    reports = [
        outlet_report(o, _stats(c), expect=expect and not plan.urls)
        for o, c in zip(outlets, crawlers, strict=True)
    ]
    return reports, any(_stats(c).get("finish_reason") == "shutdown" for c in crawlers)


def _settings(spec: dict[str, Any]) -> Settings:
    settings = Settings()
    settings.setmodule(project, priority="project")
    if spec["contact"]:
        agent = f"Mozilla/5.0 (compatible; wiredesk/{project.VERSION}; +{spec['contact']})"
        settings.set("USER_AGENT", agent, priority="cmdline")
    if spec["via"]:
        settings.set("WIREDESK_VIA", spec["via"], priority="cmdline")
        settings.set("DOWNLOAD_DELAY", 0, priority="cmdline")  # the site is ours: nobody is disturbed
        settings.set("TWISTED_DNS_RESOLVER", "scrapy.resolver.CachingThreadedResolver", priority="cmdline")
    settings.set("WIREDESK_EXPECT", not spec["via"], priority="project")
    log = Path(spec["log"])
    log.parent.mkdir(parents=True, exist_ok=True)
    settings.set("LOG_FILE", str(log), priority="cmdline")
    for name, value in spec["settings"].items():
        settings.set(name, value, priority="cmdline")
    return settings


def _stats(crawler: Crawler) -> dict[str, Any]:
    return dict(crawler.stats.get_stats())


async def _announce(announce: Announce, outlets: list[Outlet], crawlers: list[Crawler]) -> None:
    while True:
        await asyncio.sleep(PROGRESS_EVERY)
        running = [
            (o, c) for o, c in zip(outlets, crawlers, strict=True) if c.crawling or getattr(c, "spider", None)
        ]
        announce({"progress": {o.key: _stats(c).get("wiredesk/outcome/landed", 0) for o, c in running}})


@contextmanager
def _alone(data_dir: Path, key: str, patience: float) -> Iterator[None]:
    """Hold the outlet for this process."""
    folder = data_dir / "landing"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{key}.lock").open("w") as handle:
        until = monotonic() + patience
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if monotonic() > until:
                    raise BusyError(f"another crawl of {key} is running; wait for it to end") from error
                sleep(0.2)
        yield


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    while sys.stdin.readline():
        pass
    os._exit(75)  # what was not landed is recovered by the next crawl


def _peak_memory_mb() -> float:
    """Largest resident size of this process, MiB: ``VmHWM``, since ``ru_maxrss`` starts at the size of the parent."""
    status = Path("/proc/self/status")
    for line in status.read_text(encoding="ascii").splitlines() if status.exists() else ():
        if line.startswith("VmHWM:"):
            return round(int(line.split()[1]) / 1024, 1)
    unit = 2**20 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit, 1)


if __name__ == "__main__":
    sys.exit(main())
