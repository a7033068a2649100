"""Fold articles into texts: twins of another script or region, wire copies, shortened copies, updates.

``sign`` makes an article's signature, ``fold`` compares new signatures with known ones that share an index key,
``diff`` says what an update changed, ``attributed_source`` whom a text credits. Pure: what is known comes in as
an argument, nothing is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.texts.attribution import attributed_source, independent
    from pipelines.texts.filter import filter_rows
    from pipelines.texts.folding import fold, text_id_of
    from pipelines.texts.signature import Signature, sign
    from pipelines.texts.versions import Change, diff, told

VERSION: str
"""Changes when signatures or folds change: the rules, the sources' table, the folding of ``hanzi``. Stored signatures
of another version must be made anew."""

_RULES = "texts-4"

_HOMES = {
    "Change": "versions",
    "Signature": "signature",
    "attributed_source": "attribution",
    "diff": "versions",
    "filter_rows": "filter",
    "independent": "attribution",
    "fold": "folding",
    "sign": "signature",
    "text_id_of": "folding",
    "told": "versions",
}

__all__ = [
    "VERSION",
    "Change",
    "Signature",
    "attributed_source",
    "diff",
    "filter_rows",
    "fold",
    "independent",
    "sign",
    "text_id_of",
    "told",
]


def __getattr__(name: str) -> Any:
    """Import a member when it is first asked for: numpy, OpenCC and rensa stay out of ``wiredesk --help``."""
    from importlib import import_module

    if name == "VERSION":
        from pipelines.hanzi import NORMALISATION_VERSION
        from pipelines.texts.attribution import digest

        return f"{_RULES}+sources-{digest()}+{NORMALISATION_VERSION}"
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
