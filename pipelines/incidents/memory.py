"""The known world in memory: the same index and the same answers as :mod:`.world`, for measuring and for tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from pipelines.incidents.background import LATEST, STREAM_PRIOR
from pipelines.incidents.features import index_keys
from pipelines.incidents.model import Features, KnownIncident, Outcome, Reach
from pipelines.incidents.reaching import NEAR_DAYS, across_languages, limits
from pipelines.incidents.settings import Settings, default_settings
from pipelines.incidents.shared import flat, neighbours, rarest_first, rarity

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads


class MemoryWorld:
    """Texts and incidents of the batches so far."""

    def __init__(self, settings: Settings | None = None) -> None:
        self._settings = settings or default_settings()
        self._texts: dict[str, Features] = {}
        self._by_key: dict[int, list[str]] = defaultdict(list)
        self._members: dict[str, list[str]] = defaultdict(list)
        self._home: dict[str, list[str]] = defaultdict(list)
        self._waiting: set[str] = set()
        self._affair: dict[str, str] = {}
        self._redirect: dict[str, str] = {}

    def reach(self, new: Sequence[Features]) -> Reach:
        """Incidents and waiting texts that share enough rare keys with ``new``."""
        near = self._near(new) | self._foreign(new)
        incidents = sorted({incident for text in near for incident in self._home[text]})
        latest = sorted(self._texts.values(), key=lambda t: (-(t.day or 0.0), t.text_id))[:LATEST]
        return Reach(
            incidents=[self._known(name) for name in incidents],
            waiting=[self._texts[name] for name in sorted(near & self._waiting)],
            background=latest,
            taken=frozenset(self._members) | frozenset(self._redirect),
        )

    def _near(self, new: Sequence[Features]) -> set[str]:
        asking, owner = flat([index_keys(text) for text in new])
        table = [key for key in sorted(set(asking.tolist())) if key in self._by_key]
        if not table:
            return set()
        names = sorted({name for key in table for name in self._by_key[key]})
        number = {name: n for n, name in enumerate(names)}
        counts = np.array([len(self._by_key[key]) for key in table])
        weight = rarity(counts, len(self._texts) + STREAM_PRIOR)
        at = np.minimum(np.searchsorted(table, asking), len(table) - 1)
        there = np.array(table)[at] == asking
        bounds = limits(self._settings)
        asked = rarest_first(at[there], owner[there], len(new), counts, weight, bounds)
        texts = np.array([number[name] for key in table for name in self._by_key[key]])
        begins = np.cumsum(counts) - counts
        found = neighbours(asked, begins, counts, texts, weight, len(names), bounds)
        return {names[n] for _, rows in found for n in rows.tolist()}

    def _foreign(self, new: Sequence[Features]) -> set[str]:
        days = [text.day for text in new if text.day is not None]
        if not days:
            return set()
        low, high = min(days) - NEAR_DAYS, max(days) + NEAR_DAYS
        first: dict[tuple[str, str], Features] = {}
        for name, members in self._members.items():
            for text in sorted((self._texts[t] for t in members), key=lambda t: (t.day or 0.0, t.text_id)):
                if text.day is not None and low <= text.day <= high:
                    first.setdefault((name, text.language), text)
        known = sorted(first.values(), key=lambda text: text.text_id)
        near = across_languages(new, [text.language for text in known], [text.title_vector for text in known])
        return {known[n].text_id for n in near}

    def _known(self, name: str) -> KnownIncident:
        members = sorted(
            (self._texts[t] for t in self._members[name]), key=lambda t: (t.day or 0.0, t.text_id)
        )
        first = self._settings.members // 3
        kept = members
        if len(members) > self._settings.members:
            kept = members[:first] + members[first - self._settings.members :]
        days = [text.day for text in members if text.day is not None]
        return KnownIncident(
            incident_id=name,
            affair_id=self._affair[name],
            members=kept,
            size=len(members),
            first_day=min(days, default=None),
            last_day=max(days, default=None),
        )

    def commit(self, new: Sequence[Features], outcome: Outcome) -> None:
        """Remember a batch and what became of it."""
        for text in new:
            self._texts[text.text_id] = text
            for key in index_keys(text):
                self._by_key[key].append(text.text_id)
        for change in outcome.changes:
            if change.kind == "merged" and change.into is not None:
                self._redirect[change.incident_id] = change.into
                for text_id in self._members.pop(change.incident_id):
                    self._place(text_id, change.into)
                    self._home[text_id].remove(change.incident_id)
            if change.kind == "split":
                for text_id in change.texts:
                    if text_id in self._members[change.incident_id]:
                        self._members[change.incident_id].remove(text_id)
                        self._home[text_id].remove(change.incident_id)
        opened = {change.incident_id for change in outcome.changes if change.kind == "opened"} - set(
            self._members
        )
        for member in outcome.memberships:
            if member.role != "round-up" or (member.incident_id in opened and not self._home[member.text_id]):
                self._place(member.text_id, member.incident_id)
        self._affair.update(outcome.affairs)
        self._waiting |= {name for name, result in outcome.outcomes.items() if result == "waiting"}
        self._waiting -= {member.text_id for member in outcome.memberships}

    def _place(self, text_id: str, incident_id: str) -> None:
        if incident_id not in self._home[text_id]:
            self._members[incident_id].append(text_id)
            self._home[text_id].append(incident_id)

    def groups(self) -> dict[str, str]:
        """Text id → incident id as things stand."""
        return {text: homes[0] for text, homes in self._home.items() if homes}
