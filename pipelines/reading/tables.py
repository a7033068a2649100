"""The tables of facts that lie beside this code as TOML."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """One table, read once; the caller must not change it."""
    return tomllib.loads(files("pipelines.reading").joinpath(name).read_text("utf-8"))


def words(name: str, key: str) -> frozenset[str]:
    """The words of one white-space separated entry."""
    return frozenset(str(table(name)[key]).split())
