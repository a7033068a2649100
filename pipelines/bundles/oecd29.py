"""``oecd29.json``: the 29 criteria of the OECD's common reporting framework for AI incidents (February 2025).

Each criterion has a value and one of AAIO's five status words; what the press has not said stays null and
``unmapped``. Nothing is guessed: ``approximate`` is said where our vocabulary only stands near the criterion's.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from importlib import resources
from typing import Any

from .content import Content, Row
from .crosswalk import RIGHTS, title_of
from .safety import translation_note

DIRECT, PARTIAL, APPROXIMATE, UNMAPPED, CROSS_REFERENCE = (
    "direct",
    "partial",
    "approximate",
    "unmapped",
    "cross_reference_only",
)
OWN_WORDS = (1, 2, 3)
"""Criteria answered in English that may be a translation; the others are names, values and quotations."""
STATUSES = (DIRECT, PARTIAL, APPROXIMATE, UNMAPPED, CROSS_REFERENCE)


def oecd29(content: Content) -> Row:
    """The 29 criteria of one incident, in order, with the count of each status."""
    text = (resources.files(__package__) / "oecd29.tsv").read_text(encoding="utf-8")
    answers = _answers(content)
    translated = translation_note(content.translators())
    criteria = []
    for row in csv.DictReader(io.StringIO(text), delimiter="\t", strict=True):
        number = int(row["number"])
        value, status, note = answers.get(number, (None, UNMAPPED, None))
        if value is None or value == [] or value == {}:
            value, status, note = None, UNMAPPED, None
        elif number in OWN_WORDS and translated:
            note = f"{note}; {translated}" if note else translated
        criteria.append(
            {
                "criterion": number,
                "name": row["name"],
                "mandatory": row["mandatory"] == "true",
                "value": value,
                "status": status,
                "note": note,
            }
        )
    counts = Counter(row["status"] for row in criteria)
    return {
        "framework": "OECD, Towards a common reporting framework for AI incidents, 2025",
        "incident_id": content.incident_id,
        "revision": content.incident["revision"],
        "translated_by": content.translators(),
        "coverage": {status: counts[status] for status in STATUSES},
        "criteria": criteria,
    }


def _answers(content: Content) -> dict[int, tuple[Any, str, str | None]]:
    incident = content.incident
    severity = incident["severity"] if incident["severity"] != "unknown" else None
    occurred = content.entities("country", "occurred")
    organisations = [
        {"name": row["value"], "role": row["role"]}
        for row in content.facts
        if row["kind"] == "organisation" and row["role"] in ("developer", "deployer")
    ]
    quantities = [
        {"value": row["value"], "unit": row["unit"], "of": row["role"]}
        for row in content.facts
        if row["kind"] == "quantity"
    ]
    infrastructure = [row["quote"] for row in content.quotations("limb", "b")] or None
    rights = [row["quote"] for row in content.quotations("harm_type", RIGHTS)]
    links = sorted({row["url"] for row in content.articles if row["url"]})
    return {
        1: (title_of(content), DIRECT, None),
        2: (incident["summary"], DIRECT, "sentences of the articles"),
        3: (
            incident["rationale"],
            PARTIAL,
            "in words with quotations; the framework's list of relations is not judged",
        ),
        4: ({"type": "other", "organisation": "wiredesk, from news reports"}, DIRECT, None),
        5: (
            incident["event_date"] or (incident["first_published"] or "")[:10] or None,
            DIRECT if incident["event_date"] else APPROXIMATE,
            None
            if incident["event_date"]
            else "day of the first report; the articles date the event nowhere",
        ),
        6: (
            occurred or incident["countries"],
            DIRECT if occurred else APPROXIMATE,
            None if occurred else "countries that the articles name, whatever their part",
        ),
        7: (links, DIRECT, None),
        8: (content.entities("system"), PARTIAL, "names; versions are not read"),
        9: (_unique(organisations), DIRECT, None),
        10: (severity, DIRECT, None),
        11: (content.values("harm_type"), DIRECT, "AIM's spelling"),
        12: (_unique(quantities), PARTIAL, "as the articles give them; reports may disagree"),
        14: (content.values("stakeholder"), DIRECT, "AIM's spelling, which adds Women"),
        15: (rights, PARTIAL, "quotations"),
        16: (content.values("principle"), DIRECT, "AIM's spelling"),
        17: (content.values("industry"), APPROXIMATE, "AIM's industries, not ISIC"),
        18: (content.values("business_function"), DIRECT, "AIM's spelling"),
        19: (infrastructure, PARTIAL, "quotations for limb (b)"),
        25: (content.values("ai_task"), DIRECT, "AIM's spelling"),
        26: (content.values("autonomy")[:1], DIRECT, "AIM's spelling"),
        27: (content.entities("mitigation"), PARTIAL, "as the articles tell it"),
        29: (
            [f"wiredesk {name}" for name in content.redirects],
            CROSS_REFERENCE,
            "ids merged into this incident",
        ),
    }


def _unique(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = {repr(sorted(row.items(), key=lambda item: item[0])): row for row in rows}
    return [found[key] for key in sorted(found)]
