"""``incident.json``, the native record without bodies, and the files that hold the bodies: texts and translations.

``incident.json`` is the whole record and lossless; the tables are views of it. ``incident.schema.json`` describes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from typing import Any

from .content import Content, Row
from .safety import is_sample
from .tables import label_key, schemas

FORMAT = "wiredesk-incident/1"
BODIES = frozenset({"text", "text_en", "body", "html", "html_text"})
"""Keys of a decision under which a body may stand."""


def share_safe(content: Content) -> Content:
    """``content`` without third-party bodies: hashes instead, and only the sentences that carry evidence."""
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for row in content.evidence:
        spans.setdefault((row["text_id"], row["field"]), []).append((row["start_at"], row["end_at"]))
    sentences = {
        text_id: [
            row
            for row in rows
            if any(
                start < row["end_at"] and end > row["start_at"]
                for start, end in spans.get((text_id, row["field"]), [])
            )
        ]
        for text_id, rows in content.sentences.items()
    }
    return replace(
        content,
        articles=[row | {"text": None} for row in content.articles],
        sentences=sentences,
        decisions=[
            row | {"before": _without_bodies(row["before"]), "after": _without_bodies(row["after"])}
            for row in content.decisions
        ],
    )


def _without_bodies(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: f"sha256:{hashlib.sha256(item.encode()).hexdigest()}"
            if key in BODIES and isinstance(item, str)
            else _without_bodies(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_without_bodies(item) for item in value]
    return value


def record(
    content: Content, tables: Mapping[str, Sequence[Row]], *, kind: str, archived: Mapping[str, str]
) -> Row:
    """The native record.

    :param kind: ``full`` or ``share-safe``.
    :param archived: per article, where its page is.
    """
    quoted: dict[tuple[str, str, str, str], list[Row]] = {}
    for row in content.evidence:
        item = {
            key: value for key, value in row.items() if key not in ("subject", "subject_id", "axis", "value")
        }
        quoted.setdefault(label_key(row), []).append(item)
    labels = [row | {"evidence": quoted.pop(label_key(row), [])} for row in content.labels]
    return {
        "$schema": "incident.schema.json",
        "format": FORMAT,
        "kind": kind,
        "translated_by": content.translators(),
        "incident": content.incident,
        "redirects": content.redirects,
        "related": content.related,
        "labels": labels,
        "evidence_without_label": [
            dict(zip(("subject", "subject_id", "axis", "value"), key, strict=True)) | {"evidence": items}
            for key, items in sorted(quoted.items())
        ],
        "votes": content.votes,
        "members": content.members,
        "articles": [
            {key: value for key, value in row.items() if key not in ("text", "warc_file", "warc_offset")}
            | {"archived": archived[row["article_id"]], "translated_by": content.article_translated_by(row)}
            for row in content.articles
        ],
        "fetches": [
            {key: value for key, value in row.items() if key not in ("warc_file", "warc_offset")}
            for row in content.fetches
        ],
        "texts": content.texts,
        "facts": content.facts,
        "history": content.history,
        "decisions": content.decisions,
        "outlets": content.outlets,
        "rejects": content.rejects,
        "same_as": [],
        "rows": {name: len(tables[name]) for name in schemas()},
    }


def schema() -> str:
    """The JSON Schema of the native record, as it is shipped."""
    return (resources.files(__package__) / "assets" / "incident.schema.json").read_text(encoding="utf-8")


def text_rows(content: Content) -> list[Row]:
    """One row per text: its carriers' titles and bodies, and its sentences."""
    found = []
    for text in content.texts:
        carriers = [row for row in content.articles if row["text_id"] == text["text_id"]]
        found.append(
            {
                "text_id": text["text_id"],
                "language_tag": text["language_tag"],
                "origin": text["origin"],
                "read_from": text["read_from"],
                "attributed_source": text["attributed_source"],
                "carriers": [
                    {key: row[key] for key in ("article_id", "relation", "title", "text", "body_sha256")}
                    for row in carriers
                ],
                "sentences": [
                    {key: row[key] for key in ("field", "n", "start_at", "end_at", "source")}
                    for row in content.sentences.get(text["text_id"], [])
                ],
            }
        )
    return found


def translation_rows(content: Content) -> list[Row]:
    """One row per translated sentence; ``sample`` says that the sample package wrote it."""
    return [
        row | {"flags": row["flags"] or [], "sample": is_sample(row["engine"], row["model"])}
        for text_id in sorted(content.sentences)
        for row in content.sentences[text_id]
        if row["target"] is not None
    ]
