"""Search across scripts, regions and languages: an index of our own in DuckDB, ranked with BM25.

``document`` and ``write`` make the index (the last step of the line), ``find`` and ``incidents_holding`` ask it,
``read`` takes a query apart, ``records`` is what one who asks often keeps. The command and the desk ask here, and nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.search.finding import Answer, Hit, find, incidents_holding
    from pipelines.search.index import document, write
    from pipelines.search.passages import Passage
    from pipelines.search.question import Question, read
    from pipelines.search.ranking import Filters, Records, records

VERSION: str
"""Changes when the tokens of a text may change: rules, and the folding of ``hanzi``. Another version is indexed anew."""

_RULES = "search-1"
_HOMES = {
    "Answer": "finding",
    "Filters": "ranking",
    "Hit": "finding",
    "Passage": "passages",
    "Question": "question",
    "Records": "ranking",
    "document": "index",
    "find": "finding",
    "incidents_holding": "finding",
    "read": "question",
    "records": "ranking",
    "write": "index",
}

__all__ = [
    "VERSION",
    "Answer",
    "Filters",
    "Hit",
    "Passage",
    "Question",
    "Records",
    "document",
    "find",
    "incidents_holding",
    "read",
    "records",
    "write",
]


def __getattr__(name: str) -> Any:
    """Import a member when it is first asked for: numpy and OpenCC stay out of ``wiredesk --help``."""
    from importlib import import_module

    if name == "VERSION":
        from pipelines.hanzi import NORMALISATION_VERSION

        return f"{_RULES}+{NORMALISATION_VERSION}"
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
