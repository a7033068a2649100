"""``datapackage.json`` (Frictionless Data Package 2.0) and ``run.json``: what is in the folder and what made it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from importlib.metadata import version

from .content import Content, Row
from .crosswalk import AIID_COLUMNS, title_of
from .safety import visible, web_url
from .tables import schemas
from .verifier import NOT_DATA, count_rows

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
AIID_TYPES = {
    "authors": "array",
    "submitters": "array",
    "tags": "array",
    "incident_ids": "array",
    "is_incident_report": "boolean",
}
ABOUT = {
    "incident.json": "The native record, lossless, without bodies",
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
        "resources": [_resource(name, files[name]) for name in sorted(files) if name not in NOT_DATA],
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


def describe(path: str, size: int, sha256: str, rows: int | None) -> Row:
    """A resource of a Data Package. Where Frictionless cannot count the rows, their number goes under a name of ours.

    It reads the format ``parquet`` by pyarrow, which is asked of nobody here, and stumbles over empty JSON Lines.
    """
    ending = path.rpartition(".")[2]
    countable = ending != "parquet" and not (ending == "jsonl" and rows == 0)
    resource: Row = {
        "$schema": RESOURCE_PROFILE,
        "name": re.sub(r"[^a-z0-9._-]", "-", path.lower()),
        "path": path,
        "format": ending if countable else f"x-{ending}",
        "mediatype": MEDIA_TYPES[ending],
        "bytes": size,
        "hash": f"sha256:{sha256}",
    }
    if ending not in ("wacz", "parquet"):
        resource["encoding"] = "utf-8"
    if rows is not None:
        resource["rows" if countable else "rowCount"] = rows
    return resource


def _resource(name: str, data: bytes) -> Row:
    stem, _, ending = name.rpartition(".")
    resource = describe(name, len(data), hashlib.sha256(data).hexdigest(), count_rows(name, data))
    resource["description"] = ABOUT.get(name, f"The table {stem}")
    if stem in schemas():
        # the keys of a JSON line are sorted, and Frictionless wants the fields in the order of the file
        columns = (
            sorted(schemas()[stem], key=lambda item: item.name) if ending == "jsonl" else schemas()[stem]
        )
        fields = [{"name": item.name, "type": item.type, "description": item.description} for item in columns]
    elif name == "aiid-reports.csv":
        fields = [{"name": item, "type": AIID_TYPES.get(item, "string")} for item in AIID_COLUMNS]
    else:
        return resource
    resource["schema"] = {"$schema": TABLE_PROFILE, "fields": fields, "missingValues": [""]}
    if "rows" in resource:
        resource["type"] = "table"
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
