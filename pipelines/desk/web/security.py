"""What stands in front of every page: whose name the desk answers to, who may ask, what a browser may load.

The desk shows what strangers wrote and takes decisions from the analyst's browser. So it answers only under names of
its own (DNS rebinding), takes a POST only from its own pages (CSRF), and lets a page load nothing from elsewhere.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; frame-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
ARCHIVED_POLICY = (
    "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'; form-action 'none'; "
    "frame-ancestors 'self'; base-uri 'none'"
)
"""For pages out of the archive: no script runs, no request leaves, and only our own pages may frame them."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})
LARGEST_FORM = 256 * 1024
"""Bytes of a POST."""
SESSION, LOGIN = "wiredesk_session", "wiredesk_login"
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class Manners:
    """Whom the desk answers, and by which secrets."""

    secret: bytes
    hosts: frozenset[str] = LOOPBACK
    token: str | None = None
    """Asked of everybody when the desk is to be reached from elsewhere."""

    def csrf(self, session: str) -> str:
        """The token that a form of this session carries."""
        return hmac.new(self.secret, b"csrf " + session.encode(), hashlib.sha256).hexdigest()

    def login(self) -> str:
        """What the cookie of somebody who gave the token holds."""
        return hmac.new(self.secret, b"login " + (self.token or "").encode(), hashlib.sha256).hexdigest()


def load_secret(path: Path) -> bytes:
    """The secret kept in ``path``; made at the first time, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            handle.write(secrets.token_bytes(32))
    except FileExistsError:
        pass  # made at an earlier start
    return path.read_bytes()


def host_name(header: str) -> str | None:
    """The name in a ``Host`` header, lower case, without its port; ``None`` when it is none."""
    match = _HOST.fullmatch(header)
    return match[1].lower() if match else None


def cookies(headers: Headers) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(headers.get("cookie", "")).items()}
    except CookieError:
        return {}


class Guard:
    """The outermost ASGI layer."""

    def __init__(
        self,
        app: App,
        manners: Manners,
        *,
        get_ready: Callable[[], None],
        keep_up: Callable[[], None],
        close: Callable[[], None],
    ) -> None:
        self.app = app
        self.manners = manners
        self.close = close
        """Let go of what the desk holds open."""
        self.get_ready = get_ready
        """Work out once what the first page needs."""
        self.keep_up = keep_up
        """Have everything ready before anybody asks; ends with :attr:`close`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        jar = cookies(headers)
        session = jar.get(SESSION, "")
        fresh = not re.fullmatch(r"[0-9a-f]{32}", session)
        if fresh:
            session = secrets.token_hex(16)
        scope["wiredesk.session"] = session
        scope["wiredesk.fresh"] = fresh
        away = host_name(headers.get("host", "")) not in LOOPBACK

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                out = MutableHeaders(scope=message)
                for name, value in _HEADERS:
                    out.setdefault(name, value)
                if fresh:
                    out.append(
                        "set-cookie",
                        f"{SESSION}={session}; Path=/; HttpOnly; SameSite=Lax{'; Secure' if away else ''}",
                    )
            await send(message)

        refusal = self._refusal(scope, headers, jar)
        if refusal is not None:
            await refusal(scope, receive, guarded)
            return
        await self.app(scope, _limited(receive), guarded)

    def _refusal(self, scope: Scope, headers: Headers, jar: dict[str, str]) -> App | None:
        hosts = headers.getlist("host")
        name = host_name(hosts[0]) if len(hosts) == 1 else None
        if name is None or name not in self.manners.hosts:
            return PlainTextResponse(
                "The desk does not answer under this name. Open it as http://127.0.0.1 with its port.\n", 421
            )
        if scope["method"] not in ("GET", "HEAD", "POST"):
            return PlainTextResponse("The desk takes GET and POST.\n", 405, {"allow": "GET, HEAD, POST"})
        if _foreign(scope, headers, hosts[0]):
            return PlainTextResponse("This request came from another site, so nothing was done.\n", 403)
        if scope["method"] == "POST" and _too_long(headers):
            return PlainTextResponse(f"A form holds {LARGEST_FORM} bytes at most.\n", 413)
        if self.manners.token is None or self._known(headers, jar):
            return None
        if scope["path"] in ("/login", "/static/desk.css"):
            return None
        if scope["method"] in ("GET", "HEAD"):
            return RedirectResponse("/login", 303)
        return PlainTextResponse("Give the token first: /login\n", 401)

    def _known(self, headers: Headers, jar: dict[str, str]) -> bool:
        kind, _, given = headers.get("authorization", "").partition(" ")
        token = self.manners.token or ""
        if kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), token.encode()):
            return True
        return hmac.compare_digest(jar.get(LOGIN, "").encode(), self.manners.login().encode())


def _foreign(scope: Scope, headers: Headers, host: str) -> bool:
    """Whether a page of another site sent this request; a person following a link from elsewhere is welcome."""
    site = headers.get("sec-fetch-site", "none")
    if site not in ("same-origin", "none"):
        navigates = (
            headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        )
        if scope["method"] == "POST" or not navigates:
            return True
    if scope["method"] != "POST":
        return False
    origin = headers.get("origin")
    if origin is None:
        return False  # no browser sends a POST without it; the form's token is asked for anyway
    parts = urlsplit(origin)
    return parts.scheme not in ("http", "https") or parts.netloc.lower() != host.lower()


def _too_long(headers: Headers) -> bool:
    length = headers.get("content-length", "")
    return length.isdigit() and int(length) > LARGEST_FORM


def _limited(receive: Receive) -> Receive:
    """``receive``, cut off when a body without a length goes on too long."""
    seen = 0

    async def limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > LARGEST_FORM:
            return {"type": "http.disconnect"}
        return message

    return limited


_HEADERS: Iterable[tuple[str, str]] = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    # not no-referrer: with it a browser sends "Origin: null" on our own forms
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("cache-control", "no-store"),
)
