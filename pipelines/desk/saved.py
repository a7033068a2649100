"""What the desk keeps for its people beside the database: saved queries, and how far each has read the changes.

Files under ``desk/`` of the data folder; they can be deleted at the cost of these two conveniences.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MOST = 200
"""Saved queries."""


@dataclass(frozen=True, slots=True)
class Query:
    """A saved query of the list of incidents."""

    slug: str
    """Names its feed; ASCII, unique."""
    name: str
    query: str
    """The query string of the list's URL."""
    made_by: str
    made: str


def folder(data_dir: Path) -> Path:
    return data_dir / "desk"


def queries(data_dir: Path) -> list[Query]:
    """The saved queries in the order of their making."""
    return [Query(**row) for row in _read(folder(data_dir) / "saved.json", [])]


def keep(data_dir: Path, *, name: str, query: str, made_by: str, made: datetime) -> Query:
    """Save a query; one with the same name is replaced.

    :raises ValueError: when there are too many.
    """
    with alone(data_dir):
        others = [old for old in queries(data_dir) if old.name != name]
        if len(others) >= MOST:
            raise ValueError(f"{MOST} queries are saved: forget one first")
        fresh = Query(
            _slug(name, {old.slug for old in others}), name, query, made_by, made.astimezone(UTC).isoformat()
        )
        _write(folder(data_dir) / "saved.json", [asdict(old) for old in [*others, fresh]])
    return fresh


def incidents_of(con: DuckDBPyConnection, data_dir: Path, name: str) -> list[str]:
    """The ids of the incidents that a saved query (by name or slug) finds now, in its order.

    :raises KeyError: with the names of those that there are.
    """
    kept = next((one for one in queries(data_dir) if name in (one.slug, one.name)), None)
    if kept is None:
        raise KeyError(", ".join(one.name for one in queries(data_dir)))
    from pipelines.desk import cards, filters
    from pipelines.desk.deck import Deck

    deck = Deck(cards.cards(con).values())
    wanted = filters.parse(parse_qsl(kept.query))
    holding = filters.holding(con, deck, wanted.words, data_dir=data_dir)
    return [card.incident_id for card in filters.apply(deck, wanted, marks={}, holding=holding).cards]


def forget(data_dir: Path, slug: str) -> None:
    with alone(data_dir):
        kept = [asdict(old) for old in queries(data_dir) if old.slug != slug]
        _write(folder(data_dir) / "saved.json", kept)


def read_until(data_dir: Path, name: str) -> datetime | None:
    """The moment up to which ``name`` has read the changes (UTC, naive as the store's times)."""
    found = _read(folder(data_dir) / "visits.json", {}).get(name)
    return datetime.fromisoformat(found) if found else None


def has_read(data_dir: Path, name: str, until: datetime) -> None:
    """``name`` has read everything up to ``until`` (a time of the store)."""
    with alone(data_dir):
        path = folder(data_dir) / "visits.json"
        _write(path, {**_read(path, {}), name: until.isoformat()})


@contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """No other desk on this data folder is in such a block meanwhile."""
    folder(data_dir).mkdir(parents=True, exist_ok=True)
    with (folder(data_dir) / "lock").open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _slug(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "query"
    slug, n = base, 2
    while slug in taken or slug == "incidents":
        slug, n = f"{base}-{n}", n + 1
    return slug


def _read(path: Path, otherwise: Any) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return otherwise


def _write(path: Path, value: Any) -> None:
    partial = path.with_name(path.name + ".part")
    with partial.open("w", encoding="utf-8") as handle:
        json.dump(value, handle, ensure_ascii=False, indent=1)
        handle.flush()
        os.fsync(handle.fileno())
    partial.replace(path)
