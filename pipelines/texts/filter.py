"""The room as a filter on JSON rows: one file is folded as one batch, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from pipelines.records import Row
from pipelines.texts.folding import fold
from pipelines.texts.signature import Signature, sign


def filter_rows(rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
    """``text_id`` and ``relation`` for each row of ``id``, ``title``, ``text``, ``published``, ``url``, ``outlet``.

    All rows are read before the first is answered: a later row may be the older one. A ``published`` without zone is
    taken as UTC (only the order counts); one that cannot be read, and a field that is no
    text, is named in ``reason`` and counts as missing.
    """
    ids: list[Any] = []
    signatures: list[Signature] = []
    unread: list[str] = []
    for n, row in enumerate(rows):
        published, complaint = _moment(row.get("published"))
        fields = {name: row.get(name) for name in ("title", "text", "url", "outlet", "script")}
        if wrong := [name for name, value in fields.items() if not isinstance(value, str | None)]:
            complaint = "; ".join(filter(None, (complaint, f"{' and '.join(wrong)} must be text or null")))
            fields |= dict.fromkeys(wrong)
        ids.append(row.get("id"))
        unread.append(complaint)
        signatures.append(
            sign(
                # Rows without an id, or with one twice, stay rows of their own: a number keeps them apart.
                str(row["id"]) if row.get("id") is not None else f"row-{n}",
                fields["title"],
                fields["text"],
                published=published,
                url=fields["url"],
                outlet=fields["outlet"],
                script=fields["script"],
            )
        )
    for row_id, found, complaint in zip(ids, fold(signatures), unread, strict=True):
        yield {
            "id": row_id,
            "outcome": found.outcome,
            "text_id": found.text_id,
            "relation": found.relation,
            "reason": f"{found.reason}; {complaint}" if complaint else found.reason,
            "same_as": found.same_as,
            "similarity": found.similarity,
            "attributed_source": found.attributed_source,
        }


def _moment(value: object) -> tuple[datetime | None, str]:
    if value is None or value == "":
        return None, ""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None, f"published {str(value)[:40]!r} is no ISO 8601 time"
    return (found if found.tzinfo else found.replace(tzinfo=UTC)), ""
