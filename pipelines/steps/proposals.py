"""What a language model proposes for texts: read, asked with no database open, and kept beside the labels."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines.labels import PROMPT_VERSION, Endpoint, Proposal, propose
from pipelines.profiles import Profile
from pipelines.records import OK, Evidence
from pipelines.store import Store, fetch_rows, insert, utc

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TEXTS = """
SELECT t.text_id, t.article_id, a.title, a.text
FROM store.text t JOIN store.article a ON a.article_id = t.article_id
WHERE t.text_id IN (
    SELECT f.text_id FROM store.fold f
    WHERE f.article_id IN (SELECT unnest($1::VARCHAR[])) OR f.text_id IN (SELECT unnest($1::VARCHAR[]))
    UNION SELECT m.text_id FROM store.incident_member m WHERE m.incident_id IN (SELECT unnest($1::VARCHAR[]))
    UNION SELECT f.text_id FROM store.fold f JOIN store.article o USING (article_id)
    WHERE o.url IN (SELECT unnest($1::VARCHAR[])) OR o.canonical_url IN (SELECT unnest($1::VARCHAR[]))
)
QUALIFY a.version = max(a.version) OVER (PARTITION BY a.article_id)
ORDER BY t.text_id
"""
Row = dict[str, Any]


def texts_of(con: DuckDBPyConnection, asked: Sequence[str]) -> list[Row]:
    """The texts that articles, texts, incidents or URLs name: ``text_id``, ``article_id``, ``title``, ``text``."""
    return fetch_rows(con, TEXTS, [list(asked)])


def propose_all(
    store: Store, asked: Sequence[str], profile: Profile, endpoint: Endpoint, *, now: datetime
) -> Iterator[tuple[Row, Proposal]]:
    """Ask the endpoint about each text, one request a text, and keep what stands up; answers kept before are not asked again.

    Labels, judgements and decisions are not touched. A failed request keeps what was proposed before.
    """
    with store.read() as con:
        texts = texts_of(con, asked)
        kept = con.execute("SELECT request_sha256, answer FROM store.proposal_answer").fetchall()
    known = {key: answer.encode() for key, answer in kept}
    for row in texts:
        answers = dict(known)
        found = propose(row["title"], row["text"], profile, endpoint, cache=answers)
        if found.outcome == OK:
            with store.write() as con:
                _save(con, row, found, profile, endpoint, now)
                fresh = [
                    {"request_sha256": key, "text_id": row["text_id"], "answer": _text(answers[key])}
                    for key in answers.keys() - known.keys()
                ]
                insert(con, "store.proposal_answer", fresh, replace=("request_sha256",))
        yield row, found


def _text(raw: bytes) -> str:
    return raw.decode(json.detect_encoding(raw), "replace")


def _save(
    con: DuckDBPyConnection, row: Row, found: Proposal, profile: Profile, endpoint: Endpoint, now: datetime
) -> None:
    con.execute(
        "DELETE FROM store.proposal WHERE text_id = ? AND model = ? AND prompt_version = ?",
        [row["text_id"], endpoint.model, PROMPT_VERSION],
    )
    common = {
        "text_id": row["text_id"],
        "article_id": row["article_id"],
        "model": endpoint.model,
        "prompt_version": PROMPT_VERSION,
        "profile": profile.version,
        "made": utc(now),
    }
    insert(con, "store.proposal", [{**common, "n": n, **one} for n, one in enumerate(lines(found))])


def lines(found: Proposal) -> Iterator[Mapping[str, Any]]:
    """What was proposed, one row each, with its quotation: ``kind``, ``axis``, ``value``, ``quote``, offsets."""
    for label in found.labels:
        yield _line("label", label.axis, label.value, label.evidence[0])
    heads = [found.title] if found.title else []
    for kind, statements in (("title", heads), ("summary", found.summary), ("rationale", found.rationale)):
        for one in statements:
            yield _line(kind, None, one.text, one.evidence)


def _line(kind: str, axis: str | None, value: str, where: Evidence) -> Mapping[str, Any]:
    return {
        "kind": kind,
        "axis": axis,
        "value": value,
        "quote": where.quote,
        "field": where.field,
        "start_at": where.start,
        "end_at": where.end,
    }
