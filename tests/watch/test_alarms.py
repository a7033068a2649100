"""Each rule of an alarm, on both sides of its edge."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType

import pytest

from pipelines.watch import Alarm, Plan, State
from pipelines.watch.alarms import Judged, judge
from pipelines.watch.facts import Facts, Share, StoreFacts
from pipelines.watch.landings import Day
from pipelines.watch.plan import AlarmPlan, KeepPlan
from pipelines.watch.ringing import change
from pipelines.watch.state import Trouble

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)  # a Tuesday, 9 in the morning in Taipei
YESTERDAY = date(2026, 11, 23)
ALL = 10**12


def plan(*outlets: str, **settings: object) -> Plan:
    return Plan(
        dict.fromkeys(outlets, timedelta(hours=1)),
        alarms=AlarmPlan(**settings),  # type: ignore[arg-type]
        zones=MappingProxyType(dict.fromkeys(outlets, "Asia/Taipei")),
        countries=MappingProxyType(dict.fromkeys(outlets, "TW")),
    )


def past(yesterday: int, *weeks: int, crawls: int = 24, good: int = 24) -> dict[date, Day]:
    days = {YESTERDAY - timedelta(weeks=n): Day(24, 24, got) for n, got in enumerate(weeks, start=1)}
    return days | {YESTERDAY: Day(crawls, good, yesterday)}


def rung(found: Judged) -> set[tuple[str, str]]:
    return {(alarm.kind, alarm.subject) for alarm in found.alarms}


def look(
    facts: Facts, *outlets: str, state: State | None = None, free: int = ALL, **settings: object
) -> Judged:
    return judge(plan(*(outlets or ("udn",)), **settings), state or State(), facts, NOW, free_bytes=free)


@pytest.mark.parametrize(("yesterday", "rings"), [(0, True), (7, True), (8, False), (40, False)])
def test_an_outlet_far_below_its_own_weekday_is_silent(yesterday: int, rings: bool) -> None:
    found = look(Facts({"udn": past(yesterday, 40, 44, 40, 38)}, None))
    assert rung(found) == ({("outlet silent", "udn")} if rings else set())
    if rings:
        assert found.alarms[0].message == (
            f"udn landed {yesterday} articles on Monday 2026-11-23; 40 are usual on that weekday"
        )


@pytest.mark.parametrize(
    "days",
    [
        past(0, 4, 3, 4, 4), past(0, 40), past(0, 40, 40, crawls=24, good=0), past(0, 40, 40, good=11),
        {one: day for one, day in past(0, 40, 40).items() if one != YESTERDAY},
    ],
    ids=["few", "too little known", "no listing", "hardly crawled", "not crawled"],
)  # fmt: skip
def test_a_day_that_says_nothing_rings_nothing(days: dict[date, Day]) -> None:
    assert look(Facts({"udn": days}, None)).alarms == []


def test_what_cannot_be_judged_goes_on_standing() -> None:
    state = State()
    assert change(state, look(Facts({"udn": past(0, 40, 40)}, None)), store_asked=False).rang
    assert not change(state, look(Facts({"udn": past(0, 40, 40, good=0)}, None)), store_asked=False)
    assert [one.kind for one in state.ringing.values()] == ["outlet silent"]
    assert change(state, look(Facts({"udn": past(30, 40, 40)}, None)), store_asked=False).over
    assert state.ringing == {}


def test_an_alarm_rings_once_while_it_stands_and_again_when_it_comes_back() -> None:
    state, heard = State(), []
    silent, well = Facts({"udn": past(0, 40, 40)}, None), Facts({"udn": past(40, 40, 40)}, None)
    for facts in (silent, silent, well, silent):
        heard.append(bool(change(state, look(facts), store_asked=False).rang))
    assert heard == [True, False, False, True]


def test_a_day_on_which_most_outlets_of_a_country_rest_is_a_holiday() -> None:
    names = ("a", "b", "c", "d")
    landed = {key: past(2, 40, 40, 40) for key in names[:3]} | {"d": past(40, 40, 40, 40)}
    found = look(Facts(landed, None), *names)
    assert found.alarms == []
    assert found.quiet == ["3 of 4 outlets of TW were quiet on 2026-11-23: a holiday, it seems"]
    # two of four are no majority, two outlets are no company, and one that refuses us tells nothing of a holiday
    landed["c"] = past(40, 40, 40, 40)
    assert rung(look(Facts(landed, None), *names)) == {("outlet silent", "a"), ("outlet silent", "b")}
    assert len(look(Facts({key: landed[key] for key in "ab"}, None), "a", "b").alarms) == 2
    refuses = {"a": past(2, 40, 40), "b": past(15, 40, 40, good=14), "c": past(40, 40, 40)}
    assert rung(look(Facts(refuses, None), "a", "b", "c")) == {("outlet silent", "a")}


def test_a_holiday_does_not_last_for_ever() -> None:
    long = {YESTERDAY - timedelta(days=n): Day(24, 24, 0 if n < 5 else 40) for n in range(35)}
    found = look(Facts(dict.fromkeys("abc", long), None), *"abc")
    assert len(found.alarms) == 3


def test_days_that_the_plan_names_are_quiet() -> None:
    assert look(Facts({"udn": past(0, 40, 40)}, None), quiet_days=frozenset({YESTERDAY})).alarms == []


@pytest.mark.parametrize(
    ("facts", "kind", "subject"),
    [
        (StoreFacts(soft_404={"udn": Share(7, 20, 0, 100)}), "soft 404s", "udn"),
        (StoreFacts(soft_404={"udn": Share(6, 20, 0, 100)}), None, ""),
        (StoreFacts(soft_404={"udn": Share(7, 20, 20, 100)}), None, ""),
        (StoreFacts(soft_404={"udn": Share(9, 9, 0, 100)}), None, ""),
        (StoreFacts(soft_404={"gone": Share(20, 20, 0, 100)}), None, ""),
        (StoreFacts(future={"udn": Share(5, 20, 0, 100)}), "future dates", "udn"),
        (StoreFacts(future={"udn": Share(4, 20, 0, 100)}), None, ""),
        (StoreFacts(read={"udn": Share(5, 20, 95, 100)}), "funnel collapse", "udn"),
        (StoreFacts(read={"udn": Share(6, 20, 95, 100)}), None, ""),
        (StoreFacts(read={"udn": Share(0, 20, 5, 5)}), None, ""),
        (StoreFacts(loops=Share(4, 30, 1, 100)), "translation loops", "translation"),
        (StoreFacts(loops=Share(3, 30, 1, 100)), None, ""),
        (StoreFacts(passed={"relevance": Share(3, 400, 40, 1000)}), "funnel collapse", "relevance"),
        (StoreFacts(passed={"relevance": Share(5, 400, 40, 1000)}), None, ""),
        (StoreFacts(passed={"relevance": Share(0, 400, 20, 1000)}), None, ""),
        (StoreFacts(passed={"relevance": Share(0, 400, 50, 100)}), None, ""),
    ],
)  # fmt: skip
def test_rates_are_held_against_what_was_usual(facts: StoreFacts, kind: str | None, subject: str) -> None:
    found = look(Facts({}, facts))
    assert rung(found) == ({(kind, subject)} if kind else set())


def test_an_alarm_stands_until_its_rate_is_below_the_limit_whatever_has_become_usual() -> None:
    state = State()
    for share, stands in [
        (Share(9, 30, 1, 100), True),
        (Share(9, 30, 30, 100), True),
        (Share(3, 30, 30, 100), False),
    ]:
        change(state, look(Facts({}, StoreFacts(loops=share)), state=state), store_asked=True)
        assert bool(state.ringing) is stands


def languages(tag: str, yesterday: int, *weeks: int) -> dict[str, dict[date, dict[str, int]]]:
    days = {YESTERDAY - timedelta(weeks=n): {"udn": got} for n, got in enumerate(weeks, start=1)}
    return {tag: days | {YESTERDAY: {"udn": yesterday}}}


def test_a_language_is_gone_when_the_outlets_that_bring_it_bring_it_no_more() -> None:
    there = {"udn": past(40, 40, 40)}
    assert rung(look(Facts(there, StoreFacts(languages=languages("zh-Hant", 3, 40, 40))))) == {
        ("language gone", "zh-Hant")
    }
    assert look(Facts(there, StoreFacts(languages=languages("zh-Hant", 9, 40, 40)))).alarms == []
    assert look(Facts(there, StoreFacts(languages=languages("yue", 0, 4, 4)))).alarms == []
    # nobody was asked for articles: nothing is known of the language
    found = look(
        Facts({"udn": past(0, 40, 40, good=0)}, StoreFacts(languages=languages("zh-Hant", 0, 40, 40)))
    )
    assert found.alarms == []
    assert ("language gone", "zh-Hant") in found.open


def test_what_the_database_said_stands_until_it_is_asked_again() -> None:
    state = State()
    loops = Facts({}, StoreFacts(loops=Share(9, 30, 0, 100)))
    assert change(state, look(loops), store_asked=True).rang
    assert not change(state, look(Facts({}, None)), store_asked=False)
    assert change(state, look(Facts({}, StoreFacts())), store_asked=True).over


def trouble(crawls: int, *, refused: bool = False) -> State:
    return State(troubles={"udn": Trouble(NOW.isoformat(), crawls, refused, ("no channel gave a listing",))})


def test_an_outlet_fails_after_two_crawls_and_refuses_at_once() -> None:
    facts = Facts({}, None)
    assert look(facts, state=trouble(1)).alarms == []
    [alarm] = look(facts, state=trouble(2)).alarms
    assert (alarm.kind, alarm.message) == (
        "outlet failing", "udn: 2 crawls in succession: no channel gave a listing"
    )  # fmt: skip
    assert look(facts, state=trouble(2), failing_after=3).alarms == []
    [alarm] = look(facts, state=trouble(1, refused=True)).alarms
    assert alarm.kind == "outlet refused"


def test_the_alarm_of_one_outlet_stands_while_others_are_crawled() -> None:
    state = trouble(2)
    change(state, look(Facts({}, None), "udn", "rti", state=state), store_asked=False)
    assert not change(state, look(Facts({}, None), "udn", "rti", state=state), store_asked=False)
    assert list(state.ringing) == ["outlet failing · udn"]


def test_an_outlet_that_leaves_the_plan_takes_its_alarms_along() -> None:
    state = trouble(2, refused=True)
    assert change(state, look(Facts({}, None), state=state), store_asked=False).rang
    assert change(state, look(Facts({}, None), "rti", state=state), store_asked=False).over
    assert state.ringing == {}


def test_a_run_that_fails_and_a_full_disk_ring() -> None:
    short = Plan({"udn": timedelta(hours=1)}, keep=KeepPlan(min_free_bytes=10**9))
    found = judge(short, State(run_failed="the model is gone"), Facts({}, None), NOW, free_bytes=10**8)
    assert [(one.kind, one.message) for one in found.alarms] == [
        ("run failed", "the line does not run: the model is gone"),
        ("disk full", "0.1 GB are free, 1 are asked for: nothing is crawled"),
    ]


def test_names_of_alarms_tell_kind_and_subject() -> None:
    assert Alarm("", "outlet silent", "udn", "").name == "outlet silent · udn"
