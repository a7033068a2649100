"""What the line found in the sample world beside what is true: hits and misses, none hidden."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipelines.samples.world import TruthRow

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Miss:
    """One wrong answer: about an article (or a pair), what is true and what was found."""

    subject: str
    want: str
    got: str


@dataclass(slots=True)
class Score:
    """One question about every article of the truth."""

    question: str
    hits: int = 0
    known: int = 0
    misses: list[Miss] = field(default_factory=list)

    def add(self, article_id: str, title: str, want: object, got: object) -> None:
        self.known += 1
        if want == got:
            self.hits += 1
        else:
            self.misses.append(Miss(f"{article_id} {title}", _word(want), _word(got)))


def _word(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(str(item) for item in value)) or "none"
    return "none" if value in (None, "") else str(value)


def compare(truth: Sequence[TruthRow], found: Mapping[str, Row]) -> list[Score]:
    """Scores by question.

    :param truth: what :func:`pipelines.samples.load_truth` gives.
    :param found: by article id: ``title``, ``published`` (ISO 8601 with zone), ``relevant``, ``class``,
        ``materialisation``, ``limbs``, ``severity``, ``text_id``, ``incidents`` (ids). An article that is missing was
        not read.
    """
    read = Score("title and time")
    relevant, kind = Score("relevant"), Score("class")
    actual, limb, severity = Score("actual or plausible"), Score("limb"), Score("severity")
    for row in truth:
        got = found.get(row.article_id, {})
        name = (row.article_id, row.title)
        read.add(*name, (row.title, row.published.isoformat()), (got.get("title"), got.get("published")))
        relevant.add(*name, row.relevant, bool(got.get("relevant")))
        # what is not relevant is never judged further: unrelated is the true answer there
        kind.add(*name, row.class_, got.get("class") or ("unrelated" if not got.get("relevant") else None))
        if row.class_ in ("incident", "hazard"):
            actual.add(*name, row.materialisation, got.get("materialisation"))
            limb.add(*name, (*row.limbs, None)[0], (*(got.get("limbs") or ()), None)[0])
            severity.add(*name, row.severity, got.get("severity"))
    return [read, relevant, kind, actual, limb, severity, _texts(truth, found), _incidents(truth, found)]


def _pairs(groups: Iterable[Sequence[str]]) -> set[tuple[str, str]]:
    return {(a, b) for group in groups for a in group for b in group if a < b}


def _texts(truth: Sequence[TruthRow], found: Mapping[str, Row]) -> Score:
    """Every pair of articles that is one text, and every pair that was folded: right when it is both."""
    score = Score("one text")
    want, got = defaultdict(list), defaultdict(list)
    for row in truth:
        want[row.text].append(row.article_id)
        text_id = found.get(row.article_id, {}).get("text_id")
        if text_id:
            got[text_id].append(row.article_id)
    true_pairs, found_pairs = _pairs(want.values()), _pairs(got.values())
    score.known = len(true_pairs | found_pairs)
    score.hits = len(true_pairs & found_pairs)
    score.misses = [Miss(f"{a} and {b}", "one text", "two") for a, b in sorted(true_pairs - found_pairs)]
    score.misses += [Miss(f"{a} and {b}", "two texts", "one") for a, b in sorted(found_pairs - true_pairs)]
    return score


def _incidents(truth: Sequence[TruthRow], found: Mapping[str, Row]) -> Score:
    """Whether each article stands in the incident that holds most of its event's articles, and in no other."""
    score = Score("incident")
    events: dict[str, list[str]] = defaultdict(list)
    for row in truth:
        for event in row.incidents:
            events[event].append(row.article_id)
    holds: dict[str, str] = {}
    taken: set[str] = set()
    for event, articles in sorted(events.items(), key=lambda item: (-len(item[1]), item[0])):
        votes = Counter(i for a in articles for i in found.get(a, {}).get("incidents", ()) if i not in taken)
        if votes:
            holds[event] = max(sorted(votes), key=lambda incident: votes[incident])
            taken.add(holds[event])
    event_of = {incident: event for event, incident in holds.items()}
    for row in truth:
        got = {event_of.get(i, i) for i in found.get(row.article_id, {}).get("incidents", ())}
        score.add(row.article_id, row.title, frozenset(row.incidents), frozenset(got))
    return score
