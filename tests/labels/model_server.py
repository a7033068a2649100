"""A language model's server for tests: real HTTP on loopback, answering what the test says."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

TITLE = "Robotaxi hits pedestrian"
TEXT = "A driverless taxi hit a pedestrian on Monday. The woman broke her leg. Police are investigating."
GOOD = {
    "title": {
        "text": "Driverless taxi injures a woman",
        "quote": "A driverless taxi hit a pedestrian on Monday.",
    },
    "summary": [{"text": "A woman broke her leg.", "quote": "The woman broke her leg."}],
    "rationale": [{"text": "Harm to health happened.", "quote": "The woman broke her leg."}],
    "labels": [
        {"axis": "class", "value": "incident", "quote": "A driverless taxi hit a pedestrian on Monday."},
        {"axis": "harm_type", "value": "Physical (injury)", "quote": "The woman broke her leg."},
    ],
}


class Server(BaseHTTPRequestHandler):
    """Answers with what the test put into ``answer``; keeps what it was asked."""

    answer: ClassVar[Any] = GOOD
    status: ClassVar[int] = 200
    drip: ClassVar[float] = 0.0
    """Seconds between single bytes of the answer; 0 sends it whole."""
    cut: ClassVar[bool] = False
    """Whether the connection ends before a line was said."""
    asked: ClassVar[list[tuple[str, dict[str, Any], str | None]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, body, self.headers.get("Authorization")))
        if self.cut:
            self.close_connection = True
            return
        content = self.answer(body) if callable(self.answer) else self.answer
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        raw = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()
        self.send_response(self.status)
        if self.status == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        if not self.drip:
            self.wfile.write(raw)
            return
        for byte in raw:
            try:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
            except ConnectionError:
                return
            time.sleep(self.drip)

    def log_message(self, *_: Any) -> None:
        """Silent."""


@contextmanager
def serving() -> Iterator[str]:
    """The base address of a fresh server that answers :data:`GOOD`."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    Server.answer, Server.status, Server.drip, Server.cut, Server.asked = GOOD, 200, 0.0, False, []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
