"""Exports of everything and of a query: counts declared and checked, order fixed, feeds of changes."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

from pipelines import bundles
from pipelines.bundles import BundleError, everything
from pipelines.bundles.safety import uncell

from .conftest import Made
from .world import HAZARD, INCIDENT, query, world


def package(folder: Path) -> dict[str, int]:
    found: dict[str, int] = {}
    for item in json.loads((folder / "datapackage.json").read_text())["resources"]:
        data = (folder / item["path"]).read_bytes()
        assert item["hash"] == "sha256:" + hashlib.sha256(data).hexdigest()
        assert item["bytes"] == len(data)
        found[item["title"]] = found.get(item["title"], 0) + item.get("rows", item.get("rowCount"))
    return found


@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_every_view_with_all_its_rows(made: Made, tmp_path: Path, form: str) -> None:
    bundles.export_all(made.con, tmp_path / "out", format=form)
    rows = package(tmp_path / "out")
    assert set(rows) == set(everything.VIEWS)
    for name, count in rows.items():
        assert query(made.con, f"SELECT count(*) AS n FROM {name}") == [{"n": count}], name
    assert rows["articles"] == 5


def test_every_public_view_is_exported(made: Made) -> None:
    views = {
        row["table_name"]
        for row in query(
            made.con,
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' AND table_type = 'VIEW'",
        )
    }
    assert views == set(everything.VIEWS)


def test_parquet_is_partitioned_by_month_and_reads_back_whole(made: Made, tmp_path: Path) -> None:
    written = bundles.export_all(made.con, tmp_path / "out")
    assert tmp_path / "out" / "articles" / "month=2026-03" / "part-0.parquet" in written
    with duckdb.connect() as con:
        read = con.execute(
            "SELECT article_id, title, authors FROM read_parquet(?, hive_partitioning = true) ORDER BY article_id",
            [str(tmp_path / "out" / "articles" / "*" / "*.parquet")],
        ).fetchall()
    assert (
        read
        == made.con.execute("SELECT article_id, title, authors FROM articles ORDER BY article_id").fetchall()
    )


@pytest.mark.parametrize("form", bundles.FORMATS)
def test_twice_the_same_bytes(made: Made, tmp_path: Path, form: str) -> None:
    trees = []
    for name in ("a", "b"):
        written = bundles.export_all(made.con, tmp_path / name, format=form)
        trees.append({path.relative_to(tmp_path / name): path.read_bytes() for path in written})
    assert trees[0] == trees[1]


def test_json_lines_hold_what_the_view_holds(made: Made, tmp_path: Path) -> None:
    bundles.export_all(made.con, tmp_path / "out", format="jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out" / "incidents.jsonl").read_text().splitlines()]
    found = {line["incident_id"]: line for line in lines}
    assert found[INCIDENT]["first_published"] == "2026-03-02T01:15:00Z"
    assert found[INCIDENT]["outlets"] == ["lakenews", "lakenews-cn", "northwire"]
    assert found[INCIDENT]["merged_into"] is None


def test_csv_runs_no_formula_and_can_be_undone(tmp_path: Path) -> None:
    made = world()
    attack = '=HYPERLINK("http://evil.example","x")'
    made.find("article", article_id="lakenews:150")["title"] = attack
    made.find("article", article_id="lakenews:140")["title"] = "'quoted'"
    con = made.build(tmp_path / "archive")
    bundles.export_all(con, tmp_path / "out", format="csv")
    for path in (tmp_path / "out").glob("*.csv"):
        with path.open(newline="") as handle:
            for row in csv.reader(handle):
                assert not [value for value in row if value[:1] in set("=+-@\t\r＝＋－＠")], path.name
    with (tmp_path / "out" / "articles.csv").open(newline="") as handle:
        titles = {row["article_id"]: row["title"] for row in csv.DictReader(handle)}
    assert titles["lakenews:150"] == "'" + attack
    assert uncell(titles["lakenews:150"]) == attack
    assert uncell(titles["lakenews:140"]) == "'quoted'"


def test_a_query_is_exported_alone(made: Made, tmp_path: Path) -> None:
    written = bundles.export_all(
        made.con,
        tmp_path / "out",
        format="csv",
        query="SELECT incident_id, class FROM incidents WHERE state = 'open' ORDER BY 1;",
    )
    assert [path.name for path in written] == ["datapackage.json", "result.csv"]
    assert (
        tmp_path / "out" / "result.csv"
    ).read_text() == f"incident_id,class\n{INCIDENT},incident\n{HAZARD},hazard\n"


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE store.run",
        "SELECT 1; SELECT 2",
        "COPY incidents TO 'x'",
        "ATTACH 'x'",
        "not sql",
        "",
        "SELECT 1) TO 'x'; --",
        "PRAGMA version",
    ],
)
def test_what_is_no_single_select_is_refused(made: Made, tmp_path: Path, sql: str) -> None:
    with pytest.raises(BundleError):
        bundles.export_all(made.con, tmp_path / "out", query=sql)
    assert not list(tmp_path.iterdir())


def test_a_folder_with_something_in_it_is_left_alone(made: Made, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(BundleError, match="not empty"):
        bundles.export_all(made.con, tmp_path)
    with pytest.raises(BundleError, match="there is no format xlsx"):
        bundles.export_all(made.con, tmp_path / "out", format="xlsx")
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_short_file_is_not_passed_off_as_whole(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = everything._copy

    def short(con: duckdb.DuckDBPyConnection, sql: str, target: Path, options: str) -> None:
        real(con, f"SELECT * FROM ({sql}) LIMIT 1", target, options)

    monkeypatch.setattr(everything, "_copy", short)
    with pytest.raises(BundleError, match=r"has \d+ rows and 1 were written"):
        bundles.export_all(made.con, tmp_path / "out", format="csv")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
def test_a_query_may_end_in_a_comment(made: Made, tmp_path: Path, format: str) -> None:
    paths = bundles.export_all(
        made.con, tmp_path / "out", format=format, query="SELECT incident_id FROM incidents -- all of them"
    )
    assert [path.name for path in paths] == ["datapackage.json", f"result.{format}"]


def test_a_query_that_fails_on_the_way_is_a_sentence_and_leaves_nothing(made: Made, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="the export failed: Conversion Error"):
        bundles.export_all(
            made.con, tmp_path / "out", format="csv", query="SELECT incident_id::INTEGER FROM incidents"
        )
    assert not list(tmp_path.iterdir())


class TestFeeds:
    def change(self, tmp_path: Path) -> duckdb.DuckDBPyConnection:
        made = world()
        made.add(
            "incident_event", incident_id=HAZARD, n=0, revision=1, happened="2026-03-06 01:00:00", kind="class changed",
            detail={"from": "hazard", "to": "incident"}, reason="article 12 <b>&\x00", made_by="machine", run_id="run-1",
        )  # fmt: skip
        return made.build(tmp_path / "archive")

    def test_atom_tells_what_changed_and_why(self, tmp_path: Path) -> None:
        (path,) = bundles.export_all(self.change(tmp_path), tmp_path / "out", format="atom")
        names = {"a": "http://www.w3.org/2005/Atom"}
        root = ElementTree.parse(path).getroot()
        entries = root.findall("a:entry", names)
        assert len(entries) == 4
        assert root.findtext("a:updated", None, names) == "2026-03-06T01:00:00Z"
        assert entries[0].findtext("a:title", "", names).endswith("class hazard → incident")
        assert "because article 12 <b>&\ufffd" in entries[0].findtext("a:content", "", names)
        assert len({entry.findtext("a:id", None, names) for entry in entries}) == 4

    def test_json_feed_of_a_query(self, tmp_path: Path) -> None:
        con = self.change(tmp_path)
        (path,) = bundles.export_all(
            con,
            tmp_path / "out",
            format="jsonfeed",
            query="SELECT incident_id FROM incidents WHERE class = 'hazard'",
        )
        feed = json.loads(path.read_text())
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert [item["tags"] for item in feed["items"]] == [[HAZARD]]

    def test_a_query_without_incidents_is_a_sentence(self, made: Made, tmp_path: Path) -> None:
        with pytest.raises(BundleError, match="the column incident_id"):
            bundles.export_all(made.con, tmp_path / "out", format="atom", query="SELECT 1 AS n")

    def test_a_feed_of_nothing_is_a_feed(self, tmp_path: Path) -> None:
        made = world()
        made.rows["store.incident_event"] = []
        (path,) = bundles.export_all(made.build(tmp_path / "archive"), tmp_path / "out", format="atom")
        assert (
            ElementTree.parse(path).getroot().findtext("{http://www.w3.org/2005/Atom}updated")
            == "1970-01-01T00:00:00Z"
        )


def test_the_incidents_of_a_query_saved_on_the_desk(tmp_path: Path) -> None:
    from datetime import UTC, datetime

    from pipelines.desk import saved

    con = world().build(tmp_path / "archive")
    now = datetime(2026, 3, 7, tzinfo=UTC)
    saved.keep(tmp_path, name="Only hazards", query="class=hazard", made_by="ann", made=now)
    assert saved.incidents_of(con, tmp_path, "Only hazards") == [HAZARD]
    assert saved.incidents_of(con, tmp_path, "only-hazards") == [HAZARD]
    with pytest.raises(KeyError, match="Only hazards"):
        saved.incidents_of(con, tmp_path, "others")
