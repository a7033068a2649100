"""Votes of an incident: one text, one vote; ties, thresholds, and what would flip each."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.labels import Ballot, aggregate
from pipelines.records import Evidence, Judgement, Label, Role

QUOTE = (Evidence(quote="x", start=0, end=1, field="text"),)


def ballot(
    text_id: str,
    class_: str,
    values: tuple[str, ...] = (),
    carriers: int = 1,
    role: Role = "report",
    score: float = 0.8,
) -> Ballot:
    labels = [] if class_ == "unrelated" else [Label(axis="class", value=class_, score=score, evidence=QUOTE)]
    if class_ in ("incident", "hazard"):
        labels.append(Label(axis="severity", value=class_, score=0.5, evidence=QUOTE))
        labels.append(Label(axis="limb", value="a", score=0.5, evidence=QUOTE))
    labels += [Label(axis="industry", value=value, score=0.6, evidence=QUOTE) for value in values]
    judgement = Judgement(outcome="ok", class_=class_, limbs=("a",), severity=class_, labels=tuple(labels))  # type: ignore[arg-type]
    return Ballot(text_id=text_id, judgement=judgement, carriers=carriers, role=role)


def test_seven_carriers_are_one_vote() -> None:
    found = aggregate([ballot("1", "hazard", carriers=7), ballot("2", "incident"), ballot("3", "incident")])
    assert found.class_ == "incident"
    hazard = next(v for v in found.votes if v.axis == "class" and v.value == "hazard")
    assert (hazard.texts, hazard.articles, hazard.accepted) == (1, 7, False)
    assert (found.voters, found.articles) == (3, 9)


def test_follow_ups_attach_without_voting() -> None:
    found = aggregate(
        [
            ballot("1", "hazard"),
            ballot("2", "incident", role="follow-up"),
            ballot("3", "complementary", role="complementary"),
        ]
    )
    assert (found.class_, found.materialisation, found.voters) == ("hazard", "plausible", 1)


def test_a_tie_goes_to_the_surer_then_to_the_graver() -> None:
    assert (
        aggregate([ballot("1", "hazard", score=0.9), ballot("2", "incident", score=0.6)]).class_ == "hazard"
    )
    assert aggregate([ballot("1", "hazard"), ballot("2", "incident")]).class_ == "incident"


def test_without_a_report_all_texts_vote() -> None:
    found = aggregate([ballot("1", "complementary", role="complementary")])
    assert (found.class_, found.materialisation, found.severity) == ("complementary", None, "unknown")
    assert "no text reports" in found.rule


def test_half_of_the_texts_carry_a_value() -> None:
    found = aggregate(
        [
            ballot("1", "incident", ("A",)),
            ballot("2", "incident", ("A", "B")),
            ballot("3", "incident", ("C",)),
            ballot("4", "incident"),
        ]
    )
    assert found.accepted("industry") == ("A",)


def test_a_text_votes_once() -> None:
    with pytest.raises(ValueError, match="one text has one vote"):
        aggregate([ballot("1", "incident"), ballot("1", "incident")])
    with pytest.raises(ValueError, match="nothing to vote on"):
        aggregate([])


def needed(said: str | None) -> int:
    """How many texts the sentence asks for."""
    number = re.match(r"(?:all )?(?:its )?(\d+|one|both)", said or "")
    assert number, said
    return {"one": 1, "both": 2}.get(number.group(1)) or int(number.group(1))


def test_counts_read_as_people_say_them() -> None:
    for n, rule, flips in (
        (1, "one text says so", "its one text said something else"),
        (2, "both texts that say so agree", "both its texts said something else"),
        (3, "all 3 texts that say so agree", "2 of its 3 texts said something else"),
    ):
        found = aggregate([ballot(str(i), "incident", ("A",)) for i in range(n)])
        by_class = next(v for v in found.votes if v.axis == "class")
        assert (by_class.deciding_rule, by_class.flips_if) == (rule, flips)
        named = next(v for v in found.votes if v.axis == "industry")
        assert named.flips_if == flips.replace("said something else", "no longer named it")


@given(st.lists(st.sampled_from(["incident", "hazard"]), min_size=1, max_size=9))
def test_what_flips_the_class_flips_it(classes: list[str]) -> None:
    ballots = [ballot(str(n), name) for n, name in enumerate(classes)]
    found = aggregate(ballots)
    kept = next(v for v in found.votes if v.axis == "class" and v.accepted)
    other = "hazard" if kept.value == "incident" else "incident"
    need = needed(kept.flips_if)
    changed = 0
    for n, name in enumerate(classes):
        if name == kept.value and changed < need:
            ballots[n] = ballot(str(n), other)
            changed += 1
    assert aggregate(ballots).class_ == other
    assert Counter(classes)[kept.value] >= need


@given(st.lists(st.booleans(), min_size=1, max_size=9))
def test_what_flips_a_value_flips_it(named: list[bool]) -> None:
    ballots = [ballot(str(n), "incident", ("A",) if has else ()) for n, has in enumerate(named)]
    votes = [v for v in aggregate(ballots).votes if v.axis == "industry"]
    if not votes:
        assert not any(named)
        return
    (vote,) = votes
    need = needed(vote.flips_if)
    for enough, count in ((False, need - 1), (True, need)):
        changed, again = 0, list(ballots)
        for n, has in enumerate(named):
            if has == vote.accepted and changed < count:
                again[n] = ballot(str(n), "incident", () if has else ("A",))
                changed += 1
        assert ("A" in aggregate(again).accepted("industry")) == (vote.accepted != enough)


def test_order_of_texts_does_not_matter() -> None:
    ballots = [
        ballot("1", "hazard", ("A",)),
        ballot("2", "incident", ("B",)),
        ballot("3", "hazard", ("B",), score=0.7),
    ]
    assert aggregate(ballots) == aggregate(ballots[::-1])
    assert replace(aggregate(ballots), votes=()) == replace(aggregate(ballots[1:] + ballots[:1]), votes=())
