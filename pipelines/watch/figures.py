"""What the watch counts, for Prometheus and for ``/health``; served on 127.0.0.1 and nowhere else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from .plan import WatchError
from .state import Alarm

disable_created_metrics()  # type: ignore[no-untyped-call]  # a series more for each, that nobody asks for

SECONDS = (1, 5, 15, 60, 300, 900, 3600)


class Figures:
    """The figures of one watch; counters begin at nought when it starts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.crawls = self._counter(
            "wiredesk_crawls", "Crawls by outlet and how they ended.", "outlet", "outcome"
        )
        self.pages = self._counter(
            "wiredesk_pages", "Pages tried, by outlet and outcome.", "outlet", "outcome"
        )
        self.runs = self._counter("wiredesk_runs", "Runs of the line, by how they ended.", "outcome")
        self.inputs = self._counter(
            "wiredesk_stage_inputs", "Inputs of each stage, by outcome.", "stage", "outcome"
        )
        self.deliveries = self._counter(
            "wiredesk_deliveries", "Alarms told, by channel and outcome.", "channel", "outcome"
        )
        self.retired = self._counter("wiredesk_pages_retired", "Pages taken out by age or room.", "outlet")
        self.crawl_seconds = Histogram(
            "wiredesk_crawl_seconds", "How long crawls take.", buckets=SECONDS, registry=self.registry
        )
        self.run_seconds = Histogram(
            "wiredesk_run_seconds", "How long runs take.", buckets=SECONDS, registry=self.registry
        )
        self.last_crawl = self._gauge(
            "wiredesk_last_crawl_timestamp_seconds", "When the last crawl began.", "outlet"
        )
        self.next_crawl = self._gauge(
            "wiredesk_next_crawl_timestamp_seconds", "When the next crawl is due.", "outlet"
        )
        self.last_run = self._gauge("wiredesk_last_run_timestamp_seconds", "When the last run began.")
        self.ringing = self._gauge(
            "wiredesk_alarm_ringing", "1 for each alarm that stands.", "kind", "subject"
        )
        self.waiting = self._gauge("wiredesk_deliveries_waiting", "Alarms that are still to be told.")
        self.free = self._gauge("wiredesk_disk_free_bytes", "Room on the disk of the data folder.")
        self.archive = self._gauge("wiredesk_archive_bytes", "Size of the archive.")

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(name, text, labels, registry=self.registry)

    def rings(self, standing: Mapping[str, Alarm]) -> None:
        """Show the alarms that stand, and no others."""
        self.ringing.clear()
        for alarm in standing.values():
            self.ringing.labels(alarm.kind, alarm.subject).set(1)

    def text(self) -> bytes:
        """The text exposition, version 0.0.4."""
        return generate_latest(self.registry)


Health = Callable[[], dict[str, Any]]
"""Gives what ``/health`` says; ``status`` is ``ok``, ``alarms`` or ``stalled``."""


@contextmanager
def listening(port: int, exposition: Callable[[], bytes], health: Health, feed: Path) -> Iterator[int]:
    """Serve ``/health``, ``/metrics`` and ``/alarms.atom`` on 127.0.0.1; the port that is really used.

    :raises WatchError: when the port is taken.
    """

    answers: dict[str, Callable[[], Answer]] = {
        "/health": lambda: _health(health),
        "/metrics": lambda: (200, CONTENT_TYPE_PLAIN_0_0_4, exposition()),
        "/alarms.atom": lambda: _feed(feed),
    }

    class Handler(_Handler):
        pass

    Handler.answers = answers

    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    except OSError as error:
        raise WatchError(
            f"port {port} on 127.0.0.1 is taken ({error.strerror}): set another port in wiredesk.toml (0: any free one, -1: none)"
        ) from error
    server.daemon_threads = True
    with server:
        thread = threading.Thread(target=server.serve_forever, name="figures", daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


Answer = tuple[int, str, bytes]


def _health(health: Health) -> Answer:
    said = health()
    status = 503 if said["status"] == "stalled" else 200
    return status, "application/json", json.dumps(said, ensure_ascii=False, indent=1).encode() + b"\n"


def _feed(path: Path) -> Answer:
    if not path.is_file():
        return 404, "text/plain; charset=utf-8", b"no alarm has rung yet\n"
    return 200, "application/atom+xml; charset=utf-8", path.read_bytes()


class _Handler(BaseHTTPRequestHandler):
    """Answers GET and HEAD; anything else is refused by the base class."""

    answers: dict[str, Callable[[], Answer]]
    server_version = "wiredesk-watch"
    sys_version = ""
    timeout = 10

    def do_GET(self) -> None:
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        if host not in (
            "127.0.0.1",
            "localhost",
            "",
        ):  # a page elsewhere that points its name at us reads nothing
            self._send((421, "text/plain; charset=utf-8", b"this is 127.0.0.1\n"))
            return
        make = self.answers.get(self.path.split("?", 1)[0])
        self._send(
            make() if make else (404, "text/plain; charset=utf-8", b"/health, /metrics, /alarms.atom\n")
        )

    def do_HEAD(self) -> None:
        self.do_GET()

    def _send(self, answer: Answer) -> None:
        status, kind, content = answer
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: who reads the figures is no event."""
