"""Folds the landing logs into ``store.fetch``: every URL that was ever met, with its outcome."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.steps.base import sha256_of
from pipelines.store import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FIELDS = (
    "url", "final_url", "outlet_id", "article_id", "kind", "way", "fetched", "http_status", "outcome", "reason",
    "warc_file", "warc_offset", "warc_length", "page_sha256", "content_type", "etag", "last_modified",
    "published_hint", "run_id",
)  # fmt: skip
LANDED = ("article", "html", "record")
"""Kinds of landing lines that hold a page to read; listings and robots files are not pages."""


class LandingLogError(Exception):
    """A landing log holds a line that is none; the message names file and byte."""


def _new_lines(path: Path, start: int, lines: int | None) -> Iterator[tuple[int, dict[str, Any]]]:
    """Complete lines of ``path`` from byte ``start``: the byte after each, and its object.

    A last line without its newline is a crawl in progress or cut off; it is left for later.

    :param lines: so many lines of the file at most, those before ``start`` among them.
    """
    with path.open("rb") as handle:
        position, number = start, handle.read(start).count(b"\n") if lines is not None else 0
        handle.seek(start)
        for raw in handle:
            number += 1
            if not raw.endswith(b"\n") or (lines is not None and number > lines):
                return
            position += len(raw)
            try:
                row = json.loads(raw)
            except ValueError as error:
                raise LandingLogError(
                    f"{path} holds a damaged line before byte {position}: move the line to another file and run again"
                ) from error
            yield position, row


def fold_landing(
    con: DuckDBPyConnection, landing_dir: Path, upto: Mapping[str, int] | None = None
) -> Counter[str]:
    """Fold what is new in ``landing_dir`` into the store; counts by outcome. One transaction of the caller.

    What landed and is no page (a ``listing``, a ``robots`` file) counts under its kind: no stage reads it.

    :param upto: for a run that is done again: its logs, and how many lines of each it had taken in.
    """
    counts: Counter[str] = Counter()
    done = dict(con.execute("SELECT file, bytes_read FROM store.journal_position").fetchall())
    rows: dict[str, dict[str, Any]] = {}
    positions = []
    for path in sorted(landing_dir.glob("*.jsonl")):
        name = f"landing/{path.name}"
        position = done.get(name, 0)
        if upto is not None and name not in upto:
            continue
        for end, row in _new_lines(path, position, None if upto is None else upto[name]):
            position = end
            fetch: dict[str, Any] = {key: row.get(key) for key in FIELDS}
            fetch["fetched"] = str(row["fetched"]).replace("T", " ").removesuffix("Z")
            fetch["fetch_id"] = sha256_of(
                row.get("run_id"), row.get("url"), row["fetched"], row.get("page_sha256"), row.get("warc_file"),
                str(row.get("warc_offset")), row["outcome"],
            )[:24]  # fmt: skip
            rows[str(fetch["fetch_id"])] = fetch
            page = row["kind"] in LANDED or row["outcome"] != "landed"
            counts[row["outcome"] if page else row["kind"]] += 1
        if position != done.get(name, 0):
            positions.append({"file": name, "bytes_read": position})
    insert(con, "store.fetch", rows.values(), replace=("fetch_id",))
    insert(con, "store.journal_position", positions, replace=("file",))
    return counts


def lines_taken(con: DuckDBPyConnection, data_dir: Path, before: Mapping[str, int]) -> dict[str, int]:
    """Landing log → lines taken in so far, for the logs of which more is known than ``before`` (bytes)."""
    taken = {}
    for name, size in con.execute(
        "SELECT file, bytes_read FROM store.journal_position ORDER BY 1"
    ).fetchall():
        if size != before.get(name):
            with (data_dir / name).open("rb") as handle:
                taken[name] = handle.read(size).count(b"\n")
    return taken
