"""The web desk over :mod:`pipelines.desk`. The door: :func:`create_app` and :func:`warm`, loaded when asked for."""

from __future__ import annotations

from typing import Any

__all__ = ["create_app", "warm"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from pipelines.desk.web import app

        return getattr(app, name)
    raise AttributeError(name)
