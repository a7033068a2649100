"""The labels of an incident from those of its texts: one text, one vote, however many articles carry it.

Only reports vote; follow-ups, complementary texts and round-ups attach without a vote. What carries several values (limbs,
axes) takes a value that at least half of the votes name; what carries one (class, severity) takes the most named,
a tie going to the higher sum of scores, then to the graver value. Every vote says what would flip it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.profiles import CLASSES
from pipelines.records import Judgement, Label, Materialisation, Role

SINGLE = ("class", "severity")
LADDER = ("disaster", "serious incident", "incident", "serious hazard", "hazard")
"""The OECD ladder, gravest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One text of an incident, as it votes."""

    text_id: str
    judgement: Judgement
    carriers: int
    """Articles that carry the text."""
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """The tally of one value."""

    axis: str
    value: str
    texts: int
    """Votes: one for each text."""
    articles: int
    """The same before twins fold: one for each article that carries such a text."""
    accepted: bool
    score: float
    """Mean score over the texts that name the value."""
    deciding_rule: str
    flips_if: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """What an incident is, by its texts."""

    class_: str | None
    materialisation: Materialisation | None
    limbs: tuple[str, ...]
    severity: str
    votes: tuple[Vote, ...]
    voters: int
    articles: int
    rule: str

    def accepted(self, axis: str) -> tuple[str, ...]:
        """The accepted values of an axis, most named first."""
        return tuple(vote.value for vote in self.votes if vote.axis == axis and vote.accepted)


def aggregate(ballots: Sequence[Ballot]) -> Votes:
    """Count the votes of an incident's texts.

    :raises ValueError: when a text stands twice, or there is none: then somebody counted articles.
    """
    if not ballots:
        raise ValueError("an incident without texts has nothing to vote on")
    if len({ballot.text_id for ballot in ballots}) != len(ballots):
        raise ValueError("a text stands twice among the ballots: one text has one vote")
    voters = [b for b in ballots if b.role == "report" and b.judgement.class_ in ("incident", "hazard")]
    rule = "texts that report the event vote"
    if not voters:
        voters = list(ballots)
        rule = "no text reports the event itself: all texts vote"
    votes: list[Vote] = []
    class_votes = _single("class", voters, CLASSES)
    votes += class_votes
    class_ = next((vote.value for vote in class_votes if vote.accepted), None)
    agreeing = [b for b in voters if b.judgement.class_ == class_]
    severity_votes = _single("severity", agreeing, LADDER)
    votes += severity_votes
    axes = sorted({label.axis for b in voters for label in b.judgement.labels} - set(SINGLE))
    for axis in axes:
        votes += _several(axis, agreeing if axis == "limb" else voters)
    materialisation: Materialisation | None = (
        "actual" if class_ == "incident" else "plausible" if class_ == "hazard" else None
    )
    return Votes(
        class_=class_,
        materialisation=materialisation,
        limbs=tuple(v.value for v in votes if v.axis == "limb" and v.accepted),
        severity=next((vote.value for vote in severity_votes if vote.accepted), "unknown"),
        votes=tuple(votes),
        voters=len(voters),
        articles=sum(b.carriers for b in voters),
        rule=rule,
    )


def _named(ballot: Ballot, axis: str) -> dict[str, float]:
    if axis == "class" and ballot.judgement.class_ == "unrelated":
        return {"unrelated": 1.0}  # the one class that needs no sentence, so it has no label
    found: dict[str, float] = {}
    label: Label
    for label in ballot.judgement.labels:
        if label.axis == axis:
            found[label.value] = max(found.get(label.value, 0.0), label.score)
    return found


def _tally(axis: str, voters: Sequence[Ballot]) -> dict[str, tuple[int, int, float]]:
    tally: dict[str, tuple[int, int, float]] = {}
    for ballot in voters:
        for value, score in _named(ballot, axis).items():
            texts, articles, total = tally.get(value, (0, 0, 0.0))
            tally[value] = (texts + 1, articles + ballot.carriers, total + score)
    return tally


def _single(axis: str, voters: Sequence[Ballot], gravest_first: Sequence[str]) -> list[Vote]:
    tally = _tally(axis, voters)
    ranked = sorted(
        tally.items(),
        key=lambda item: (-item[1][0], -round(item[1][2], 6), list(gravest_first).index(item[0])),
    )
    votes = []
    for place, (value, (texts, articles, total)) in enumerate(ranked):
        first = place == 0
        votes.append(
            Vote(
                axis=axis,
                value=value,
                texts=texts,
                articles=articles,
                accepted=first,
                score=round(total / texts, 4),
                deciding_rule=_single_rule(ranked, len(voters))
                if first
                else f"fewer texts than “{ranked[0][0]}”"
                if texts < ranked[0][1][0]
                else f"as many texts as “{ranked[0][0]}”, with the lower score",
                flips_if=_single_flip(ranked, first, value, texts),
            )
        )
    return votes


_Ranked = list[tuple[str, tuple[int, int, float]]]


def _single_rule(ranked: _Ranked, voters: int) -> str:
    texts = ranked[0][1][0]
    if len(ranked) == 1:
        return (
            "one text says so"
            if texts == 1
            else f"{'both' if texts == 2 else f'all {texts}'} texts that say so agree"
        )
    if texts == ranked[1][1][0]:
        return f"a tie of {texts} to {texts} texts, decided by the higher sum of scores"
    return f"{texts} of {voters} texts, the most"


def _single_flip(ranked: _Ranked, first: bool, value: str, texts: int) -> str:
    if first and len(ranked) == 1:
        return f"{_of_its(texts // 2 + 1, texts)} said something else"
    ahead = ranked[0][1][0] - (ranked[1][1][0] if first else texts)
    need = ahead // 2 + 1
    other = ranked[1][0] if first else ranked[0][0]
    if first:
        return f"{_texts(need)} said “{other}” instead of “{value}”"
    return f"{_texts(need)} said “{value}” instead of “{other}”"


def _several(axis: str, voters: Sequence[Ballot]) -> list[Vote]:
    tally = _tally(axis, voters)
    ranked = sorted(tally.items(), key=lambda item: (-item[1][0], -round(item[1][2], 6), item[0]))
    votes = []
    for value, (texts, articles, total) in ranked:
        accepted = texts * 2 >= len(voters)
        if accepted:
            drop = (2 * texts - len(voters)) // 2 + 1
            flips = f"{_of_its(drop, texts)} no longer named it"
        else:
            need = (len(voters) - 2 * texts + 1) // 2
            flips = f"{need} more of the {len(voters)} texts named it"
        votes.append(
            Vote(
                axis=axis,
                value=value,
                texts=texts,
                articles=articles,
                accepted=accepted,
                score=round(total / texts, 4),
                deciding_rule=f"named by {texts} of {_texts(len(voters))}, {'at least' if accepted else 'less than'} half",
                flips_if=flips,
            )
        )
    return votes


def _texts(n: int) -> str:
    return f"{n} text" if n == 1 else f"{n} texts"


def _of_its(n: int, texts: int) -> str:
    """``n`` of the texts that name a value."""
    if texts == 1:
        return "its one text"
    if n == texts:
        return "both its texts" if n == 2 else f"all its {n} texts"
    return f"{n} of its {texts} texts"
