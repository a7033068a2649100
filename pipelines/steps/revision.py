"""One incident record from its texts: what the database holds of it, and what it says after votes and corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.records import Evidence, Judgement, Label
from pipelines.steps.base import in_list
from pipelines.steps.revision_facts import Publisher, countries, day_of, event_date, origin_of, publishers
from pipelines.store import fetch_rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.incidents import MemberText, Record
    from pipelines.labels import Ballot, Votes
    from pipelines.profiles import Profile

SINGLE_AXES = ("class", "severity", "materialisation")


@dataclass(slots=True)
class TextOf:
    """One text of an incident, with all that its record may need."""

    row: dict[str, Any]
    judgement: Judgement
    labels: list[Label]
    facts: list[dict[str, Any]]
    translations: dict[str, str]
    """Quotation or source sentence → its translation."""

    @property
    def text_id(self) -> str:
        return str(self.row["text_id"])

    @property
    def article_id(self) -> str:
        return str(self.row["article_id"])


@dataclass(slots=True)
class Loaded:
    """An incident as it stands, and its texts in the order of publication."""

    record: dict[str, Any]
    texts: list[TextOf] = field(default_factory=list)
    publishers: dict[str, Publisher] = field(default_factory=dict)
    """By outlet: editions of one house are one origin."""


@dataclass(frozen=True, slots=True)
class IncidentLabel:
    """One label of an incident and the texts' sentences that carry it."""

    axis: str
    value: str
    score: float | None
    method: str
    decided_by: str
    evidence: tuple[tuple[TextOf, tuple[Evidence, ...]], ...]


@dataclass(slots=True)
class Made:
    """A record made anew."""

    record: dict[str, Any]
    votes: list[dict[str, Any]]
    labels: list[IncidentLabel]
    newest: list[str]
    """Articles that joined last: what a change is because of."""

    def content(self) -> list[object]:
        """All that a revision consists of."""
        labels = [
            [
                x.axis,
                x.value,
                x.decided_by,
                [[t.text_id, [[q.field, q.start, q.end] for q in quotes]] for t, quotes in x.evidence],
            ]
            for x in self.labels
        ]
        return [self.record, self.votes, labels]


MEMBERS = """
SELECT m.incident_id, m.text_id, m.role, m.score, m.joined, t.article_id, t.published, a.title, a.text, a.outlet_id,
       l.language, l.language_tag, e.title_en, f.attributed_source,
       j.class, j.materialisation, j.limbs, j.severity,
       (SELECT count(*) FROM store.fold x WHERE x.text_id = m.text_id) AS carriers,
       (SELECT list(DISTINCT p.outlet_id ORDER BY p.outlet_id) FROM store.fold x JOIN store.article p USING (article_id)
        WHERE x.text_id = m.text_id) AS outlets
FROM store.incident_member m
JOIN chunk c ON c.subject_id = m.incident_id
JOIN store.text t USING (text_id)
JOIN (SELECT * FROM store.article QUALIFY version = max(version) OVER (PARTITION BY article_id)) a
  ON a.article_id = t.article_id
LEFT JOIN store.fold f ON f.article_id = t.article_id
LEFT JOIN store.language l ON l.article_id = t.article_id
LEFT JOIN store.title_en e ON e.article_id = t.article_id
LEFT JOIN store.judgement j ON j.text_id = m.text_id
ORDER BY m.incident_id, t.published NULLS LAST, m.text_id
"""


def load(con: DuckDBPyConnection, ids: Sequence[str]) -> dict[str, Loaded]:
    """Incidents by id, with their texts."""
    in_list(con, ids)
    found = {
        row["incident_id"]: Loaded(row)
        for row in fetch_rows(
            con, "SELECT i.* FROM store.incident i JOIN chunk c ON c.subject_id = i.incident_id"
        )
    }
    houses = publishers(con)
    for one in found.values():
        one.publishers = houses
    members = fetch_rows(con, MEMBERS)
    texts = sorted({row["text_id"] for row in members})
    in_list(con, texts)
    here = "JOIN chunk c ON c.subject_id = x.text_id"
    labels = fetch_rows(
        con,
        "SELECT x.* FROM store.label x JOIN chunk c ON c.subject_id = x.subject_id WHERE x.subject = 'text' "
        "ORDER BY x.subject_id, x.axis, x.score DESC, x.value",
    )
    quotes = fetch_rows(
        con,
        f"SELECT x.* FROM store.evidence x {here} WHERE x.subject = 'text' "
        "ORDER BY x.text_id, x.axis, x.value, x.field DESC, x.start_at, x.end_at",
    )
    facts = fetch_rows(con, f"SELECT x.* FROM store.fact x {here} ORDER BY x.text_id, x.n")
    sentences = fetch_rows(
        con, f"SELECT x.* FROM store.sentence x {here} WHERE x.current ORDER BY x.text_id, x.field, x.n"
    )
    by_label: dict[tuple[str, str, str], list[Evidence]] = {}
    for q in quotes:
        quote = Evidence(quote=q["quote"], start=q["start_at"], end=q["end_at"], field=q["field"])
        by_label.setdefault((q["text_id"], q["axis"], q["value"]), []).append(quote)
    for row in members:
        text_id = row["text_id"]
        mine = [
            Label(
                axis=x["axis"],
                value=x["value"],
                score=x["score"],
                method=x["method"] or "",
                evidence=tuple(by_label.get((text_id, x["axis"], x["value"]), ())),
            )
            for x in labels
            if x["subject_id"] == text_id
        ]
        judgement = Judgement(
            outcome="ok",
            class_=row["class"],
            materialisation=row["materialisation"],
            limbs=tuple(row["limbs"] or ()),
            severity=row["severity"] or "unknown",
            labels=tuple(mine),
        )
        translations = {
            x["source"]: x["target"] for x in sentences if x["text_id"] == text_id and x["target"]
        }
        found[row["incident_id"]].texts.append(
            TextOf(row, judgement, mine, [x for x in facts if x["text_id"] == text_id], translations)
        )
    return found


def make(
    one: Loaded,
    profile: Profile,
    corrections: Sequence[dict[str, Any]],
    title: dict[str, Any] | None,
    as_of: date,
) -> Made:
    """The record that the texts give, with people's corrections on top."""
    from pipelines import labels as room

    ballots = [_ballot(text) for text in one.texts]
    votes = room.aggregate(ballots)
    labels = _labels(one, votes, corrections)
    decided = {x.axis: x.value for x in labels if x.decided_by != "machine" and x.axis in SINGLE_AXES}
    translations = {source: target for text in one.texts for source, target in text.translations.items()}
    record = _described(describe(one, as_of))
    class_ = decided.get("class", votes.class_)
    record.update(
        {
            "class": class_,
            "materialisation": decided.get("materialisation", _materialisation(class_, votes)),
            "limb": next((x.value for x in labels if x.axis == "limb"), None),
            "severity": decided.get("severity", votes.severity),
            "rationale": room.rationale(
                ballots, votes, profile, origins=record["origins"], quotes_en=translations
            ),
            "countries": countries(one.texts),
            **event_date(one.texts),
        }
    )
    if title is not None and title["after"]["title"]:  # none: taken out with the page that it quoted
        record["title"] = title["after"]["title"]
    latest = max(str(text.row["joined"]) for text in one.texts)
    newest = [text.article_id for text in one.texts if str(text.row["joined"]) == latest]
    rows = [
        {
            "incident_id": one.record["incident_id"],
            "axis": vote.axis,
            "value": vote.value,
            "texts": vote.texts,
            "articles": vote.articles,
            "deciding_rule": vote.deciding_rule,
            "flips_if": vote.flips_if,
        }
        for vote in votes.votes
    ]
    return Made(record, rows, labels, newest)


def _materialisation(class_: str | None, votes: Votes) -> str | None:
    if class_ == votes.class_:
        return votes.materialisation
    return {"incident": "actual", "hazard": "plausible"}.get(class_ or "")


def _ballot(text: TextOf) -> Ballot:
    from pipelines import labels as room

    return room.Ballot(
        text_id=text.text_id, judgement=text.judgement, carriers=text.row["carriers"], role=text.row["role"]
    )


def _labels(one: Loaded, votes: Votes, corrections: Sequence[dict[str, Any]]) -> list[IncidentLabel]:
    """Accepted votes with the sentences of every text that names the value; people's corrections win."""
    added = {
        (row["after"]["axis"], row["after"]["value"]): row
        for row in corrections
        if not row["after"].get("remove")
    }
    removed = {
        (row["after"]["axis"], row["after"]["value"]) for row in corrections if row["after"].get("remove")
    }
    ruled = {axis for axis, _ in added if axis in SINGLE_AXES}
    found = []
    for vote in votes.votes:
        key = (vote.axis, vote.value)
        if not vote.accepted or key in removed or key in added or vote.axis in ruled:
            continue
        found.append(
            IncidentLabel(
                vote.axis, vote.value, vote.score, vote.deciding_rule, "machine", _evidence(one, *key)
            )
        )
    for key, row in sorted(added.items()):
        if key not in removed:
            found.append(
                IncidentLabel(*key, None, row["reason"] or "decided", row["made_by"], _evidence(one, *key))
            )
    return found


def _evidence(one: Loaded, axis: str, value: str) -> tuple[tuple[TextOf, tuple[Evidence, ...]], ...]:
    return tuple(
        (text, label.evidence)
        for text in one.texts
        for label in text.labels
        if (label.axis, label.value) == (axis, value) and label.evidence
    )


def describe(one: Loaded, as_of: date) -> Record:
    """Title, cited summary, timeline and origins out of the texts themselves."""
    from pipelines import incidents

    return incidents.describe([_member(text, one.publishers) for text in one.texts], as_of=as_of)


def _member(text: TextOf, houses: Mapping[str, Publisher]) -> MemberText:
    from pipelines import incidents

    row = text.row
    said = [day_of(f["value"], row["published"]) for f in text.facts if f["kind"] == "event_date"]
    days = [date.fromisoformat(day) for day in said if day is not None]
    first = row["outlet_id"]
    return incidents.MemberText(
        text_id=text.text_id,
        title=row["title"],
        text=row["text"],
        published=row["published"],
        language=row["language_tag"],
        role=row["role"],
        class_=row["class"],
        title_en=row["title_en"],
        translations=text.translations,
        outlets=(first, *(name for name in row["outlets"] if name != first)),
        attributed_source=origin_of(row["attributed_source"], houses.get(first)),
        event_date=min(days, default=None),
    )


def _described(record: Record) -> dict[str, Any]:
    """The columns that a description fills."""
    from pipelines import texts

    origins = texts.independent(record.origins)
    moments = [{**asdict(moment), "day": moment.day.isoformat()} for moment in record.timeline]
    return {
        "title": record.title,
        "title_original": record.title_original,
        "summary": record.summary,
        "summary_sentences": [asdict(sentence) for sentence in record.summary_sentences],
        "timeline": moments,
        "first_published": str(record.first_published) if record.first_published else None,
        "last_published": str(record.last_published) if record.last_published else None,
        "origins": len(origins),
        "origin_names": list(origins),
    }
