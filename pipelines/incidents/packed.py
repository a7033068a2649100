"""Bags of terms as bytes: n little-endian uint32 hashes in ascending order, then n uint8 counts (at most 255)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint32]
Counts = NDArray[np.float32]

_ENTRY = 5


def pack(hashes: Iterable[int]) -> bytes:
    """Term hashes, with repeats, as a packed bag; equal bags give equal bytes."""
    counted = sorted(Counter(hashes).items())
    keys = np.array([key for key, _ in counted], dtype="<u4")
    counts = np.array([min(count, 255) for _, count in counted], dtype=np.uint8)
    return keys.tobytes() + counts.tobytes()


def unpack(packed: bytes) -> tuple[Hashes, Counts]:
    """Hashes and counts of a packed bag.

    :raises ValueError: when the length is no multiple of five.
    """
    n, rest = divmod(len(packed), _ENTRY)
    if rest:
        raise ValueError(f"{len(packed)} bytes are no packed terms")
    return np.frombuffer(packed, dtype="<u4", count=n), np.frombuffer(
        packed, dtype=np.uint8, offset=4 * n
    ).astype(np.float32)
