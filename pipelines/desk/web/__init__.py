"""The web desk over :mod:`pipelines.desk`. The door: :func:`create_app`, loaded when it is asked for."""

from __future__ import annotations

from typing import Any

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from pipelines.desk.web.app import create_app

        return create_app
    raise AttributeError(name)
