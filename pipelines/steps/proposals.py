"""What a language model proposes for texts: read, asked with no database open, and kept beside the labels.

Answers cost money and come from elsewhere: they stand in a journal of their own, from which ``store rebuild`` takes them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.journal import JournalError, append_line, read_lines, rewrite_lines
from pipelines.labels import PROMPT_VERSION, Endpoint, Proposal, find, propose
from pipelines.profiles import Profile
from pipelines.records import OK, Evidence
from pipelines.store import Store, fetch_rows, insert, utc

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TEXTS = """
SELECT t.text_id, t.article_id, a.title, a.text,
    (SELECT list(f.article_id ORDER BY f.article_id) FROM store.fold f WHERE f.text_id = t.text_id) AS carriers
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
FILE = "proposals.jsonl"
FIELDS = frozenset(
    {
        "text_id", "article_id", "carriers", "model", "prompt_version", "profile", "made", "request_sha256", "answer",
        "proposals",
    }
)  # fmt: skip
"""Of a line of the journal; ``carriers``: every article that had the text."""


def texts_of(con: DuckDBPyConnection, asked: Sequence[str]) -> list[Row]:
    """The texts that articles, texts, incidents or URLs name: ``text_id``, ``article_id``, ``title``, ``text``, ``carriers``."""
    return fetch_rows(con, TEXTS, [list(asked)])


def propose_all(
    store: Store, asked: Sequence[str], profile: Profile, endpoint: Endpoint, *, now: datetime
) -> Iterator[tuple[Row, Proposal]]:
    """Ask the endpoint about each text, one request a text, and keep what stands up; answers kept before are not asked again.

    Labels, judgements and decisions are not touched. A failed request keeps what was proposed before. An answer is in
    the journal before it is in the database.

    :raises JournalError: when a line of the journal is none.
    """
    told = list(read(store.data_dir))
    newest = {_place(one): one for one in told}
    with store.read() as con:
        texts = texts_of(con, asked)
        kept = con.execute("SELECT request_sha256, answer FROM store.proposal_answer").fetchall()
    known = {key: answer.encode() for key, answer in kept}
    known |= {one["request_sha256"]: one["answer"].encode() for one in told}
    for row in texts:
        answers = dict(known)
        found = propose(row["title"], row["text"], profile, endpoint, cache=answers)
        if found.outcome == OK:
            one = {
                "text_id": row["text_id"],
                "article_id": row["article_id"],
                "carriers": row["carriers"],
                "model": endpoint.model,
                "prompt_version": PROMPT_VERSION,
                "profile": profile.version,
                "made": now.isoformat(),
                "request_sha256": found.request_sha256,
                "answer": _text(answers[found.request_sha256]),
                "proposals": [dict(line) for line in lines(found)],
            }
            last = newest.get(_place(one))
            if last is not None and {**one, "made": last["made"]} == last:
                one = last
            else:
                append_line(store.data_dir / FILE, one)
            with store.write() as con:
                _save(con, one)
        yield row, found


def read(data_dir: Path) -> Iterator[Row]:
    """What was answered and kept, in order: fields as in :data:`FIELDS`, ``proposals`` as :func:`lines` gives them.

    :raises JournalError: naming the line that is none.
    """
    path = data_dir / FILE
    for number, row in read_lines(path, "proposal"):
        if not isinstance(row, dict) or row.keys() != FIELDS:
            raise JournalError(f"{path} line {number} has not the fields of a proposal: mend or move it")
        yield row


def fold_again(store: Store) -> Counter[str]:
    """Put what the journal tells into a database made again, without asking anybody; returns its lines by outcome.

    ``ok``; ``unknown_text``, when the text is not in the database; ``quote_gone``, when some proposals were left out because
    their passage stands no longer in the text.
    """
    told = list(read(store.data_dir))
    outcomes: Counter[str] = Counter()
    if not told:
        return outcomes
    with store.write() as con:
        texts = {row["text_id"]: row for row in texts_of(con, [one["text_id"] for one in told])}
        for one in told:
            row = texts.get(one["text_id"])
            if row is None:
                outcomes["unknown_text"] += 1
                continue
            standing = []
            for line in one["proposals"]:
                where = find(line["quote"], row["title"], row["text"])
                if where is not None:
                    standing.append(_line(line["kind"], line["axis"], line["value"], where))
            outcomes[OK if len(standing) == len(one["proposals"]) else "quote_gone"] += 1
            _save(con, {**one, "article_id": row["article_id"], "proposals": standing})
    return outcomes


def forget(data_dir: Path, articles: Collection[str], texts: Collection[str]) -> int:
    """Take out of the journal what was asked and answered about articles and texts; returns how many lines went."""

    def change(row: Row) -> Row | None:
        named = {row.get("article_id"), *(row.get("carriers") or ())}
        return None if named & {*articles} or row.get("text_id") in texts else row

    return rewrite_lines(data_dir / FILE, change)


def _place(one: Mapping[str, Any]) -> tuple[str, str, str]:
    """Of these the newest stands."""
    return one["text_id"], one["model"], one["prompt_version"]


def _text(raw: bytes) -> str:
    return raw.decode(json.detect_encoding(raw), "replace")


def _save(con: DuckDBPyConnection, one: Mapping[str, Any]) -> None:
    con.execute(
        "DELETE FROM store.proposal WHERE text_id = ? AND model = ? AND prompt_version = ?", list(_place(one))
    )
    common = {name: one[name] for name in ("text_id", "article_id", "model", "prompt_version", "profile")}
    common["made"] = utc(datetime.fromisoformat(one["made"]))
    insert(con, "store.proposal", [{**common, "n": n, **line} for n, line in enumerate(one["proposals"])])
    answer = {name: one[name] for name in ("request_sha256", "text_id", "answer")}
    insert(con, "store.proposal_answer", [answer], replace=("request_sha256",))


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
