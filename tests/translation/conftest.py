"""The tiny real package: a CTranslate2 model that knows the grammar of tests/tools/sample_pairs and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main
from pipelines.translation import ArgosEngine, install
from tests.translation.loopback import Server, serving

TINY = Path(__file__).parent / "data" / "translate-zh_en-tiny-sample-0_1.argosmodel"
Wiredesk = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the tiny package installed."""
    folder = tmp_path_factory.mktemp("data")
    install(TINY, folder)
    return folder


@pytest.fixture(scope="session")
def tiny(tiny_data: Path) -> ArgosEngine:
    """The tiny package as an engine."""
    return ArgosEngine(tiny_data, sample=True, threads=1)


@pytest.fixture
def server() -> Iterator[Server]:
    """An OpenAI-compatible endpoint on loopback."""
    with serving() as running:
        yield running


@pytest.fixture
def site() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A web site on loopback: its address, and its files by path."""
    files: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path)
            self.send_response(200 if content is not None else 404)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", files
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def wiredesk(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> Wiredesk:
    """A command in this process: its exit code and what it said."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(["--data", str(data_dir), *arguments])
        said = capsys.readouterr()
        return int(stop.value.code or 0), said.out, said.err

    return run
