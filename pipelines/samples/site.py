"""A small server on the loopback that stands in for every sample outlet, reached as an HTTP proxy."""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from pipelines.samples.routes import Response, render

NOT_FOUND = Response(
    status=404,
    headers={"Content-Type": "text/html; charset=utf-8"},
    body=b"<!DOCTYPE html><html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n",
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request that the site answered."""

    method: str
    url: str
    status: int


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.log: list[Request] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up before the answer is its own affair; anything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "wiredesk-samples"
    sys_version = ""
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        url = self._url()
        if url is None:
            self._send(url="", response=Response(status=400, body=b"Bad Request\n"))
            return
        response = render(url) or NOT_FOUND
        if response.status == 200 and self._is_known(response):
            kept = {name: response.headers[name] for name in ("ETag", "Last-Modified")}
            response = Response(status=304, headers=kept)
        self._send(url=url, response=response)

    def _url(self) -> str | None:
        """The URL asked for: in absolute form as a proxy gets it, else path and ``Host``. A target with raw characters
        beyond ASCII is a bad request, as at the real outlets."""
        if not self.path.isascii():
            return None
        if self.path.startswith("/"):
            host = self.headers.get("Host", "")
            return f"http://{host}{self.path}" if host else None
        try:
            return self.path if urlsplit(self.path).hostname else None
        except ValueError:
            return None

    def _is_known(self, response: Response) -> bool:
        """Whether the condition of the request holds; ``If-None-Match`` goes before ``If-Modified-Since`` (RFC 9110)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            known = [tag.strip().removeprefix("W/") for tag in tags.split(",")]
            return "*" in known or response.headers["ETag"] in known
        since = self.headers.get("If-Modified-Since")
        if since is None:
            return False
        try:
            return parsedate_to_datetime(response.headers["Last-Modified"]) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):  # a date that is none, or has no zone: the condition is ignored
            return False

    def _send(self, *, url: str, response: Response) -> None:
        self.server.log.append(Request(self.command, url, response.status))
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 304:
            self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD" and response.status != 304:
            self.wfile.write(response.body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on stderr: the requests are in :attr:`Site.requests`."""


class Site:
    """Serves :func:`pipelines.samples.render` on an ephemeral port of 127.0.0.1 while the ``with`` block lasts.

    Give :attr:`proxy` to a client as its HTTP proxy: then ``http://udn.com/news/story/…`` is answered here. A request in
    origin form with a ``Host`` header works as well. No request leaves the machine: an unknown host is a 404, and
    ``CONNECT`` (a tunnel for https) is refused with 501.
    """

    def __init__(self) -> None:
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self._requests: list[Request] = []

    def __enter__(self) -> Self:
        if self._server is not None:
            raise RuntimeError("this site is already running")
        self._server = _Server()
        self._requests = self._server.log
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.05},
            name="samples-site",
            daemon=True,
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._server = self._thread = None

    @property
    def port(self) -> int:
        """The port while the site runs."""
        if self._server is None:
            raise RuntimeError("the site is not running: use it in a with statement")
        return int(self._server.server_address[1])

    @property
    def proxy(self) -> str:
        """The address to use as HTTP proxy, as ``http://127.0.0.1:49152``."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def requests(self) -> tuple[Request, ...]:
        """Every request so far, in the order of the answers; kept after the site has closed."""
        return tuple(self._requests)
