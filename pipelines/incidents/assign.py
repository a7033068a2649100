"""A day's texts against the known world: who joins, who opens, what becomes one. Pure; equal inputs, equal outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.incidents.affairs import group_affairs
from pipelines.incidents.background import Background
from pipelines.incidents.candidates import pairs_of_batch
from pipelines.incidents.identity import incident_id
from pipelines.incidents.judging import Judge
from pipelines.incidents.linkage import Agglomeration, Cluster
from pipelines.incidents.model import Change, Constraints, Features, KnownIncident, Membership, Outcome, Reach
from pipelines.incidents.pairs import Block
from pipelines.incidents.reasons import founding_reason
from pipelines.incidents.rules import Rules
from pipelines.incidents.settings import Settings, default_settings
from pipelines.incidents.sparse import Floats
from pipelines.incidents.splitting import parts
from pipelines.records import OK, Role

import numpy as np  # isort: skip  # after pipelines.embedding, which limits the BLAS threads

FOLLOW_UP_DAYS = 2.0
"""A report that comes later than this after an incident's first one is a follow-up."""


def assign(
    new: Sequence[Features],
    reach: Reach | None = None,
    constraints: Constraints | None = None,
    *,
    settings: Settings | None = None,
    everything: bool = False,
) -> Outcome:
    """Group the texts of one batch (a day, or any set of pending texts) with each other and with what is known.

    :param new: the batch; the order does not matter, ids must differ.
    :param reach: incidents and waiting texts that the index found for the batch.
    :param everything: group texts of every class and of none (``incidents --all``).
    """
    settings = settings or default_settings()
    reach, constraints = reach or Reach(), constraints or Constraints()
    outcomes = {text.text_id: OK if everything else _entry(text) for text in new}
    if len(outcomes) != len(new):
        raise ValueError("a text id comes twice in one batch")
    batch = _Batch(
        [text for text in sorted(new, key=_order) if outcomes[text.text_id] == OK],
        reach,
        constraints,
        settings,
        everything,
    )
    memberships, changes, homes = batch.memberships()
    outcomes.update({text.text_id: "waiting" for text in batch.fresh})
    outcomes.update({member.text_id: OK for member in memberships})
    affairs, joined = group_affairs(homes, reach.incidents, batch.block, batch.pairs, settings)
    return Outcome(
        memberships=tuple(memberships),
        changes=(*changes, *joined),
        affairs=affairs,
        outcomes=dict(sorted(outcomes.items())),
    )


def _entry(text: Features) -> str:
    if text.class_ is None:
        return "no_class"
    return "unrelated" if text.class_ == "unrelated" else OK


def _order(text: Features) -> tuple[float, str]:
    return (float("inf") if text.day is None else text.day, text.text_id)


@dataclass(slots=True)
class Home:
    """An incident after the batch: its texts in the block and where it comes from."""

    incident_id: str
    texts: list[int]
    known: list[KnownIncident]
    split_from: str | None = None
    """The incident that fell apart, of which this is a part."""
    split_because: str = ""


class _Batch:
    def __init__(
        self,
        new: list[Features],
        reach: Reach,
        constraints: Constraints,
        settings: Settings,
        everything: bool,
    ) -> None:
        self.settings, self.constraints, self.everything = settings, constraints, everything
        self.fresh = new
        self.reach = reach
        members = [member for incident in reach.incidents for member in incident.members]
        self.texts: list[Features] = [*new, *reach.waiting, *members]
        self.groups: list[list[int]] = []
        at = len(new) + len(reach.waiting)
        for incident in reach.incidents:
            self.groups.append(list(range(at, at + len(incident.members))))
            at += len(incident.members)
        # what is common is measured on the stream alone: it must not depend on which incidents are within reach
        seen = {text.text_id for text in new}
        stream = Background([*new, *(text for text in reach.background if text.text_id not in seen)])
        self.block = Block(self.texts, stream, settings)
        self.free = len(new) + len(reach.waiting)
        self.taken = set(reach.taken) | {incident.incident_id for incident in reach.incidents}
        self.pairs = self.block.signals(*pairs_of_batch(self.block, self.free, self.groups, settings))
        self.links: Floats = self.block.links(self.pairs)

    def memberships(self) -> tuple[list[Membership], list[Change], list[Home]]:
        """Who belongs where, what the machine decided about whole incidents, and the incidents touched."""
        round_ups = {i for i in range(self.free) if self.texts[i].round_up}
        first, second = self.pairs.first, self.pairs.second
        use = self.links > 0
        if round_ups:
            aside = np.array(sorted(round_ups))
            use &= ~(np.isin(first, aside) | np.isin(second, aside))
        rules = Rules(self.texts, self.groups, self.reach.incidents, self.constraints, self.settings)
        grown = Agglomeration(
            len(self.texts),
            zip(first[use].tolist(), second[use].tolist(), self.links[use].tolist(), strict=True),
            self.settings,
            groups=self.groups,
            allowed=rules.allowed,
        )
        rules.force(grown)
        merges = grown.run(self.settings.threshold)
        homes = self._apart(self._homes(grown.clusters(), round_ups))
        judged = Judge(self.block, self.pairs, self.links, self.settings)
        memberships = [m for home in homes for m in self._members(home, judged)]
        changes = self._changes(homes, {tuple(sorted((*m.kept, *m.joined))): m.score for m in merges})
        memberships += self._round_ups(round_ups, homes, judged)
        memberships += self._late(homes, round_ups, judged)
        return memberships, changes, homes

    def _apart(self, homes: Sequence[Home]) -> list[Home]:
        """The homes, and for each known incident that falls apart under its new texts the parts that leave it.

        Only where every text is in view, and never where a person has decided something.
        """
        out = []
        for home in homes:
            out.append(home)
            if (
                len(home.known) != 1
                or all(t >= self.free for t in home.texts)
                or not self._free_to_split(home)
            ):
                continue
            texts = sorted(home.texts, key=lambda t: _order(self.texts[t]))
            stays, *leaving = parts(texts, self.block, self.settings)
            for part in leaving:
                name = self._name(part.texts, part.texts)
                why = (
                    f"its texts tell {len(leaving) + 1} events: average link {stays.inside:.2f} and {part.inside:.2f} "
                    f"inside, {part.between:.2f} between them"
                )
                out.append(Home(name, sorted(part.texts), [], split_from=home.incident_id, split_because=why))
            home.texts = sorted(stays.texts)
        return out

    def _free_to_split(self, home: Home) -> bool:
        incident = home.known[0]
        decided = {name for pair in self.constraints.must_link for name in pair} | set(self.constraints.fixed)
        return (
            incident.size == len(incident.members)
            and incident.incident_id not in self.constraints.fixed_incidents
            and decided.isdisjoint([incident.incident_id, *(self.texts[t].text_id for t in home.texts)])
        )

    def _name(self, texts: Sequence[int], openers: Sequence[int]) -> str:
        founder = min((self.texts[t] for t in openers), key=_order)
        first = min((self.texts[t] for t in texts), key=_order)
        name = incident_id(first.day, founder.text_id, self.taken)
        self.taken.add(name)
        return name

    def _homes(self, clusters: Sequence[Cluster], aside: set[int]) -> list[Home]:
        group_of = {text: number for number, group in enumerate(self.groups) for text in group}
        homes = []
        for cluster in clusters:
            known = sorted({group_of[text] for text in cluster.texts if text in group_of})
            incidents = sorted(
                (self.reach.incidents[number] for number in known), key=lambda i: i.incident_id
            )
            if incidents:
                name = incidents[0].incident_id
            else:
                openers = [t for t in cluster.texts if self.everything or self.texts[t].opens]
                openers = openers if self.everything else [t for t in openers if t not in aside]
                if not openers:
                    continue
                name = self._name(cluster.texts, openers)
            homes.append(Home(name, cluster.texts, incidents))
        return homes

    def _members(self, home: Home, judged: Judge) -> list[Membership]:
        out = []
        founder = None if home.known else min(home.texts, key=lambda t: _order(self.texts[t]))
        days = [day for day in (self.texts[t].day for t in home.texts) if day is not None]
        days += [i.first_day for i in home.known if i.first_day is not None]
        for t in home.texts:
            if t >= self.free and home.split_from is None:
                continue
            text = self.texts[t]
            if (
                text.text_id in self.constraints.fixed
                and self.constraints.fixed[text.text_id] == home.incident_id
            ):
                out.append(Membership(text_id=text.text_id, incident_id=home.incident_id, role=self._role(text, days),
                                      score=1.0, reason="a person put it here", joined_by="person"))  # fmt: skip
                continue
            best, mean = judged.best(t, home.texts)
            founding = t == founder or best is None
            out.append(
                Membership(
                    text_id=text.text_id,
                    incident_id=home.incident_id,
                    role=self._role(text, days),
                    score=1.0 if founding else mean,
                    reason=founding_reason(text) if founding or best is None else judged.reason(t, best),
                )
            )
        return out

    def _role(self, text: Features, days: Sequence[float]) -> Role:
        if text.round_up:
            return "round-up"
        if text.class_ == "complementary":
            return "complementary"
        if text.day is not None and days and text.day - min(days) > FOLLOW_UP_DAYS:
            return "follow-up"
        return "report"

    def _late(self, homes: Sequence[Home], aside: set[int], judged: Judge) -> list[Membership]:
        """Complementary texts that no cluster took in: each joins the incident that it speaks of, however long after."""
        housed = {t for home in homes for t in home.texts} | aside
        home_of = {t: home for home in homes for t in home.texts}
        out = []
        for t in range(self.free):
            if t in housed:
                continue
            near = {home_of[m].incident_id: home_of[m] for m in judged.partners(t) if m in home_of}
            offers = [(judged.patient(t, home.texts), home) for _, home in sorted(near.items())]
            if not offers:
                continue
            (best, link, mean), home = max(offers, key=lambda offer: offer[0][2])
            if mean < self.settings.attach or self._forbidden(t, home):
                continue
            text = self.texts[t]
            out.append(
                Membership(
                    text_id=text.text_id,
                    incident_id=home.incident_id,
                    role="complementary",
                    score=round(mean, 3),
                    reason=judged.reason(t, best, link),
                )
            )
        return out

    def _forbidden(self, t: int, home: Home) -> bool:
        """Whether a person set this text apart from the incident or from one of its texts."""
        mine = self.texts[t].text_id
        if mine in self.constraints.grouped_before and any(
            incident.incident_id in self.constraints.fixed_incidents for incident in home.known
        ):
            return True
        others = {home.incident_id, *(self.texts[m].text_id for m in home.texts)}
        return any(
            (a == mine and b in others) or (b == mine and a in others)
            for a, b in self.constraints.cannot_link
        )

    def _round_ups(self, aside: set[int], homes: Sequence[Home], judged: Judge) -> list[Membership]:
        """A round-up joins every incident of which it tells enough; it opens none of them and welds none together."""
        out = []
        for t in sorted(aside):
            text = self.texts[t]
            near = judged.partners(t)
            for home in homes:
                if home.texts == [t] or near.isdisjoint(home.texts) or self._forbidden(t, home):
                    continue
                best, link, _ = judged.patient(t, home.texts)
                if link < self.settings.threshold:
                    continue
                out.append(
                    Membership(
                        text_id=text.text_id,
                        incident_id=home.incident_id,
                        role="round-up",
                        score=round(link, 3),
                        reason=judged.reason(t, best, link),
                    )
                )
        return out

    def _changes(self, homes: Sequence[Home], scores: Mapping[tuple[int, ...], float]) -> list[Change]:
        changes = []
        for home in homes:
            texts = tuple(self.texts[t].text_id for t in home.texts if t < self.free)
            if home.split_from is not None:
                moved = tuple(self.texts[t].text_id for t in home.texts)
                changes.append(
                    Change(kind="split", incident_id=home.split_from, into=home.incident_id, texts=moved,
                           reason=home.split_because)
                )  # fmt: skip
            elif not home.known:
                opened = f"opened by {min((self.texts[t] for t in home.texts), key=_order).text_id}"
                changes.append(
                    Change(kind="opened", incident_id=home.incident_id, into=None, texts=texts, reason=opened)
                )
            for other in home.known[1:]:
                score = scores.get(tuple(home.texts))
                why = f"link {score:.2f}, " if score is not None else ""
                changes.append(
                    Change(
                        kind="merged",
                        incident_id=other.incident_id,
                        into=home.incident_id,
                        texts=tuple(member.text_id for member in other.members),
                        reason=f"{why}one event after {len(texts)} new texts: the older id lives on",
                    )
                )
        return changes
