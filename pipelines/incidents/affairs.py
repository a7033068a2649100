"""Incidents to affairs: the longer stories that several events belong to. Time does not part what one story binds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from pipelines.incidents.linkage import Agglomeration
from pipelines.incidents.model import Change, KnownIncident
from pipelines.incidents.pairs import Block, Signals
from pipelines.incidents.settings import Settings

if TYPE_CHECKING:
    from pipelines.incidents.assign import Home


_PLAIN = 50.0
"""A prior that no group outweighs: the plain mean link decides, for a story sprawls by nature."""


def group_affairs(
    homes: Sequence[Home],
    known: Sequence[KnownIncident],
    block: Block,
    pairs: Signals,
    settings: Settings,
) -> tuple[dict[str, str], list[Change]]:
    """The affair of each incident of the batch, and the recorded joins of incidents to older affairs.

    An affair is named after its oldest incident. Average linkage over links without the decay of
    time, with a threshold of its own.
    """
    if not homes:
        return {}, []
    link = block.story(pairs)
    use = link >= settings.floor
    affair_of = {incident.incident_id: incident.affair_id for incident in known}
    grown = Agglomeration(
        len(block.texts),
        zip(
            pairs.first[use].tolist(), pairs.second[use].tolist(), link[use].clip(0, 1).tolist(), strict=True
        ),
        replace(settings, cohesion_prior=_PLAIN, doubt=0.0),
        groups=[home.texts for home in homes],
    )
    lead = {home.texts[0]: home for home in homes}
    by_affair: dict[str, list[int]] = {}
    for home in homes:
        for incident in home.known:
            by_affair.setdefault(affair_of[incident.incident_id], []).append(home.texts[0])
        if home.split_from is not None:
            by_affair.setdefault(affair_of[home.split_from], []).append(home.texts[0])
    for texts in by_affair.values():
        for other in texts[1:]:
            of_text = grown.of_text()
            if of_text[texts[0]] != of_text[other]:
                grown.join(of_text[texts[0]], of_text[other])
    grown.run(settings.affair)
    affairs: dict[str, str] = {}
    changes = []
    for cluster in grown.clusters():
        inside = [lead[text] for text in cluster.texts if text in lead]
        if not inside:
            continue
        names = [affair_of[i.incident_id] for home in inside for i in home.known] or [
            h.incident_id for h in inside
        ]
        affair = min(names)
        for home in inside:
            before = affair_of.get(home.incident_id)
            if before == affair:
                continue
            affairs[home.incident_id] = affair
            if affair != home.incident_id:
                changes.append(
                    Change(
                        kind="affair",
                        incident_id=home.incident_id,
                        into=affair,
                        texts=(),
                        reason="its texts tell the same story at another time: average link without time above "
                        f"{settings.affair:.2f}",
                    )
                )
    return affairs, changes
