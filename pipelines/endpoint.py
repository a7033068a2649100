"""OpenAI-compatible endpoints as a user names them, ``URL#MODEL``: checked, opened and read in one way by every room.

The key comes from the environment and goes into one header, nowhere else: no sentence made here tells it.
"""

from __future__ import annotations

import http.client
import os
import time
import urllib.parse
import urllib.request
from typing import Any

KEY = "WIREDESK_ENDPOINT_KEY"
"""Environment variable of the bearer token: the only way to give one."""
_PART = 1 << 16


def named(wanted: str) -> tuple[str, str, str | None]:
    """``(base address, model, key of the environment)`` of ``URL#MODEL``.

    :raises ValueError: no address, no model, an address that carries what belongs elsewhere, or a key that is none.
    """
    url, _, model = wanted.partition("#")
    model = urllib.parse.unquote(model)
    try:
        parts = urllib.parse.urlsplit(url)
        host = parts.hostname or ""
        _ = parts.port, host.encode("idna"), parts.path.encode("ascii"), model.encode()
    except ValueError as fault:
        raise ValueError(f"the address of the endpoint cannot be read ({fault})") from fault
    if parts.username or parts.password or parts.query:
        raise ValueError(f"the address of {host} carries a name, a key or a query: give the key in {KEY}")
    if parts.scheme not in ("http", "https") or not host or not url.isprintable() or " " in url:
        raise ValueError(f"{url!r} is no address of an endpoint: it begins with http:// or https://")
    if not model:
        raise ValueError(f"name the endpoint's model behind the address: {url}#MODEL")
    key = os.environ.get(KEY) or None
    if key is not None and not (key.isascii() and key.isprintable() and " " not in key):
        raise ValueError(f"the key in {KEY} is none: it holds blanks or signs that no header can carry")
    return url, model, key


class _Stay(urllib.request.HTTPRedirectHandler):
    """Follows nothing: a redirect would carry text and key to an address that nobody named."""

    def redirect_request(self, *_args: Any, **_options: Any) -> None:
        return None


def opener() -> urllib.request.OpenerDirector:
    """What opens an endpoint's address, and no other."""
    return urllib.request.build_opener(_Stay)


def whole(answer: http.client.HTTPResponse, most: int, seconds: float) -> bytes:
    """The answer's body, cut off behind ``most`` bytes (then it is one longer, or more).

    :raises TimeoutError: it took longer than ``seconds``; a server that sends a byte now and then never times out by itself.
    """
    until, got = time.monotonic() + seconds, b""
    while len(got) <= most and (part := answer.read1(_PART)):
        got += part
        if time.monotonic() > until:
            raise TimeoutError(f"no whole answer within {seconds:g} s")
    return got
