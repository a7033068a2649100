"""The record of an incident, taken from its texts: title, cited summary, timeline, origins, state. Pure functions.

Nothing is written anew: the title is a headline, the summary is sentences, each with the place where it stands.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from pipelines.incidents.tokens import normalise, words
from pipelines.records import Class, Field, Role
from pipelines.sentences import sentences

SUMMARY_SENTENCES = 4
"""A summary is at most so long: what happened, to whom, how much, what followed."""
LEAD_SENTENCES = 10
"""Sentences of each text that may enter the summary: news says first what counts."""
OPENING_SENTENCES = 2
"""The lead, from which the summary opens: the first sentence may set a scene, the second then says what happened."""
QUIET_AFTER = timedelta(days=30)

State = Literal["open", "quiet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberText:
    """One text of an incident, with what the record needs of it."""

    text_id: str
    title: str | None
    text: str | None
    published: datetime | None
    language: str | None = None
    role: Role = "report"
    class_: Class | None = None
    title_en: str | None = None
    translations: Mapping[str, str] = field(default_factory=dict)
    """Source sentence → English."""
    outlets: tuple[str, ...] = ()
    """Outlets that carry it, the first publisher first."""
    attributed_source: str | None = None
    """The agency or outlet that the text itself credits."""
    event_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedSentence:
    """A sentence of the summary and where it stands: ``text[start:end]`` of the text's title or body."""

    text_id: str
    field: Field
    start: int
    end: int
    text: str
    text_en: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of the timeline."""

    day: date
    kind: Literal["event", "first report", "report", "follow-up", "complementary", "round-up"]
    text_id: str
    outlet: str | None
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the texts of an incident say together."""

    title: str | None
    """The title in English where there is one, else the original."""
    title_original: str | None
    title_text_id: str
    summary: str | None
    summary_sentences: tuple[CitedSentence, ...]
    timeline: tuple[Moment, ...]
    first_published: datetime | None
    last_published: datetime | None
    origins: tuple[str, ...]
    """Independent origins: who is credited, else the outlet that published the text first."""
    languages: tuple[str, ...]
    state: State


def describe(members: Sequence[MemberText], *, as_of: date) -> Record:
    """The record of an incident with these texts.

    :param as_of: the day of the run; an incident without a report for thirty days is quiet.
    :raises ValueError: when there is no text.
    """
    if not members:
        raise ValueError("an incident without a text has no record")
    ordered = sorted(members, key=_order)
    head = central_title(ordered)
    cited = summary_of(ordered)
    dates = [member.published for member in ordered if member.published is not None]
    last = max(dates, default=None)
    return Record(
        title=head.title_en or head.title,
        title_original=head.title,
        title_text_id=head.text_id,
        summary=" ".join(sentence.text_en or sentence.text for sentence in cited) or None,
        summary_sentences=cited,
        timeline=timeline_of(ordered),
        first_published=min(dates, default=None),
        last_published=last,
        origins=independent_origins(ordered),
        languages=tuple(sorted({member.language for member in ordered if member.language})),
        state=state_of(last, as_of),
    )


def central_title(members: Sequence[MemberText]) -> MemberText:
    """The text whose headline says most of what all headlines and leads say; reports before comments, then the earlier.

    A headline is weighed by the words that it shares with the other texts, per the square root of its length, so that
    neither a bare catchword nor a headline that tells everything wins.
    """
    titled = [member for member in members if member.title] or list(members)
    reports = [m for m in titled if _reports(m)] or [
        m for m in titled if m.role not in ("complementary", "round-up")
    ]
    pool = reports or titled
    said = _document_frequency(members)
    return min(pool, key=lambda member: (-_centrality(member, said), *_order(member)))


def summary_of(members: Sequence[MemberText]) -> tuple[CitedSentence, ...]:
    """Up to four sentences that together cover best what several texts say: first what happened, then what else is said,
    in the order of publication.

    Greedy: each next sentence is the one that adds the most weight of words not said yet, per the square root of its
    length; a word weighs the number of texts that use it. The opening is the sentence of the lead that says most of its
    headline, which is the title, so that the two agree. Stops when a sentence adds less than a third of the opening. A
    sentence is compared in English where it has been translated, so that two languages do not say one thing twice.
    """
    told = {m.text_id: _sentences(m) for m in members if m.role != "round-up"}
    said: Counter[str] = Counter()
    for candidates in told.values():
        said.update(frozenset[str]().union(*(entry.terms for entry in candidates)))
    pool = [entry for member in members for entry in told.get(member.text_id, ())]
    head = central_title(members)
    heading = frozenset(words(normalise(f"{head.title or ''}\n{head.title_en or ''}")))
    opening = max(
        told.get(head.text_id, ())[:OPENING_SENTENCES],
        key=lambda entry: sum(_weight(term, said) for term in sorted(entry.terms & heading)),
        default=None,
    )
    chosen: list[_Candidate] = []
    covered: set[str] = set()
    best_gain = 0.0
    while pool and len(chosen) < SUMMARY_SENTENCES:
        choice = [opening] if opening and not chosen else pool
        gain, nearest = max((_gain(entry, covered, said), -n) for n, entry in enumerate(choice))
        best_gain = best_gain or gain
        if gain <= 0 or gain < best_gain / 3:
            break
        entry = choice[-nearest]
        pool.remove(entry)
        chosen.append(entry)
        covered |= entry.terms
    order = {member.text_id: n for n, member in enumerate(members)}
    chosen[1:] = sorted(chosen[1:], key=lambda entry: (order[entry.cited.text_id], entry.cited.start))
    return tuple(entry.cited for entry in chosen)


def _reports(member: MemberText) -> bool:
    return member.class_ in ("incident", "hazard") and member.role in ("report", "follow-up")


def timeline_of(members: Sequence[MemberText]) -> tuple[Moment, ...]:
    """The event where its date is known, the first report, then who followed: each outlet's first text and every
    follow-up, complementary text and round-up."""
    moments: list[Moment] = []
    dated = Counter(m.event_date for m in members if m.event_date is not None and m.role == "report")
    if dated:
        day = min(dated, key=lambda d: (-dated[d], d))
        teller = next(m for m in members if m.event_date == day)
        moments.append(Moment(day=day, kind="event", text_id=teller.text_id, outlet=None, title=None))
    seen: set[str] = set()
    first = True
    for member in members:
        if member.published is None:
            continue
        outlets = member.outlets or (None,)
        for outlet in outlets[:1] if member.role != "report" else outlets:
            if member.role == "report" and not first and outlet is not None and outlet in seen:
                continue
            kind: Literal["first report"] | Role = "first report" if first else member.role
            moments.append(
                Moment(
                    day=_utc(member.published).date(),
                    kind=kind,
                    text_id=member.text_id,
                    outlet=outlet,
                    title=member.title,
                )
            )
            seen.add(outlet or "")
            first = False
    return tuple(sorted(moments, key=lambda m: (m.day, m.kind != "event", m.kind != "first report")))


def independent_origins(members: Sequence[MemberText]) -> tuple[str, ...]:
    """Who stands behind the reports: the source a text credits, else its first publisher; complementary texts and
    round-ups report nothing of their own. Ten outlets that retell one agency are one origin."""
    names = {
        (member.attributed_source or (member.outlets[0] if member.outlets else member.text_id)).strip()
        for member in members
        if member.role in ("report", "follow-up")
    }
    folded: dict[str, str] = {}
    for name in sorted(names):
        folded.setdefault(name.casefold(), name)
    return tuple(folded.values())


def state_of(last: datetime | None, as_of: date) -> State:
    """``open`` while reports come, ``quiet`` when the last is more than thirty days old."""
    return "quiet" if last is not None and as_of - _utc(last).date() > QUIET_AFTER else "open"


@dataclass(frozen=True, slots=True)
class _Candidate:
    cited: CitedSentence
    terms: frozenset[str]
    weight: float


def _sentences(member: MemberText) -> list[_Candidate]:
    if not member.text:
        return []
    out = []
    for start, end in sentences(member.text)[:LEAD_SENTENCES]:
        source = member.text[start:end]
        english = member.translations.get(source)
        terms = frozenset(words(normalise(english or source)))
        if len(terms) < 4:
            continue
        cited = CitedSentence(
            text_id=member.text_id, field="text", start=start, end=end, text=source, text_en=english
        )
        out.append(_Candidate(cited, terms, math.sqrt(len(terms))))
    return out


def _document_frequency(members: Sequence[MemberText]) -> Counter[str]:
    """In how many texts each word of headline and lead is used; words of one text alone weigh a quarter."""
    said: Counter[str] = Counter()
    for member in members:
        said.update(set(words(normalise(f"{member.title or ''}\n{(member.text or '')[:600]}"))))
    return said


def _weight(term: str, said: Counter[str]) -> float:
    n = said[term]
    return math.log1p(n) if n > 1 else 0.25


def _gain(entry: _Candidate, covered: set[str], said: Counter[str]) -> float:
    return sum(_weight(term, said) for term in sorted(entry.terms - covered)) / entry.weight


def _centrality(member: MemberText, said: Counter[str]) -> float:
    terms = set(words(normalise(member.title or "")))
    if not terms:
        return 0.0
    return round(sum(_weight(term, said) for term in sorted(terms)) / math.sqrt(len(terms)), 9)


def _order(member: MemberText) -> tuple[float, str]:
    return (_utc(member.published).timestamp() if member.published else math.inf, member.text_id)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
