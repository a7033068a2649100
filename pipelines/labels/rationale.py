"""Why an incident is labelled as it is, in English, written from quotations by templates.

Every claim stands beside the sentence that carries it; a quotation in another language is followed by its translation
where there is one. Nothing is said that the votes and the evidence do not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipelines.labels.votes import LADDER, Ballot, Vote, Votes
from pipelines.profiles import Profile
from pipelines.records import Evidence, Label

LIMIT = 280
"""Longest quotation in characters; a longer one is cut at the end and marked."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def rationale(
    ballots: Sequence[Ballot],
    votes: Votes,
    profile: Profile,
    *,
    origins: int,
    quotes_en: Mapping[str, str] | None = None,
) -> str:
    """The rationale of one incident.

    :param origins: independent origins of the texts, as the texts room counts them.
    :param quotes_en: translations of quotations, by quotation.
    """
    translated = quotes_en or {}
    if votes.class_ not in ("incident", "hazard"):
        return f"No text of this record reports an event that {profile.subject} led to, or could lead to."
    voters = [b for b in ballots if b.judgement.class_ == votes.class_ and b.role == "report"]
    parts = [_opening(votes, profile), _basis(votes, origins)]
    harm = "The harm" if votes.class_ == "incident" else "The harm that could follow"
    quoted: list[Evidence] = []
    for place, limb in enumerate(votes.limbs[:2]):
        found = _best(voters, "limb", limb)
        if found is not None:
            lead = f"{harm} falls under" if place == 0 else "It also touches"
            fresh = [one for one in found.evidence if one not in quoted]
            said = f": {_quote(fresh, translated)}" if fresh else ", by the same words."
            parts.append(f"{lead} limb ({limb}), {profile.limbs[limb]}{said}")
            quoted += fresh
    parts.append(_stance(voters, votes, translated))
    parts.append(_severity(votes))
    parts.append(_dissent(votes))
    return " ".join(part for part in parts if part)


def _opening(votes: Votes, profile: Profile) -> str:
    name = f"{_article(profile.noun)} {profile.noun} {votes.class_}"
    if votes.class_ == "incident":
        return f"Labelled {name}: the texts report harm that {profile.subject} directly or indirectly led to."
    return (
        f"Labelled {name}: the texts report an event in which {profile.subject} could plausibly lead to harm."
    )


def _article(word: str) -> str:
    return "an" if word[:1].lower() in "aeiou" else "a"


def _basis(votes: Votes, origins: int) -> str:
    texts = f"{_number(votes.voters)} {'text' if votes.voters == 1 else 'texts'}"
    articles = f"{_number(votes.articles)} {'article' if votes.articles == 1 else 'articles'}"
    source = f"{_number(origins)} independent {'origin' if origins == 1 else 'origins'}"
    if votes.voters == votes.articles:
        return f"It rests on {texts} from {source}."
    return f"It rests on {texts}, carried by {articles}, from {source}."


def _number(n: int) -> str:
    return _NUMBERS[n] if n < len(_NUMBERS) else str(n)


def _best(voters: Sequence[Ballot], axis: str, value: str) -> Label | None:
    found = [
        label
        for ballot in sorted(voters, key=lambda b: b.text_id)
        for label in ballot.judgement.labels
        if label.axis == axis and label.value == value and label.evidence
    ]
    return max(found, key=lambda label: label.score, default=None)


def _quote(evidence: Sequence[Evidence], translated: Mapping[str, str]) -> str:
    return _ended(" and ".join(_one(one, translated) for one in evidence[:2]))


def _ended(text: str) -> str:
    """``text`` with a full stop, unless its last quotation has one."""
    return text if text.rstrip("”)")[-1:] in "。.!?！？…" else f"{text}."


def _one(one: Evidence, translated: Mapping[str, str]) -> str:
    quote = f"“{_short(one.quote)}”"
    other = translated.get(one.quote)
    return f"{quote} (“{_short(other)}”)" if other else quote


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= LIMIT else flat[: LIMIT - 1].rstrip() + "…"


def _stance(voters: Sequence[Ballot], votes: Votes, translated: Mapping[str, str]) -> str:
    label = _best(voters, "class", votes.class_ or "")
    limb = _best(voters, "limb", votes.limbs[0]) if votes.limbs else None
    reports = "the text reports" if len(voters) == 1 else "the texts report"
    close = sum("near_miss" in ballot.judgement.reason for ballot in voters) * 2 > len(voters)
    said = (
        f"It is actual: {reports} that it has happened"
        if votes.materialisation == "actual"
        else "It is plausible: it was close, and nobody came to harm"
        if close
        else f"It is plausible: {reports} what could happen, not that it has"
    )
    if label is None or (
        limb is not None and {e.quote for e in label.evidence} <= {e.quote for e in limb.evidence}
    ):
        return f"{said}."
    known = {e.quote for e in limb.evidence} if limb else set()
    fresh = [one for one in label.evidence if one.quote not in known]
    return _ended(f"{said}: {_one(fresh[0], translated)}")


def _severity(votes: Votes) -> str:
    if votes.severity == "unknown":
        return "Severity is unknown: no sentence tells it."
    if votes.severity in ("serious incident", "serious hazard", "disaster"):
        return f"Severity: {votes.severity}, by the gravity of the harm named."
    graver = LADDER[: LADDER.index(votes.severity)]
    outvoted = [one for one in votes.votes if one.axis == "severity" and one.value in graver]
    if outvoted:
        said = ", ".join(
            f"{_number(one.texts)} {'says' if one.texts == 1 else 'say'} {one.value}" for one in outvoted
        )
        texts = sum(one.texts for one in votes.votes if one.axis == "severity" and one.accepted)
        return f"Severity: {votes.severity}, by {_number(texts)} {'text' if texts == 1 else 'texts'}; {said}."
    return f"Severity: {votes.severity}; nothing in the texts makes it a serious one."


def _dissent(votes: Votes) -> str:
    others: list[Vote] = [vote for vote in votes.votes if vote.axis == "class" and not vote.accepted]
    if not others:
        return ""
    said = "; ".join(
        f"{_number(v.texts)} {'text reads' if v.texts == 1 else 'texts read'} it as {_article(v.value)} {v.value}"
        for v in others
    )
    kept = next(vote for vote in votes.votes if vote.axis == "class" and vote.accepted)
    return f"The texts do not all agree: {said}. The class would change if {kept.flips_if}."
