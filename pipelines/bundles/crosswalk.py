"""The record in the shapes that other collections use: AIM's incident, AIID's reports, schema.org's articles."""

from __future__ import annotations

import re
import uuid
from typing import Any
from urllib.parse import urlsplit

from .content import Content, Row
from .safety import translation_note, web_url

RIGHTS = "Human or fundamental rights"
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:wiredesk:bundles")
"""Every id that a bundle makes up is a UUIDv5 in this namespace, from our own permanent ids."""

_TAG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*")
AIM_CLASS = {"incident": "AI incident", "hazard": "AI hazard"}


def uuid5(*parts: str) -> str:
    """A UUIDv5 of parts that cannot run into each other."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))


def title_of(content: Content) -> str:
    """The incident's title, in English where there is one."""
    return str(content.incident["title"] or content.incident["title_original"] or content.incident_id)


def bcp47(article: Row) -> str | None:
    """The language of an article as BCP 47; ``None`` for what has not the form of a tag."""
    tag: str | None = article["language_tag"] or article["language"]
    return tag if tag and _TAG.fullmatch(tag) else None


def aim(content: Content) -> Row:
    """The incident as AIM's API gives one. Unlike AIM's, ``evidences`` are quotations, and articles have a language.

    ``translated_by``, which AIM's has not either, names the engines and models behind title, summary and evidences.
    """
    incident = content.incident
    countries = incident["countries"] or []
    languages: dict[str, int] = {}
    for article in content.articles:
        languages[article["language"] or "und"] = languages.get(article["language"] or "und", 0) + 1
    return {
        "id": content.incident_id,
        "title": title_of(content),
        "date": (incident["first_published"] or content.created())[:10],
        "summary": incident["summary"],
        "evidences": [incident["rationale"]] if incident["rationale"] else [],
        "location": {"location": None, "country": None, "country_code": countries[0]} if countries else None,
        "company": content.entities("organisation"),
        "image": None,
        "articles": [
            {
                "title": article["title"],
                "date": (article["published"] or "")[:10] or None,
                "body": "",
                "publisher": article["outlet_name"] or article["outlet_as_printed"],
                "country": article["outlet_country"],
                "url": article["url"],
                "image": None,
                "thumbImage": None,
                "evidences": sorted(
                    {
                        row["quote"]
                        for row in content.evidence
                        if row["text_id"] == article["text_id"] and row["axis"] == "class"
                    }
                ),
                "concepts": [],
                "language": article["language"],
            }
            for article in content.articles
        ],
        "n_articles": len(content.articles),
        "concepts": [
            {"label": name, "type": "org", "score": None} for name in content.entities("organisation")
        ],
        "properties": {
            "principles": content.values("principle"),
            "industries": content.values("industry"),
            "harmed_entities": content.values("stakeholder"),
            "harm_levels": [AIM_CLASS[incident["class"]]] if incident["class"] in AIM_CLASS else [],
            "harm_types": content.values("harm_type"),
            "most_severe_harm": None,
            "business_functions": content.values("business_function"),
            "deployment_breadth": None,
            "ai_tasks": content.values("ai_task"),
            "autonomy_level": next(iter(content.values("autonomy")), None),
            "languages": incident["languages"],
        },
        "language_counts": languages,
        "aiid_ids": [],
        "is_legacy": False,
        "translated_by": content.translators(),
    }


AIID_COLUMNS = (
    "title", "url", "source_domain", "authors", "submitters", "date_published", "date_downloaded", "language", "text",
    "plain_text", "image_url", "tags", "editor_notes", "is_incident_report", "incident_ids",
)  # fmt: skip


def aiid_reports(content: Content) -> list[Row]:
    """One row per article in the shape of AIID's report; bodies stay empty where the bundle holds none."""
    reports = []
    for article in content.articles:
        classes = content.values("class", article["text_id"])
        reports.append(
            {
                "title": article["title"],
                "url": article["url"],
                "source_domain": domain(article["url"]),
                "authors": article["authors"] or [],
                "submitters": ["wiredesk"],
                "date_published": (article["published"] or "")[:10] or None,
                "date_downloaded": (article["fetched"] or "")[:10] or None,
                "language": article["language"],
                "text": article["text"],
                "plain_text": article["text"],
                "image_url": web_url(article["image_url"]),
                "tags": [],
                "editor_notes": f"wiredesk {content.incident_id} revision {content.incident['revision']}: {article['article_id']}",
                "is_incident_report": bool({"incident", "hazard"} & set(classes)),
                "incident_ids": [],
            }
        )
    return reports


def domain(url: str | None) -> str | None:
    """Host of a URL without ``www.``, or ``None``."""
    checked = web_url(url)
    host = urlsplit(checked).hostname if checked else None
    return host.removeprefix("www.") if host else None


def newsarticles(content: Content, *, archive: bool) -> Row:
    """The incident as a schema.org ``Report`` and its articles as ``NewsArticle``.

    :param archive: whether the bundle holds the pages.
    """
    incident = content.incident
    report: Row = {
        "@type": "Report",
        "@id": f"urn:wiredesk:incident:{content.incident_id}",
        "headline": title_of(content),
        "identifier": content.incident_id,
        "version": incident["revision"],
        "abstract": incident["summary"],
        "additionalType": AIM_CLASS.get(incident["class"]),
        "dateCreated": content.created(),
        "dateModified": content.modified(),
        "temporalCoverage": incident["event_date"],
        "keywords": [*content.values("harm_type")],
        "about": [
            *content.values("principle"),
            *content.values("industry"),
            *content.values("stakeholder"),
            *content.values("business_function"),
        ],
        "contentLocation": [{"@type": "Country", "identifier": code} for code in incident["countries"] or []],
        "mentions": [{"@type": "Organization", "name": name} for name in content.entities("organisation")],
        "sameAs": [f"urn:wiredesk:incident:{name}" for name in content.redirects],
        "hasPart": [{"@id": _article_id(row)} for row in content.articles],
        "creditText": translation_note(content.translators()),
    }
    if incident["title_original"] and incident["title_original"] != report["headline"]:
        report["alternativeHeadline"] = incident["title_original"]
    return {
        "@context": "https://schema.org",
        "@graph": [_dense(report)]
        + [_dense(_newsarticle(content, row, archive)) for row in content.articles],
    }


def _article_id(article: Row) -> str:
    return f"urn:wiredesk:article:{article['article_id']}"


def _newsarticle(content: Content, article: Row, archive: bool) -> dict[str, Any]:
    first = next((row for row in content.articles if row["article_id"] == article["same_as"]), None)
    published = article["published"]
    english = article["title_en"] if article["title_en"] != article["title"] else None
    by = content.article_translated_by(article) if english else None
    return {
        "@type": "NewsArticle",
        "@id": _article_id(article),
        "identifier": article["article_id"],
        "headline": article["title"],
        "alternativeHeadline": english,
        "creditText": f"alternativeHeadline: {translation_note([by])}" if by else None,
        "articleBody": article["text"],
        "articleSection": article["section"],
        "datePublished": published[:10]
        if published and article["published_precision"] == "day"
        else published,
        "dateModified": article["modified"],
        "inLanguage": bcp47(article),
        "author": [{"@type": "Person", "name": name} for name in article["authors"] or []],
        "publisher": {
            "@type": "NewsMediaOrganization",
            "name": article["outlet_name"] or article["outlet_as_printed"] or article["outlet_id"],
        },
        "url": web_url(article["url"]),
        "archivedAt": "pages.wacz" if archive and article["warc_file"] else None,
        "isBasedOn": {"@id": _article_id(first)} if first else None,
        "sha256": article["page_sha256"],
    }


def _dense(row: Row) -> Row:
    return {key: value for key, value in row.items() if value not in (None, [], "")}
