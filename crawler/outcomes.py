"""What becomes of a request that brings no page: a name for each end, with its reason."""

from __future__ import annotations

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError

REFUSALS = frozenset({401, 403, 405, 406, 418, 451})
"""Statuses by which an outlet says that it does not want us."""

RETRIED = (
    DownloadTimeoutError, DownloadConnectionRefusedError, DownloadFailedError, ResponseDataLossError, ConnectError,
    ConnectionClosed,
)  # fmt: skip

FAILURES = (*RETRIED, CannotResolveHostError, DownloadCancelledError, IgnoreRequest)
"""What a request may end with other than an answer."""


class Named(IgnoreRequest):
    """A request that ends with a named outcome."""

    def __init__(self, outcome: str, reason: str) -> None:
        super().__init__(reason)
        self.outcome, self.reason = outcome, reason


class PrivateAddressError(DNSLookupError):
    """A host name resolves to an address that is not public."""


PRIVATE_NAMES: dict[str, str] = {}
"""Host → the address that is not public; Twisted keeps no words of a resolver's refusal."""


def outcome_of(error: BaseException | None) -> tuple[str, str, int | None]:
    """Outcome, reason and HTTP status of what went wrong with a request."""
    match error:
        case Named():
            return error.outcome, error.reason, None
        case HttpError():
            return outcome_of_status(error.response)
        case DownloadTimeoutError():
            return "timeout", "no whole answer in time", None
        case DownloadCancelledError():
            return "too_large", "the answer is larger than the crawler takes", None
        case ResponseDataLossError():
            return "truncated", "the answer ended before its declared length", None
        case CannotResolveHostError():
            private = next(
                (
                    f"{n} resolves to {a}, no public address"
                    for n, a in PRIVATE_NAMES.items()
                    if n in str(error)
                ),
                "",
            )
            if private or "not public" in str(error):
                return "private_address", private or str(error), None
            return "no_such_host", str(error), None
        case DownloadConnectionRefusedError() | DownloadFailedError() | ConnectError() | ConnectionClosed():
            return "connection", str(error) or type(error).__name__, None
    return "error", f"{type(error).__name__}: {error}", None


def outcome_of_status(response: Response) -> tuple[str, str, int]:
    if response.status in REFUSALS:
        return "refused", f"the outlet answers {response.status} to our user agent", response.status
    if response.status in (301, 302, 303, 307, 308):
        return "bad_redirect", f"the outlet answers {response.status} without a place to go", response.status
    return f"http_{response.status}", f"the outlet answers {response.status}", response.status
