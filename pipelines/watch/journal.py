"""The watch's own log: JSON Lines, one event each, for a person, ``jq`` and the system's journal alike."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TextIO


class Journal:
    """Writes ``{"at", "level", "event", …}``. Threads may write at the same time; lines never mix."""

    def __init__(self, stream: TextIO, clock: Callable[[], datetime], *, quiet: bool = False) -> None:
        self._stream, self._clock, self._quiet = stream, clock, quiet
        self._guard = threading.Lock()

    def __call__(self, event: str, level: str = "info", **fields: Any) -> None:
        if self._quiet and level == "info":
            return
        at = self._clock().astimezone(UTC).isoformat(timespec="milliseconds")
        line = json.dumps(
            {"at": at, "level": level, "event": event, **fields}, ensure_ascii=False, default=str
        )
        with self._guard:
            self._stream.write(line + "\n")
            self._stream.flush()


class Forward(logging.Handler):
    """Brings what libraries log at warning and above into the journal."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self._journal = journal

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            said += f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}"
        self._journal("library", record.levelname.lower(), logger=record.name, message=said)
