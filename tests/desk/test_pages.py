"""What each page shows of a small known world."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

from pipelines import bundles
from pipelines.desk import works
from pipelines.desk.web.render import environment
from tests.desk.client import Answer, Browser, direct
from tests.desk.data import HAZARD, INCIDENT, MERGED

PAGES = (
    "/", "/incidents", f"/incident/{INCIDENT}", "/article/lakenews:101", "/review", "/search?q=分诊", "/rejects",
    "/outlets", "/runs", "/runs/run-1", "/keys",
)  # fmt: skip


def address(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/?&=:%")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_stands_alone(reading: Browser, path: str) -> None:
    answer = reading.get(address(path))
    assert answer.status == 200
    assert answer.text.startswith("<!DOCTYPE html>")
    assert 'lang="en"' in answer.text
    assert "<main" in answer.text
    assert "<title>" in answer.text
    assert "style=" not in answer.text, "the policy would drop inline styles"
    assert "onclick" not in answer.text
    for outer in (
        "http://cdn",
        "https://cdn",
        "fonts.g",
        '<script src="http',
        '<link rel="stylesheet" href="http',
    ):
        assert outer not in answer.text


def test_the_morning_page_says_what_changed_and_what_waits(reading: Browser) -> None:
    words = reading.get("/").words
    assert "Good morning, anna" in words
    assert "Northlake hospital's AI triage misjudged" in words
    assert "1 incidents 1 hazards 2 not yet looked at" in words
    assert "took" not in words or "merged" in words
    assert "the class rests on one text" in words or "one text would flip the class" in words


def test_the_list_filters_by_the_url_and_counts_beside_each_value(reading: Browser) -> None:
    every = reading.get("/incidents").words
    assert "2 incidents" in every
    assert "hazard 1" in every
    assert "湖報 Lake News 2" in every
    assert "Chinese (traditional, Taiwan) " in every
    assert "TWN" not in every
    hazards = reading.get("/incidents?class=hazard").words
    assert "1 incident class hazard" in hazards
    assert "robotaxi software" in hazards
    assert "Northlake" not in hazards
    # the other class keeps its number: that is what a click would give
    assert "incident 1" in hazards
    none = reading.get("/incidents?class=hazard&language=en").words
    assert "0 incidents" in none
    assert "No incident fits" in none


def test_words_in_simplified_find_the_traditional_headline(reading: Browser) -> None:
    words = reading.get(address("/incidents?q=误判")).words
    assert "1 incident “误判”" in words
    assert "Northlake" in words


def test_days_and_unknown_filters(reading: Browser) -> None:
    assert "robotaxi" not in reading.get("/incidents?to=2026-03-04").words
    assert "2 incidents" in reading.get("/incidents?from=2026-03-05").words
    words = reading.get("/incidents?from=soon&colour=red&class=terrible").words
    assert "“soon” is no day" in words
    assert "“colour=red” is no filter" in words
    assert "class has no value “terrible”" in words


def test_the_incident_page_keeps_the_order_of_the_reference_page(reading: Browser) -> None:
    words = reading.get(f"/incident/{INCIDENT}").words
    order = [
        "Northlake hospital's AI triage misjudged", "北湖醫院人工智慧分診系統誤判", "Put together by software", "Summary",
        "Why is this an AI incident?", "AI principles", "Industries", "Affected stakeholders", "Harm types", "Severity",
        "Articles about this, by text", "History", "Decisions",
    ]  # fmt: skip
    places = [words.index(part) for part in order]
    assert places == sorted(places)
    assert "flips if two more texts say hazard" in words
    assert "Carried by 1 more article: 湖报" in words
    assert "by anna" in words
    assert "Sample translation." in words
    assert "a name is lost" in words or "names" in words


def test_evidence_is_lit_where_it_stands(reading: Browser) -> None:
    text = reading.get("/article/lakenews:101").text
    assert "<mark" in text
    assert "其中一名六十八歲病患受傷，目前住院觀察。</mark>" in text
    only = reading.get("/article/lakenews:101?axis=industry&value=Healthcare").text
    assert "<mark" not in only


def test_original_and_translation_stand_side_by_side(reading: Browser) -> None:
    words = reading.get("/article/lakenews:101").words
    at = words.index("院方已停用該系統。")
    assert words[at:].startswith("院方已停用該系統。 The hospital has stopped using the system.")
    assert "⚑" in words


def test_the_article_page_tells_each_stage(reading: Browser) -> None:
    words = reading.get("/article/lakenews-cn:101").words
    assert "landing landed" in words
    assert "text t-hant: same words" in words


def test_a_merged_incident_leads_to_where_it_went(reading: Browser) -> None:
    answer = reading.get(f"/incident/{MERGED}")
    assert (answer.status, answer.headers["location"]) == (303, f"/incident/{INCIDENT}?was={MERGED}")
    assert f"{MERGED} was merged into this incident" in reading.get(answer.headers["location"]).words


def test_search_marks_the_hit_in_either_script(reading: Browser) -> None:
    answer = reading.get(address("/search?q=误判"))
    assert "<mark>誤判</mark>" in answer.text
    assert "<mark>误判</mark>" in answer.text
    assert "<mark>triage</mark>" in reading.get("/search?q=triage").text


def test_search_says_what_a_word_stands_for_as_it_was_typed(reading: Browser) -> None:
    words = reading.get(address("/search?q=無人計程車")).words
    assert "無人計程車 also as " in words
    assert "also as" not in reading.get("/search?q=triag*").words, "a beginning has no other form"


def test_what_has_no_language_in_a_funnel_says_why() -> None:
    rows = [
        {"name": "–", "pages": 3, "articles": articles, "relevant": 0, "judged": 0, "grouped": 0}
        for articles in (0, 1)
    ]
    table = (
        environment()
        .get_template("parts.html")
        .module.funnel_table(rows, works.FUNNEL_COLUMNS, "language", {})
    )
    assert re.findall('<th scope="row">(.+?)</th>', table) == ["not read", "not told"]


def hits(answer: Answer) -> list[str]:
    """Where the hits of a search lead."""
    return re.findall(r'<h3><a href="([^"]+)"', answer.text)


def test_search_filters_live_in_the_url_and_in_a_form(reading: Browser) -> None:
    every = hits(reading.get(address("/search?q=分诊")))
    assert len(every) > 1
    one = reading.get(address("/search?q=分诊&outlet=lakenews-cn"))
    assert hits(one) == ["/article/lakenews-cn:101"]
    assert '<option value="lakenews-cn" selected>湖报</option>' in one.text
    two = reading.get(address("/search?q=分诊&outlet=lakenews-cn&outlet=lakenews"))
    assert len(hits(two)) > 1
    assert re.search(r'name="outlet" value="lakenews" form="search" checked', two.text)
    assert hits(reading.get(address("/search?q=分诊&language=zh-Hans"))) == ["/article/lakenews-cn:101"]
    assert set(hits(reading.get(address("/search?q=分诊&language=zh")))) <= set(every)
    early = hits(reading.get(address("/search?q=分诊&to=2026-03-02")))
    late = hits(reading.get(address("/search?q=分诊&from=2026-03-03")))
    assert early
    assert late
    assert sorted(early + late) == sorted(every), "the last day is included"
    assert hits(reading.get("/search?q=software&class=hazard")) == ["/article/lakenews:150"]
    assert hits(reading.get("/search?q=software&class=incident")) == []
    incidents = reading.get("/search?q=software&kind=incident&class=hazard")
    assert hits(incidents) == [f"/incident/{HAZARD}"]
    assert "AI hazard" in incidents.words


def test_a_search_that_filters_leave_empty_says_so_and_keeps_them(reading: Browser) -> None:
    answer = reading.get("/search?q=triage&outlet=lakenews-cn&class=hazard")
    assert "Nothing holds all of these words within these filters" in answer.words
    assert 'href="/search?q=triage"' in answer.text
    assert 'href="/search?q=triage&amp;everything=yes&amp;outlet=lakenews-cn&amp;class=hazard"' in answer.text
    words = reading.get("/search?q=triage&from=soon&kind=rumour&class=terrible&outlet=nowhere").words
    assert "“soon” is no day" in words
    assert "“kind=rumour” is no filter" in words
    assert "class has no value “terrible”" in words
    assert "No article of the outlet nowhere is here" in words


def test_why_is_it_not_here(reading: Browser) -> None:
    words = reading.get("/rejects?q=lakenews:101").words
    assert "What happened to lakenews:101" in words
    assert "landed" in words
    assert (
        "Nothing is known of “https://nowhere.example/x”"
        in reading.get("/rejects?q=https://nowhere.example/x").words
    )


@pytest.mark.parametrize("words", ["局长", "局長"])
def test_a_reject_is_found_in_either_script(rejecting: Browser, words: str) -> None:
    page = rejecting.get(address(f"/rejects?q={words}"))
    assert "檢查局長表示" in page.words
    assert "relevance 1" in page.words, "the numbers beside the filters are those of the words asked for"
    assert "檢查局長表示" not in rejecting.get("/rejects?q=elsewhere").words


@pytest.fixture
def rejecting(folder: Path) -> Iterator[Browser]:
    with duckdb.connect(str(folder / "wiredesk.duckdb")) as con:
        con.execute("UPDATE store.article SET title = '檢查局長表示' WHERE article_id = 'lakenews:140'")
        con.execute(
            "UPDATE store.stage_result SET outcome = 'not_relevant' WHERE stage = 'relevance' AND subject_id = 't-follow'"
        )
        con.execute("INSERT INTO store.stage_result BY NAME SELECT 'relevance' AS stage, 't-follow' AS subject_id, "
                    "'not_relevant' AS outcome, '1' AS version, 'run-1' AS run_id "
                    "WHERE NOT EXISTS (FROM store.stage_result WHERE stage = 'relevance' AND subject_id = 't-follow')")  # fmt: skip
    with direct(folder, publish=False) as browser:
        yield browser


def test_charts_are_drawn_and_taken(reading: Browser) -> None:
    svg = reading.get("/incidents/chart/outlet.svg")
    assert svg.headers["content-type"] == "image/svg+xml"
    ElementTree.fromstring(svg.body)
    table = reading.get("/incidents/chart/outlet.csv?class=hazard")
    assert table.text == "outlet,name,incidents\r\nlakenews,湖報 Lake News,1\r\n"
    days = reading.get("/incidents/chart/timeline.csv").text
    assert days.splitlines()[1] == "2026-03-02,1,0,0"
    assert reading.get("/incidents/chart/secrets.csv").status == 404


def test_the_feed_of_a_query_leads_back_here(reading: Browser) -> None:
    answer = reading.get("/feeds/incidents.atom?class=incident")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answer.body)
    names = {"a": "http://www.w3.org/2005/Atom"}
    titles = [entry.findtext("a:title", "", names) for entry in feed.findall("a:entry", names)]
    assert any("merged, because the same two patients (anna)" in title for title in titles)
    links = [entry.find("a:link", names) for entry in feed.findall("a:entry", names)]
    assert all(link is not None and link.get("href", "").endswith(f"/incident/{INCIDENT}") for link in links)
    assert feed.findtext("a:updated", "", names) == "2026-03-05T02:10:30Z"


def test_the_bundle_downloads_and_verifies(reading: Browser, tmp_path: Path) -> None:
    for kind, name in (
        ("full", "incident-2026-03-02-k3x9-r3"),
        ("share-safe", "incident-2026-03-02-k3x9-r3-share-safe"),
    ):
        answer = reading.get(f"/incident/{INCIDENT}/bundle.zip?kind={kind}")
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}.zip"'
        path = tmp_path / f"{name}.zip"
        path.write_bytes(answer.body)
        assert bundles.verify(path) == []
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            assert any(entry.endswith("pages.wacz") for entry in archive.namelist()) == (kind == "full")
            record = next(entry for entry in archive.namelist() if entry.endswith("incident.json"))
            assert json.loads(archive.read(record))


def test_unknown_things_get_a_sentence(reading: Browser) -> None:
    for path, said in (
        ("/incident/2020-01-01-zzzz", "There is no incident"), ("/article/nobody:1", "There is no article"),
        ("/runs/none", "There is no such run"), ("/feeds/none.atom", "There is no saved query"), ("/nowhere", "no such page"),
        ("/captured/ffff", "The archive has no such page"),
    ):  # fmt: skip
        answer = reading.get(path)
        assert (answer.status, said in answer.words) == (404, True), path
