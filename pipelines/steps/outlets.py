"""Writes the outlet files' facts into ``store.outlet``; outlets met without a file keep their row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pipelines.store import insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def fold_outlets(con: DuckDBPyConnection) -> None:
    """Bring ``store.outlet`` up to the outlet files of this version."""
    from crawler import outlets

    rows = [
        {
            "outlet_id": outlet.key,
            "name": outlet.name,
            "home": outlet.home,
            "language_tag": outlet.language_tag,
            "country": outlet.country,
            "timezone": outlet.timezone,
            "rests_on": outlet.grade,
            "declared": True,
        }
        for outlet in outlets.all_outlets().values()
    ]
    insert(con, "store.outlet", rows, replace=("outlet_id",))
