"""Two outlets whose names resolve into the house; loaded by the crawling process, which then resolves no name at all."""

from __future__ import annotations

import socket

from crawler.outlets import Registry
from tests.crawler.street import outlet


def registry() -> Registry:
    socket.gethostbyname = lambda name: "10.0.0.5" if name.startswith("good") else "169.254.169.254"
    return Registry([outlet("good"), outlet("soft")])
