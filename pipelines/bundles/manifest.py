"""``datapackage.json`` (Frictionless Data Package 2.0) and ``run.json``: what is in the folder and what made it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from .content import Content, Row
from .crosswalk import AIID_COLUMNS, title_of
from .safety import visible, web_url
from .tables import schemas
from .verifier import count_rows

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
RESOURCE_PROFILE = "https://datapackage.org/profiles/2.0/dataresource.json"
TABLE_PROFILE = "https://datapackage.org/profiles/2.0/tableschema.json"
MEDIA_TYPES = {
    "csv": "text/csv",
    "jsonl": "application/jsonl",
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "jsonld": "application/ld+json",
    "html": "text/html",
    "md": "text/markdown",
    "wacz": "application/wacz",
    "py": "text/x-python",
    "pub": "application/x-pem-file",
}
ABOUT = {
    "incident.json": "The native record, lossless, without bodies",
    "incident.schema.json": "JSON Schema of incident.json",
    "incident.html": "The record as a page for people; needs no network and runs no script",
    "incident.md": "The record as Markdown",
    "texts.jsonl": "Texts with their carriers and sentences",
    "translations.jsonl": "Sentences beside their translations, with engine, model and flags",
    "aim.json": "The incident in the shape of the OECD's AIM",
    "aiid-reports.csv": "The articles in the shape of AIID's reports",
    "oecd29.json": "The 29 criteria of the OECD's common reporting framework, each with a status",
    "stix.json": "STIX 2.1 bundle",
    "misp.json": "MISP event",
    "newsarticle.jsonld": "schema.org Report and NewsArticle",
    "prov.json": "W3C PROV-JSON",
    "pages.wacz": "The archived pages, WACZ 1.1.1; opens in ReplayWeb.page",
    "run.json": "Versions and runs behind the record",
    "verify.py": "Checks this folder with Python's standard library",
    "SHA256SUMS.pub": "Public key of the signature",
}
LICENCES = {
    "full": {"name": "other-closed", "title": "Holds news texts and pages of third parties: for your own analysis, not for passing on"},
    "share-safe": {"name": "CC-BY-4.0", "title": "The record; quotations belong to their publishers", "path": "https://creativecommons.org/licenses/by/4.0/"},
}  # fmt: skip


def datapackage(content: Content, files: Mapping[str, bytes], kind: str, versions: Mapping[str, str]) -> Row:
    """The package of ``files`` with hash, size and, for tables, row count and Table Schema of each."""
    return {
        "$schema": PROFILE,
        "name": content.name,
        "id": f"urn:wiredesk:incident:{content.incident_id}",
        "title": visible(title_of(content)),
        "description": (
            "One incident record of wiredesk. CSV: RFC 4180, UTF-8, LF, no byte-order mark; lists are JSON arrays; a cell "
            "that a spreadsheet would run as a formula, or that begins with an apostrophe, has an apostrophe in front, "
            "which incident.json and the JSON Lines do not have."
        ),
        "version": f"{content.incident['revision']}.0.0",
        "created": content.modified(),
        "licenses": [LICENCES[kind]],
        "sources": _sources(content),
        "contributors": [{"title": f"wiredesk {versions.get('wiredesk', '')}".strip(), "roles": ["creator"]}],
        "resources": [_resource(name, files[name]) for name in sorted(files)],
    }


def _sources(content: Content) -> list[Row]:
    found = []
    for article in content.articles:
        source = {
            "title": f"{article['outlet_name'] or article['outlet_id']}: {article['title'] or article['article_id']}"
        }
        url = web_url(article["url"])
        found.append(source | ({"path": url} if url else {}))
    return found


def _resource(name: str, data: bytes) -> Row:
    stem, _, ending = name.rpartition(".")
    resource: dict[str, Any] = {
        "$schema": RESOURCE_PROFILE,
        "name": name.lower(),
        "path": name,
        "format": ending,
        "mediatype": MEDIA_TYPES[ending],
        "bytes": len(data),
        "hash": "sha256:" + hashlib.sha256(data).hexdigest(),
        "description": ABOUT.get(name, f"The table {stem}"),
    }
    if ending not in ("wacz", "parquet"):
        resource["encoding"] = "utf-8"
    rows = count_rows(name, data)
    if rows is not None:
        resource["rows"] = rows
    if stem in schemas():
        fields = [
            {"name": item.name, "type": item.type, "description": item.description}
            for item in schemas()[stem]
        ]
        resource["schema"] = {"$schema": TABLE_PROFILE, "fields": fields, "missingValues": [""]}
        if (
            ending != "parquet"
        ):  # Frictionless's own reader of Parquet wants pyarrow: declared, not typed as a table
            resource["type"] = "table"
    elif name == "aiid-reports.csv":
        lists = {"authors", "submitters", "tags", "incident_ids"}
        fields = [
            {
                "name": item,
                "type": "array" if item in lists else "boolean" if item == "is_incident_report" else "string",
            }
            for item in AIID_COLUMNS
        ]
        resource |= {
            "type": "table",
            "schema": {"$schema": TABLE_PROFILE, "fields": fields, "missingValues": [""]},
        }
    return resource


def recorded_versions(content: Content) -> dict[str, str]:
    """Version by stage as the runs behind the record wrote them down, the newest run last, and of wiredesk itself."""
    found = {"wiredesk": version("wiredesk")}
    for run in sorted(content.runs, key=lambda row: (row["started"], row["run_id"])):
        found |= {stage: str(value) for stage, value in (run["versions"] or {}).items()}
    return found


def run_record(content: Content, kind: str, versions: Mapping[str, str]) -> Row:
    """Versions, runs and input hashes behind the record; every time in it was recorded by a run, none by the export."""
    return {
        "format": "wiredesk-run/1",
        "kind": kind,
        "incident_id": content.incident_id,
        "revision": content.incident["revision"],
        "versions": dict(sorted(versions.items())),
        "runs": content.runs,
        "labels": sorted({f"{row['method']} {row['model']}" for row in content.labels if row["model"]}),
        "translation": sorted(
            {
                f"{row['engine']} {row['model']}"
                for rows in content.sentences.values()
                for row in rows
                if row["engine"]
            }
        ),
        "readers": sorted({row["extractor"] for row in content.articles if row["extractor"]}),
        "inputs": {
            row["article_id"]: {"page_sha256": row["page_sha256"], "body_sha256": row["body_sha256"]}
            for row in content.articles
        },
    }
