"""The desk's questions as functions: filters, numbers beside them, queue, alarms, names, likeness, wording, edition."""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import search
from pipelines.desk import cards, charts, dossier, filters, lighting, naming, queue, saved, works
from pipelines.desk.alarms import Alarm, alarms, joined, ringing
from pipelines.desk.deck import Deck
from pipelines.desk.edition import build, has_edition
from pipelines.desk.explaining import explain
from pipelines.desk.likeness import alike
from pipelines.desk.wording import changed
from pipelines.store import insert
from tests.desk.data import HAZARD, INCIDENT, MERGED


@pytest.fixture
def con(folder: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(folder / "wiredesk.duckdb")) as con:
        yield con


def card(name: str, *, title: str = "A title", last: int = 1, **values: tuple[str, ...]) -> cards.Card:
    moment = datetime(2026, 3, last)  # noqa: DTZ001 (the store's times are UTC without a zone)
    values = {"class": ("incident",), "mark": ("new",), "state": ("open",)} | values
    pairs = tuple((axis, value) for axis, several in values.items() for value in several)
    return cards.Card(name, name, 1, title, None, None, None, moment, moment, 1, 1, 1, values, pairs)


VALUES = {
    "class": st.sampled_from(filters.ORDERS["class"]),
    "severity": st.sampled_from(filters.ORDERS["severity"]),
    "country": st.sampled_from(["TWN", "CHN", "USA"]),
    "harm_type": st.sampled_from(["Physical (injury)", "Economic/Property", "Human or fundamental rights"]),
}
CARDS = st.lists(
    st.builds(
        lambda chosen, last: (last, {axis: tuple(sorted(several)) for axis, several in chosen.items()}),
        st.fixed_dictionaries({axis: st.sets(value, max_size=2) for axis, value in VALUES.items()}),
        st.integers(1, 28),
    ),
    max_size=12,
).map(
    lambda rows: [card(f"2026-01-01-{n:04d}", last=last, **values) for n, (last, values) in enumerate(rows)]
)
CHOSEN = st.fixed_dictionaries(
    {axis: st.sets(value, max_size=2).map(lambda s: tuple(sorted(s))) for axis, value in VALUES.items()}
)
WANTED = st.builds(
    filters.Filters,
    words=st.text(string.ascii_letters + "晶片 &=#%", max_size=8).map(str.strip),
    chosen=CHOSEN,
    sort=st.sampled_from(sorted(filters.SORTS)),
    page=st.integers(1, 9),
)


@given(WANTED)
def test_filters_survive_the_url(wanted: filters.Filters) -> None:
    again = filters.parse(parse_qsl(wanted.query(page=True)))
    assert again == replace(wanted, chosen={axis: values for axis, values in wanted.chosen.items() if values})


@given(CARDS, CHOSEN)
def test_the_number_beside_a_value_is_what_choosing_it_gives(
    every: list[cards.Card], chosen: dict[str, tuple[str, ...]]
) -> None:
    wanted = filters.Filters(chosen=chosen)
    counts = filters.apply(Deck(every), wanted, marks={}, holding=None).counts
    for axis in VALUES:
        for value, n in counts[axis]:
            alone = replace(wanted, chosen={**chosen, axis: (value,)})
            assert n == len(filters.apply(Deck(every), alone, marks={}, holding=None).cards)


@given(CARDS, st.sampled_from(sorted(filters.SORTS)))
def test_every_order_is_total_and_loses_nothing(every: list[cards.Card], sort: str) -> None:
    found = filters.apply(Deck(every), filters.Filters(sort=sort), marks={}, holding=None).cards
    assert sorted(c.incident_id for c in found) == sorted(c.incident_id for c in every)
    assert (
        found
        == filters.apply(Deck(reversed(every)), filters.Filters(sort=sort), marks={}, holding=None).cards
    )


@given(CARDS)
def test_the_timeline_counts_every_incident_once(every: list[cards.Card]) -> None:
    drawn = charts.timeline(filters.apply(Deck(every), filters.Filters(), marks={}, holding=None).days)
    assert sum(sum(counts.values()) for _, counts in drawn.rows) == len(every) if drawn else not every
    if drawn:
        assert sum(piece.n for piece in drawn.pieces) == len(every)
        assert all(0 <= piece.y <= charts.HEIGHT and 0 <= piece.x <= charts.WIDTH for piece in drawn.pieces)


def test_pending_marks_count_and_merged_ones_hide() -> None:
    there = [card("a"), card("b"), replace(card("c", state=("merged",)), merged_into="a")]
    found = filters.apply(Deck(there), filters.Filters(), marks={"a": "reviewed"}, holding=None)
    assert [c.incident_id for c in found.cards] == ["a", "b"]
    assert found.counts["mark"] == [("new", 1), ("reviewed", 1)]
    assert found.counts["state"] == [("open", 2), ("merged", 1)]


def test_a_csv_cell_never_starts_a_formula() -> None:
    assert (
        charts.to_csv(["outlet", "incidents"], [["=1+1", 2], ["@x", 1]])
        == "outlet,incidents\r\n'=1+1,2\r\n'@x,1\r\n"
    )


@given(st.text("漢字ab。\n", max_size=30), st.data())
def test_light_cuts_without_losing_a_letter(text: str, data: st.DataObject) -> None:
    edges = st.integers(0, len(text))
    spans = [
        {
            "text_id": "t",
            "field": "text",
            "axis": "class",
            "value": "hazard",
            "start_at": min(a, b),
            "end_at": max(a, b),
        }
        for a, b in data.draw(st.lists(st.tuples(edges, edges), max_size=4))
        if a != b
    ]
    parts = lighting.light(text, 0, spans)
    assert "".join(part["text"] for part in parts) == text
    at = 0
    for part in parts:
        covered = any(s["start_at"] < at + len(part["text"]) and s["end_at"] > at for s in spans)
        assert bool(part["says"]) == (covered and bool(part["text"]))
        at += len(part["text"])


def test_a_sentence_that_does_not_stand_in_the_article_is_not_lit() -> None:
    article = {"title": "甲", "text": "改過的句子。"}
    lines = [{"field": "text", "start_at": 0, "end_at": 3, "source": "原來的", "target": "x", "flags": []}]
    assert [row["target"] for row in lighting.aligned(article, lines, [])] == [None, None]


def test_the_queue_says_what_speaks_against_an_incident(con: duckdb.DuckDBPyConnection) -> None:
    found = {row["incident_id"]: row for row in queue.review_queue(con, limit=10)}
    assert "one text would flip the class" in found[INCIDENT]["why"]
    assert "no text votes for a class" in found[HAZARD]["why"]
    assert MERGED not in found
    insert(con, "store.vote", [{"incident_id": HAZARD, "axis": "class", "value": "hazard", "texts": 4, "articles": 4, "deciding_rule": "all", "flips_if": None}])  # fmt: skip
    con.execute("UPDATE store.incident_member SET score = 0.6")
    con.execute("UPDATE store.sentence SET flags = []")
    calm = {row["incident_id"]: row for row in queue.review_queue(con, limit=10)}
    assert (calm[HAZARD]["doubt"], calm[HAZARD]["why"]) == (False, "nobody has looked at it")
    con.execute("UPDATE store.incident_member SET score = 0.131 WHERE incident_id = ?", [HAZARD])
    assert (
        "one text barely belongs"
        in {r["incident_id"]: r for r in queue.review_queue(con, limit=10)}[HAZARD]["why"]
    )


def fetches(outlet: str, days: range, outcome: str = "landed") -> list[dict[str, Any]]:
    return [
        {"fetch_id": f"{outlet}-{outcome}-{day}", "url": f"https://{outlet}.example/{day}", "outlet_id": outlet, "kind": "article",
         "fetched": f"2026-02-{day:02d} 06:00:00", "outcome": outcome, "run_id": "crawl"}
        for day in days
    ]  # fmt: skip


def test_alarms_ring_for_silence_refusal_rubbish_and_impossible_dates(con: duckdb.DuckDBPyConnection) -> None:
    assert [a.subject for a in alarms(con)] == ["zh-Hant-TW"] or alarms(con) == []
    insert(
        con,
        "store.fetch",
        fetches("daily", range(1, 20))
        + fetches("steady", range(1, 29))
        + fetches("shut", range(1, 25), "http_403"),
    )
    insert(
        con, "store.stage_result",
        [{"stage": "reading", "subject_id": f"steady-landed-{day}", "outcome": "login_page" if day % 2 else "ok", "version": "1", "run_id": "r"} for day in range(1, 29)],
    )  # fmt: skip
    con.execute("UPDATE store.article SET published = '2027-01-01' WHERE article_id = 'lakenews:150'")
    rung = {(alarm.kind, alarm.subject): alarm.what for alarm in alarms(con)}
    assert rung["silence", "daily"].startswith("nothing new for 14 days")
    assert "mostly http_403" in rung["refused", "shut"]
    assert rung["rubbish", "steady"] == "14 of its newest 28 pages gave no article, mostly login_page"
    assert "such as lakenews:150" in rung["future", "lakenews"]
    assert ("silence", "lakenews") not in rung


def test_what_the_watch_rang_is_shown_while_it_stands(folder: Path) -> None:
    from pipelines import watch

    alarm = watch.Alarm(
        "2026-03-06T00:00:00+00:00", "outlet silent", "lakenews", "lakenews landed 0 articles"
    )
    watch.save_state(folder, watch.State(ringing={alarm.name: alarm}))
    found = ringing(folder)
    assert [(alarm.subject, alarm.what) for alarm in found] == [("lakenews", "lakenews landed 0 articles")]
    counted = [
        Alarm("silence", "lakenews", "nothing new", "/"),
        Alarm("silence", "other", "nothing new", "/"),
    ]
    assert [alarm.subject for alarm in joined(found, counted)] == ["lakenews", "other"]
    assert ringing(folder / "nowhere") == []


def test_ids_in_sentences_become_names(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("UPDATE store.text SET text_id = 't-0123456789ab' WHERE text_id = 't-risk'")
    sentence = f"class hazard → incident, because of t-0123456789ab and lakenews:101, not of t-ffffffffffff or {HAZARD}"
    names = naming.names_in(con, [sentence])
    pieces = naming.pieces(sentence, names)
    assert "".join(text for text, _ in pieces) == sentence
    assert [(name.short, name.url) for _, name in pieces if name] == [
        ("湖報 Lake News", "/article/lakenews:150"),
        ("湖報 Lake News", "/article/lakenews:101"),
        ("Experts warn: robotaxi software could ignore stop signs", f"/incident/{HAZARD}"),
    ]


def test_likeness_reads_both_scripts() -> None:
    hant = replace(card("a", title="Hospital"), title_original="北湖醫院人工智慧分診系統誤判")
    hans = replace(card("b", title="Clinic"), title_original="北湖医院人工智能分诊系统误判")
    other = replace(card("c", title="Bank robbery"), title_original="銀行搶案")
    found = alike(Deck([hant, hans, other]), "a")
    assert [item.card.incident_id for item in found] == ["b"]
    assert found[0].share > 0.6


@pytest.mark.parametrize(
    ("kind", "detail", "reason", "by", "said"),
    [
        ("class changed", {"from": "hazard", "to": "incident"}, "class hazard → incident, because of t-1", "machine", "class hazard → incident, because of t-1"),
        ("harm_type changed", {}, "harm_type a → b", "machine", "harm type a → b"),
        ("opened", {"texts": ["t-1"]}, "opened by t-1", "machine", "opened by t-1"),
        ("merged", {"into": "X"}, "the same", "anna", "merged into X, because the same (anna)"),
        ("label", {"axis": "class", "value": "hazard", "remove": True}, "no harm", "bert", "class is not hazard, because no harm (bert)"),
        ("affair", {"into": "X"}, "same story", "machine", "belongs to the affair of X, because same story"),
        ("split", {"into": "X", "texts": ["t-1"]}, "", "anna", "1 text left for X (anna)"),
        ("split", {"into": "X", "texts": ["t-1", "t-2"]}, "", "anna", "2 texts left for X (anna)"),
        ("undone", {"decision": "d-1", "action": "merge"}, "no", "anna", "decision d-1 taken back (merge), because no (anna)"),
    ],
)  # fmt: skip
def test_changes_are_said_in_one_sentence(
    kind: str, detail: dict[str, Any], reason: str, by: str, said: str
) -> None:
    assert changed(kind, detail, reason, by) == said


def test_the_edition_answers_as_the_database_does(folder: Path) -> None:
    path = build(folder)
    with (
        duckdb.connect(str(path), read_only=True) as edition,
        duckdb.connect(str(folder / "wiredesk.duckdb"), read_only=True) as con,
    ):
        assert has_edition(edition)
        assert not has_edition(con)
        for words in ("误判", "triage", "分診 受傷", "robotaxi", "nothing"):
            for everything in (False, True):
                asked = {"limit": 9, "filters": search.Filters(grouped=not everything)}
                assert search.find(edition, words, **asked) == search.find(con, words, **asked)
            found = search.incidents_holding(con, words)
            assert search.incidents_holding(edition, words) == found
            assert search.incidents_holding(edition, words, known=search.records(edition)) == found
            for filters in (
                search.Filters(),
                search.Filters(grouped=True),
                search.Filters(classes=("hazard",)),
                search.Filters(outlets=("lakenews",)),
            ):
                asked = {"kind": "incident", "limit": 9, "filters": filters}
                once = search.find(con, words, **asked, known=search.records(con))
                assert once == search.find(con, words, **asked)
        plain = {"stage": "", "outcome": "", "outlet": "", "words": "", "limit": 50, "offset": 0}
        assert works.rejects(edition, **plain, table="desk.rejects") == works.rejects(con, **plain)
        assert explain(edition, "lakenews:101") == explain(con, "lakenews:101") != []
        assert cards.cards(edition) == cards.cards(con)
        for name in (INCIDENT, HAZARD):
            assert dossier.incident(edition, name) == dossier.incident(con, name)
            assert dossier.incident(edition, name)["sentences"]


def test_search_wants_every_word_and_quotes_stay_together(folder: Path) -> None:
    with duckdb.connect(str(folder / "wiredesk.duckdb"), read_only=True) as con:

        def ids(words: str) -> list[str]:
            return [hit.article_id for hit in search.find(con, words, limit=9).hits]

        assert (
            sorted(ids("人工智能 受伤"))
            == sorted(ids("人工智慧 受傷"))
            == ["lakenews-cn:101", "lakenews:101"]
        )
        assert "northwire:55" in ids("AI triage")
        assert ids("patient pain") == ids("patients pain") != [], "a word may go on"
        assert ids("riage") == [], "it begins where the word begins"
        assert ids("人工智能 robotaxi") == []
        assert ids('"chest pain"') != []
        assert ids('"pain chest"') == []
        assert ids("") == []


@pytest.mark.parametrize("words", ["误判", INCIDENT, "misread"])
def test_a_saved_query_finds_by_articles_id_and_title(
    folder: Path, con: duckdb.DuckDBPyConnection, words: str
) -> None:
    con.execute("UPDATE store.incident SET title = 'Something misread' WHERE incident_id = ?", [INCIDENT])
    saved.keep(folder, name="one", query=urlencode({"q": words}), made_by="ann", made=datetime.now(UTC))
    assert saved.incidents_of(con, folder, "one") == [INCIDENT]
    saved.keep(folder, name="one", query="q=qqqqq", made_by="ann", made=datetime.now(UTC))
    assert saved.incidents_of(con, folder, "one") == []
