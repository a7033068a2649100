"""Permanent names of incidents: ``YYYY-MM-DD-xxxx``."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_WIDTH = 4
_SPACE = len(_DIGITS) ** _WIDTH
UNDATED = "0000-00-00"
"""Stands for the day of an incident none of whose texts has a date."""


def incident_id(day: float | None, founding_text: str, taken: Collection[str]) -> str:
    """The id of a new incident.

    :param day: first publication in days since 1970-01-01 UTC; the calendar day is that of UTC.
    :param founding_text: id of the text that opened it; its hash gives the four base-36 digits.
    :param taken: ids in use; on collision the next free one is taken.
    :raises RuntimeError: when all 1,679,616 ids of a day are taken.
    """
    prefix = (
        UNDATED
        if day is None
        else (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()
    )
    start = int.from_bytes(hashlib.sha256(founding_text.encode("utf-8")).digest()[:8], "big") % _SPACE
    for step in range(_SPACE):
        candidate = f"{prefix}-{_base36((start + step) % _SPACE)}"
        if candidate not in taken:
            return candidate
    raise RuntimeError(f"no incident id is left for {prefix}")


def calendar_day(day: float | None) -> str:
    """``YYYY-MM-DD`` in UTC of days since 1970-01-01."""
    return (
        UNDATED
        if day is None
        else (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date().isoformat()
    )


def _base36(number: int) -> str:
    digits = ""
    for _ in range(_WIDTH):
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return digits
