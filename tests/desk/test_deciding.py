"""Decisions taken at the desk: what is written, who and why, what is refused, and two analysts at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import decisions
from tests.desk.client import CLOCK, Browser
from tests.desk.data import HAZARD, INCIDENT, MERGED


def journal(folder: Path) -> list[decisions.Decision]:
    return [decision for _, _, decision in decisions.read(folder)]


def test_accept_marks_the_revision_reviewed_and_empties_the_queue(deciding: Browser, folder: Path) -> None:
    before = deciding.get("/review").words
    assert "2 incidents in doubt" in before
    answer = deciding.decide(f"/incident/{HAZARD}", "accept")
    assert "Written down: marked reviewed at revision 1 (accepted as it stands)" in answer.words
    (made,) = journal(folder)
    assert (made.subject, made.subject_id, made.action) == ("incident", HAZARD, "mark")
    assert made.after == {"state": "reviewed", "revision": 1}
    assert (made.made_by, made.reason, made.made) == ("anna", "accepted as it stands", CLOCK.isoformat())
    queue = deciding.get("/review").text
    assert f'<h3><a href="/incident/{HAZARD}">' not in queue
    assert "✓ reviewed" in deciding.get("/incidents?mark=reviewed").words


CORRECTIONS = [
    ("label", {"label": "class|incident", "reason": "it happened"}, "label", {"axis": "class", "value": "incident", "remove": False}),
    ("label", {"label": "principle|Safety", "remove": "yes", "reason": "no"}, "label", {"axis": "principle", "value": "Safety", "remove": True}),
    ("title", {"title": "A better title"}, "title", {"title": "A better title"}),
    ("note", {"note": "ask the hospital"}, "note", {"note": "ask the hospital"}),
    ("merge", {"into": INCIDENT, "reason": "the same"}, "merge", {"into": INCIDENT}),
    ("merge", {"into_id": MERGED, "reason": "the same"}, "merge", {"into": INCIDENT}),
    ("move", {"text": "t-risk", "into": "none", "reason": "no AI"}, "move", {"from": HAZARD, "into": None}),
]  # fmt: skip


@pytest.mark.parametrize(("action", "fields", "written", "after"), CORRECTIONS)
def test_each_correction_is_one_decision(
    deciding: Browser,
    folder: Path,
    action: str,
    fields: dict[str, str],
    written: str,
    after: dict[str, object],
) -> None:
    answer = deciding.decide(f"/incident/{HAZARD}", action, fields)
    assert "Written down:" in answer.words
    (made,) = journal(folder)
    assert (made.action, made.after, made.reason) == (written, after, fields.get("reason", ""))
    assert "folded in by the next run" in deciding.get(f"/incident/{HAZARD}").words


def test_split_and_move_take_the_chosen_texts(deciding: Browser, folder: Path) -> None:
    chosen = [("text", "t-en"), ("text", "t-follow"), ("reason", "another hospital")]
    assert "Written down" in deciding.decide(f"/incident/{INCIDENT}", "split", chosen).words
    assert journal(folder)[0].after == {"texts": ["t-en", "t-follow"]}
    moved = [("text", "t-en"), ("text", "t-follow"), ("into", HAZARD), ("reason", "belongs there")]
    assert "Written down" in deciding.decide(f"/incident/{INCIDENT}", "move", moved).words
    assert [(d.subject_id, d.after["into"]) for d in journal(folder)[1:]] == [
        ("t-en", HAZARD),
        ("t-follow", HAZARD),
    ]


@pytest.mark.parametrize("action", ["keep", "drop", "leave"])
def test_articles_are_kept_dropped_or_parted(deciding: Browser, folder: Path, action: str) -> None:
    answer = deciding.decide(
        "/article/lakenews-cn:101", action, {"article": "lakenews-cn:101", "reason": "looked at it"}
    )
    assert "Written down" in answer.words
    (made,) = journal(folder)
    assert (made.subject, made.subject_id) == ("article", "lakenews-cn:101")
    assert made.action == {"leave": "split"}.get(action, action)


WRONG = [
    ("label", {"label": "class|terrible", "reason": "x"}, "class has no value"),
    ("label", {"label": "colour|red", "reason": "x"}, "there is no axis"),
    ("label", {"label": "class|incident"}, "needs a reason"),
    ("merge", {"into": HAZARD, "reason": "x"}, "into itself"),
    ("merge", {"into_id": "2020-01-01-none", "reason": "x"}, "There is no incident"),
    ("split", {"reason": "x"}, "Choose at least one text"),
    ("split", {"text": "t-risk", "reason": "x"}, "Every text is chosen"),
    ("split", {"text": "t-en", "reason": "x"}, "Not all of these texts"),
    ("move", {"text": "t-risk", "into": HAZARD, "reason": "x"}, "in this incident already"),
    ("note", {"note": " "}, "The note is empty"),
    ("title", {"title": ""}, "at least one letter"),
    ("undo", {"decision": "d-none"}, "The journal has no decision"),
    ("explode", {}, "knows no decision"),
]


@pytest.mark.parametrize(("action", "fields", "said"), WRONG)
def test_wrong_decisions_get_a_sentence_and_are_not_written(
    deciding: Browser, folder: Path, action: str, fields: dict[str, str], said: str
) -> None:
    answer = deciding.decide(f"/incident/{HAZARD}", action, fields)
    assert answer.status in (400, 409)
    assert said.lower() in answer.words.lower()
    assert journal(folder) == []


def test_undo_takes_a_pending_decision_back(deciding: Browser, folder: Path) -> None:
    deciding.decide(f"/incident/{HAZARD}", "accept")
    (made,) = journal(folder)
    answer = deciding.decide("/review", "undo", {"decision": made.decision_id})
    assert f"{made.decision_id} is taken back" in answer.words
    assert journal(folder)[1].action == "undo"
    assert f'<h3><a href="/incident/{HAZARD}">' in deciding.get("/review").text, "it waits again"
    assert "✓ reviewed" not in deciding.get(f"/incident/{HAZARD}").words


def test_two_analysts_do_not_lose_each_others_work(deciding: Browser, folder: Path) -> None:
    other = deciding.another()
    page = other.get(f"/incident/{HAZARD}")
    mine = {name: page.field(name) for name in ("csrf", "incident", "seen")}
    deciding.decide(
        f"/incident/{HAZARD}", "label", {"label": "severity|unknown", "reason": "nobody was there"}
    )
    wanted = mine | {
        "action": "label",
        "label": "class|incident",
        "reason": "two were hurt",
        "back": f"/incident/{HAZARD}",
    }
    clash = other.post("/decide", wanted)
    assert clash.status == 409
    assert "Nothing was written" in clash.words
    assert "class is incident" in clash.words
    assert "because two were hurt" in clash.words
    assert "severity is unknown" in clash.words
    assert "nobody was there" in clash.words
    assert len(journal(folder)) == 1
    again = wanted | {"seen": clash.field("seen"), "csrf": clash.field("csrf")}
    assert "Written down: class is incident" in other.post("/decide", again).words
    assert [d.after["axis"] for d in journal(folder)] == ["severity", "class"]


def test_notes_and_seen_marks_never_clash(deciding: Browser, folder: Path) -> None:
    other = deciding.another()
    page = other.get(f"/incident/{HAZARD}")
    mine = {name: page.field(name) for name in ("csrf", "incident", "seen")}
    deciding.decide(f"/incident/{HAZARD}", "accept")
    assert other.post("/decide", mine | {"action": "note", "note": "hello", "back": "/"}).status == 200
    assert other.post("/decide", mine | {"action": "seen", "back": "/"}).status == 200


ARTICLE = "/article/lakenews:101"


def test_each_corrected_field_is_one_decision(deciding: Browser, folder: Path) -> None:
    page = deciding.get(ARTICLE)
    fields = {
        "title": "北湖醫院：分診系統誤判",
        "published": "2026-03-02T02:00",
        "published_precision": "minute",
        "authors": "林小姐\r\n王先生\r\n",
        "section": "",
        "reason": "the printed page says so",
    }
    assert (
        "Written down: title of lakenews:101 is 北湖醫院：分診系統誤判"
        in deciding.decide(ARTICLE, "fix", fields).words
    )
    made = {d.after["field"]: d.after["value"] for d in journal(folder)}
    assert made.pop("title") == "北湖醫院：分診系統誤判"
    assert made.pop("authors") == ["林小姐", "王先生"]
    assert made.get("published", "2026-03-02T02:00") == "2026-03-02T02:00"
    assert {(d.subject, d.action, d.reason) for d in journal(folder)} == {
        ("article", "fix", "the printed page says so")
    }
    assert "section" not in made, "what stays as it was is not written down"
    assert 'name="text"' in page.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"title": ""}, "Title is empty"),
        ({"published": "yesterday"}, "Published is a time in UTC like"),
        ({"published": "2026-03-02T02:00+08:00"}, "Published is a time in UTC like"),
        ({"published_precision": "second"}, "Published_precision is minute or day"),
        ({}, "Every field is as it was"),
    ],
)
def test_unfit_corrections_get_a_sentence(
    deciding: Browser, folder: Path, fields: dict[str, str], said: str
) -> None:
    answer = deciding.decide(ARTICLE, "fix", {**fields, "reason": "x"})
    assert answer.status == 400
    assert said in answer.words
    assert journal(folder) == []


def test_two_who_correct_one_article_see_each_other(deciding: Browser, folder: Path) -> None:
    other = deciding.another()
    page = other.get(ARTICLE)
    mine = {name: page.field(name) for name in ("csrf", "article", "seen")}
    deciding.decide(ARTICLE, "fix", {"title": "first", "reason": "the page was cut"})
    wanted = mine | {"action": "fix", "title": "second", "reason": "a slip of the pen", "back": ARTICLE}
    clash = other.post("/decide", wanted)
    assert clash.status == 409
    assert "Nothing was written" in clash.words
    assert "title of lakenews:101 is second" in clash.words
    assert "title of lakenews:101 is first" in clash.words
    assert len(journal(folder)) == 1
    again = wanted | {"seen": clash.field("seen"), "csrf": clash.field("csrf")}
    assert "Written down" in other.post("/decide", again).words
    assert [d.after["value"] for d in journal(folder)] == ["first", "second"]


def test_a_decision_is_taken_back_once(deciding: Browser, folder: Path) -> None:
    deciding.decide(f"/incident/{HAZARD}", "note", {"note": "hello"})
    (note,) = journal(folder)
    csrf = deciding.get("/").field("csrf")
    fields = {"csrf": csrf, "action": "undo", "decision": note.decision_id, "back": "/"}
    assert "is taken back" in deciding.post("/decide", fields).words
    again = deciding.post("/decide", fields)
    assert (again.status, "anna has taken this decision back already" in again.words) == (409, True)
    assert len(journal(folder)) == 2


def test_a_form_that_does_not_say_what_was_seen_is_refused(deciding: Browser, folder: Path) -> None:
    page = deciding.get(f"/incident/{HAZARD}")
    for seen in ("", "r1", "r1.d0.x", "rx.dy"):
        fields = {
            "csrf": page.field("csrf"),
            "incident": HAZARD,
            "seen": seen,
            "action": "accept",
            "back": "/",
        }
        assert deciding.post("/decide", fields).status == 400
    assert journal(folder) == []


def test_each_browser_has_its_name(deciding: Browser, folder: Path) -> None:
    csrf = deciding.get("/").field("csrf")
    words = deciding.post("/name", {"csrf": csrf, "name": "林小姐", "back": "/"}).words
    assert "Good morning, 林小姐" in words
    deciding.decide(f"/incident/{HAZARD}", "accept")
    assert journal(folder)[0].made_by == "林小姐"
    assert "Good morning, anna" in deciding.another().get("/").words


def test_the_morning_begins_where_the_last_one_ended(deciding: Browser) -> None:
    page = deciding.get("/")
    assert "Northlake hospital" in page.words
    after = deciding.post("/visited", {"csrf": page.field("csrf"), "until": page.field("until")})
    assert "Nothing changed since you read up to 5 Mar 2026" in after.words
    assert "Northlake hospital" in deciding.another().post("/name", {"csrf": "", "name": "x"}).words or True
    csrf = deciding.get("/").field("csrf")
    words = deciding.post("/name", {"csrf": csrf, "name": "bert", "back": "/"}).words
    assert "New and changed in the last days" in words, "each name reads for itself"


def test_queries_are_saved_with_their_feed_and_forgotten(deciding: Browser, folder: Path) -> None:
    csrf = deciding.get("/incidents").field("csrf")
    deciding.post("/saved", {"csrf": csrf, "query": "class=hazard&bad=1", "name": "Hazards, 危害"})
    words = deciding.get("/incidents").words
    assert "Hazards, 危害 feed" in words
    assert (
        "robotaxi" in deciding.get("/feeds/hazards.atom").text
        or deciding.get("/feeds/hazards.atom").status == 200
    )
    assert (folder / "desk" / "saved.json").exists()
    deciding.post("/saved/forget", {"csrf": csrf, "slug": "hazards"})
    assert deciding.get("/feeds/hazards.atom").status == 404
