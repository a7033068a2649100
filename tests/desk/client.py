"""The desk on an ephemeral loopback port in this process, and a browser's part of HTTP: cookies, forms, redirects."""

from __future__ import annotations

import asyncio
import http.client
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import unescape
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

import uvicorn

from pipelines.desk.web import create_app

CLOCK = datetime(2026, 3, 6, 12, tzinfo=UTC)


Reply = tuple[int, list[tuple[str, str]], bytes]
"""Status, headers and body."""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def words(self) -> str:
        """The page as a reader sees it: tags gone, what opens at a key closed, white space single."""
        bare = re.sub(r"<(script|style|dialog)\b.*?</\1>", " ", self.text, flags=re.DOTALL)
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", bare)).split())

    def field(self, name: str) -> str:
        """The value of the first hidden field of that name."""
        match = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert match, f"no field {name}"
        return unescape(match[1])


@dataclass
class Browser:
    """Keeps cookies; sends what a browser sends."""

    port: int
    jar: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        host: str | None = None,
    ) -> Answer:
        sent = {"Host": host if host is not None else f"127.0.0.1:{self.port}", **(headers or {})}
        if self.jar:
            sent.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.jar.items()))
        status, found, content = self._send(method, path, body, sent)
        for name, value in found:
            if name.lower() == "set-cookie":
                self.jar |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        return Answer(status, {name.lower(): value for name, value in found}, content)

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask(
            "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def post(self, path: str, fields: Any, *, follow: bool = True, **headers: str) -> Answer:
        """A form; ``fields`` a mapping or pairs."""
        sent = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": f"http://127.0.0.1:{self.port}",
            "Sec-Fetch-Site": "same-origin",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        answer = self.ask("POST", path, body=urlencode(fields).encode(), headers=sent)
        if follow and answer.status == 303:
            return self.get(answer.headers["location"])
        return answer

    def decide(self, page: str, action: str, fields: Any = (), **headers: str) -> Answer:
        """Open a page, fill in one of its forms and send it."""
        shown = self.get(page)
        pairs = [("csrf", shown.field("csrf")), ("back", page.partition("?")[0]), ("action", action)]
        pairs += [
            (name, shown.field(name))
            for name in ("incident", "article", "seen")
            if f'name="{name}"' in shown.text
        ]
        return self.post(
            "/decide", pairs + list(dict(fields).items() if isinstance(fields, dict) else fields), **headers
        )

    def another(self) -> Browser:
        """Somebody else's browser at the same desk."""
        return Browser(self.port)


@dataclass
class Direct(Browser):
    """Asks the application itself, without a socket and a server between: for tests of what a form does."""

    app: Any = None

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        if body is not None and "Transfer-Encoding" not in headers:
            headers = headers | {"Content-Length": str(len(body))}
        where, _, query = path.partition("#")[0].partition("?")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http",
            "path": unquote(where), "raw_path": where.encode(), "query_string": query.encode(), "root_path": "",
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
            "server": ("127.0.0.1", self.port), "client": ("127.0.0.1", 1),
        }  # fmt: skip
        messages: list[Any] = []
        waiting = [{"type": "http.request", "body": body or b"", "more_body": False}]

        async def receive() -> Any:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            messages.append(message)

        asyncio.run(self.app(scope, receive, send))
        found = [(name.decode(), value.decode("latin-1")) for name, value in messages[0]["headers"]]
        return messages[0]["status"], found, b"".join(part.get("body", b"") for part in messages[1:])

    def another(self) -> Browser:
        """Somebody else's browser at the same desk."""
        return Direct(self.port, app=self.app)


@contextmanager
def direct(data_dir: Path, **options: Any) -> Iterator[Direct]:
    """The desk over a data folder in this very thread, and a browser at it."""
    app = create_app(
        data_dir, user=options.pop("user", "anna"), clock=options.pop("clock", lambda: CLOCK), **options
    )
    try:
        yield Direct(8321, app=app)
    finally:
        app.close()


@contextmanager
def desk(data_dir: Path, **options: Any) -> Iterator[Browser]:
    """The desk over a data folder, and a browser at it."""
    app = create_app(
        data_dir, user=options.pop("user", "anna"), clock=options.pop("clock", lambda: CLOCK), **options
    )
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="error", access_log=False, lifespan="off", server_header=False)
    )
    thread = threading.Thread(target=server.run, args=([bound],), daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        yield Browser(bound.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join(10)
        bound.close()
        app.close()
