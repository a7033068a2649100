"""The page of one article, and the archived page as it was captured."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from pipelines.archive import PageError, read_record
from pipelines.desk import dossier
from pipelines.desk.archived import harmless
from pipelines.desk.explaining import explain
from pipelines.desk.lighting import aligned
from pipelines.desk.naming import names_in
from pipelines.desk.presenting import FACTS, fact_said, role_said
from pipelines.desk.proposed import presented
from pipelines.desk.web.asking import Ask, SorryError
from pipelines.desk.web.pages.incident import touching
from pipelines.desk.web.security import ARCHIVED_POLICY

TEXT_BY_HAND = 20_000
"""Characters of a body that a form takes; percent-encoded Chinese has nine bytes a character."""


def article_state(ask: Ask, record: dict[str, Any]) -> str:
    """What somebody who looks at the article now has seen: its version, and how many decisions name it."""
    return f"v{record['version']}.d{len(touching(ask.journal, {record['article_id']}))}"


def fields_of(record: dict[str, Any]) -> dict[str, str]:
    """What a person can correct of an article, as a form holds it: times in UTC, one author a line."""
    moment = record["published"]
    return {
        "title": record["title"] or "",
        "published": moment.isoformat(timespec="minutes") if moment else "",
        "published_precision": record["published_precision"] or "",
        "section": record["section"] or "",
        "authors": "\n".join(record["authors"] or []),
        "text": record["text"] or "",
    }


def article(ask: Ask) -> Response:
    article_id = ask.request.path_params["article_id"]
    found = dossier.article(ask.con, article_id)
    if found is None:
        raise SorryError(
            404,
            f"There is no article {article_id[:120]}. Look for it under Rejects: it may have been dropped.",
        )
    record = found["record"]
    spans = [row for row in found["evidence"] if row["article_id"] == article_id]
    axis = ask.param("axis")
    if axis:
        spans = [row for row in spans if row["axis"] == axis and row["value"] == ask.param("value")]
    else:
        spans = [row for row in spans if row["axis"] != "relevant"]
    shown = aligned(record, found["sentences"], spans)
    steps = explain(ask.con, article_id)
    subjects = {article_id, record["text_id"] or article_id}
    return ask.page(
        "article.html",
        **found,
        rows=shown,
        translated=any(row["target"] for row in shown),
        axis=axis,
        value=ask.param("value"),
        steps=steps,
        seen=article_state(ask, record),
        fields=fields_of(record),
        by_hand=len(record["text"] or "") <= TEXT_BY_HAND,
        names=names_in(
            ask.con,
            [text for step in steps for text in (step["outcome"], step["reason"])]
            + [row["reason"] for row in found["incidents"]],
        ),
        groups=_facts(found["facts"]),
        proposed=presented(
            found["proposals"],
            {record["text_id"]: found["sentences"]},
            {a["article_id"]: a["language_tag"] for a in (record, *found["carriers"])},
            {},
        ),
        pending=touching(ask.pending, subjects),
        evidence_of={
            (row["axis"], row["value"]) for row in found["evidence"] if row["article_id"] == article_id
        },
    )


def _facts(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """What is named in the text, by kind in the order of the incident page."""
    return [
        (
            name,
            [
                {
                    "value": fact_said(row),
                    "role": role_said(row),
                    "quote": row["quote"],
                }
                for row in rows
                if row["kind"] == kind
            ],
        )
        for kind, name in FACTS.items()
        if any(row["kind"] == kind for row in rows)
    ]


def captured(ask: Ask) -> Response:
    """The bytes that were fetched, made harmless, for a sandboxed frame: no script, no form, no request."""
    row = ask.con.execute(
        "SELECT warc_file, warc_offset FROM store.fetch WHERE fetch_id = ? AND warc_file IS NOT NULL",
        [ask.request.path_params["fetch_id"]],
    ).fetchone()
    if row is None:
        raise SorryError(404, "The archive has no such page.")
    headers = {"content-security-policy": ARCHIVED_POLICY}
    try:
        record = read_record(ask.desk.data_dir / "archive", row[0], row[1])
    except PageError as error:
        raise SorryError(404, f"The page cannot be shown: {error}.") from error
    return Response(harmless(record.body, record.content_type), 200, headers, "text/html; charset=utf-8")
