"""Language, script and region of an article: scripts first, then statistics.

In: title and text, and what is known of the outlet. Out: ``records.Language``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pipelines.records import BAD_FIELD, Language, Row, not_text

VERSION: str
"""Changes when an answer may change: the rules, the room's tables, the character tables and words of ``hanzi``."""

_RULES = "language-3"

__all__ = ["VERSION", "filter_rows", "identify"]


def __getattr__(name: str) -> str:
    """``VERSION`` reads the tables, so it is made when it is asked for."""
    if name != "VERSION":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from pipelines.hanzi import NORMALISATION_VERSION
    from pipelines.language.tables import digest

    return f"{_RULES}+tables-{digest()}+{NORMALISATION_VERSION}"


def identify(
    title: str | None,
    text: str | None,
    *,
    outlet_language_tag: str | None = None,
    outlet_region: str | None = None,
) -> Language:
    """Language, script and region of one article; the answer is described in `rules.py`."""
    from pipelines.language.rules import identify as answer

    return answer(title, text, outlet_language_tag=outlet_language_tag, outlet_region=outlet_region)


def filter_rows(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """One output row for each input row (``id``, ``title``, ``text``) with the fields of ``records.Language``.

    A title or text that is no string has the outcome ``bad_field``.
    """
    for row in rows:
        if wrong := not_text(row, "title", "text"):
            answer = Language(outcome=BAD_FIELD, method="none", reason=wrong)
        else:
            answer = identify(row.get("title"), row.get("text"))
        yield {
            "id": row.get("id"),
            "outcome": answer.outcome,
            "language": answer.language,
            "script": answer.script,
            "region": answer.region,
            "language_tag": answer.language_tag,
            "confidence": answer.confidence,
            "method": answer.method,
            "reason": answer.reason,
        }
