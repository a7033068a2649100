"""Crawling, for callers: a crawl runs in a process of its own and answers with a report.

A Twisted reactor cannot be started twice, so that a scheduler which crawls every half hour needs a process for each
crawl; its memory goes back when it ends, and it ends when its parent does, however that comes to its end.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler import outlets as facts
from crawler.landinglog import LandingLine, LandingLog
from crawler.plan import CrawlReport, OutletReport

Progress = Callable[[dict[str, int]], None]
"""Called now and then with outlet → articles landed so far."""


class CrawlError(Exception):
    """A crawl that could not be done, in a sentence."""


class OutletBusyError(CrawlError):
    """Another crawl of the outlet is running: trying again later may help."""


class NoOutletError(CrawlError):
    """A URL that no outlet claims."""


def crawl(
    data_dir: Path,
    outlets: Sequence[str],
    *,
    run_id: str,
    now: datetime,
    since: datetime | None = None,
    limit: int | None = None,
    contact: str | None = None,
    via: str | None = None,
    ways: Sequence[str] = (),
    registry: str = "crawler.outlets:registry",
    settings: dict[str, Any] | None = None,
    urls: Sequence[str] = (),
    probe: bool = False,
    progress: Progress | None = None,
) -> CrawlReport:
    """Crawl ``outlets`` into the archive and the landing log of ``data_dir``.

    Args:
        outlets: keys; empty: all.
        run_id: names the files; run ids sort by time.
        now: aware; when the run starts.
        since: articles that a listing dates before this are not fetched.
        limit: articles per outlet, at most.
        contact: page or address said in the user agent.
        via: ``http://127.0.0.1:PORT`` of a loopback site that plays all outlets (demo and tests).
        ways: names of the ways to use; empty: all.
        registry: ``module:function`` that gives the outlets, for tests.
        settings: Scrapy settings over the project's; politeness can be lowered only together with ``via``.
        urls: these articles and nothing else.
        probe: every channel's first page and one article, to see whether the outlet is well.
        progress: hears how far it is.

    Interrupted (``KeyboardInterrupt``), it lands what is in flight and answers with a report that says ``interrupted``.

    Raises:
        crawler.outlets.UnknownOutletError: with the nearest names.
        OutletBusyError: another crawl of an outlet is running.
        CrawlError: the crawl broke down.
        ValueError: ``now`` has no zone, or ``via`` is not loopback.
    """
    spec = _spec(
        data_dir, outlets, run_id=run_id, now=now, since=since, limit=limit, contact=contact, via=via, ways=ways,
        registry=registry, settings=settings or {}, urls=urls, probe=probe,
    )  # fmt: skip
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,  # Ctrl-C reaches us alone; we pass it on once, and the child lands what it holds
    )
    assert child.stdin is not None
    assert child.stdout is not None
    answer: dict[str, Any] | None = None
    with child:
        try:
            # The pipe stays open: when we end, however we end, the child reads its end and stops.
            child.stdin.write(json.dumps(spec) + "\n")
            child.stdin.flush()
            answer = _listen(child, progress)
        except KeyboardInterrupt:
            child.send_signal(signal.SIGINT)
            answer = _listen(child, None)
        except BrokenPipeError:
            pass
    if answer is None:
        raise CrawlError(
            f"the crawl broke down (exit code {child.returncode}); see {_log_path(data_dir, run_id)}"
        )
    if "error" in answer:
        raise (OutletBusyError if answer["busy"] else CrawlError)(answer["error"])
    return _report(answer["report"])


def fetch_one(
    url: str,
    data_dir: Path,
    *,
    run_id: str,
    now: datetime,
    contact: str | None = None,
    via: str | None = None,
    registry: str = "crawler.outlets:registry",
    settings: dict[str, Any] | None = None,
) -> LandingLine:
    """Fetch one page, politely and whether it is known or not, into the archive; its line of the landing log.

    Raises:
        NoOutletError: no outlet claims ``url``.
        CrawlError: see :func:`crawl`.
    """
    identity = load_registry(registry).identify(facts.request_url(url))
    if identity is None:
        raise NoOutletError(
            f"no outlet claims {url}: add one with `wiredesk outlet new`, or import the page from a file"
        )
    crawl(
        data_dir,
        [identity.outlet_id],
        run_id=run_id,
        now=now,
        contact=contact,
        via=via,
        registry=registry,
        settings=settings,
        urls=[url],
    )
    lines = [
        line for line in LandingLog(data_dir).read_run(run_id, identity.outlet_id) if line.kind == "article"
    ]
    if not lines:
        raise CrawlError(f"{url} was not reached; see {_log_path(data_dir, run_id)}")
    return lines[-1]


def load_registry(name: str) -> facts.Registry:
    """The outlets that ``module:function`` gives."""
    import importlib

    module, _, function = name.partition(":")
    found = getattr(importlib.import_module(module), function)()
    if not isinstance(found, facts.Registry):
        raise TypeError(f"{name} gives no Registry of outlets")
    return found


def _spec(data_dir: Path, outlets: Sequence[str], **spec: Any) -> dict[str, Any]:
    known = load_registry(spec["registry"])
    keys = [known.get(key).key for key in dict.fromkeys(outlets or known.outlets)]
    for name in ("now", "since"):
        moment = spec[name]
        if moment is not None and moment.tzinfo is None:
            raise ValueError(f"{name} has no time zone")
        spec[name] = moment.isoformat() if moment is not None else None
    if spec["via"]:
        from crawler.transport import loopback_site

        spec["via"] = loopback_site(spec["via"])
    elif spec["settings"]:
        raise ValueError(
            "settings may be changed only for a loopback site (via): live outlets get the polite ones"
        )
    return {
        "data_dir": str(data_dir),
        "outlets": keys,
        "log": str(_log_path(data_dir, spec["run_id"])),
        **spec,
    }


def _listen(child: subprocess.Popen[str], progress: Progress | None) -> dict[str, Any] | None:
    assert child.stdout is not None
    for line in child.stdout:
        message: dict[str, Any] = json.loads(line)
        if "progress" not in message:
            return message
        if progress is not None:
            progress(message["progress"])
    return None


def _report(row: dict[str, Any]) -> CrawlReport:
    parts = tuple(
        OutletReport(**{**part, "alarms": tuple(part["alarms"]), "warnings": tuple(part["warnings"])})
        for part in row["outlets"]
    )
    return CrawlReport(**{**row, "outlets": parts, "set_aside": tuple(row["set_aside"])})


def _log_path(data_dir: Path, run_id: str) -> Path:
    return data_dir / "logs" / f"crawl-{run_id}.log"
