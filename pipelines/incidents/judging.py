"""How one text stands to the members of a group: its strongest link, the mean link, the sentence that explains it."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.incidents.pairs import Block, Signals
from pipelines.incidents.reasons import link_reason
from pipelines.incidents.settings import Settings
from pipelines.incidents.sparse import Floats

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads


class Judge:
    """Links between a text and the members of a group, by position."""

    def __init__(self, block: Block, pairs: Signals, links: Floats, settings: Settings) -> None:
        self._texts, self._block, self._settings = block.texts, block, settings
        self._first, self._second = pairs.first, pairs.second
        self._compared: dict[int, set[int]] = {}
        use = links > 0
        self._links: dict[int, dict[int, float]] = {}
        for i, j, link in zip(
            pairs.first[use].tolist(), pairs.second[use].tolist(), links[use].tolist(), strict=True
        ):
            self._links.setdefault(i, {})[j] = link
            self._links.setdefault(j, {})[i] = link

    def link(self, text: int, other: int) -> float:
        return self._links.get(text, {}).get(other, 0.0)

    def best(self, text: int, members: Sequence[int]) -> tuple[int | None, float]:
        """The member with the strongest link (the earliest of equals) and the mean link to all others."""
        mine = self._links.get(text, {})
        others = [m for m in members if m != text]
        linked = [m for m in others if m in mine]
        if not linked:
            return None, 0.0
        best = max(linked, key=lambda m: (mine[m], -m))
        return best, round(sum(mine[m] for m in linked) / len(others), 3)

    def patient(self, text: int, members: Sequence[int]) -> tuple[int, float, float]:
        """How much a later text speaks of an event that is over: comment, ruling, recall come weeks afterwards.

        :returns: the member that it resembles most, that link, and the mean link to all members; none of them decays
            by more than the square root of the gap to the incident's nearest text in units of ``patience`` days.
        """
        others = np.array([m for m in members if m != text], dtype=np.int64)
        mine = np.full(len(others), text, dtype=np.int64)
        links = self._block.timeless(self._block.signals(np.minimum(mine, others), np.maximum(mine, others)))
        gap = float(self._block.gap(mine, others).min())
        fading = (1 + gap / self._settings.patience) ** -0.5
        nearest = int(links.argmax())
        return int(others[nearest]), float(links[nearest]) * fading, float(links.mean()) * fading

    def partners(self, text: int) -> set[int]:
        """Texts that were compared with ``text``."""
        if not self._compared:
            for i, j in zip(self._first.tolist(), self._second.tolist(), strict=True):
                self._compared.setdefault(i, set()).add(j)
                self._compared.setdefault(j, set()).add(i)
        return self._compared.get(text, set())

    def reason(self, text: int, other: int, link: float | None = None) -> str:
        """The sentence for a membership that rests on the link between ``text`` and ``other``."""
        cosine = float(self._block.vectors[text] @ self._block.vectors[other])
        return link_reason(
            self._texts[text], self._texts[other], cosine, self.link(text, other) if link is None else link
        )
