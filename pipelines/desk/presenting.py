"""The incident page worked out: what :func:`pipelines.desk.dossier.incident` found, in the order in which it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from pipelines.desk.lighting import Row, aligned, anchor, is_sample, quote_en
from pipelines.desk.proposed import presented
from pipelines.desk.values import country, day_said, quantity_said, say
from pipelines.desk.wording import ROLE_NAMES, axis_name
from pipelines.field import Field

AXES = (
    ("principle", "AI principles"),
    ("industry", "Industries"),
    ("stakeholder", "Affected stakeholders"),
    ("harm_type", "Harm types"),
    ("severity", "Severity"),
    ("business_function", "Business function"),
    ("ai_task", "AI tasks"),
    ("autonomy", "Autonomy"),
    ("limb", "Limb of the definition"),
)
"""In the order of the reference page; the last three are ours."""
FACTS = {
    "organisation": "Organisations",
    "system": "AI systems",
    "quantity": "Figures reported",
    "event_date": "Day of the event",
    "country": "Countries",
    "mitigation": "Actions taken",
}
WHOLE = 12
"""Texts shown with every sentence that a label rests on; of the others the page shows those that it quotes."""
QUOTED, QUOTED_FIRST = 6, 4
"""Quotations shown for a value, and for the class."""


def present(found: Row, known: Sequence[str], field: Field) -> Row:
    """What the page of an incident shows.

    :param known: the axes of the profile, in its order; what the labels have besides comes after them.
    :param field: what the profile calls its classes and limbs.
    """
    record = found["record"]
    texts = _texts(found, field)
    quotes = _Quotes(found, {text["text_id"]: text["number"] for text in texts})
    numbers = quotes.numbers
    why = quotes.of("class", record["class"], QUOTED_FIRST)
    axes = [
        axis
        for key, name in _axes(found, known).items()
        if (axis := _axis(found, key, name, quotes, field))["values"]
    ]
    _light_up(found, texts, quotes.shown)
    return {
        "record": record,
        "class_name": field.class_name(record["class"]),
        "summary": _summary(record, numbers),
        "why": why,
        "axes": axes,
        "votes": _votes(found["votes"]),
        "texts": texts,
        "story": _story(record, texts),
        "facts": _facts(found["facts"], numbers),
        "proposed": presented(
            found["proposals"],
            found["sentences"],
            {a["article_id"]: a["language_tag"] for a in found["articles"]},
            numbers,
        ),
        "outlets": len({a["outlet_id"] for a in found["articles"]}),
        "languages": sorted({a["language_tag"] for a in found["articles"] if a["language_tag"]}),
        "countries": [country(code) for code in record["countries"] or []],
        "origins": record["origin_names"] or [],
    }


def _axes(found: Row, known: Sequence[str]) -> dict[str, str]:
    """The axes to show, with their names: those of the reference page, then what a profile has of its own."""
    labelled = sorted({row["axis"] for row in found["labels"] if row["subject"] == "incident"})
    own = [key for key in (*known, *labelled) if key not in ("class", "materialisation", "relevant")]
    return dict(AXES) | {key: axis_name(key).capitalize() for key in own if key not in dict(AXES)}


def _summary(record: Row, numbers: dict[str, int]) -> list[Row]:
    """Sentences of the summary in English where there is English, each with the number of the text it comes from."""
    said = []
    for row in record["summary_sentences"]:
        source, english = row.get("text") or row.get("quote"), row.get("text_en")
        if source or english:
            said.append(
                {
                    "text": english or source,
                    "original": source if english and english != source else None,
                    "number": numbers.get(row.get("text_id", "")),
                }
            )
    return said or (
        [{"text": record["summary"], "original": None, "number": None}] if record["summary"] else []
    )


class _Quotes:
    """The quotations behind values, and which places in the texts they lead to."""

    def __init__(self, found: Row, numbers: dict[str, int]) -> None:
        self.numbers = numbers
        self.shown: set[str] = set()
        self._sentences = found["sentences"]
        self._articles = {a["article_id"]: a for a in found["articles"]}
        self._by_value: dict[tuple[str, str], list[Row]] = {}
        for row in found["evidence"]:
            self._by_value.setdefault((row["axis"], row["value"]), []).append(row)

    def of(self, axis: str, value: str | None, most: int) -> Row:
        """The first ``most`` quotations behind a value, and how many ``more`` there are: the incident's own, else those
        of its texts; each place once."""
        every = self._by_value.get((axis, value or ""), [])
        own = [row for row in every if row["subject"] == "incident"] or every
        places = {anchor(row): row for row in reversed(own)}
        rows = list(reversed(places.items()))
        self.shown |= {place for place, _ in rows[:most]}
        return {"rows": [self._shown(place, row) for place, row in rows[:most]], "more": len(rows[most:])}

    def _shown(self, place: str, row: Row) -> Row:
        article = self._articles.get(row["article_id"])
        return {
            "quote": row["quote"].strip(),
            "english": quote_en(row, self._sentences.get(row["text_id"], [])),
            "lang": article["language_tag"] if article else None,
            "outlet": article["outlet"] if article else row["article_id"],
            "article_id": row["article_id"],
            "number": self.numbers.get(row["text_id"]),
            "anchor": place,
        }


def _axis(found: Row, axis: str, name: str, quotes: _Quotes, field: Field) -> Row:
    record = found["record"]
    votes = {row["value"]: row for row in found["votes"] if row["axis"] == axis}
    rows = {
        row["value"]: row for row in found["labels"] if row["subject"] == "incident" and row["axis"] == axis
    }
    for key in ("severity", "limb"):
        if axis == key and not rows and record[key]:
            rows = {record[key]: {"value": record[key], "decided_by": "machine", "score": None}}
    return {
        "axis": axis,
        "name": name,
        "values": [
            {
                "value": value,
                "label": say(axis, value, {}, field),
                "by": None if row["decided_by"] in ("machine", "rule", None) else row["decided_by"],
                "score": row["score"],
                "votes": votes[value]["texts"] if value in votes else None,
                "quotes": quotes.of(axis, value, QUOTED),
            }
            for value, row in rows.items()
        ],
    }


def _votes(rows: Sequence[Row]) -> list[Row]:
    tallies: dict[str, Row] = {}
    for row in rows:
        tally = tallies.setdefault(
            row["axis"], {"axis": row["axis"], "rows": [], "rule": None, "flips": None}
        )
        tally["rows"].append(row)
        tally["rule"] = tally["rule"] or row["deciding_rule"]
        tally["flips"] = tally["flips"] or row["flips_if"]
    order = ["class", "materialisation", "limb", "severity"]
    for tally in tallies.values():
        tally["most"] = max(row["texts"] for row in tally["rows"]) or 1
    return sorted(
        tallies.values(), key=lambda t: (order.index(t["axis"]) if t["axis"] in order else 9, t["axis"])
    )


def _texts(found: Row, field: Field) -> list[Row]:
    """Texts by first report, each with its carriers folded beneath the article that was read."""
    by_text: dict[str, list[Row]] = {}
    for article in found["articles"]:
        by_text.setdefault(article["text_id"], []).append(article)
    rows = []
    for text in found["texts"]:
        articles = by_text.get(text["text_id"], [])
        if not articles:
            continue
        lead = next((a for a in articles if a["article_id"] == text["read_from"]), articles[0])
        member = found["members"][text["text_id"]]
        lines = found["sentences"].get(text["text_id"], [])
        rows.append(
            {
                **text,
                "lead": lead,
                "carriers": [a for a in articles if a is not lead],
                "first": min((a["published"] for a in articles if a["published"]), default=None),
                "member": member,
                "role": ROLE_NAMES.get(member["role"], member["role"]),
                "class_name": field.class_name(text["class"]),
                "differs": bool(text["class"]) and text["class"] != found["record"]["class"],
                "credits": lead["attributed_source"],
                "translated": any(line["target"] for line in lines),
                "flagged": sum(1 for line in lines if line["flags"]),
                "sample": any(is_sample(line["engine"], line["model"]) for line in lines)
                or is_sample(lead["title_engine"], lead["title_model"]),
            }
        )
    rows.sort(key=lambda row: (row["first"] is None, str(row["first"]), row["text_id"]))
    for number, row in enumerate(rows, 1):
        row["number"] = number
    return rows


def _light_up(found: Row, texts: Sequence[Row], quoted: set[str]) -> None:
    """Give each text its ``lit`` sentences, and say how many ``unlit`` ones only the article's own page shows."""
    spans: dict[tuple[str, str], list[Row]] = {}
    for row in found["evidence"]:
        if row["axis"] != "relevant":
            spans.setdefault((row["text_id"], row["article_id"]), []).append(row)
    for text in texts:
        own = spans.get((text["text_id"], text["lead"]["article_id"]), [])
        shown = own if text["number"] <= WHOLE else [row for row in own if anchor(row) in quoted]
        lines = found["sentences"].get(text["text_id"], [])
        text["lit"] = _lit(shown, lines)
        text["unlit"] = len(_places(own)) - len(_places(shown))


def _places(spans: Iterable[Row]) -> set[tuple[str, int]]:
    return {(span["field"], span["start_at"]) for span in spans}


def _lit(spans: Sequence[Row], lines: Sequence[Row]) -> list[Row]:
    """The sentences that carry labels, lit up beside their translations; where nothing was split, the quotations."""
    wanted = [
        line for line in lines
        if any(s["field"] == line["field"] and s["start_at"] < line["end_at"] and s["end_at"] > line["start_at"] for s in spans)
    ]  # fmt: skip
    covered = {
        anchor(s) for s in spans for line in wanted
        if s["field"] == line["field"] and s["start_at"] < line["end_at"] and s["end_at"] > line["start_at"]
    }  # fmt: skip
    bare: dict[tuple[str, int, int], Row] = {}
    for span in spans:
        if anchor(span) not in covered:
            bare.setdefault((span["field"], span["start_at"], span["end_at"]), _line_of(span))
    rows = []
    for line in [*wanted, *bare.values()]:
        # one sentence is laid out as an article that holds nothing else
        body = {"title": "", "text": "", line["field"]: " " * line["start_at"] + line["source"]}
        rows += [
            row | {"start": line["start_at"]}
            for row in aligned(body, [line], spans)
            if row["field"] == line["field"]
        ]
    return sorted(rows, key=lambda row: (row["field"] != "title", row["start"]))


def _line_of(span: Row) -> Row:
    return {**span, "source": span["quote"], "target": None, "flags": None, "engine": None, "model": None}


def _story(record: Row, texts: Sequence[Row]) -> list[Row]:
    """What happened when: the event, the first report, who followed, each with its distance from the first report."""
    rows: list[Row] = []
    if record["event_date"]:
        rows.append({"kind": "event", "when": record["event_date"], "what": "The event", "lag": None})
    first = next((text["first"] for text in texts if text["first"]), None)
    rows += [
        {
            "kind": "first" if text["first"] and text["first"] == first else "text",
            "when": text["first"],
            "number": text["number"],
            "text": text,
            "lag": lag(text["first"] - first) if first and text["first"] and text["first"] > first else None,
        }
        for text in texts
    ]
    return rows


def lag(span: timedelta) -> str:
    """``+40 min``, ``+6 h``, ``+3 days``."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 90:
        return f"+{minutes} min"
    if minutes < 48 * 60:
        return f"+{round(minutes / 60)} h"
    return f"+{round(minutes / 1440)} days"


def _facts(rows: Sequence[Row], numbers: dict[str, int]) -> list[Row]:
    """Names, figures and actions, each once, with the texts that give it."""
    groups: dict[str, dict[str, dict[str, Any]]] = {}
    for row in rows:
        if row["kind"] not in FACTS:
            continue
        value = fact_said(row)
        item = groups.setdefault(row["kind"], {}).setdefault(
            value, {"value": value, "roles": set(), "numbers": set(), "quote": row["quote"]}
        )
        if role := role_said(row):
            item["roles"].add(role)
        if row["text_id"] in numbers:
            item["numbers"].add(numbers[row["text_id"]])
    return [
        {
            "name": name,
            "values": [
                {**item, "roles": sorted(item["roles"]), "numbers": sorted(item["numbers"])}
                for item in groups[kind].values()
            ],
        }
        for kind, name in FACTS.items()
        if kind in groups
    ]


def role_said(row: Row) -> str:
    """What a fact is in the text: ``regulator``, ``killed``; that a sum with its currency is money, its sign says."""
    return "" if row["role"] == "money" and row["unit"] else (row["role"] or "").replace("_", " ")


def fact_said(row: Row) -> str:
    """A fact's value as a person writes it: ``Taiwan``, ``the 20th (month not said)``, ``US$400 million``."""
    if row["kind"] == "country":
        return country(row["value"])
    if row["kind"] == "event_date":
        return day_said(row["value"])
    if row["kind"] == "quantity":
        return quantity_said(str(row["value"]), row["unit"] or "")
    return " ".join(str(part) for part in (row["value"], row["unit"]) if part)
