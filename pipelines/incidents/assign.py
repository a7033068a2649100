"""A day's texts against the known world: who joins, who opens, what becomes one. Pure; equal inputs, equal outcome."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines.incidents.affairs import group_affairs
from pipelines.incidents.candidates import pairs_of_batch
from pipelines.incidents.identity import incident_id
from pipelines.incidents.linkage import Agglomeration, Cluster
from pipelines.incidents.model import Change, Constraints, Features, KnownIncident, Membership, Outcome, Reach
from pipelines.incidents.pairs import Background, Block, Floats, Indices
from pipelines.incidents.reasons import founding_reason, link_reason
from pipelines.incidents.settings import Settings, default_settings
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
    for text in batch.fresh:
        if text.text_id not in {m.text_id for m in memberships}:
            outcomes[text.text_id] = "waiting"
    for member in memberships:
        outcomes[member.text_id] = OK
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
        seen = {text.text_id for text in self.texts}
        self.background = Background([*self.texts, *(t for t in reach.background if t.text_id not in seen)])
        self.block = Block(self.texts, self.background, settings)
        self.free = len(new) + len(reach.waiting)
        self.pairs: tuple[Indices, Indices] = pairs_of_batch(self.block, self.free, self.groups, settings)
        self.links: Floats = self.block.links(*self.pairs)

    def memberships(self) -> tuple[list[Membership], list[Change], list[Home]]:
        """Who belongs where, what the machine decided about whole incidents, and the incidents touched."""
        round_ups = {i for i in range(self.free) if self.texts[i].round_up}
        first, second = self.pairs
        use = self.links > 0
        if round_ups:
            aside = np.array(sorted(round_ups))
            use &= ~(np.isin(first, aside) | np.isin(second, aside))
        rules = _Rules(self.texts, self.groups, self.reach.incidents, self.constraints, self.settings)
        grown = Agglomeration(
            len(self.texts),
            zip(first[use].tolist(), second[use].tolist(), self.links[use].tolist(), strict=True),
            self.settings,
            groups=self.groups,
            allowed=rules.allowed,
        )
        rules.force(grown)
        merges = grown.run(self.settings.threshold)
        homes = self._homes(grown.clusters(), round_ups)
        judged = _Judge(self.texts, self.block, self.pairs, self.links)
        memberships = [m for home in homes for m in self._members(home, judged)]
        changes = self._changes(homes, {tuple(sorted((*m.kept, *m.joined))): m.score for m in merges})
        memberships += self._round_ups(round_ups, homes, judged)
        return memberships, changes, homes

    def _homes(self, clusters: Sequence[Cluster], aside: set[int]) -> list[Home]:
        taken = set(self.reach.taken) | {incident.incident_id for incident in self.reach.incidents}
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
                founder = min((self.texts[t] for t in openers), key=_order)
                first = min((self.texts[t] for t in cluster.texts), key=_order)
                name = incident_id(first.day, founder.text_id, taken)
                taken.add(name)
            homes.append(Home(name, cluster.texts, incidents))
        return homes

    def _members(self, home: Home, judged: _Judge) -> list[Membership]:
        out = []
        founder = None if home.known else min(home.texts, key=lambda t: _order(self.texts[t]))
        days = [day for day in (self.texts[t].day for t in home.texts) if day is not None]
        days += [i.first_day for i in home.known if i.first_day is not None]
        for t in home.texts:
            if t >= self.free:
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

    def _round_ups(self, aside: set[int], homes: Sequence[Home], judged: _Judge) -> list[Membership]:
        """A round-up joins every incident of which it is near enough to one member; it opens none and welds none."""
        out = []
        for t in sorted(aside):
            text = self.texts[t]
            for home in homes:
                if home.texts == [t]:
                    continue
                best, _ = judged.best(t, home.texts)
                link = judged.link(t, best) if best is not None else 0.0
                if best is not None and link >= self.settings.threshold:
                    out.append(
                        Membership(text_id=text.text_id, incident_id=home.incident_id, role="round-up",
                                   score=round(link, 3), reason=judged.reason(t, best))
                    )  # fmt: skip
        return out

    def _changes(self, homes: Sequence[Home], scores: Mapping[tuple[int, ...], float]) -> list[Change]:
        changes = []
        for home in homes:
            texts = tuple(self.texts[t].text_id for t in home.texts if t < self.free)
            if not home.known:
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


class _Rules:
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
        if leads[0] and leads[1]:
            return score >= self._margin and not (self._held & (leads[0] | leads[1]))
        return True

    def force(self, grown: Agglomeration) -> None:
        """Join what a person said belongs together, before the machine joins anything."""
        for a, b in self._together:
            of_text = grown.of_text()
            if of_text[a] != of_text[b]:
                grown.join(of_text[a], of_text[b])


class _Judge:
    """Links between a text and the members of a group, by position."""

    def __init__(
        self, texts: Sequence[Features], block: Block, pairs: tuple[Indices, Indices], links: Floats
    ) -> None:
        self._texts, self._block = texts, block
        use = links > 0
        self._links: dict[int, dict[int, float]] = {}
        for i, j, link in zip(
            pairs[0][use].tolist(), pairs[1][use].tolist(), links[use].tolist(), strict=True
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

    def reason(self, text: int, other: int) -> str:
        cosine = float(self._block.vectors[text] @ self._block.vectors[other])
        return link_reason(self._texts[text], self._texts[other], cosine, self.link(text, other))
