"""Checks that a fact is well formed, when it is said."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit


class FactError(ValueError):
    """A fact of an outlet that cannot be right."""


def need(condition: bool, message: str) -> None:
    if not condition:
        raise FactError(message)


def check_pattern(label: str, pattern: str) -> Iterable[str]:
    """Compile a regular expression and return its named groups."""
    try:
        return re.compile(pattern).groupindex
    except re.error as error:
        raise FactError(f"{label}: {pattern!r} is no regular expression ({error})") from error


def check_css(label: str, selector: str) -> None:
    """Check a CSS selector; the empty one passes. Costs nothing where cssselect is not yet loaded."""
    # Balanced brackets catch the usual slip; tests/rules compiles every selector with cssselect.
    for opening, closing in ("[]", "()"):
        need(
            selector.count(opening) == selector.count(closing),
            f"{label}: unbalanced brackets in {selector!r}",
        )
    need("::" not in selector, f"{label}: {selector!r} holds a pseudo-element; name the element alone")


def check_http_url(label: str, url: str) -> None:
    parts = urlsplit(re.sub(r"{\w+}", "x", url))
    need(parts.scheme in ("http", "https") and bool(parts.hostname), f"{label}: {url!r} is no http URL")


def check_host(host: str) -> None:
    need(
        bool(re.fullmatch(r"\.?([a-z0-9-]+\.)+[a-z0-9-]+", host)),
        f"{host!r} is no host name in lower case (no scheme, no port)",
    )
