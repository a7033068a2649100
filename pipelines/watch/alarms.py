"""When an alarm rings: rules over counts, each against the outlet's, the language's or the stage's own past.

Days are held against the same weekday, so that a paper that rests on Sundays is not called silent on one. A day on
which most outlets of a country are quiet is a holiday, not a row of failures. Rates are held against what was usual.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from .facts import Facts, Share, StoreFacts
from .landings import Day
from .plan import Plan
from .state import Alarm, State

REFUSED, FAILING, SILENT = "outlet refused", "outlet failing", "outlet silent"
SOFT_404, FUTURE, FUNNEL = "soft 404s", "future dates", "funnel collapse"
LANGUAGE, LOOPS, LINE, DISK = "language gone", "translation loops", "run failed", "disk full"
KINDS = (REFUSED, FAILING, SILENT, SOFT_404, FUTURE, FUNNEL, LANGUAGE, LOOPS, LINE, DISK)
FROM_THE_STORE = frozenset({SOFT_404, FUTURE, FUNNEL, LANGUAGE, LOOPS})

WEEKS = 8
"""So far back same weekdays are looked for; the four newest that were crawled count."""
LEAST = 5
"""An outlet or language that usually brings fewer articles a day is not judged by days."""
ENOUGH = 10
"""Newest pages, articles or texts; with fewer, no rate is judged."""
PAST, PAST_INPUTS = 40, 200
"""Older pages that say what is usual for an outlet, and older inputs for a stage."""
EXPECTED = 12
"""Inputs of a stage that should have passed; with fewer, chance alone may bring none."""


HOLIDAYS = 4
"""Days in succession that a silence in company is taken for a holiday."""

Ring = Callable[[str, str, str], None]
"""Called with kind, subject and sentence."""


@dataclass(slots=True)
class Judged:
    """What stands, what could not be judged, and what was excused."""

    alarms: list[Alarm] = field(default_factory=list)
    open: set[tuple[str, str]] = field(default_factory=set)
    """Kind and subject of which nothing is known just now: what stood goes on standing."""
    quiet: list[str] = field(default_factory=list)
    """Sentences about days that are excused."""


def judge(plan: Plan, state: State, facts: Facts, now: datetime, *, free_bytes: int) -> Judged:
    """Everything that is wrong now.

    :param free_bytes: room on the disk of the data folder.
    """
    found = Judged()
    when = now.astimezone(UTC).isoformat(timespec="seconds")

    def ring(kind: str, subject: str, message: str) -> None:
        found.alarms.append(Alarm(when, kind, subject, message))

    for outlet, trouble in sorted(state.troubles.items()):
        if outlet not in plan.rhythms:  # nobody crawls it any more, so that nothing would ever end the alarm
            continue
        if trouble.refused or trouble.crawls >= plan.alarms.failing_after:
            times = f"{trouble.crawls} crawls in succession" if trouble.crawls > 1 else "the last crawl"
            ring(
                REFUSED if trouble.refused else FAILING,
                outlet,
                f"{outlet}: {times}: {'; '.join(trouble.reasons)}",
            )
    if state.run_failed is not None:
        ring(LINE, "watch", f"the line does not run: {state.run_failed}")
    if free_bytes < plan.keep.min_free_bytes:
        ring(
            DISK,
            "watch",
            f"{free_bytes / 1e9:.1f} GB are free, {plan.keep.min_free_bytes / 1e9:g} are asked for: nothing is crawled",
        )
    quiet = _silent(plan, facts, now, found, ring)
    if facts.store is not None:
        for kind, subject, message in _rates(
            plan, facts.store, {(one.kind, one.subject) for one in state.ringing.values()}
        ):
            ring(kind, subject, message)
        _languages(plan, facts, facts.store, now, quiet, found, ring)
    return found


@dataclass(frozen=True, slots=True)
class Usual:
    """A day beside the same weekdays before it."""

    got: int
    usual: float


def weekdays_before(days: Mapping[date, Day], day: date) -> list[date]:
    """The newest four same weekdays on which the outlet gave a listing, newest first."""
    same = (day - timedelta(weeks=n) for n in range(1, WEEKS + 1))
    return [one for one in same if one in days and days[one].good][:4]


def well_crawled(days: Mapping[date, Day], day: date, past: Sequence[date]) -> bool:
    """Whether the outlet was crawled on ``day`` at least half as often as usual, and few crawls brought no listing
    (there is an alarm for that); a day that was not says nothing."""
    if day not in days or len(past) < 2 or days[day].good * 4 < days[day].crawls * 3:
        return False
    return days[day].good * 2 >= median(days[one].good for one in past)


def beside_its_past(days: Mapping[date, Day], day: date) -> Usual | None:
    """The articles of ``day`` and of the usual same weekday; ``None`` where the day or its past says nothing."""
    past = weekdays_before(days, day)
    if not well_crawled(days, day, past):
        return None
    return Usual(days[day].landed, median(days[one].landed for one in past))


def _silent(plan: Plan, facts: Facts, now: datetime, found: Judged, ring: Ring) -> dict[str, date]:
    """Rings for silent outlets; outlets that are excused, and for which day."""
    judged: dict[str, tuple[date, Usual]] = {}
    for outlet in sorted(plan.rhythms):
        day = last_day(plan, outlet, now)
        usual = beside_its_past(facts.landed.get(outlet, {}), day)
        if usual is None:
            found.open.add((SILENT, outlet))
        elif usual.usual >= LEAST:
            judged[outlet] = (day, usual)
    below = plan.alarms.silent_below
    silent = {key for key, (_, one) in judged.items() if one.got < below * one.usual}
    excused: dict[str, date] = {}
    for country in sorted({plan.countries.get(key, "") for key in silent}):
        there = {key for key in judged if plan.countries.get(key, "") == country}
        low = {key for key in there if judged[key][1].got < judged[key][1].usual / 2}
        fresh = {
            key for key in there & silent if _since(facts.landed[key], judged[key][0], below) <= HOLIDAYS
        }
        if len(there) >= 3 and len(low) * 2 > len(there) and fresh:
            excused |= {key: judged[key][0] for key in fresh}
            found.quiet.append(
                f"{len(low)} of {len(there)} outlets of {country or 'one country'} were quiet on "
                f"{judged[min(fresh)][0]}: a holiday, it seems"
            )
    for outlet in sorted(silent):
        day, one = judged[outlet]
        if day in plan.alarms.quiet_days:
            excused[outlet] = day
        elif outlet not in excused:
            ring(
                SILENT,
                outlet,
                f"{outlet} landed {one.got} articles on {day:%A} {day}; {one.usual:g} are usual on that weekday",
            )
    return excused


def _since(days: Mapping[date, Day], day: date, below: float) -> int:
    """For how many days in succession an outlet has been silent."""
    n = 0
    while (one := beside_its_past(days, day - timedelta(days=n))) and one.got < below * one.usual:
        n += 1
    return n


def last_day(plan: Plan, outlet: str, now: datetime) -> date:
    """The last whole day of an outlet, in its own zone."""
    return now.astimezone(ZoneInfo(plan.zones.get(outlet, "UTC"))).date() - timedelta(days=1)


def _rates(plan: Plan, store: StoreFacts, standing: Set[tuple[str, str]]) -> Iterator[tuple[str, str, str]]:
    limits = plan.alarms

    def above(kind: str, subject: str, share: Share, limit: float) -> bool:
        # while it stands, what is usual has the trouble in it already: then the limit alone tells when it is over
        far = share.now > 2 * share.usual or (kind, subject) in standing
        return share.of_new >= ENOUGH and share.now > limit and far

    def ours(shares: Mapping[str, Share]) -> list[tuple[str, Share]]:
        return [(outlet, share) for outlet, share in sorted(shares.items()) if outlet in plan.rhythms]

    for outlet, share in ours(store.soft_404):
        if above(SOFT_404, outlet, share, limits.soft_404_above):
            yield (
                SOFT_404,
                outlet,
                f"{share.new} of the newest {share.of_new} pages of {outlet} say that there is no such page ({_usual(share)})",
            )
    for outlet, share in ours(store.future):
        if above(FUTURE, outlet, share, limits.future_above):
            yield (
                FUTURE,
                outlet,
                f"{share.new} of the newest {share.of_new} articles of {outlet} are dated after they were fetched ({_usual(share)})",
            )
    for outlet, share in ours(store.read):
        if share.of_new >= ENOUGH and share.of_old >= PAST and share.now < limits.funnel_below * share.usual:
            yield (
                FUNNEL,
                outlet,
                f"{share.new} of the newest {share.of_new} pages of {outlet} gave an article ({_usual(share)}): its markup may have changed",
            )
    share = store.loops
    if above(LOOPS, "translation", share, limits.loops_above):
        yield (
            LOOPS,
            "translation",
            f"the translation of {share.new} of the newest {share.of_new} texts repeats itself ({_usual(share)})",
        )
    for stage, share in sorted(store.passed.items()):
        expected = share.usual * share.of_new
        if (
            share.of_old >= PAST_INPUTS
            and expected >= EXPECTED
            and share.new < limits.funnel_below * expected
        ):
            yield (
                FUNNEL,
                stage,
                f"{share.new} of the newest {share.of_new} inputs passed {stage}; {expected:.0f} were to be expected",
            )


def _usual(share: Share) -> str:
    return f"{share.usual:.0%} are usual" if share.of_old else "nothing is known of its past"


def _languages(
    plan: Plan,
    facts: Facts,
    store: StoreFacts,
    now: datetime,
    excused: Mapping[str, date],
    found: Judged,
    ring: Ring,
) -> None:
    """Rings for languages of which the outlets that gave a listing, and are not excused, brought nearly nothing."""
    for tag, days in sorted(store.languages.items()):
        usual = got = known = 0.0
        for outlet in sorted({name for there in days.values() for name in there} & plan.rhythms.keys()):
            day = last_day(plan, outlet, now)
            landed = facts.landed.get(outlet, {})
            past = weekdays_before(landed, day)
            if len(past) < 2:
                continue
            mine = median(days.get(one, {}).get(outlet, 0) for one in past)
            usual += mine
            if outlet in excused or not well_crawled(landed, day, past):
                continue
            known += mine
            got += days.get(day, {}).get(outlet, 0)
        if usual < LEAST or known * 2 < usual or last_day(plan, "", now) in plan.alarms.quiet_days:
            found.open.add((LANGUAGE, tag))
        elif got < plan.alarms.silent_below * known:
            ring(LANGUAGE, tag, f"{got:g} articles in {tag} came on the last whole day; {known:g} are usual")
