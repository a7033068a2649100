"""The known world in DuckDB: features and keys are stored per text, and a batch finds what it can reach by key.

No look-up walks the store: keys are searched inside a window of days (zone maps skip the rest), a handful of rare keys
per text over everything. ``save_features`` runs inside the writer's transaction, ``reach`` on any connection; between
them :func:`pipelines.incidents.assign` computes with the database closed.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.embedding import as_vectors
from pipelines.incidents.features import COLUMNS, features_of_columns, index_keys, rare_keys, to_row
from pipelines.incidents.identity import calendar_day
from pipelines.incidents.model import Constraints, Features, KnownIncident, Reach
from pipelines.incidents.settings import Settings, default_settings

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BACKGROUND = 2000
"""So many of the latest texts show what is common in the stream."""
HITS = 24
"""Known texts that a new text may reach by keys."""

WEIGHT = 0.2
"""What they must share: each key counts one over the square root of its frequency, so one key of two texts is plenty
and six keys of a thousand texts are too little."""
_COLUMNS = ", ".join(COLUMNS)

_HITS = """
WITH found AS (
    SELECT k.key, k.text_id FROM {table} k
    WHERE k.key IN (SELECT key FROM new_key) AND k.text_id NOT IN (FROM new_text) {window}
), common AS (
    SELECT key, count(*) AS n FROM found GROUP BY key HAVING count(*) <= {posting}
)
SELECT text_id FROM (
    SELECT n.text AS text, f.text_id, sum(1.0 / sqrt(c.n)) AS weight
    FROM new_key n JOIN common c USING (key) JOIN found f USING (key)
    GROUP BY n.text, f.text_id
    HAVING weight >= {weight}
    QUALIFY row_number() OVER (PARTITION BY n.text ORDER BY weight DESC, f.text_id) <= {hits}
)
"""


def save_features(con: DuckDBPyConnection, texts: Sequence[Features]) -> None:
    """Store features and keys of texts; a text that is stored already is replaced."""
    if not texts:
        return
    ids = [text.text_id for text in texts]
    known = con.execute(
        "SELECT count(*) FROM store.text_feature WHERE text_id IN (SELECT unnest(?::VARCHAR[]))", [ids]
    ).fetchone()
    if known != (0,):  # the keys are many: looked through only when there is something to replace
        for table in ("text_feature", "incident_key", "incident_rare_key"):
            con.execute(f"DELETE FROM store.{table} WHERE text_id IN (SELECT unnest(?::VARCHAR[]))", [ids])
    structure = [{name: _TYPES.get(name, "VARCHAR") for name in COLUMNS}]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE saved AS SELECT row_number() OVER () - 1 AS n, unnest(given) "
        "FROM (SELECT unnest(from_json(?, ?)) AS given)",
        [json.dumps([to_row(text) for text in texts]), json.dumps(structure)],
    )
    con.execute(f"INSERT INTO store.text_feature ({_COLUMNS}) SELECT {_COLUMNS} FROM saved ORDER BY n")
    for table, keys_of in (("incident_key", index_keys), ("incident_rare_key", rare_keys)):
        keys = [keys_of(text) for text in texts]
        flat = {
            "n": np.repeat(np.arange(len(texts)), [len(k) for k in keys]),
            "key": np.array([key for k in keys for key in k], dtype=np.uint32),
        }
        _append(
            con,
            f"INSERT INTO store.{table} SELECT s.day, i.key, s.text_id FROM incoming i JOIN saved s USING (n)",
            flat,
        )


_TYPES: dict[str, Any] = {
    "day": "DOUBLE",
    "round_up": "BOOLEAN",
    "names": ["VARCHAR"],
    "numbers": ["VARCHAR"],
}


def load_features(con: DuckDBPyConnection, text_ids: Iterable[str]) -> list[Features]:
    """Stored features of texts, in the order of their ids; ids without features are left out."""
    return _load(con, "f.text_id IN (SELECT unnest(?::VARCHAR[]))", [sorted(set(text_ids))])


def reach(
    con: DuckDBPyConnection,
    new: Sequence[Features],
    constraints: Constraints | None = None,
    *,
    settings: Settings | None = None,
) -> Reach:
    """What the texts ``new`` can reach: incidents with their members, waiting texts, the background of the stream."""
    settings = settings or default_settings()
    ids = {text.text_id for text in new}
    dated = [text.day for text in new if text.day is not None]
    low = min(dated) - settings.window if dated else None
    high = max(dated) + settings.window if dated else None
    window = "" if low is None else f"AND (k.day IS NULL OR k.day BETWEEN {low!r} AND {high!r})"
    keys = [index_keys(text) for text in new]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE new_text AS SELECT unnest(?::VARCHAR[]) AS text_id", [sorted(ids)]
    )
    con.execute("CREATE OR REPLACE TEMP TABLE new_key (text INTEGER, key UINTEGER)")
    _append(
        con,
        "INSERT INTO new_key SELECT text, key FROM incoming",
        {
            "text": np.repeat(np.arange(len(new), dtype=np.int32), [len(k) for k in keys]),
            "key": np.array([key for k in keys for key in k], dtype=np.uint32),
        },
    )
    con.execute("CREATE OR REPLACE TEMP TABLE hit (text_id VARCHAR)")
    for table, where in (("store.incident_key", window), ("store.incident_rare_key", "")):
        con.execute(
            "INSERT INTO hit "
            + _HITS.format(table=table, window=where, posting=settings.posting, hits=HITS, weight=WEIGHT)
        )
    if dated:
        foreign = _foreign(con, new, min(dated) - NEAR_DAYS, max(dated) + NEAR_DAYS)
        con.execute("INSERT INTO hit SELECT unnest(?::VARCHAR[])", [foreign])
    con.execute("CREATE OR REPLACE TEMP TABLE near AS SELECT DISTINCT text_id FROM hit")
    named = sorted(_named(constraints, ids)) if constraints else []
    incidents = _incidents(con, named, settings, ids)
    waiting = _load(
        con,
        "f.text_id IN (SELECT text_id FROM near EXCEPT SELECT text_id FROM store.incident_member) "
        "AND f.text_id IN (SELECT subject_id FROM store.stage_result WHERE stage = 'incidents' AND outcome = 'waiting')",
        [],
    )
    background = _background(con, low, max(dated, default=None))
    days = sorted({calendar_day(text.day) for text in (*new, *waiting)})
    taken = con.execute(  # grouping again from the first day on empties incidents: their founders get the same ids again
        "SELECT incident_id FROM store.incident i WHERE left(incident_id, 10) IN (SELECT unnest(?::VARCHAR[])) "
        "AND (state = 'merged' OR EXISTS (SELECT 1 FROM store.incident_member m WHERE m.incident_id = i.incident_id))",
        [days],
    ).fetchall()
    return Reach(
        incidents=incidents,
        waiting=[text for text in waiting if text.text_id not in ids],
        background=[text for text in background if text.text_id not in ids],
        taken=frozenset(name for (name,) in taken),
    )


NEAR_DAYS = 7.0
"""Incidents of so many days are also sought by meaning among the texts of other languages, which share few keys."""
FOREIGN = 8
"""Texts of other languages that a new text may reach by meaning …"""
FOREIGN_COSINE = 0.3
"""… and the cosine that they need, relative to the mean of all."""


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
    if not rows:
        return []
    known = as_vectors([base64.b64decode(row[2]) for row in rows])
    mine = as_vectors([text.title_vector for text in new])
    centre = (known.sum(axis=0) + mine.sum(axis=0)) / (len(known) + len(mine))
    known, mine = known - centre, mine - centre
    known /= np.linalg.norm(known, axis=1, keepdims=True) + 1e-9
    mine /= np.linalg.norm(mine, axis=1, keepdims=True) + 1e-9
    languages = np.array([row[1] for row in rows])
    found: set[int] = set()
    for at in range(0, len(new), _ROWS):
        cosines = mine[at : at + _ROWS] @ known.T
        for row, text in zip(cosines, new[at : at + _ROWS], strict=True):
            row[languages == text.language] = -1
            near = np.argsort(-row, kind="stable")[:FOREIGN]
            found.update(near[row[near] > FOREIGN_COSINE].tolist())
    return [rows[n][0] for n in sorted(found)]


_ROWS = 512


def _incidents(
    con: DuckDBPyConnection, named: Sequence[str], settings: Settings, without: set[str]
) -> list[KnownIncident]:
    """Incidents that hold a text of ``near`` or are ``named``, with their first and their latest members."""
    first = settings.members // 3
    rows = con.execute(
        "SELECT m.incident_id, i.affair_id, m.text_id, count(*) OVER (PARTITION BY m.incident_id) AS size, "
        "min(f.day) OVER (PARTITION BY m.incident_id) AS first_day, max(f.day) OVER (PARTITION BY m.incident_id) AS last_day "
        "FROM store.incident_member m JOIN store.incident i USING (incident_id) "
        "JOIN store.text_feature f ON f.text_id = m.text_id "
        "WHERE i.state <> 'merged' AND m.role <> 'round-up' AND m.incident_id IN ("
        "SELECT n.incident_id FROM store.incident_member n WHERE n.text_id IN (SELECT text_id FROM near) "
        "UNION SELECT unnest(?::VARCHAR[])) "
        "QUALIFY row_number() OVER (PARTITION BY m.incident_id ORDER BY f.day, f.text_id) <= ? "
        "OR row_number() OVER (PARTITION BY m.incident_id ORDER BY f.day DESC, f.text_id DESC) <= ? "
        "ORDER BY m.incident_id, f.day, m.text_id",
        [list(named), first, settings.members - first],
    ).fetchall()
    stored = {text.text_id: text for text in load_features(con, [row[2] for row in rows])}
    grouped: dict[str, list[Any]] = {}
    for row in rows:
        if row[2] not in without:
            grouped.setdefault(row[0], []).append(row)
    return [
        KnownIncident(
            incident_id=name,
            affair_id=members[0][1],
            members=[stored[row[2]] for row in members],
            size=members[0][3],
            first_day=members[0][4],
            last_day=members[0][5],
        )
        for name, members in grouped.items()
    ]


def _background(con: DuckDBPyConnection, low: float | None, high: float | None) -> list[Features]:
    """The latest texts of the window; of any time when the batch has no dates."""
    return _load(
        con,
        "f.text_id IN (SELECT text_id FROM store.text_feature WHERE ? IS NULL OR day BETWEEN ? AND ? "
        f"ORDER BY day DESC NULLS LAST, text_id LIMIT {BACKGROUND})",
        [low, low, high],
    )


def _load(con: DuckDBPyConnection, where: str, parameters: list[Any]) -> list[Features]:
    """Features in the order of their text ids, each with the class that the store knows today."""
    columns = ", ".join("coalesce(j.class, f.class)" if name == "class" else f"f.{name}" for name in COLUMNS)
    rows = con.execute(
        f"SELECT {columns} FROM store.text_feature f LEFT JOIN store.judgement j ON j.text_id = f.text_id "
        f"WHERE {where} ORDER BY f.text_id",
        parameters,
    ).fetchall()
    return [features_of_columns(row) for row in rows]


def _named(constraints: Constraints, new: set[str]) -> set[str]:
    """Incidents that people's decisions name together with a new text."""
    pairs = [*constraints.must_link, *constraints.cannot_link, *constraints.fixed.items()]
    return {other for pair in pairs for text, other in (pair, pair[::-1]) if text in new}


def _append(con: DuckDBPyConnection, sql: str, columns: dict[str, Any]) -> None:
    """Run ``sql`` over ``incoming``, numpy columns of numbers. Strings go as one JSON parameter instead: for every single
    string DuckDB tries to import pandas, which took most of the time of a day."""
    con.register("incoming", columns)
    try:
        con.execute(sql)
    finally:
        con.unregister("incoming")
