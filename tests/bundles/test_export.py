"""What a bundle holds, that it repeats byte for byte, and that names and places are kept."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import jsonschema
import pytest

from pipelines import bundles
from pipelines.bundles import BundleError
from pipelines.bundles.gathering import gather

from .conftest import Made
from .world import ENGLISH, FOLLOW, HANS, HANT, HAZARD, INCIDENT, MERGED, VERSIONS, world

EVERYWHERE = {
    "incident.json", "incident.schema.json", "incident.html", "incident.md", "articles.csv", "articles.jsonl",
    "articles.parquet", "translations.jsonl", "labels.csv", "evidence.csv", "membership.csv", "decisions.csv",
    "entities.csv", "timeline.csv", "rejects.csv", "votes.csv", "oecd29.json", "aim.json", "aiid-reports.csv", "stix.json",
    "misp.json", "newsarticle.jsonld", "prov.json", "run.json", "datapackage.json", "SHA256SUMS", "verify.py",
}  # fmt: skip


def read(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_the_files_of_both_kinds(made: Made) -> None:
    assert set(read(made.full)) == EVERYWHERE | {"texts.jsonl", "pages.wacz"}
    assert set(read(made.safe)) == EVERYWHERE
    assert made.full.name == f"incident-{INCIDENT}-r3"


def test_both_kinds_are_whole(made: Made) -> None:
    assert bundles.verify(made.full) == []
    assert bundles.verify(made.safe) == []


def test_the_record_is_valid_by_the_schema_beside_it(made: Made) -> None:
    for folder in (made.full, made.safe):
        schema = json.loads((folder / "incident.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        checker = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        record = json.loads((folder / "incident.json").read_text())
        assert list(checker.iter_errors(record)) == []
        record["incident"]["class"] = "catastrophe"
        assert len(list(checker.iter_errors(record))) == 1


def test_every_quotation_stands_where_the_record_says(made: Made) -> None:
    bodies = {
        carrier["article_id"]: carrier
        for line in (made.full / "texts.jsonl").read_text().splitlines()
        for carrier in json.loads(line)["carriers"]
    }
    rows = table(made.full, "evidence.csv")
    assert len(rows) == 19
    for row in rows:
        body = bodies[row["article_id"]][row["field"]]
        assert body[int(row["start_at"]) : int(row["end_at"])] == row["quote"]


def test_a_share_safe_bundle_holds_no_body(made: Made) -> None:
    unquoted = (
        "院方已停用該系統",
        "局長說",
        "A triage system at Northlake",
        "据英媒报道",
        "The hospital has stopped",
    )
    full = b"".join(read(made.full).values()).decode("utf-8", "replace")
    for words in (HANT, HANS, ENGLISH, FOLLOW):
        assert json.dumps(words["text"], ensure_ascii=False)[1:-1] in full
    for name, data in read(made.safe).items():
        text = data.decode("utf-8", "replace")
        assert not [words for words in unquoted if words in text], name
        assert "其中一名六十八歲病患受傷" in text or name not in (
            "incident.html",
            "evidence.csv",
            "incident.json",
        )


def test_a_body_in_a_decision_is_replaced_by_its_hash_when_shared(tmp_path: Path) -> None:
    made = world()
    made.find("decision", decision_id="d-1")["after"] = {"text": "院方已停用該系統。全文", "title": "x"}
    con = made.build(tmp_path / "archive")
    (safe,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out", share_safe=True)
    (full,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out")
    assert "全文" in (full / "decisions.csv").read_text()
    for data in read(safe).values():
        assert "全文".encode() not in data


def test_same_inputs_same_bytes(made: Made, tmp_path: Path) -> None:
    con = world().build(tmp_path / "archive")
    (again,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "b", versions=VERSIONS)
    assert read(again) == read(made.full)
    zips = [
        bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / name, zip=True, versions=VERSIONS)[0]
        for name in ("c", "d")
    ]
    assert zips[0].read_bytes() == zips[1].read_bytes()
    assert bundles.verify(zips[0]) == []


@pytest.mark.slow
def test_another_zone_hash_seed_and_locale_give_the_same_bytes(made: Made, tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from pipelines import bundles; from tests.bundles.world import *\n"
        "out = Path(sys.argv[1]); con = world().build(out / 'archive')\n"
        "for safe in (False, True):\n"
        "    bundles.export(con, out / 'archive', [INCIDENT], out, share_safe=safe, versions=VERSIONS)\n"
    )
    for number, (zone, seed, locale) in enumerate(
        [("Asia/Taipei", "1", "C"), ("America/St_Johns", "4242", "C.UTF-8")]
    ):
        out = tmp_path / str(number)
        subprocess.run(
            [sys.executable, "-c", script, str(out)],
            check=True,
            env={**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": locale},
            cwd=Path(__file__).parents[2],
        )
        assert read(out / made.full.name) == read(made.full)
        assert read(out / made.safe.name) == read(made.safe)


def test_no_time_of_the_export_is_inside(made: Made) -> None:
    from datetime import UTC, datetime

    today = datetime.now(UTC).date().isoformat()
    for name, data in read(made.full).items():
        assert today.encode() not in data, name


def test_rows_of_tables_agree_in_every_format(made: Made) -> None:
    package = json.loads((made.full / "datapackage.json").read_text())
    rows = {item["path"]: item.get("rows", item.get("rowCount")) for item in package["resources"]}
    assert rows["articles.csv"] == rows["articles.jsonl"] == rows["articles.parquet"] == 4
    with duckdb.connect() as con:
        parquet = con.execute(
            "SELECT article_id, authors, published FROM read_parquet(?)",
            [str(made.full / "articles.parquet")],
        ).fetchall()
    lines = [json.loads(line) for line in (made.full / "articles.jsonl").read_text().splitlines()]
    assert (
        [row[0] for row in parquet]
        == [row["article_id"] for row in lines]
        == [row["article_id"] for row in table(made.full, "articles.csv")]
    )
    assert parquet[0][1] == lines[0]["authors"] == ["王小明", "Lee, A."]
    assert parquet[0][2].isoformat() + "Z" == lines[0]["published"]


def test_tables_that_list_articles_say_where_and_in_which_language(made: Made) -> None:
    for name in ("articles", "evidence", "membership", "timeline", "rejects"):
        header = (made.full / f"{name}.csv").read_text().split("\n")[0].split(",")
        assert {"url", "language", "script", "source"} <= set(header), name


def test_lists_are_never_joined_with_commas(made: Made) -> None:
    rows = table(made.full, "articles.csv")
    assert json.loads(rows[0]["authors"]) == ["王小明", "Lee, A."]


def test_votes_before_and_after_twins_collapse(made: Made) -> None:
    rows = {(row["axis"], row["value"]): row for row in table(made.full, "votes.csv")}
    assert rows["class", "incident"]["texts"] == "2"
    assert rows["class", "incident"]["articles"] == "3"


def test_the_timeline_is_in_order(made: Made) -> None:
    rows = table(made.full, "timeline.csv")
    assert [row["moment"] for row in rows] == sorted(row["moment"] for row in rows)
    assert [row["kind"] for row in rows[:3]] == ["event", "report", "twin"]
    assert "joined: same names" in [row["what"] for row in rows if row["kind"] == "record"]


def test_sample_translations_say_so(made: Made) -> None:
    for name in ("incident.html", "incident.md", "stix.json", "misp.json"):
        assert "sample translation" in (made.full / name).read_text(), name
    chinese = [row for row in table(made.full, "articles.csv") if row["title_en"]]
    assert chinese
    assert all("sample" in row["translated_by"] for row in chinese)
    lines = [json.loads(line) for line in (made.full / "translations.jsonl").read_text().splitlines()]
    assert lines
    assert all(row["sample"] for row in lines)


def test_every_form_with_translated_english_names_who_wrote_it(made: Made) -> None:
    wrote = "argos zh-en 1.9 sample"
    for folder in (made.full, made.safe):
        record, aim, oecd29 = (
            json.loads((folder / name).read_text()) for name in ("incident.json", "aim.json", "oecd29.json")
        )
        assert record["translated_by"] == aim["translated_by"] == oecd29["translated_by"] == [wrote]
        assert {(row["language"], row["translated_by"]) for row in record["articles"]} == {
            ("zh", wrote),
            ("en", None),
        }
        notes = {row["criterion"]: row["note"] or "" for row in oecd29["criteria"]}
        assert {number for number, note in notes.items() if wrote in note and "sample translation" in note} == {
            1, 2, 3,
        }  # fmt: skip
        report, *articles = json.loads((folder / "newsarticle.jsonld").read_text())["@graph"]
        assert wrote in report["creditText"]
        assert "sample translation" in report["creditText"]
        for row in articles:
            assert ("sample translation" in row.get("creditText", "")) == ("alternativeHeadline" in row)


def test_the_timeline_names_who_translated_a_title_that_it_quotes(tmp_path: Path) -> None:
    made = world()
    english = next(row["title_en"] for row in made.rows["store.title_en"])
    event = made.rows["store.incident_event"][-1]
    event["kind"], event["reason"] = "title changed", f"title 原題 → An Early Wording, later {english}"
    made.add(
        "title_en_before",
        article_id=made.rows["store.title_en"][0]["article_id"],
        title_en="An Early Wording",
        flags=[],
        engine="argos",
        model="older",
    )
    con = made.build(tmp_path / "archive")
    (full,) = bundles.export(con, tmp_path / "archive", [event["incident_id"]], tmp_path / "out")
    named = {row["what"]: row["translated_by"] for row in table(full, "timeline.csv")}
    assert named.pop(f"title changed: {event['reason']}") == "argos older; argos zh-en 1.9 sample"
    assert set(named.values()) == {""}


def test_a_real_translation_is_not_called_a_sample(tmp_path: Path) -> None:
    made = world()
    for table_name in ("sentence", "title_en"):
        for row in made.rows[f"store.{table_name}"]:
            row["model"] = "translate-zh_en 1.9"
    con = made.build(tmp_path / "archive")
    (full,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out")
    for path in full.iterdir():
        if path.suffix not in (".md", ".html", ".json", ".jsonld", ".csv"):
            continue
        name, text = path.name, path.read_text()
        if name in ("aim.json", "oecd29.json", "newsarticle.jsonld", "incident.json"):
            assert "argos translate-zh_en 1.9" in text, name
        if path.name in ("datapackage.json", "incident.schema.json"):
            continue  # they explain the word
        assert "sample translation" not in text, name
        assert "sample package" not in text, name


def test_a_merged_id_gives_the_incident_into_which_it_went(made: Made, tmp_path: Path) -> None:
    paths = bundles.export(made.con, made.archive, [MERGED, INCIDENT, HAZARD], tmp_path, versions=VERSIONS)
    assert [path.name for path in paths] == [made.full.name, f"incident-{HAZARD}-r1"]
    assert gather(made.con, MERGED).redirects == [MERGED]
    assert bundles.verify(paths[1]) == []


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "2026-03-02-k3x9/..",
        "/etc/passwd",
        "2026-03-02-K3X9",
        "",
        "2026-03-02-k3x9\n",
        "con",
        "..\\x",
    ],
)
def test_a_name_that_could_leave_the_folder_is_refused(made: Made, tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleError, match="is no incident id"):
        bundles.export(made.con, made.archive, [name], tmp_path / "out", versions=VERSIONS)
    assert not list(tmp_path.rglob("*"))


def test_an_unknown_incident_is_a_sentence(made: Made, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"there is no incident 2020-01-01-abcd"):
        bundles.export(made.con, made.archive, ["2020-01-01-abcd"], tmp_path, versions=VERSIONS)


def test_a_circle_of_merges_is_a_sentence(tmp_path: Path) -> None:
    made = world()
    made.find("incident", incident_id=INCIDENT)["merged_into"] = MERGED
    con = made.build(tmp_path / "archive")
    with pytest.raises(BundleError, match="point at each other"):
        bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out")


def test_exporting_again_replaces_the_bundle_and_nothing_else(made: Made, tmp_path: Path) -> None:
    (path,) = bundles.export(made.con, made.archive, [INCIDENT], tmp_path, versions=VERSIONS)
    (path / "votes.csv").write_text("spoiled")
    bundles.export(made.con, made.archive, [INCIDENT], tmp_path, versions=VERSIONS)
    assert bundles.verify(path) == []
    (path / "my-notes.txt").write_text("mine")
    with pytest.raises(BundleError, match=r"holds my-notes\.txt"):
        bundles.export(made.con, made.archive, [INCIDENT], tmp_path, versions=VERSIONS)
    assert (path / "my-notes.txt").read_text() == "mine"
    assert [item.name for item in tmp_path.iterdir()] == [path.name]


def test_a_folder_of_that_name_that_is_no_bundle_is_left_alone(made: Made, tmp_path: Path) -> None:
    taken = tmp_path / made.full.name
    taken.mkdir()
    (taken / "thesis.txt").write_text("mine")
    with pytest.raises(BundleError, match="is no bundle"):
        bundles.export(made.con, made.archive, [INCIDENT], tmp_path, versions=VERSIONS)
    assert (taken / "thesis.txt").read_text() == "mine"


def test_a_page_that_the_archive_lost_is_named_and_nothing_else_is_lost(tmp_path: Path) -> None:
    con = world().build(tmp_path / "archive")
    warc = tmp_path / "archive" / "demo-0.warc.gz"
    data = bytearray(warc.read_bytes())
    offset = con.execute("SELECT warc_offset FROM fetches WHERE article_id = 'northwire:55'").fetchone()[0]
    data[offset + 40] ^= 0xFF
    warc.write_bytes(data)
    (path,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out")
    where = {row["article_id"]: row["archived"] for row in table(path, "articles.csv")}
    assert where["lakenews:101"] == "pages.wacz"
    assert where["northwire:55"].startswith("archive_damaged")
    assert bundles.verify(path) == []
    warc.unlink()
    (path,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out")
    assert not (path / "pages.wacz").exists()
    assert table(path, "articles.csv")[0]["archived"].startswith("archive_missing")
    assert bundles.verify(path) == []


def test_a_warc_name_that_leaves_the_archive_is_not_followed(tmp_path: Path) -> None:
    made = world()
    con = made.build(tmp_path / "archive")
    (tmp_path / "secret.warc.gz").write_bytes((tmp_path / "archive" / "demo-0.warc.gz").read_bytes())
    con.execute("UPDATE store.fetch SET warc_file = '../secret.warc.gz'")
    (path,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out")
    assert not (path / "pages.wacz").exists()


def test_a_page_changed_in_the_archive_is_not_passed_off_as_the_one_read(tmp_path: Path) -> None:
    con = world().build(tmp_path / "archive")
    con.execute("UPDATE store.article SET page_sha256 = repeat('0', 64) WHERE article_id = 'northwire:55'")
    con.execute("UPDATE store.fetch SET page_sha256 = repeat('0', 64) WHERE article_id = 'northwire:55'")
    (path,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out")
    where = {row["article_id"]: row["archived"] for row in table(path, "articles.csv")}
    assert where["northwire:55"] == "archive_damaged: the page in the archive is not the page that was read"


def test_an_incident_without_anything_optional_still_makes_a_whole_bundle(tmp_path: Path) -> None:
    made = world()
    for name in (
        "label",
        "evidence",
        "fact",
        "vote",
        "incident_event",
        "decision",
        "sentence",
        "title_en",
        "judgement",
        "run",
    ):
        made.rows[f"store.{name}"] = []
    incident = made.find("incident", incident_id=INCIDENT)
    for key in ("title", "title_original", "summary", "rationale", "limb", "severity", "materialisation", "event_date",
                "first_published", "last_published", "countries", "origins"):  # fmt: skip
        incident[key] = None
    incident["class"] = None
    for row in made.rows["store.article"]:
        for key in (
            "published",
            "published_zone",
            "published_precision",
            "title",
            "title_as_printed",
            "url",
            "canonical_url",
            "authors",
        ):
            row[key] = None
    con = made.build(tmp_path / "archive")
    for safe in (False, True):
        (path,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out", share_safe=safe)
        assert bundles.verify(path) == []
        assert INCIDENT in (path / "incident.html").read_text()
