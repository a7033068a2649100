"""People's decisions as questions asked while groups grow."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.incidents.linkage import Agglomeration, Cluster
from pipelines.incidents.model import Constraints, Features, KnownIncident
from pipelines.incidents.settings import Settings


class Rules:
    """What people decided, as a question asked before every join."""

    def __init__(
        self,
        texts: Sequence[Features],
        groups: Sequence[Sequence[int]],
        incidents: Sequence[KnownIncident],
        constraints: Constraints,
        settings: Settings,
    ) -> None:
        position = {text.text_id: i for i, text in enumerate(texts)}
        incident_at = {
            incident.incident_id: group[0] for incident, group in zip(incidents, groups, strict=True) if group
        }
        self._margin = settings.threshold + settings.merge_margin
        self._held = {incident_at[name] for name in constraints.fixed_incidents if name in incident_at}
        self._leads = {group[0] for group in groups if group}
        self._settled = {position[name] for name in constraints.grouped_before if name in position}

        def at(name: str) -> int | None:
            return position.get(name, incident_at.get(name))

        self._apart: dict[int, set[int]] = {}
        for one, other in sorted(constraints.cannot_link):
            a, b = at(one), at(other)
            if a is not None and b is not None:
                self._apart.setdefault(a, set()).add(b)
                self._apart.setdefault(b, set()).add(a)
        together = [*sorted(constraints.must_link), *sorted(constraints.fixed.items())]
        self._together = [
            (a, b) for one, other in together if (a := at(one)) is not None and (b := at(other)) is not None
        ]

    def allowed(self, first: Cluster, second: Cluster, score: float) -> bool:
        """No pair that a person set apart; two incidents only well above the threshold and untouched by people."""
        if self._apart:
            theirs = set(second.texts)
            if any(self._apart.get(text, set()) & theirs for text in first.texts):
                return False
        leads = [self._leads & set(cluster.texts) for cluster in (first, second)]
        if self._held and self._settled:
            for mine, other in ((leads[0], second), (leads[1], first)):
                if mine & self._held and not self._settled.isdisjoint(other.texts):
                    return False
        if leads[0] and leads[1]:
            return score >= self._margin and not (self._held & (leads[0] | leads[1]))
        return True

    def force(self, grown: Agglomeration) -> None:
        """Join what a person said belongs together, before the machine joins anything."""
        for a, b in self._together:
            of_text = grown.of_text()
            if of_text[a] != of_text[b]:
                grown.join(of_text[a], of_text[b])
