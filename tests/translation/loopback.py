"""A real HTTP server on loopback that speaks as an OpenAI-compatible endpoint, in every mood."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[[list[str]], tuple[int, bytes]]


def completion(content: str | None, **extra: Any) -> bytes:
    message = {"content": content, **extra.pop("message", {})}
    return json.dumps({"choices": [{"message": message, "finish_reason": "stop", **extra}]}).encode()


def good(batch: list[str]) -> tuple[int, bytes]:
    said = [f"The sentence of {len(text)} characters is here." for text in batch]
    return 200, completion(json.dumps({"translations": said}))


class Server(ThreadingHTTPServer):
    """Answers as told, the last answer for ever, and keeps what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[Answer] = []
        self.requests: list[dict[str, Any]] = []
        self.delay = 0.0
        self.drip = 0.0
        """Seconds between single bytes of an answer; 0 sends it whole."""
        self.headers: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @property
    def asked(self) -> list[str]:
        """Every sentence that it was asked for, in order."""
        return [text for one in self.requests for text in json.loads(one["messages"][1]["content"])]


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
        time.sleep(self.server.delay)
        answers = self.server.answers
        status, content = (answers.pop(0) if len(answers) > 1 else answers[0])(
            json.loads(body["messages"][1]["content"])
        )
        try:
            self.send_response(status)
            for name, value in self.server.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            for part in [content] if not self.server.drip else [bytes([byte]) for byte in content]:
                self.wfile.write(part)
                time.sleep(self.server.drip)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def serving() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield running
    finally:
        running.shutdown()
        thread.join()
        running.server_close()
