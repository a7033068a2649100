"""Title, summary and times of an incident, taken from its texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.steps.revision import TextOf


def describe(texts: Sequence[TextOf]) -> dict[str, Any]:
    first = next((text for text in texts if text.row["role"] == "report"), texts[0])
    title = first.row["title"]
    days = [text.row["published"] for text in texts if text.row["published"]]
    return {
        "title": first.row["title_en"] or title,
        "title_original": title,
        "summary": None,
        "summary_sentences": [],
        "first_published": str(min(days)) if days else None,
        "last_published": str(max(days)) if days else None,
    }
