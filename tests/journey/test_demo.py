"""From a crawl over loopback to a verified bundle: what a new user sees, and what must hold of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import samples
from pipelines.cli.demo import found_by_article
from pipelines.samples import compare
from tests.journey.conftest import Demo, wiredesk
from tests.journey.test_killed import PUBLIC, public_rows

pytestmark = [pytest.mark.slow, pytest.mark.heavy]

FLOORS = {
    "title and time": 70,
    "relevant": 65,
    "class": 64,
    "actual or plausible": 36,
    "limb": 32,
    "severity": 36,
    "one text": 9,
    "incident": 68,
}
"""Hits beside the truth, at most one under what was measured; they only rise (see DECISIONS.md)."""


def rows(data: Path, sql: str) -> list[Any]:
    with duckdb.connect(str(data / "wiredesk.duckdb"), read_only=True) as con:
        return con.execute(sql).fetchall()


def test_the_truth_is_met_as_well_as_before(demo: Demo) -> None:
    with duckdb.connect(str(demo.data / "wiredesk.duckdb"), read_only=True) as con:
        scores = compare(samples.load_truth(), found_by_article(con))
    hits = {score.question: score.hits for score in scores}
    assert {name: hits[name] for name in FLOORS if hits[name] < FLOORS[name]} == {}


def test_every_miss_is_printed(demo: Demo) -> None:
    with duckdb.connect(str(demo.data / "wiredesk.duckdb"), read_only=True) as con:
        scores = compare(samples.load_truth(), found_by_article(con))
    for score in scores:
        for miss in score.misses:
            assert miss.subject in demo.output
            assert f"{score.question}: {miss.got}, in truth {miss.want}" in demo.output


def test_every_url_ends_in_a_named_outcome(demo: Demo) -> None:
    assert rows(demo.data, "SELECT count(*) FROM fetches WHERE outcome IS NULL OR outcome = ''") == [(0,)]
    lost = rows(
        demo.data,
        "SELECT url FROM fetches f WHERE outcome = 'landed' AND kind = 'article' AND NOT EXISTS "
        "(SELECT 1 FROM store.stage_result r WHERE r.stage = 'reading' AND r.subject_id = f.fetch_id)",
    )
    assert lost == []


def test_no_page_that_is_no_article_became_one(demo: Demo) -> None:
    odd = {page.url for page in samples.load_odd_pages() if page.expect != "moved"}
    assert odd & {url for (url,) in rows(demo.data, "SELECT url FROM articles")} == set()


def test_every_label_has_a_sentence_that_stands_in_its_article(demo: Demo) -> None:
    bare = rows(
        demo.data,
        "SELECT subject, subject_id, axis, value FROM labels l WHERE value NOT IN ('unrelated', 'unknown') "
        "AND decided_by = 'machine' AND NOT EXISTS (SELECT 1 FROM evidence e WHERE e.subject = l.subject "
        "AND e.subject_id = l.subject_id AND e.axis = l.axis AND e.value = l.value)",
    )
    assert bare == []
    quotes = rows(
        demo.data,
        "SELECT e.quote, e.start_at, e.end_at, CASE e.field WHEN 'title' THEN a.title ELSE a.text END "
        "FROM evidence e JOIN articles a USING (article_id)",
    )
    assert quotes
    assert all(text[start:end] == quote for quote, start, end, text in quotes)


def test_only_incidents_and_hazards_open_incidents(demo: Demo) -> None:
    orphans = rows(
        demo.data,
        "SELECT incident_id FROM incidents i WHERE state <> 'merged' AND NOT EXISTS (SELECT 1 FROM incident_members m "
        "JOIN texts t USING (text_id) WHERE m.incident_id = i.incident_id AND t.class IN ('incident', 'hazard'))",
    )
    assert orphans == []


def test_ids_are_the_day_of_first_publication_and_four_digits(demo: Demo) -> None:
    wrong = rows(
        demo.data,
        "SELECT incident_id, first_published FROM incidents WHERE state <> 'merged' AND NOT "
        "(regexp_full_match(incident_id, '\\d{4}-\\d\\d-\\d\\d-[0-9a-z]{4}') "
        "AND incident_id[:10] = strftime(first_published, '%Y-%m-%d'))",
    )
    assert wrong == []


def test_the_summary_cites_sentences_that_stand_in_its_texts(demo: Demo) -> None:
    cited = rows(demo.data, "SELECT incident_id, summary_sentences FROM incidents WHERE state <> 'merged'")
    bodies = dict(
        rows(demo.data, "SELECT t.text_id, a.text FROM texts t JOIN articles a ON a.article_id = t.read_from")
    )
    for incident_id, sentences in cited:
        parsed = json.loads(sentences)
        assert parsed, incident_id
        for one in parsed:
            assert bodies[one["text_id"]][one["start"] : one["end"]] == one["text"]


def test_the_same_again_changes_nothing(demo: Demo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo.data, data)
    before = public_rows(data)
    done = wiredesk("--data", str(data), "run")
    assert done.returncode == 0
    assert "nothing to do" in done.stdout
    assert public_rows(data) == before


def test_the_database_is_rebuilt_from_archive_log_and_decisions(demo: Demo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo.data, data)
    done = wiredesk("--data", str(data), "store", "rebuild", "--translate-with", "sample")
    assert done.returncode == 0, done.stderr
    built, before = public_rows(data), public_rows(demo.data)
    assert {name for name in PUBLIC if built[name] != before[name]} == set()


def test_doing_it_all_again_gives_the_same_public_rows(demo: Demo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo.data, data)
    before = public_rows(data)
    done = wiredesk("--data", str(data), "run", "--from", "reading", "--translate-with", "sample")
    assert done.returncode == 0, done.stderr
    after = public_rows(data)
    assert {name for name in PUBLIC if after[name] != before[name]} == set()


def test_a_correction_survives_that_its_page_is_read_again(demo: Demo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo.data, data)
    base = ["--data", str(data), "-q"]
    [(name,)] = rows(data, "SELECT min(article_id) FROM incident_members")
    assert wiredesk(*base, "article", "fix", name, "title", "A better title", "--as", "ann").returncode == 0
    assert wiredesk(*base, "run").returncode == 0
    assert wiredesk(*base, "run", "--from", "reading", "--to", "language").returncode == 0
    assert rows(data, f"SELECT title FROM articles WHERE article_id = '{name}'") == [("A better title",)]


def test_a_person_corrects_and_every_later_run_obeys(demo: Demo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo.data, data)
    (first, text), *_ = rows(
        data,
        "SELECT incident_id, min(text_id) FROM incident_members GROUP BY 1 HAVING count(DISTINCT text_id) > 1 ORDER BY 1",
    )
    base = ["--data", str(data), "-q"]
    assert (
        wiredesk(
            *base, "incident", "move", text, first, "new", "--as", "ann", "-m", "another event"
        ).returncode
        == 0
    )
    assert wiredesk(*base, "incident", "label", first, "severity", "disaster", "--as", "ann").returncode == 0
    assert wiredesk(*base, "run").returncode == 0
    assert wiredesk(*base, "run", "--from", "incidents").returncode == 0
    members = dict(rows(data, f"SELECT text_id, joined_by FROM incident_members WHERE text_id = '{text}'"))
    assert members == {text: "ann"}
    assert rows(data, f"SELECT severity FROM incidents WHERE incident_id = '{first}'") == [("disaster",)]
    where = rows(data, f"SELECT DISTINCT incident_id FROM incident_members WHERE text_id = '{text}'")
    assert where != [(first,)]
    assert len(where) == 1


def test_a_bundle_goes_out_verifies_alone_and_comes_back_without_twins(demo: Demo, tmp_path: Path) -> None:
    [(top,)] = rows(
        demo.data, "SELECT incident_id FROM incidents ORDER BY articles DESC, incident_id LIMIT 1"
    )
    done = wiredesk("--data", str(demo.data), "bundle", "export", top, str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    [bundle] = (tmp_path / "out").iterdir()
    alone = subprocess.run(
        [sys.executable, "-I", "-S", str(bundle / "verify.py")], capture_output=True, text=True, check=False
    )
    assert alone.returncode == 0, alone.stdout + alone.stderr
    other = str(tmp_path / "other")
    for _ in range(2):
        assert wiredesk("--data", other, "bundle", "import", str(bundle)).returncode == 0
        assert wiredesk("--data", other, "run").returncode == 0
    there = rows(tmp_path / "other", "SELECT incident_id, articles, texts, class FROM incidents")
    assert there == rows(
        demo.data, f"SELECT incident_id, articles, texts, class FROM incidents WHERE incident_id = '{top}'"
    )
    (bundle / "incident.json").write_bytes((bundle / "incident.json").read_bytes().replace(b"a", b"b", 1))
    assert wiredesk("--data", str(demo.data), "bundle", "verify", str(bundle)).returncode == 1


@pytest.mark.parametrize(
    ("words", "finds"),
    [("無人計程車", "zh-Hans"), ("无人驾驶出租车", "zh-Hant"), ("人臉辨識", "zh-Hans"), ("sepsis", "en")],
)
def test_search_crosses_scripts(demo: Demo, words: str, finds: str) -> None:
    done = wiredesk("--data", str(demo.data), "--json", "search", words)
    assert done.returncode == 0, done.stderr
    hits = [json.loads(line)["article_id"] for line in done.stdout.splitlines()]
    tags = {
        tag
        for name in hits
        for (tag,) in rows(demo.data, f"SELECT language_tag FROM articles WHERE article_id = '{name}'")
    }
    assert any(tag.startswith(finds) for tag in tags)


def test_explain_answers_for_what_is_in_and_for_what_is_not(demo: Demo) -> None:
    [(url, incident)] = rows(
        demo.data,
        "SELECT a.url, m.incident_id FROM incident_members m JOIN articles a USING (article_id) ORDER BY 1 LIMIT 1",
    )
    inside = wiredesk("--data", str(demo.data), "explain", url).stdout
    assert all(word in inside for word in ("landing", "reading", "language", "relevance", "labels", incident))
    [(reject,)] = rows(demo.data, "SELECT url FROM rejects WHERE stage = 'reading' ORDER BY 1 LIMIT 1")
    assert "reading" in wiredesk("--data", str(demo.data), "explain", reject).stdout
    assert wiredesk("--data", str(demo.data), "explain", "https://example.org/never").returncode == 1


def test_decisions_can_be_made_while_the_line_holds_the_database(demo: Demo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo.data, data)
    [(first,)] = rows(data, "SELECT min(incident_id) FROM incidents")
    assert wiredesk("--data", str(data), "store", "publish").returncode == 0
    with duckdb.connect(str(data / "wiredesk.duckdb")):
        done = wiredesk("--data", str(data), "incident", "note", first, "seen", "--as", "ann")
        assert done.returncode == 0, done.stderr
        shown = wiredesk("--data", str(data), "incident", "show", first).stdout
    assert "pending: note" in shown


def test_a_page_is_forgotten_everywhere_and_a_tombstone_stays(demo: Demo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(demo.data, data)
    [(article, url, title, text)] = rows(
        data,
        "SELECT a.article_id, a.url, a.title, a.text FROM articles a JOIN texts t ON t.read_from = a.article_id "
        "JOIN incident_members m USING (article_id) WHERE t.carriers = 1 AND a.language = 'zh' ORDER BY 1 LIMIT 1",
    )
    done = wiredesk("--data", str(data), "store", "forget", url, "-m", "asked for")
    assert done.returncode == 0, done.stderr
    assert wiredesk("--data", str(data), "run").returncode == 0
    assert rows(data, f"SELECT count(*) FROM articles WHERE article_id = '{article}'") == [(0,)]
    assert rows(data, f"SELECT outcome, reason FROM fetches WHERE url = '{url}'") == [
        ("forgotten", "taken out on request: asked for")
    ]
    needle = text[: text.index("。")].encode()
    assert needle not in (data / "wiredesk.duckdb").read_bytes()
    with_lines = [
        path for path in (data / "landing").glob("*.jsonl") if url in path.read_text(encoding="utf-8")
    ]
    assert len(with_lines) == 1, "the tombstone"
    from crawler.archive import iter_warc

    archived = [record for path in (data / "archive").glob("*.warc.gz") for record in iter_warc(path)]
    assert url not in {getattr(record, "url", None) for record in archived}
    assert all(
        title.encode() not in getattr(record, "body", b"")
        for record in archived
        if url == getattr(record, "url", "")
    )
    rebuilt = wiredesk("--data", str(data), "store", "rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert rows(data, "SELECT count(*) FROM articles") == [(len(rows(demo.data, "FROM articles")) - 1,)]
    assert wiredesk("--data", str(data), "store", "forget", "https://example.org/never").returncode == 1
