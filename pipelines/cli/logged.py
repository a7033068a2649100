"""What the landing log knows, as an import asks it: a few bytes for each line, however many lines there are."""

from __future__ import annotations

import hashlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.archive import LandingLine


class Keys:
    """A set of texts, or of rows of texts, kept as sorted hashes of eight bytes.

    A million lines and a million newcomers meet by chance once in eighteen million imports.
    """

    def __init__(self, keys: Iterable[int]) -> None:
        self._sorted = array("Q", sorted(keys))
        self._fresh: set[int] = set()

    def add(self, *parts: str | None) -> None:
        self._fresh.add(key(*parts))

    def has(self, *parts: str | None) -> bool:
        one = key(*parts)
        if one in self._fresh:
            return True
        place = bisect_left(self._sorted, one)
        return place < len(self._sorted) and self._sorted[place] == one


def key(*parts: str | None) -> int:
    """Eight bytes of the parts, kept apart."""
    digest = hashlib.blake2b(
        "\x1e".join(part or "" for part in parts).encode("utf-8", "surrogatepass"), digest_size=8
    )
    return int.from_bytes(digest.digest(), "big")


class Logged:
    """The facts that decide whether something lands."""

    def __init__(self, lines: Iterable[LandingLine]) -> None:
        from crawler.landinglog import FORGOTTEN, RETIRED

        pages, landed, told = array("Q"), array("Q"), array("Q")
        self.forgotten: set[str] = set()
        """URLs and article ids that were taken out."""
        for line in lines:
            if line.page_sha256:
                pages.append(key(line.url, line.page_sha256))
            if line.page_sha256 or line.outcome == RETIRED:
                landed.extend(key(name) for name in (line.url, line.article_id) if name)
            elif line.outcome == FORGOTTEN:
                self.forgotten.update(name for name in (line.url, line.article_id) if name)
            else:
                told.append(key(line.url, line.outcome, line.reason))
        self.pages = Keys(pages)
        """URL and SHA-256 of what is in the archive."""
        self.landed = Keys(landed)
        """URLs and article ids of which a page landed, also one that was retired."""
        self.told = Keys(told)
        """URL, outcome and reason of what did not land."""
