"""Who may change the archive: crawls and imports side by side, or one takedown alone.

The lock is held from before the landing log is read: who read it before a takedown would land the page again, and its
files would change places under the writer.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import IO

from crawler.archive import BusyError

LOCK = "writers.lock"
"""In the folder of the landing log."""
PATIENCE = 15.0
"""Seconds that a crawl or an import waits for a takedown."""


@contextmanager
def writing(data_dir: Path, patience: float | None = None) -> Iterator[None]:
    """Hold off takedowns while pages are landed.

    Raises:
        BusyError: one is still at work after ``patience`` seconds (without: :data:`PATIENCE`).
    """
    with _opened(data_dir) as handle:
        until = monotonic() + (PATIENCE if patience is None else patience)
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if monotonic() > until:
                    raise BusyError(
                        "pages are being taken out of the archive: try again when that has ended"
                    ) from error
                sleep(0.2)
        yield


@contextmanager
def writing_alone(data_dir: Path) -> Iterator[None]:
    """Hold off crawls and imports.

    Raises:
        BlockingIOError: one is at work.
    """
    with _opened(data_dir) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield


def _opened(data_dir: Path) -> IO[str]:
    folder = data_dir / "landing"
    folder.mkdir(parents=True, exist_ok=True)
    return (folder / LOCK).open("a")
