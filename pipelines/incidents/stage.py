"""The grouping as a filter on rows: all rows at once, no database, one output row per input row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from pipelines.incidents.assign import assign
from pipelines.incidents.features import features
from pipelines.incidents.model import Item
from pipelines.records import BAD_FIELD, OK, Row, not_text

CLASSES = ("incident", "hazard", "complementary", "unrelated")
WHY = {
    "empty": "neither title nor text",
    "bad_date": "published is no ISO 8601 time: its place in time is not guessed",
    "irrelevant": "relevant is false",
    "no_class": "no class, and only a text of class incident or hazard opens an incident",
    "unrelated": "of class unrelated: it joins nothing",
    "waiting": "complementary, and no incident that it belongs to",
}
"""Why a row stands in no incident, by its outcome."""
TEXTS = ("title", "text", "published", "language", "class", "outlet", "url")


def filter_rows(rows: Iterable[Row], all: bool = False) -> Iterator[dict[str, Any]]:
    """Group ``rows`` (``id``, ``title``, ``text``, ``published``, ``language``, ``class``; any but ``id`` may be missing).

    :param all: group every row without asking for its class.

    Yields, in the order of the input, ``id``, ``outcome``, ``incident_id``, ``affair_id``, ``score``, ``reason``.
    Outcomes: ``ok``; ``empty`` (neither title nor text); ``bad_date``; ``bad_field`` (something else than text in a
    field); ``double_id`` (an earlier row has this id); and, unless ``all``: ``no_class``, ``irrelevant``
    (``relevant`` is false), ``unrelated``, ``waiting`` (complementary, and no incident that it belongs to).
    A row that cannot be read as a date is grouped nowhere: its place in time is not guessed.
    """
    order: list[dict[str, Any]] = []
    answers: dict[str, dict[str, Any]] = {}
    items = []
    for row in rows:
        name = str(row["id"])
        answer: dict[str, Any] = {
            "id": row["id"],
            "outcome": "double_id",
            "incident_id": None,
            "affair_id": None,
            "score": None,
            "reason": None,
        }
        order.append(answer)
        if name in answers:
            answer["reason"] = f"an earlier row has the id {name}"
            continue
        answers[name] = answer
        if wrong := not_text(row, *TEXTS):
            answer.update(outcome=BAD_FIELD, reason=wrong)
            continue
        answer["outcome"], item = _read(name, row, all)
        answer["reason"] = WHY.get(answer["outcome"])
        if item is not None:
            items.append(item)
    result = assign([features(item) for item in items], everything=all)
    for name, outcome in result.outcomes.items():
        answers[name].update(outcome=outcome, reason=WHY.get(outcome))
    best: dict[str, float] = {}
    for member in result.memberships:
        answer = answers[member.text_id]
        if member.score > best.get(member.text_id, -1.0):
            best[member.text_id] = member.score
            answer.update(
                incident_id=member.incident_id,
                affair_id=result.affairs[member.incident_id],
                score=member.score,
                reason=member.reason,
            )
    yield from order


def _read(name: str, row: Row, everything: bool) -> tuple[str, Item | None]:
    title, text = row.get("title") or "", row.get("text") or ""
    if not (title.strip() or text.strip()):
        return "empty", None
    if not everything and row.get("relevant") is False:
        return "irrelevant", None
    class_ = row.get("class")
    if class_ not in CLASSES:
        if not everything:
            return "no_class", None
        class_ = None
    try:
        published = datetime.fromisoformat(row["published"]) if row.get("published") else None
    except (TypeError, ValueError):
        return "bad_date", None
    return OK, Item(
        text_id=name,
        title=title,
        text=text,
        published=published,
        language=row.get("language"),
        class_=class_,
        outlet=row.get("outlet"),
        url=row.get("url"),
    )
