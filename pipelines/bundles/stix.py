"""``stix.json``: the incident as a STIX 2.1 bundle, made by the stix2 library with ids that repeat.

Ids are UUIDv5 of our permanent ids; ``created`` is the first publication and ``modified`` the last change of the record,
so that importing a later revision updates what an earlier one made. Names stay as they were when the incident was
opened, because OpenCTI derives its own ids from name and date.
"""

from __future__ import annotations

import json
from typing import Any

from .content import Content, Row
from .countries import countries
from .crosswalk import bcp47, title_of, uuid5
from .safety import is_sample, web_url

EPOCH = "2026-01-01T00:00:00.000Z"
"""When the identity, the extension and the marking were defined: before any record."""
WIREDESK = f"identity--{uuid5('identity', 'wiredesk')}"
EXTENSION = f"extension-definition--{uuid5('extension', 'incident')}"
MARKING = f"marking-definition--{uuid5('marking', 'machine')}"
STATEMENT = (
    "Labels, grouping and translations made by software from news reports (wiredesk); quotations belong to their "
    "publishers. A label is no finding about any person or company."
)
PROPERTIES = {
    "incident_id": "string",
    "revision": "integer",
    "class": "incident | hazard | complementary | unrelated",
    "materialisation": "actual | plausible",
    "limb": "a | b | c | d, of the OECD definition of an AI incident",
    "criticality": "the OECD ladder: hazard, serious hazard, incident, serious incident, disaster, unknown",
    "event_date": "ISO 8601 date",
    "countries": "list of ISO 3166-1 alpha-3",
    "origins": "integer, independent sources",
    "labels": "object of lists by axis, values as the OECD's AIM spells them",
}
NOT_REPORTED = ("marking-definition", "extension-definition", "language-content")
"""Types that a report's ``object_refs`` may not name."""
AXES = ("principle", "industry", "stakeholder", "harm_type", "business_function", "ai_task", "autonomy")


class _Maker:
    """Collects the objects of one bundle."""

    def __init__(self, content: Content) -> None:
        self.content = content
        self.created = content.created()
        self.modified = max(content.modified(), self.created)
        self.objects: list[Any] = []

    def add(self, kind: str, *key: str, **properties: Any) -> str:
        """One object of our own with the common properties; returns its id."""
        import stix2.v21 as stix

        identity = f"{kind}--{uuid5('stix', kind, *key)}"
        classes = {
            "incident": stix.Incident,
            "note": stix.Note,
            "opinion": stix.Opinion,
            "language-content": stix.LanguageContent,
            "relationship": stix.Relationship,
            "report": stix.Report,
            "identity": stix.Identity,
            "location": stix.Location,
        }
        common = {
            "id": identity,
            "created": self.created,
            "modified": self.modified,
            "created_by_ref": WIREDESK,
            "object_marking_refs": [MARKING],
        }
        given = {
            name: value for name, value in {**common, **properties}.items() if value not in (None, [], "")
        }
        self.objects.append(classes[kind](**given))
        return identity


def stix(content: Content, wacz_sha256: str | None) -> Row:
    """The bundle as JSON values.

    :param wacz_sha256: hash of ``pages.wacz``, ``None`` where the bundle holds no pages.
    """
    import stix2.v21 as library

    make = _Maker(content)
    make.objects += _frame(library)
    incident = _incident(make)
    urls = _articles(make, library)
    _notes(make, incident, urls)
    _around(make, incident)
    if wacz_sha256:
        make.objects.append(
            library.Artifact(
                id=f"artifact--{uuid5('stix', 'artifact', content.incident_id)}",
                mime_type="application/wacz",
                url="file:pages.wacz",
                hashes={"SHA-256": wacz_sha256},
            )
        )
    make.add(
        "report",
        content.incident_id,
        name=f"{_stable_name(content)} ({content.incident_id})",
        description=content.incident["summary"],
        report_types=["incident"],
        published=make.created,
        object_refs=list(
            dict.fromkeys(item["id"] for item in make.objects if item["type"] not in NOT_REPORTED)
        ),
        external_references=[
            reference for article in content.articles if (reference := _reference(article)) is not None
        ],
    )
    bundle = library.Bundle(
        id=f"bundle--{uuid5('stix', 'bundle', content.incident_id, str(content.incident['revision']))}",
        objects=list({item["id"]: item for item in make.objects}.values()),
        allow_custom=True,
    )
    result: Row = json.loads(bundle.serialize())
    return result


def _frame(library: Any) -> list[Any]:
    """Who made the bundle, under which marking, and what our extension means."""
    return [
        library.Identity(
            id=WIREDESK, created=EPOCH, modified=EPOCH, name="wiredesk", identity_class="system"
        ),
        library.MarkingDefinition(
            id=MARKING,
            created=EPOCH,
            created_by_ref=WIREDESK,
            definition_type="statement",
            definition=library.StatementMarking(STATEMENT),
        ),
        library.ExtensionDefinition(
            id=EXTENSION,
            created=EPOCH,
            modified=EPOCH,
            created_by_ref=WIREDESK,
            name="AI incident record",
            description="What the OECD vocabulary says of an AI incident or hazard",
            schema=json.dumps(PROPERTIES, sort_keys=True),
            version="1.0.0",
            extension_types=["property-extension"],
        ),
    ]


def _stable_name(content: Content) -> str:
    """The title of the text that opened the incident; a better title later does not change this name."""
    for event in content.history:
        detail = event["detail"] if isinstance(event["detail"], dict) else {}
        opener = next(iter(detail.get("texts") or [detail.get("text_id")]), None)
        text = next(
            (row for row in content.texts if event["kind"] == "opened" and row["text_id"] == opener), None
        )
        if text is not None and text["title"]:
            return str(text["title"])
    return str(content.incident["title_original"] or title_of(content))


def _incident(make: _Maker) -> str:
    content, record = make.content, make.content.incident
    extension = {
        "extension_type": "property-extension",
        "incident_id": content.incident_id,
        "revision": record["revision"],
        "class": record["class"],
        "materialisation": record["materialisation"],
        "limb": record["limb"],
        "criticality": record["severity"],
        "event_date": record["event_date"],
        "countries": record["countries"],
        "origins": record["origins"],
        "labels": {axis: values for axis in AXES if (values := content.values(axis))},
    }
    title = title_of(content)
    identity = make.add(
        "incident",
        content.incident_id,
        name=_stable_name(content),
        description=f"{title}\n\n{record['summary']}" if record["summary"] else title,
        labels=sorted({f"ai-{record['class']}", *(f"harm:{value}" for value in content.values("harm_type"))}),
        external_references=[{"source_name": "wiredesk", "external_id": content.incident_id}],
        extensions={
            EXTENSION: {name: value for name, value in extension.items() if value not in (None, [], {})}
        },
    )
    for name in content.redirects:
        old = make.add("incident", name, name=f"merged into {content.incident_id}", revoked=True)
        make.add(
            "relationship",
            "duplicate-of",
            name,
            relationship_type="duplicate-of",
            source_ref=old,
            target_ref=identity,
        )
    return identity


def _reference(article: Row) -> Row | None:
    url = web_url(article["url"])
    if url is None:
        return None
    reference: Row = {"source_name": article["outlet_name"] or article["outlet_id"], "url": url}
    if article["page_sha256"]:
        reference["hashes"] = {"SHA-256": article["page_sha256"]}
    return reference | {"external_id": article["article_id"]}


def _articles(make: _Maker, library: Any) -> dict[str, str]:
    """A ``url`` object per article and an identity per outlet; the url's id by article."""
    found = {}
    for article in make.content.articles:
        make.add(
            "identity",
            "outlet",
            article["outlet_id"],
            name=article["outlet_name"] or article["outlet_id"],
            identity_class="organization",
            roles=["source"],
        )
        url = web_url(article["url"])
        if url is not None:
            item = library.URL(value=url)
            make.objects.append(item)
            found[article["article_id"]] = item["id"]
    return found


def _notes(make: _Maker, incident: str, urls: dict[str, str]) -> None:
    content = make.content
    if content.incident["rationale"]:
        make.add(
            "note",
            "rationale",
            abstract="Why labelled",
            content=content.incident["rationale"],
            object_refs=[incident],
        )
    articles = {row["article_id"]: row for row in content.articles}
    for row in content.evidence:
        article = articles.get(row["article_id"])
        key = [
            str(row[name])
            for name in ("subject_id", "axis", "value", "article_id", "field", "start_at", "end_at")
        ]
        said = f"“{row['quote']}”"
        if row["quote_en"] and row["quote_en"] != row["quote"]:
            sample = " (sample translation)" if is_sample(content.translated_by(row["text_id"])) else ""
            said += f"\n{row['quote_en']}{sample}"
        make.add(
            "note",
            "evidence",
            *key,
            abstract=f"{row['axis']}: {row['value']}",
            content=said,
            lang=bcp47(article) if article else None,
            object_refs=list(dict.fromkeys([incident, urls.get(row["article_id"], incident)])),
        )
    for text in content.texts:
        if text["class"] and text["class"] != content.incident["class"]:
            about = [urls[name] for name in text["articles"] if name in urls] or [incident]
            make.add(
                "opinion",
                text["text_id"],
                opinion="disagree",
                explanation=f"This text alone reads as {text['class']}; the incident as {content.incident['class']}.",
                object_refs=sorted(about),
            )


def _around(make: _Maker, incident: str) -> None:
    content, record = make.content, make.content.incident
    for code in record["countries"] or []:
        alpha2, name = countries().get(code, (None, code))
        place = make.add("location", code, name=name, country=alpha2 or code)
        make.add(
            "relationship",
            "located-at",
            code,
            relationship_type="related-to",
            source_ref=incident,
            target_ref=place,
        )
    for name in content.entities("organisation"):
        who = make.add("identity", "organisation", name, name=name, identity_class="organization")
        roles = sorted({row["role"] for row in content.facts if row["value"] == name and row["role"]})
        make.add(
            "relationship",
            "names",
            name,
            relationship_type="related-to",
            description=", ".join(roles),
            source_ref=incident,
            target_ref=who,
        )
    original = record["title_original"]
    if original and original != record["title"]:
        source = next(
            (row for row in content.articles if original in (row["title"], row["title_as_printed"])), None
        )
        make.add(
            "language-content",
            content.incident_id,
            object_ref=incident,
            object_modified=make.modified,
            contents={(bcp47(source) if source else None) or "und": {"name": original}},
        )
