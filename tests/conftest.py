"""What every test shares: no network beyond loopback, no home directory, a fixed zone."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "crawler.settings")

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("WIREDESK_SHARED", ROOT.parent / "shared"))

_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_getaddrinfo = socket.getaddrinfo


class NetworkReachedError(AssertionError):
    """A test tried to leave this machine."""


def _local(address: Any) -> bool:
    if not isinstance(address, tuple):  # AF_UNIX
        return True
    host = address[0]
    return host in ("localhost", "::1", "", None) or str(host).startswith("127.")


def _guarded_connect(self: socket.socket, address: Any) -> None:
    if not _local(address):
        raise NetworkReachedError(f"a test tried to reach {address}")
    _connect(self, address)


def _guarded_connect_ex(self: socket.socket, address: Any) -> int:
    if not _local(address):
        raise NetworkReachedError(f"a test tried to reach {address}")
    return _connect_ex(self, address)


def _guarded_getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
    if not _local((host,)):
        raise NetworkReachedError(f"a test tried to look up {host}")
    return _getaddrinfo(host, *arguments, **options)


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The socket guard: loopback only, also for name look-ups."""
    monkeypatch.setattr(socket.socket, "connect", _guarded_connect)
    monkeypatch.setattr(socket.socket, "connect_ex", _guarded_connect_ex)
    monkeypatch.setattr(socket, "getaddrinfo", _guarded_getaddrinfo)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of public labelled sets; tests that need it skip, and say so, where it is absent."""
    if not SHARED.is_dir():
        pytest.skip(f"no labelled sets at {SHARED} (set WIREDESK_SHARED)")
    return SHARED


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """An empty data folder."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder
