"""What the page and the Markdown of an incident show, worked out and in order; nothing is escaped yet."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .content import Content, Row
from .countries import country_name
from .crosswalk import bcp47, title_of
from .lighting import anchor, paragraphs, sentence_row
from .oecd29 import oecd29
from .safety import is_sample
from .timeline import draw

AXES = (
    ("principle", "AI principles"),
    ("industry", "Industries"),
    ("stakeholder", "Affected stakeholders"),
    ("harm_type", "Harm types"),
    ("severity", "Severity"),
    ("business_function", "Business function"),
    ("ai_task", "AI tasks"),
    ("autonomy", "Autonomy"),
)
"""In the order of the reference page; the last two are ours."""
ROLE_NAMES = {
    "report": "report",
    "follow-up": "follow-up",
    "complementary": "background",
    "round-up": "round-up",
}
_OFFSET = re.compile(r"(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})")


def asset(name: str) -> str:
    """A text file shipped beside this module."""
    return (resources.files(__package__) / name).read_text(encoding="utf-8")


@cache
def definitions() -> Mapping[str, Any]:
    """The OECD's words for the classes and limbs."""
    return tomllib.loads(asset("definitions.toml"))


def _class_name(content: Content, value: str | None) -> str:
    name = content.field.class_name(value)
    return name[:1].upper() + name[1:]


def view(
    content: Content, *, kind: str, archived: Mapping[str, str], timeline: Sequence[Row]
) -> dict[str, Any]:
    """What the page and the Markdown show, worked out and in order, nothing escaped yet."""
    incident = content.incident
    label = _class_name(content, incident["class"])
    original = incident["title_original"] if incident["title_original"] != title_of(content) else None
    source = next(
        (row for row in content.articles if original in (row["title"], row["title_as_printed"])), None
    )
    return {
        "has_pages": "pages.wacz" in archived.values(),
        "id": content.incident_id,
        "revision": incident["revision"],
        "kind": kind,
        "class": incident["class"] or "none",
        "class_name": label,
        "title": title_of(content),
        "title_lang": _lang_of_title(content),
        "original": original,
        "original_lang": bcp47(source) if source else None,
        "disclaimer": asset("assets/disclaimer.txt").strip(),
        "sample": any(
            is_sample(row["engine"], row["model"]) for rows in content.sentences.values() for row in rows
        ),
        "summary": _summary(content),
        "rationale": incident["rationale"],
        "why": _why(content),
        "definition": definitions()["class"].get(incident["class"]),
        "definition_source": definitions()["source"],
        "limbs": [
            {"limb": limb, "words": definitions()["limb"][limb], "main": limb == incident["limb"]}
            for limb in dict.fromkeys([incident["limb"], *content.values("limb")])
            if limb in definitions()["limb"]
        ],
        "materialisation": incident["materialisation"],
        "severity": incident["severity"],
        "axes": [_axis(content, axis, name) for axis, name in AXES],
        "votes": _votes(content),
        "timeline": draw(timeline),
        "texts": [_text(content, row, archived) for row in _ordered_texts(content)],
        "facts": _facts(content),
        "counts": {
            "articles": incident["articles"],
            "texts": incident["texts"],
            "origins": incident["origins"],
            "outlets": len(incident["outlets"]),
        },
        "origin_names": content.incident.get("origin_names") or [],
        "countries": [country_name(code) for code in incident["countries"] or []],
        "first": _day(incident["first_published"]),
        "last": _day(incident["last_published"]),
        "event": _day(incident["event_date"]),
        "state": incident["state"],
        "redirects": content.redirects,
        "related": content.related,
        "history": [
            {
                "when": _minute(row["happened"]),
                "what": row["kind"],
                "why": row["reason"],
                "who": row["made_by"],
                "revision": row["revision"],
            }
            for row in content.history
        ],
        "decisions": [
            {
                "when": _minute(row["made"]),
                "what": row["action"],
                "why": row["reason"],
                "who": row["made_by"],
                "undone": row["undone_by"],
            }
            for row in content.decisions
        ],
        "coverage": oecd29(content)["coverage"],
        "changed": _minute(content.modified()),
    }


def _lang_of_title(content: Content) -> str | None:
    """Language of the incident's title where it is an article's own; ``None`` for a translated or given one."""
    title = title_of(content)
    return next(
        (bcp47(row) for row in content.articles if title in (row["title"], row["title_as_printed"])), None
    )


def _day(moment: str | None) -> str | None:
    return datetime.fromisoformat(moment[:10]).strftime("%-d %B %Y") if moment else None


def _minute(moment: str) -> str:
    return datetime.fromisoformat(moment.removesuffix("Z")).strftime("%-d %b %Y, %H:%M UTC")


def published(article: Row) -> str:
    """When an article appeared, on the outlet's own clock."""
    if not article["published"]:
        return "no date given"
    moment = datetime.fromisoformat(article["published"].removesuffix("Z")).replace(tzinfo=UTC)
    zone = article["published_zone"] or ""
    local, name = moment, "UTC"
    if match := _OFFSET.fullmatch(zone):
        shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
        local = moment + (shift if match[1] == "+" else -shift)
        name = f"UTC{match[1]}{match[2]}:{match[3]}" if shift else "UTC"
    elif "/" in zone:
        try:
            local, name = moment.astimezone(ZoneInfo(zone)), zone
        except (ZoneInfoNotFoundError, ValueError):
            name = "UTC"
    if article["published_precision"] == "day":
        return local.strftime("%-d %B %Y")
    return local.strftime(f"%-d %B %Y, %H:%M ({name})")


def _summary(content: Content) -> list[dict[str, Any]]:
    """Sentences of the summary with the article that each comes from."""
    numbers = {row["text_id"]: number for number, row in enumerate(_ordered_texts(content), 1)}
    sentences = content.incident["summary_sentences"]
    if not isinstance(sentences, list) or not sentences:
        return (
            [{"text": content.incident["summary"], "text_number": None}]
            if content.incident["summary"]
            else []
        )
    return [
        {
            "text": row.get("text_en") or row.get("text") or row.get("quote"),
            "text_number": numbers.get(row.get("text_id")),
        }
        for row in sentences
        if isinstance(row, dict) and (row.get("text_en") or row.get("text") or row.get("quote"))
    ]


def _quote(content: Content, row: Row) -> dict[str, Any]:
    article = next((item for item in content.articles if item["article_id"] == row["article_id"]), None)
    sample = any(
        is_sample(sentence["engine"], sentence["model"])
        for sentence in content.sentences.get(row["text_id"], [])
        if sentence["field"] == row["field"]
        and sentence["start_at"] < row["end_at"]
        and sentence["end_at"] > row["start_at"]
    )
    return {
        "quote": row["quote"].strip(),
        "lang": bcp47(article) if article else None,
        "english": row["quote_en"]
        if row["quote_en"] and row["quote_en"].strip() != row["quote"].strip()
        else None,
        "sample": sample,
        "source": (article["outlet_name"] or article["outlet_id"]) if article else row["article_id"],
        "anchor": anchor(row) if _shown(content, row) else None,
    }


def _shown(content: Content, row: Row) -> bool:
    """Whether the page shows the article quoted: of each text only the one that was judged."""
    return any(
        text["text_id"] == row["text_id"] and text["read_from"] == row["article_id"] for text in content.texts
    )


def _quotes(content: Content, axis: str, value: str, subject_id: str | None = None) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in content.quotations(axis, value, subject_id):
        found.setdefault((row["quote"], row["text_id"]), _quote(content, row))
    return list(found.values())


def _why(content: Content) -> list[dict[str, Any]]:
    """The quotations behind the class, of the incident or else of its texts."""
    own = _quotes(content, "class", content.incident["class"])
    if own:
        return own
    return [
        quote
        for text in _ordered_texts(content)
        for quote in _quotes(content, "class", content.incident["class"], text["text_id"])
    ]


def _axis(content: Content, axis: str, name: str) -> dict[str, Any]:
    rows = {
        row["value"]: row
        for row in content.labels
        if row["subject_id"] == content.incident_id and row["axis"] == axis
    }
    if axis == "severity" and not rows and content.incident["severity"]:
        return {
            "axis": axis,
            "name": name,
            "values": [{"value": content.incident["severity"], "quotes": [], "by": None, "votes": None}],
        }
    votes = {row["value"]: row["texts"] for row in content.votes if row["axis"] == axis}
    return {
        "axis": axis,
        "name": name,
        "values": [
            {
                "value": value,
                "quotes": _quotes(content, axis, value),
                "by": None if row["decided_by"] in ("machine", "rule") else row["decided_by"],
                "votes": votes.get(value),
            }
            for value, row in rows.items()
        ],
    }


def _votes(content: Content) -> list[dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for row in content.votes:
        tally = found.setdefault(row["axis"], {"axis": row["axis"], "rows": [], "rule": None, "flips": None})
        tally["rows"].append({"value": row["value"], "texts": row["texts"], "articles": row["articles"]})
        tally["rule"] = tally["rule"] or row["deciding_rule"]
        tally["flips"] = tally["flips"] or row["flips_if"]
    order = ["class", "materialisation", "limb", "severity"]
    tallies = sorted(
        found.values(),
        key=lambda item: (order.index(item["axis"]) if item["axis"] in order else 9, item["axis"]),
    )
    most = max((row["articles"] for tally in tallies for row in tally["rows"]), default=1) or 1
    for tally in tallies:
        tally["main"] = tally["axis"] in order
        tally["most"] = most
        tally["name"] = tally["axis"].replace("_", " ")
    return tallies


def _ordered_texts(content: Content) -> list[Row]:
    """Texts by first publication."""
    first: dict[str, str] = {}
    for article in content.articles:
        first.setdefault(article["text_id"], article["published"] or "9999")
    return sorted(content.texts, key=lambda row: (first.get(row["text_id"], "9999"), row["text_id"]))


def _text(content: Content, text: Row, archived: Mapping[str, str]) -> dict[str, Any]:
    text_id = text["text_id"]
    members = {row["article_id"]: row for row in content.members}
    articles = [row for row in content.articles if row["text_id"] == text_id]
    origin = next(
        (row for row in articles if row["article_id"] == text["read_from"]), articles[0] if articles else None
    )
    spans = [
        row
        for row in content.evidence
        if row["text_id"] == text_id and origin and row["article_id"] == origin["article_id"]
    ]
    role = members[articles[0]["article_id"]]["role"] if articles else None
    sentences = content.sentences.get(text_id, [])
    shown = sentences or (paragraphs(origin) if origin else [])
    return {
        "id": text_id,
        "class": text["class"] or "none",
        "class_name": _class_name(content, text["class"]),
        "differs": bool(text["class"]) and text["class"] != content.incident["class"],
        "role": ROLE_NAMES.get(role or "", role),
        "credits": text["attributed_source"],
        "lang": bcp47(origin) if origin else None,
        "articles": [
            {
                "title": row["title"] or row["title_as_printed"] or "(no title)",
                "lang": bcp47(row),
                "title_en": row["title_en"] if row["title_en"] != row["title"] else None,
                "url": row["url"],
                "when": published(row),
                "iso": row["published"],
                "outlet": row["outlet_name"] or row["outlet_as_printed"] or row["outlet_id"],
                "relation": row["relation"] if row["relation"] != "original" else None,
                "authors": row["authors"] or [],
                "archived": archived[row["article_id"]],
                "joined": members[row["article_id"]]["reason"],
                "joined_by": members[row["article_id"]]["joined_by"],
            }
            for row in articles
        ],
        "quotes": _quotes(content, "class", text["class"], text_id) if text["class"] else [],
        "labels": [
            {"limb": "limb ({})", "severity": "severity: {}"}.get(row["axis"], "{}").format(row["value"])
            for row in content.labels
            if row["subject_id"] == text_id and row["axis"] in ("harm_type", "principle", "severity", "limb")
        ],
        "rows": [sentence_row(sentence, spans) for sentence in shown],
        "translated": any(sentence["target"] for sentence in shown),
        "engines": sorted(
            {f"{row['engine']} {row['model'] or ''}".strip() for row in sentences if row["engine"]}
        ),
        "sample": any(is_sample(row["engine"], row["model"]) for row in sentences),
    }


def _facts(content: Content) -> list[dict[str, Any]]:
    names = {
        "organisation": "Organisations",
        "system": "AI systems",
        "quantity": "Figures reported",
        "mitigation": "Actions taken",
    }
    found = []
    for kind, name in names.items():
        values: dict[str, list[str]] = {}
        for row in content.facts:
            if row["kind"] == kind:
                value = row["value"]
                if kind == "quantity":  # one figure, or two with a slash between: from, to
                    figures = value.split("/")
                    value = " to ".join(f"{int(one):,}" if one.isdecimal() else one for one in figures)
                unit = "person" if (value, row["unit"]) == ("1", "people") else row["unit"]
                text = f"{value} {unit}" if unit else value
                values.setdefault(text, [])
                if row["role"] and row["role"] not in values[text] and not (row["role"] == "money" and unit):
                    values[text].append(row["role"])
        if values:
            found.append(
                {
                    "name": name,
                    "values": [
                        {"value": key, "roles": sorted(roles)} for key, roles in sorted(values.items())
                    ],
                }
            )
    return found
