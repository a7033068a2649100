"""The known world in DuckDB: features and keys are stored per text, and a batch finds what it can reach by key.

No look-up walks the store: keys are searched inside a window of days (zone maps skip the rest), a handful of rare keys
per text over everything. ``save_features`` runs inside the writer's transaction, ``reach`` on any connection; between
them :func:`pipelines.incidents.assign` computes with the database closed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pipelines.incidents.background import LATEST
from pipelines.incidents.features import COLUMNS, features_of_columns, index_keys, rare_keys, to_row
from pipelines.incidents.identity import calendar_day
from pipelines.incidents.model import Constraints, Features, KnownIncident, Reach
from pipelines.incidents.reaching import LISTED, append, mark_near
from pipelines.incidents.settings import Settings, default_settings

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_COLUMNS = ", ".join(COLUMNS)


def save_features(con: DuckDBPyConnection, texts: Sequence[Features]) -> None:
    """Store features and keys of texts; a text that is stored already is replaced."""
    if not texts:
        return
    ids = [text.text_id for text in texts]
    known = con.execute(
        f"SELECT count(*) FROM store.text_feature WHERE text_id IN ({LISTED})", [json.dumps(ids)]
    ).fetchone()
    if known != (0,):  # the keys are many: looked through only when there is something to replace
        for table in ("text_feature", "incident_key", "incident_rare_key"):
            con.execute(f"DELETE FROM store.{table} WHERE text_id IN ({LISTED})", [json.dumps(ids)])
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
        append(
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
    return _load(con, f"f.text_id IN ({LISTED})", [json.dumps(sorted(set(text_ids)))])


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
    mark_near(con, new, settings)
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
        f"SELECT incident_id FROM store.incident i WHERE left(incident_id, 10) IN ({LISTED}) "
        "AND (state = 'merged' OR EXISTS (SELECT 1 FROM store.incident_member m WHERE m.incident_id = i.incident_id))",
        [json.dumps(days)],
    ).fetchall()
    return Reach(
        incidents=incidents,
        waiting=[text for text in waiting if text.text_id not in ids],
        background=[text for text in background if text.text_id not in ids],
        taken=frozenset(name for (name,) in taken),
    )


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
        f"UNION {LISTED}) "
        "QUALIFY row_number() OVER (PARTITION BY m.incident_id ORDER BY f.day, f.text_id) <= ? "
        "OR row_number() OVER (PARTITION BY m.incident_id ORDER BY f.day DESC, f.text_id DESC) <= ? "
        "ORDER BY m.incident_id, f.day, m.text_id",
        [json.dumps(named), first, settings.members - first],
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
        f"ORDER BY day DESC NULLS LAST, text_id LIMIT {LATEST})",
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
