"""A bundle is read into another database without twins, and not at all when it was tampered with."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines import bundles
from pipelines.archive import page_sha256, read_record
from pipelines.bundles import BundleError

from .conftest import Made
from .world import HAZARD, INCIDENT, VERSIONS, empty_store, query, world


@pytest.fixture
def empty() -> duckdb.DuckDBPyConnection:
    return empty_store()


def test_a_full_bundle_gives_its_pages_back_to_the_archive(
    made: Made, empty: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    plan = bundles.plan_import(empty, bundles.read_bundle(made.full))
    assert plan.warc_name is not None
    (tmp_path / plan.warc_name).write_bytes(plan.warc)
    assert len(plan.landing) == 4
    for line in plan.landing:
        record = read_record(tmp_path, line["warc_file"], line["warc_offset"])
        assert page_sha256(record.body) == line["page_sha256"]
        assert record.url == line["url"]
        assert line["outcome"] == "landed"
    assert [row["decision_id"] for row in plan.decisions] == ["d-1"]
    assert plan.decisions[0]["after"] == {"stakeholder": ["Consumers"]}
    assert plan.decisions[0]["made"] == "2026-03-05T01:00:00+00:00"
    assert not plan.rows


@pytest.mark.parametrize("kind", ["full", "safe"])
def test_nothing_is_new_where_it_came_from(made: Made, kind: str) -> None:
    plan = bundles.plan_import(made.con, bundles.read_bundle(getattr(made, kind)))
    assert plan.empty
    assert plan.warc == b""


def test_only_pages_that_are_not_known_land(made: Made, empty: duckdb.DuckDBPyConnection) -> None:
    bundle = bundles.read_bundle(made.full)
    known = bundle.landing[0]
    empty.execute(
        "INSERT INTO store.fetch (fetch_id, article_id, kind, fetched, outcome, page_sha256, warc_file, run_id) "
        "VALUES ('f', ?, 'article', TIMESTAMP '2026-03-05', 'landed', ?, 'x.warc.gz', 'r')",
        [known["article_id"], known["page_sha256"]],
    )
    plan = bundles.plan_import(empty, bundle)
    assert len(plan.landing) == 3
    assert plan.known["pages"] == 1


PUBLIC = {
    "incidents": "SELECT * FROM incidents WHERE incident_id = '{id}'",
    "incident_members": "SELECT * FROM incident_members WHERE incident_id = '{id}' ORDER BY article_id",
    "labels": "SELECT * FROM labels WHERE subject_id = '{id}' ORDER BY ALL",
    "votes": "SELECT * FROM votes WHERE incident_id = '{id}' ORDER BY ALL",
    "incident_history": "SELECT * FROM incident_history WHERE incident_id = '{id}' ORDER BY n",
    "articles": "SELECT article_id, text_id, url, title, title_en, published, published_zone, language_tag, page_sha256, body_sha256 FROM articles WHERE article_id IN (SELECT article_id FROM incident_members WHERE incident_id = '{id}') ORDER BY article_id",
    "evidence": "SELECT subject_id, axis, value, quote, quote_en, start_at, end_at FROM evidence WHERE subject_id = '{id}' ORDER BY ALL",
}


def test_a_share_safe_bundle_gives_the_same_public_record(
    made: Made, empty: duckdb.DuckDBPyConnection
) -> None:
    plan = bundles.plan_import(empty, bundles.read_bundle(made.safe))
    bundles.write_rows(empty, plan)
    for name, sql in PUBLIC.items():
        wanted = query(made.con, sql.format(id=INCIDENT))
        assert wanted
        assert query(empty, sql.format(id=INCIDENT)) == wanted, name
    assert query(empty, "SELECT DISTINCT text FROM articles") == [{"text": None}]


def test_a_share_safe_bundle_exports_again_as_it_came(
    made: Made, empty: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    bundles.write_rows(empty, bundles.plan_import(empty, bundles.read_bundle(made.safe)))
    (again,) = bundles.export(
        empty, tmp_path / "archive", [INCIDENT], tmp_path / "out", share_safe=True, versions=VERSIONS
    )
    for name in (
        "evidence.csv",
        "votes.csv",
        "membership.csv",
        "timeline.csv",
        "labels.csv",
        "oecd29.json",
        "aim.json",
        "articles.csv",
        "newsarticle.jsonld",
    ):
        assert (again / name).read_bytes() == (made.safe / name).read_bytes(), name


def test_reading_it_twice_makes_no_twins(made: Made, empty: duckdb.DuckDBPyConnection) -> None:
    bundle = bundles.read_bundle(made.safe)
    bundles.write_rows(empty, bundles.plan_import(empty, bundle))
    again = bundles.plan_import(empty, bundle)
    assert again.empty
    bundles.write_rows(empty, again)
    assert query(empty, "SELECT count(*) AS n FROM articles") == [{"n": 4}]
    assert query(empty, "SELECT count(*) AS n FROM incidents WHERE merged_into IS NULL") == [{"n": 1}]


def test_a_newer_revision_takes_the_place_of_an_older_one(
    made: Made, empty: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    bundles.write_rows(empty, bundles.plan_import(empty, bundles.read_bundle(made.safe)))
    later = world()
    incident = later.find("incident", incident_id=INCIDENT)
    incident["revision"], incident["title"] = 4, "A better title"
    con = later.build(tmp_path / "archive")
    (path,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out", share_safe=True)
    bundles.write_rows(empty, bundles.plan_import(empty, bundles.read_bundle(path)))
    assert query(empty, "SELECT revision, title, articles FROM incidents WHERE merged_into IS NULL") == [
        {"revision": 4, "title": "A better title", "articles": 4}
    ]
    assert bundles.plan_import(empty, bundles.read_bundle(made.safe)).empty


def test_articles_that_are_known_keep_their_own_rows(made: Made, tmp_path: Path) -> None:
    (path,) = bundles.export(
        made.con, made.archive, [INCIDENT], tmp_path / "out", share_safe=True, versions=VERSIONS
    )
    other = world()
    for name in ("incident", "incident_member", "incident_event", "vote"):
        other.rows[f"store.{name}"] = [
            row for row in other.rows[f"store.{name}"] if row["incident_id"] == HAZARD
        ]
    con = other.build(tmp_path / "archive")
    plan = bundles.plan_import(con, bundles.read_bundle(path))
    assert plan.known["articles"] == 4
    bundles.write_rows(con, plan)
    assert query(con, "SELECT count(*) AS n FROM articles WHERE text IS NULL") == [{"n": 0}]
    assert query(con, f"SELECT articles FROM incidents WHERE incident_id = '{INCIDENT}'") == [{"articles": 4}]


def test_a_tampered_bundle_is_not_read(copy: Path) -> None:
    (copy / "votes.csv").write_text("axis\n")
    with pytest.raises(BundleError, match=r"tampered with or damaged, nothing of it was read: votes\.csv"):
        bundles.read_bundle(copy)


def test_a_bundle_that_must_be_signed_and_is_not(made: Made) -> None:
    with pytest.raises(BundleError, match="not signed"):
        bundles.read_bundle(made.full, trusted=b"key")


def test_a_zip_is_read_like_a_folder(made: Made, tmp_path: Path) -> None:
    (path,) = bundles.export(made.con, made.archive, [INCIDENT], tmp_path, zip=True, versions=VERSIONS)
    assert bundles.read_bundle(path) == bundles.read_bundle(made.full)
