"""Loaded by every Python process of a killed crawl or run: kills the process, as a power cut would, at a named point.

``WIREDESK_TEST_KILL`` is ``KIND:N``. ``fsync:N`` kills the N-th time that the process has put something on the disk,
before anything else happens (after a WARC record and before its log line, or after the line). ``commit:N`` kills
within the N-th commit of the database, from a second thread; ``before-commit:N`` right before it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

_point = os.environ.get("WIREDESK_TEST_KILL", "")
_kind, _, _number = _point.partition(":")
_left = int(_number or 0)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _due() -> bool:
    global _left
    _left -= 1
    return _left == 0


if _kind == "fsync":
    _fsync = os.fsync

    def _fsync_then_die(handle: int) -> None:
        _fsync(handle)
        if _due():
            _die()

    os.fsync = _fsync_then_die

if _kind in ("commit", "before-commit"):

    class _Patch:
        """Finds nothing; patches the store when its connection module has been imported."""

        def find_spec(self, name: str, path: object = None, target: object = None) -> None:
            module = sys.modules.get("pipelines.store.connection")
            if module is not None and not hasattr(module, "_kills") and hasattr(module, "fsync_folder"):
                module._kills = True
                opened = module._open

                def open_and_kill(*arguments: object, **options: object) -> object:
                    return _Killing(opened(*arguments, **options))

                module._open = open_and_kill

    class _Killing:
        """A connection that dies in a commit."""

        def __init__(self, con: object) -> None:
            self._con = con

        def __getattr__(self, name: str) -> object:
            return getattr(self._con, name)

        def execute(self, sql: str, *arguments: object) -> object:
            if sql == "COMMIT" and _due():
                if _kind == "before-commit":
                    _die()
                threading.Thread(target=lambda: (time.sleep(0.0005), _die())).start()
            return self._con.execute(sql, *arguments)

    sys.meta_path.insert(0, _Patch())
