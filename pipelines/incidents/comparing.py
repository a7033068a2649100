"""How one stored text stands to incidents as they are today: the numbers that grouping would look at, for explanations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from pipelines.incidents.background import Background
from pipelines.incidents.judging import Judge
from pipelines.incidents.linkage import Agglomeration
from pipelines.incidents.model import Constraints, Features, KnownIncident
from pipelines.incidents.pairs import Block
from pipelines.incidents.settings import Settings, default_settings
from pipelines.incidents.world import load_features, reach

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True)
class Comparison:
    """A text and one incident."""

    incident_id: str
    found: bool
    """The index leads from the text to the incident: enough telling words, or the meaning of the headline."""
    score: float
    """As the rule for texts of its class counts it."""
    needed: float
    """The score from which the text joins."""
    rule: str
    """What the score is: of a report, of a complementary text, of a round-up."""
    nearest: str
    """The member that the text resembles most."""
    reason: str
    """What the two have in common."""


def compare(
    con: DuckDBPyConnection, text_id: str, incident_ids: Sequence[str], *, settings: Settings | None = None
) -> list[Comparison]:
    """The text against each incident that has a text other than it; the text's own membership counts for nothing.

    :returns: in the order of ``incident_ids``; empty when the text has no stored features.
    """
    settings = settings or default_settings()
    mine = load_features(con, [text_id])
    if not mine:
        return []
    found = {incident.incident_id for incident in reach(con, mine, settings=settings).incidents}
    named = Constraints(must_link=frozenset((text_id, name) for name in incident_ids))
    world = reach(con, mine, named, settings=settings)
    stream = Background([*mine, *world.background])
    wanted = {one.incident_id: one for one in world.incidents}
    return [
        _one(mine[0], wanted[name], stream, settings, name in found)
        for name in incident_ids
        if name in wanted
    ]


def _one(
    text: Features, incident: KnownIncident, stream: Background, settings: Settings, found: bool
) -> Comparison:
    texts = [text, *incident.members]
    members = list(range(1, len(texts)))
    block = Block(texts, stream, settings)
    pairs = np.array(list(combinations(range(len(texts)), 2)), dtype=np.int64)
    signals = block.signals(pairs[:, 0], pairs[:, 1])
    links = block.links(signals)
    judge = Judge(block, signals, links, settings)
    nearest, link, mean = judge.patient(0, members)
    if text.round_up:
        score, needed, rule = (
            link,
            settings.threshold,
            "link of a round-up to the text that it resembles most",
        )
    elif text.class_ == "complementary":
        score, needed, rule = mean, settings.attach, "mean link of a complementary text to the texts in it"
    else:
        grown = Agglomeration(
            len(texts),
            (
                (i, j, x)
                for (i, j), x in zip(pairs.tolist(), links.astype(float).tolist(), strict=True)
                if x > 0
            ),
            settings,
            groups=[members],
        )
        score, needed = grown.score(0, 1), settings.threshold
        rule = "mean link to the texts in it, set against how tightly they hang together"
        best, _ = judge.best(0, members)
        nearest, link = (nearest, 0.0) if best is None else (best, judge.link(0, best))
    return Comparison(
        incident_id=incident.incident_id,
        found=found,
        score=round(score, 3),
        needed=needed,
        rule=rule,
        nearest=texts[nearest].text_id,
        reason=judge.reason(0, nearest, link),
    )
