"""Sparse rows of weighted terms and their dot products, with numpy alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.incidents.packed import Hashes, unpack

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

_CHUNK = 100_000


@dataclass(frozen=True, slots=True)
class Bags:
    """The bags of many texts end to end: bag ``i`` is ``keys[start[i]:start[i + 1]]`` with its ``counts``."""

    start: Indices
    keys: Hashes
    counts: Floats

    @property
    def owner(self) -> Indices:
        """To which bag each key belongs."""
        return np.repeat(np.arange(len(self.start) - 1), self.start[1:] - self.start[:-1])


@dataclass(frozen=True, slots=True)
class Rows:
    """Sparse rows: ``columns[start[i]:start[i + 1]]`` with their ``weights``."""

    start: Indices
    columns: Indices
    weights: Floats
    width: int


def bags(packed: Sequence[bytes]) -> Bags:
    """Packed bags (see :mod:`.packed`) end to end.

    :raises ValueError: when one is no packed bag.
    """
    return bags_of([unpack(one) for one in packed])


def bags_of(opened: Sequence[tuple[Hashes, Floats]]) -> Bags:
    """Bags given as keys and counts, end to end."""
    start = np.concatenate([[0], np.cumsum([len(keys) for keys, _ in opened])]).astype(np.int64)
    if not opened:
        return Bags(start, np.zeros(0, np.uint32), np.zeros(0, np.float32))
    return Bags(
        start, np.concatenate([keys for keys, _ in opened]), np.concatenate([counts for _, counts in opened])
    )


def sums(values: Floats, start: Indices) -> Floats:
    """The sum of each row's values; 0 for an empty row."""
    total = np.zeros(len(start) - 1, np.float32)
    filled = start[1:] > start[:-1]
    if filled.any():
        total[filled] = np.add.reduceat(values, start[:-1][filled])
    return total


def dots(left: Rows, right: Rows, first: Indices, second: Indices) -> Floats:
    """Dot products of rows ``left[first]`` and ``right[second]``; fast when ``first`` is sorted.

    One row at a time is spread over the vocabulary, the partners' entries are gathered from it.
    """
    out = np.zeros(len(first), np.float32)
    if not len(first):
        return out
    order = np.argsort(first, kind="stable")
    owners, begins = np.unique(first[order], return_index=True)
    ends = np.append(begins[1:], len(first))
    spread = np.zeros(left.width, np.float32)
    lengths = right.start[1:] - right.start[:-1]
    for owner, begin, end in zip(owners.tolist(), begins.tolist(), ends.tolist(), strict=True):
        mine = slice(left.start[owner], left.start[owner + 1])
        if mine.start == mine.stop:
            continue
        spread[left.columns[mine]] = left.weights[mine]
        partners = second[order[begin:end]]
        sizes = lengths[partners]
        filled = sizes > 0
        if filled.any():
            sizes, partners = sizes[filled], partners[filled]
            offsets = np.cumsum(sizes) - sizes
            at = (
                np.arange(int(sizes.sum()))
                - np.repeat(offsets, sizes)
                + np.repeat(right.start[partners], sizes)
            )
            products = spread[right.columns[at]] * right.weights[at]
            out[order[begin:end][filled]] = np.add.reduceat(products, offsets)
        spread[left.columns[mine]] = 0
    return out


def cosines(vectors: Floats, first: Indices, second: Indices) -> Floats:
    """Dot products of rows of a dense matrix, a chunk of pairs at a time."""
    out = np.empty(len(first), np.float32)
    for at in range(0, len(first), _CHUNK):
        part = slice(at, at + _CHUNK)
        out[part] = np.einsum("ij,ij->i", vectors[first[part]], vectors[second[part]])
    return out
