"""Lists of ids in SQL, quickly.

DuckDB's client looks at every element of a Python list that it is given (a thousand strings cost a tenth of a second),
and a filter by a few literal values reaches down into the scan of a table, which a join with a list does not.
"""

from __future__ import annotations

from collections.abc import Collection

FEW = 80
BETWEEN = "\x1f"
"""Stands in no id: ids are printable."""


def among(ids: Collection[str]) -> tuple[str, list[str]]:
    """What stands after ``IN``, and its parameters."""
    if not ids:
        return "(NULL)", []
    if len(ids) <= FEW:
        return f"({', '.join('?' * len(ids))})", list(ids)
    return f"(SELECT unnest(string_split(?, '{BETWEEN}')))", [BETWEEN.join(ids)]
