"""What each sentence says: of the subject, of harm (actual, plausible or denied), and what kind of news it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipelines import profiles
from pipelines.profiles import HINT, Harm, Hit, Line, Profile

LEAD_SENTENCES = 2
LEAD = 0.6
BODY = 0.25
NEIGHBOUR = 0.75
TITLED = 0.6
MENTIONED = 0.35
"""How firmly a harm belongs to the subject: named in the same sentence 1, in a neighbour, in the title, elsewhere."""
SURE = 0.9
"""What a sentence of the subject's own words is worth. Where a text only has words that often mean the subject, its
surest sentence counts as one: harm in a text that concerns the subject belongs to it, by whatever name."""
HEADLINE_HINT = 0.46
"""What a hint is worth in a headline: it names what the text is about."""
GOVERNED = 3
"""How many characters behind a word of possibility a word of fact still depends on it."""
_CLAUSE = re.compile(r"[,，;；:：。.!?！？]|(?<=[\u3400-\u9fff”])[ \u3000]+(?=[\u3400-\u9fff“])")
"""What ends a clause; in Chinese headlines, a space."""
_SHADOWED = {"subject.shadow": ("subject.",), "modality.shadow": ("modality.", "news.")}
"""What means nothing inside which longer words."""
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(slots=True)
class Said:
    """One harm in one sentence."""

    harm: Harm
    stance: str
    """``actual`` or ``plausible``."""
    hit: Hit


@dataclass(slots=True)
class Sense:
    """One sentence with what it says."""

    line: Line
    place: float
    """1 for the title (or the first sentence where there is none), less for later sentences."""
    subject: float
    """How surely it names the subject itself."""
    worth: float
    """What it adds to the certainty that the text concerns the subject."""
    link: float = 0.0
    """How firmly what it says belongs to the subject."""
    harms: list[Said] = field(default_factory=list)
    denied: list[Harm] = field(default_factory=list)
    news: set[str] = field(default_factory=set)
    values: dict[tuple[str, str], float] = field(default_factory=dict)
    """Cue weight by (axis, value)."""
    plausible: bool = False
    actual: bool = False
    near_miss: bool = False


def read(title: str | None, text: str | None, profile: Profile) -> list[Sense]:
    """The sentences of a document with what they say, in order."""
    lines = profiles.read_lines(title, text, profile.lexicon)
    titled = any(line.field == "title" for line in lines)
    weights = profiles.subject_weights(lines, profile)
    worth = profiles.subject_score(lines, weights, profile)
    senses = [
        _sense(line, titled, weight, share, profile)
        for line, weight, share in zip(lines, weights, worth, strict=True)
    ]
    _link(senses)
    _spare(senses)
    return senses


def _spare(senses: Sequence[Sense]) -> None:
    """A mishap in a text that says nobody came to harm, and names no other harm done, is a near miss: plausible."""
    if not any(sense.near_miss for sense in senses):
        return
    said = [one for sense in senses for one in sense.harms]
    if not any(
        one.harm.limb and not (one.harm.accident or one.harm.context) and one.stance == "actual"
        for one in said
    ):
        for one in said:
            if one.harm.accident:
                one.stance = "plausible"


def _sense(line: Line, titled: bool, subject: float, worth: float, profile: Profile) -> Sense:
    hits = _unshadowed(line.hits)
    negations = _negations(hits)
    first = line.field == "title" or (not titled and line.place == 0)
    place = 1.0 if first else LEAD if line.place < LEAD_SENTENCES else BODY
    sense = Sense(line, place, subject, worth)
    hits = _settled(hits, negations, line.folded, profile)
    names = {hit.cue.name for hit in hits}
    sense.plausible = "modality.plausible" in names
    sense.actual = "modality.actual" in names
    sense.near_miss = "modality.near_miss" in names
    if "modality.furniture" in names:
        return sense
    for hit in hits:
        kind, _, name = hit.cue.name.partition(".")
        if kind == "harm":
            _take_harm(sense, hit, profile.harms[name], negations, hits, profile)
        elif kind == "news":
            sense.news.add(name)
        elif ":" in hit.cue.name:
            axis, _, value = hit.cue.name.partition(":")
            if axis != "organisation":
                key = (axis, value)
                have, weight = sense.values.get(key, 0.0), hit.cue.weight
                if weight > HINT:
                    sense.values[key] = max(have, weight)
                else:  # hints add up, cues do not: they say the same again
                    sense.values[key] = 1 - (1 - have) * (1 - (HEADLINE_HINT if first else weight))
    if not sense.actual and any(
        said.harm.stance == "plausible" and not said.harm.accident for said in sense.harms
    ):
        # "a flaw leaks data", with no word that it has happened: what the flaw could do
        for said in sense.harms:
            said.stance = "plausible"
    return sense


def _settled(hits: Sequence[Hit], negations: Sequence[Hit], folded: str, profile: Profile) -> list[Hit]:
    """Without words of fact that a word of possibility governs (the caused of "could have caused") or that are denied."""
    feared = [hit for hit in hits if hit.cue.name == "modality.plausible"]
    return [
        hit
        for hit in hits
        if hit.cue.name != "modality.actual"
        or not (
            any(
                f.start <= hit.start <= f.end + GOVERNED and not _CLAUSE.search(folded, f.end, hit.start)
                for f in feared
            )
            or any(_denies(negation, hit, folded, profile) for negation in negations)
        )
    ]


def _denies(negation: Hit, hit: Hit, folded: str, profile: Profile) -> bool:
    """Whether the negation stands close enough before the hit, in the same clause."""
    if negation.end > hit.start:
        return negation.start < hit.start
    between = folded[negation.end : hit.start]
    reach = profile.reach["han"] if _HAN.search(folded[negation.start : hit.end]) else profile.reach["latin"]
    return len(between) <= reach and not _CLAUSE.search(between)


def _unshadowed(hits: Sequence[Hit]) -> list[Hit]:
    shadows = [hit for hit in hits if hit.cue.name in ("subject.shadow", "modality.shadow")]
    if not shadows:
        return list(hits)
    return [
        hit
        for hit in hits
        if not any(
            hit.cue.name.startswith(_SHADOWED[s.cue.name]) and s.start <= hit.start and hit.end <= s.end
            for s in shadows
        )
    ]


def _negations(hits: Sequence[Hit]) -> list[Hit]:
    guards = [hit for hit in hits if hit.cue.name == "modality.not_negation"]
    return [
        hit
        for hit in hits
        if hit.cue.name == "modality.negation" and not any(g.start <= hit.start < g.end for g in guards)
    ]


def _take_harm(
    sense: Sense, hit: Hit, harm: Harm, negations: Sequence[Hit], settled: Sequence[Hit], profile: Profile
) -> None:
    if any(_denies(negation, hit, sense.line.folded, profile) for negation in negations) or any(
        one.cue.name == "modality.near_miss" and one.start < hit.start and hit.end <= one.end
        for one in settled
    ):
        sense.denied.append(harm)
        return
    sense.harms.append(Said(harm, _stance(sense, hit, harm, settled), hit))


def _stance(sense: Sense, hit: Hit, harm: Harm, settled: Sequence[Hit]) -> str:
    """Actual or plausible: by the harm's own nature, else by the words of its clause, else by its sentence."""
    if harm.stance == "plausible":
        return "plausible"
    folded = sense.line.folded
    before = [match.end() for match in _CLAUSE.finditer(folded, 0, hit.start)]
    after = _CLAUSE.search(folded, hit.end)
    start, end = (before[-1] if before else 0), (after.start() if after else len(folded))
    names = {one.cue.name for one in settled if start <= one.start and one.end <= end}
    feared, happened = "modality.plausible" in names, "modality.actual" in names
    if feared != happened:
        return "plausible" if feared else "actual"
    if harm.stance == "open":
        return "actual" if sense.actual else "plausible"
    return "plausible" if sense.plausible and not sense.actual else "actual"


def _link(senses: Sequence[Sense]) -> None:
    titled = max((s.subject for s in senses if s.place == 1.0), default=0.0)
    anywhere = max((s.subject for s in senses), default=0.0)
    lift = (SURE / anywhere) ** 0.5 if 0.0 < anywhere < SURE else 1.0
    for i, sense in enumerate(senses):
        near = max((senses[j].subject for j in (i - 1, i + 1) if 0 <= j < len(senses)), default=0.0)
        link = max(sense.subject, NEIGHBOUR * near, TITLED * titled, MENTIONED * anywhere)
        sense.link = link * lift
