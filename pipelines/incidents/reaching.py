"""Which known texts a day's texts can reach in the store: by shared keys, and by meaning between two languages.

Keys are looked up inside a window of days (zone maps on the day skip the rest), the few rarest of each text outside it.
What is read is bounded: every text follows its rarest keys up to a budget and keeps its nearest neighbours.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.embedding import as_vectors
from pipelines.incidents.background import STREAM_PRIOR
from pipelines.incidents.features import index_keys
from pipelines.incidents.model import Features
from pipelines.incidents.neighbours import nearest
from pipelines.incidents.settings import Settings
from pipelines.incidents.shared import Limits, flat, neighbours, rarest_first, rarity

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

HITS = 24
"""Known texts that a new text may reach by keys …"""
SHARE = 0.1
"""… and what part of the text they must share: with less the link stays under the threshold whatever else speaks for it …"""
OF_BEST = 0.25
"""… and not less than this part of what the nearest of them shares."""
RARE_SHARE = 0.3
"""The same where only the few rarest keys are known, of texts outside the window."""
BUDGET = 4000
"""Postings that a text may follow, the rarest keys first: what bounds its cost."""

NEAR_DAYS = 7.0
"""Incidents of so many days are also sought by meaning among the texts of other languages, which share few keys."""
FOREIGN = 8
"""Texts of other languages that a new text may reach by meaning …"""
FOREIGN_COSINE = 0.3
"""… and the cosine that they need, relative to the mean of all."""

LISTED = """SELECT unnest(from_json(?, '["VARCHAR"]'))"""
"""A list of strings as one JSON parameter: for every single string DuckDB tries to import pandas, which took most of the
time of a day."""

_COUNTS = "SELECT key, count(*) AS n FROM {table} k WHERE key IN (SELECT key FROM new_key) {window} GROUP BY key ORDER BY key"
_POSTINGS = """
SELECT k.key, f.rowid AS text FROM {table} k JOIN store.text_feature f USING (text_id)
WHERE k.key IN (SELECT key FROM new_key) AND k.text_id NOT IN (FROM new_text) {window} ORDER BY key, text
"""


def limits(settings: Settings, share: float = SHARE) -> Limits:
    """What bounds the search among known texts."""
    return Limits(posting=settings.posting, budget=BUDGET, share=share, of_best=OF_BEST, most=HITS)


def mark_near(con: DuckDBPyConnection, new: Sequence[Features], settings: Settings) -> None:
    """Fill the temporary table ``near`` with the ids of the known texts that ``new`` reaches."""
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE new_text AS {LISTED} AS text_id",
        [json.dumps(sorted(text.text_id for text in new))],
    )
    con.execute("CREATE OR REPLACE TEMP TABLE near (text_id VARCHAR)")
    dated = [text.day for text in new if text.day is not None]
    window = beyond = ""
    if dated:
        low, high = min(dated) - settings.window, max(dated) + settings.window
        window = f"AND (k.day IS NULL OR k.day BETWEEN {low!r} AND {high!r})"
        beyond = f"AND k.day NOT BETWEEN {low!r} AND {high!r}"
    keys, owner = flat([index_keys(text) for text in new])
    for table, where, share in (
        ("store.incident_key", window, SHARE),
        ("store.incident_rare_key", beyond, RARE_SHARE),
    ):
        rows = _by_keys(con, (keys, owner), len(new), table, where, limits(settings, share))
        append(
            con,
            "INSERT INTO near SELECT f.text_id FROM store.text_feature f WHERE f.rowid IN (SELECT text FROM incoming)",
            {"text": rows},
        )
    if dated:
        foreign = _foreign(con, new, min(dated) - NEAR_DAYS, max(dated) + NEAR_DAYS)
        con.execute(f"INSERT INTO near {LISTED}", [json.dumps(foreign)])


def _by_keys(con: DuckDBPyConnection, keys: Any, askers: int, table: str, window: str, bounds: Limits) -> Any:
    """Row numbers of the known texts that share enough keys."""
    key, owner = keys
    _table(con, "new_key", {"key": np.unique(key)})
    counted = con.execute(_COUNTS.format(table=table, window=window)).fetchnumpy()
    known, counts = counted["key"], counted["n"].astype(np.int64)
    # fetched to the end: DuckDB 2.0 registers nothing while a result is open
    ((size,),) = con.execute(f"SELECT count(*) FROM store.text_feature k WHERE true {window}").fetchall()
    if not len(known):
        return np.zeros(0, np.int64)
    weight = rarity(counts, size + STREAM_PRIOR)
    at = np.minimum(np.searchsorted(known, key), len(known) - 1)
    there = known[at] == key
    asked = rarest_first(at[there], owner[there], askers, counts, weight, bounds)
    _table(con, "new_key", {"key": known[np.unique(asked.at)]})
    found = con.execute(_POSTINGS.format(table=table, window=window)).fetchnumpy()
    if not len(found["key"]):
        return np.zeros(0, np.int64)
    texts, number = np.unique(found["text"], return_inverse=True)
    begins = np.searchsorted(found["key"], known, side="left")
    sizes = np.searchsorted(found["key"], known, side="right") - begins
    near = [rows for _, rows in neighbours(asked, begins, sizes, number, weight, len(texts), bounds)]
    return texts[np.unique(np.concatenate(near))] if near else np.zeros(0, np.int64)


def _foreign(con: DuckDBPyConnection, new: Sequence[Features], low: float, high: float) -> list[str]:
    """Texts of other languages, one per incident and language, whose headline means nearly the same."""
    rows = con.execute(
        "SELECT f.text_id, f.language, f.title_vector FROM store.text_feature f "
        "JOIN store.incident_member m ON m.text_id = f.text_id "
        "WHERE f.day BETWEEN ? AND ? AND f.text_id NOT IN (FROM new_text) "
        "QUALIFY row_number() OVER (PARTITION BY m.incident_id, f.language ORDER BY f.day, f.text_id) = 1 "
        "ORDER BY f.text_id",
        [low, high],
    ).fetchall()
    near = across_languages(new, [row[1] for row in rows], [base64.b64decode(row[2]) for row in rows])
    return [rows[n][0] for n in near]


def across_languages(new: Sequence[Features], languages: Sequence[str], titles: Sequence[bytes]) -> list[int]:
    """Which known headlines, given by language and vector, mean nearly the same as one of ``new`` in another language."""
    if not titles or not new:
        return []
    known, mine = as_vectors(titles), as_vectors([text.title_vector for text in new])
    centre = (known.sum(axis=0) + mine.sum(axis=0)) / (len(known) + len(mine))
    known, mine = known - centre, mine - centre
    known /= np.linalg.norm(known, axis=1, keepdims=True) + 1e-9
    mine /= np.linalg.norm(mine, axis=1, keepdims=True) + 1e-9
    found: set[int] = set()
    language_of, of_text = np.array(languages), np.array([text.language for text in new])
    for language in sorted(set(of_text.tolist())):
        others = np.flatnonzero(language_of != language)
        _, row, _ = nearest(mine[of_text == language], known[others], FOREIGN, FOREIGN_COSINE)
        found.update(others[row].tolist())
    return sorted(found)


def _table(con: DuckDBPyConnection, name: str, columns: dict[str, Any]) -> None:
    append(con, f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM incoming", columns)


def append(con: DuckDBPyConnection, sql: str, columns: dict[str, Any]) -> None:
    """Run ``sql`` over ``incoming``, numpy columns of numbers."""
    con.register("incoming", columns)
    try:
        con.execute(sql)
    finally:
        con.unregister("incoming")
