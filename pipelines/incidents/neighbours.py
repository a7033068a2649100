"""Nearest neighbours by cosine: all pairs while they are few, else through an inverted file of k-means cells.

An inverted file (IVF) looks only into the cells nearest to each query, so a day against the week costs a few per cent
of all pairs. Everything is fixed by the input: the first centres are taken at even steps, nothing is drawn.
"""

from __future__ import annotations

import numpy as np

from pipelines.incidents.sparse import Floats, Indices

EXACT = 100_000_000
"""Up to so many pairs all are computed: some three seconds of one core."""
PROBES = 16
"""Cells that a query looks into."""
_SAMPLE = 40_000
_ROUNDS = 4
_ROWS = 512


def nearest(
    queries: Floats, known: Floats, k: int, least: float, *, exact: int = EXACT
) -> tuple[Indices, Indices, Floats]:
    """The ``k`` nearest rows of ``known`` of each query whose cosine exceeds ``least``.

    :param queries: rows of length one (or zero), float32.
    :param exact: more pairs than this are searched through cells.
    :returns: query, row and cosine, the best of each query first, equals by the row's number.
    """
    if not len(queries) or not len(known):
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
    if len(queries) * len(known) <= exact:
        cells = [(np.arange(len(queries)), np.arange(len(known)))]
    else:
        cells = _cells(queries, known)
    found = [part for mine, rows in cells for part in _search(queries, known, mine, rows, k, least)]
    query, row, cosine = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((row, -cosine, query))
    query, row, cosine = query[order], row[order], cosine[order]
    start = np.searchsorted(query, query, side="left")
    keep = np.arange(len(query)) - start < k
    return query[keep], row[keep], cosine[keep]


def _search(
    queries: Floats, known: Floats, mine: Indices, rows: Indices, k: int, least: float
) -> list[tuple[Indices, Indices, Floats]]:
    found = []
    inside = known[rows] if len(rows) < len(known) else known
    for at in range(0, len(mine), _ROWS):
        part = mine[at : at + _ROWS]
        cosines = queries[part] @ inside.T
        if k < len(rows):
            best = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
            values = np.take_along_axis(cosines, best, axis=1)
        else:
            best, values = np.broadcast_to(np.arange(len(rows)), cosines.shape), cosines
        good = values > least
        found.append((np.broadcast_to(part[:, None], good.shape)[good], rows[best[good]], values[good]))
    return found


def _cells(queries: Floats, known: Floats) -> list[tuple[Indices, Indices]]:
    """Queries and rows that meet: each row lies in one cell, each query looks into its nearest."""
    count = int(np.sqrt(len(known)))
    sample = known[:: max(1, len(known) // _SAMPLE)]
    centres = sample[:: max(1, len(sample) // count)][:count].copy()
    for _ in range(_ROUNDS):
        home = _home(sample, centres, 1)[:, 0]
        total = np.zeros_like(centres)
        np.add.at(total, home, sample)
        length = np.sqrt(np.einsum("ij,ij->i", total, total))
        filled = length > 0
        centres[filled] = total[filled] / length[filled, None]
    of_row = _home(known, centres, 1)[:, 0]
    of_query = _home(queries, centres, min(PROBES, len(centres)))
    rows = np.argsort(of_row, kind="stable")
    first_row = np.searchsorted(of_row[rows], np.arange(len(centres) + 1))
    flat = of_query.ravel()
    asked = np.argsort(flat, kind="stable")
    first_asked = np.searchsorted(flat[asked], np.arange(len(centres) + 1))
    return [
        (
            asked[first_asked[c] : first_asked[c + 1]] // of_query.shape[1],
            rows[first_row[c] : first_row[c + 1]],
        )
        for c in range(len(centres))
        if first_row[c] < first_row[c + 1] and first_asked[c] < first_asked[c + 1]
    ]


def _home(vectors: Floats, centres: Floats, k: int) -> Indices:
    out = np.empty((len(vectors), k), np.int64)
    for at in range(0, len(vectors), _ROWS):
        cosines = vectors[at : at + _ROWS] @ centres.T
        out[at : at + _ROWS] = (
            cosines.argmax(axis=1)[:, None] if k == 1 else np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        )
    return out
