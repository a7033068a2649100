"""``misp.json``: the incident as a MISP event with the objects ``incident``, ``report``, ``news-media``, ``translation`` and
``annotation`` of MISP/misp-objects, all under UUIDv5 so that a second import updates the first."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from .content import Content, Row
from .crosswalk import bcp47, title_of, uuid5
from .safety import is_sample, web_url

TEMPLATES = {
    "incident": ("38597424-f9bb-4865-9b4b-819172df0334", "1", "misc"),
    "report": ("70a68471-df22-4e3f-aa1a-5a3be19f82df", "8", "misc"),
    "news-media": ("691463c5-5302-4847-9bec-4c56ccfec677", "3", "misc"),
    "translation": ("a43b54fa-dac9-11e9-9b0d-97296aceae1a", "1", "misc"),
    "annotation": ("5d8dc046-15a1-4ca3-a09f-ed4ede7c4487", "3", "misc"),
}
"""UUID, version and meta-category of the templates."""
CATEGORY = {"text": "Other", "link": "External analysis", "datetime": "Other"}


def misp(content: Content) -> Row:
    """The event as JSON values."""
    stamp = _epoch(content.modified())
    event_uuid = uuid5("misp", "event", content.incident_id)
    title = title_of(content)
    objects = [
        _object(
            stamp,
            "incident",
            [content.incident_id],
            [("name", "text", title), ("description", "text", content.incident["summary"])],
        ),
        _object(
            stamp,
            "report",
            [content.incident_id],
            [
                ("title", "text", title),
                ("summary", "text", content.incident["rationale"]),
                ("type", "text", "Incident"),
            ],
        ),
    ]
    for article in content.articles:
        objects += _article(content, article, stamp)
    for row in content.evidence:
        key = [
            str(row[name])
            for name in ("subject_id", "axis", "value", "article_id", "field", "start_at", "end_at")
        ]
        objects.append(
            _object(
                stamp,
                "annotation",
                key,
                [
                    ("text", "text", f"{row['axis']}: {row['value']}\n{row['quote']}"),
                    ("type", "text", "Annotation"),
                    ("format", "text", "text"),
                ],
                [("annotates", uuid5("misp", "news-media", row["article_id"]))],
            )
        )
    return {
        "Event": {
            "uuid": event_uuid,
            "info": f"{title} ({content.incident_id})",
            "date": content.created()[:10],
            "timestamp": stamp,
            "threat_level_id": "4",
            "analysis": "2",
            "distribution": "0",
            "published": False,
            "Orgc": {"name": "wiredesk", "uuid": uuid5("misp", "organisation", "wiredesk")},
            "Tag": [{"name": f'wiredesk:class="{content.incident["class"]}"'}],
            "Attribute": [],
            "Object": list({item["uuid"]: item for item in objects}.values()),
        }
    }


def _article(content: Content, article: Row, stamp: str) -> list[Row]:
    article_id = article["article_id"]
    media = _object(
        stamp,
        "news-media",
        [article_id],
        [
            ("title", "text", article["title"]),
            ("link", "link", web_url(article["url"])),
            ("source", "text", article["outlet_name"] or article["outlet_id"]),
            ("content", "text", article["text"]),
            ("type", "text", "Newspaper (Online)"),
        ],
    )
    if not article["title_en"] or article["title_en"] == article["title"]:
        return [media]
    service = content.translated_by(article["text_id"])
    if service and is_sample(service):
        service += " (sample translation)"
    translation = _object(
        stamp,
        "translation",
        [article_id],
        [
            ("original-text", "text", article["title"]),
            ("original-language", "text", bcp47(article)),
            ("translated-text", "text", article["title_en"]),
            ("translation-language", "text", "en"),
            ("translation-service", "text", service),
        ],
        [("translation-of", uuid5("misp", "news-media", article_id))],
    )
    return [media, translation]


def _object(
    stamp: str,
    name: str,
    key: list[str],
    attributes: list[tuple[str, str, Any]],
    references: list[tuple[str, str]] | None = None,
) -> Row:
    template, version, category = TEMPLATES[name]
    uuid = uuid5("misp", name, *key)
    return {
        "uuid": uuid,
        "name": name,
        "meta-category": category,
        "template_uuid": template,
        "template_version": version,
        "timestamp": stamp,
        "distribution": "5",
        "Attribute": [
            {
                "uuid": uuid5("misp", "attribute", uuid, relation),
                "object_relation": relation,
                "type": kind,
                "category": CATEGORY[kind],
                "value": str(value),
                "to_ids": False,
                "distribution": "5",
                "timestamp": stamp,
            }
            for relation, kind, value in attributes
            if value
        ],
        "ObjectReference": [
            {
                "uuid": uuid5("misp", "reference", uuid, relation, target),
                "object_uuid": uuid,
                "referenced_uuid": target,
                "relationship_type": relation,
                "timestamp": stamp,
            }
            for relation, target in references or []
        ],
    }


def _epoch(moment: str) -> str:
    """Seconds since 1970 as MISP writes them."""
    return str(int(datetime.fromisoformat(moment.removesuffix("Z")).replace(tzinfo=UTC).timestamp()))
