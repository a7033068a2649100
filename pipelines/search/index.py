"""The index in the database: documents and their tokens, in segments that are merged as they grow.

A segment is what one write adds, sorted by token; eight of about one size are merged into one, up to ``LARGEST`` tokens.
So a write costs what is new (and, now and then, its share of a merge), and a look-up touches a few row groups of each
segment. A document that is indexed anew gets a new number; the tokens of the old number are dead, and merges drop them.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from pipelines.search.tokens import code, folded, tokens_of
from pipelines.store import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

TITLE = 3
"""How often a word of a title counts."""
TOGETHER = 8
"""Segments of one size that are merged."""
SMALLEST = 4096
LARGEST = 16_000_000
"""Tokens: a larger segment is never merged again (some 30,000 articles; sorting it takes a few seconds)."""


@dataclass(frozen=True, slots=True)
class Document:
    """One article or incident as the index takes it; ``tokens`` and ``weights`` side by side."""

    kind: str
    subject_id: str
    tokens: tuple[int, ...]
    weights: tuple[int, ...]
    length: int
    packed: bytes
    text_id: str | None = None
    outlet_id: str | None = None
    language_tag: str | None = None
    published: datetime | None = None


def document(
    kind: str,
    subject_id: str,
    *,
    title: str | None,
    text: str | None,
    title_en: str | None = None,
    english: str | None = None,
    text_id: str | None = None,
    outlet_id: str | None = None,
    language_tag: str | None = None,
    published: datetime | None = None,
) -> Document:
    """The document of a subject; its own words in any script and language, and its English ones."""
    counts: Counter[str] = Counter()
    for body in (text, english):
        counts.update(tokens_of(folded(body or "")))
    for heading in (title, title_en if title_en != title else None):
        for token, n in tokens_of(folded(heading or "")).items():
            counts[token] += TITLE * n
    tokens, weights = list(map(code, counts)), list(counts.values())
    if len(set(tokens)) < len(tokens):  # two long words with one number: together they stand there so often
        together: Counter[int] = Counter()
        for number, n in zip(tokens, weights, strict=True):
            together[number] += n
        tokens, weights = list(together), list(together.values())
    return Document(
        kind,
        subject_id,
        tuple(tokens),
        tuple(n if n < 256 else 255 for n in weights),
        counts.total(),
        pack(title, title_en, text, english),
        text_id,
        outlet_id,
        language_tag,
        published,
    )


def pack(title: str | None, title_en: str | None, text: str | None, english: str | None) -> bytes:
    """Titles and texts in few bytes."""
    said = json.dumps([title, title_en, text, english], ensure_ascii=False)
    return zlib.compress(said.encode("utf-8", "surrogatepass"))


def unpack(packed: bytes) -> dict[str, str | None]:
    """What :func:`pack` packed: ``title``, ``title_en``, ``text``, ``english``."""
    return dict(
        zip(
            ("title", "title_en", "text", "english"),
            json.loads(zlib.decompress(packed).decode("utf-8", "surrogatepass")),
            strict=True,
        )
    )


def write(con: DuckDBPyConnection, documents: Sequence[Document]) -> None:
    """Put documents in, in the place of what their subjects were indexed as; in the caller's transaction."""
    if not documents:
        return
    row = con.execute(
        "SELECT coalesce(max(last_document), 0), coalesce(max(segment), 0) + 1 FROM store.search_segment"
    ).fetchone()
    last, segment = row or (0, 1)
    insert(
        con,
        "store.search_fresh",
        [
            {
                "document": number, "kind": one.kind, "subject_id": one.subject_id, "text_id": one.text_id,
                "outlet_id": one.outlet_id, "language_tag": one.language_tag,
                "published": str(one.published) if one.published else None, "length": one.length,
                "packed": base64.b64encode(one.packed).decode("ascii"), "tokens": one.tokens, "weights": one.weights,
            }
            for number, one in enumerate(documents, last + 1)
        ],
    )  # fmt: skip
    con.execute(
        "DELETE FROM store.search_document WHERE subject_id IN (SELECT subject_id FROM store.search_fresh)"
    )
    con.execute(
        "INSERT INTO store.search_document SELECT document, kind, subject_id, text_id, outlet_id, language_tag, published, "
        "length, from_base64(packed) FROM store.search_fresh"
    )
    con.execute(
        "INSERT INTO store.search_posting SELECT token, document, weight, ? FROM "
        "(SELECT unnest(tokens) AS token, document, unnest(weights) AS weight FROM store.search_fresh) "
        "ORDER BY token, document",
        [segment],
    )
    con.execute("DELETE FROM store.search_fresh")
    con.execute(
        "INSERT INTO store.search_segment VALUES (?, ?, ?)",
        [segment, sum(len(one.tokens) for one in documents), last + len(documents)],
    )
    _merge(con)


def _merge(con: DuckDBPyConnection) -> None:
    """Merge the segments of every size of which there are ``TOGETHER``, from the small to the large."""
    while True:
        sizes: dict[int, list[tuple[int, int]]] = {}
        for segment, postings, last in con.execute(
            "SELECT segment, postings, last_document FROM store.search_segment ORDER BY segment"
        ).fetchall():
            if postings < LARGEST:
                sizes.setdefault(_size(postings), []).append((segment, last))
        many = next((size for size in sorted(sizes) if len(sizes[size]) >= TOGETHER), None)
        if many is None:
            return
        segments = [segment for segment, _ in sizes[many]]
        con.execute(
            "CREATE OR REPLACE TEMP TABLE merged AS SELECT p.token, p.document, p.weight FROM store.search_posting p "
            "SEMI JOIN store.search_document d USING (document) WHERE p.segment IN (SELECT unnest(?::UINTEGER[])) "
            "ORDER BY p.token, p.document",
            [segments],
        )
        con.execute(
            "DELETE FROM store.search_posting WHERE segment IN (SELECT unnest(?::UINTEGER[]))", [segments]
        )
        con.execute(
            "DELETE FROM store.search_segment WHERE segment IN (SELECT unnest(?::UINTEGER[]))", [segments]
        )
        # the newest number stays the segment's: numbers of documents are never given twice
        con.execute("INSERT INTO store.search_posting SELECT *, ? FROM merged", [segments[-1]])
        con.execute(
            "INSERT INTO store.search_segment SELECT ?, count(*), ? FROM merged",
            [segments[-1], max(last for _, last in sizes[many])],
        )
        con.execute("DROP TABLE merged")


def _size(postings: int) -> int:
    size = 0
    while postings > SMALLEST:
        postings //= TOGETHER
        size += 1
    return size
