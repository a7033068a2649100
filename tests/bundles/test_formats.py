"""The shapes that other tools read: each is read by that tool's own library, where there is one."""

from __future__ import annotations

import csv
import gzip
import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pipelines import bundles
from pipelines.bundles import oecd29, wacz
from pipelines.bundles.countries import countries, country_name
from pipelines.bundles.gathering import gather

from .conftest import Made
from .world import ENGLISH, HANT, HAZARD, INCIDENT, MERGED, VERSIONS, world


def load(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text())


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("kind", ["full", "safe"])
def test_frictionless_finds_the_data_package_valid(made: Made, kind: str) -> None:
    import frictionless

    folder = getattr(made, kind)
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.flatten(["name", "type", "note"]) == []
    package = load(folder, "datapackage.json")
    assert {item["path"] for item in package["resources"]} | {
        "datapackage.json", "SHA256SUMS", "verify.py", "incident.schema.json",
    } == {path.name for path in folder.iterdir()}  # fmt: skip


@pytest.mark.filterwarnings("ignore")
def test_frictionless_sees_a_forged_row_count(copy: Path) -> None:
    import frictionless

    package = load(copy, "datapackage.json")
    next(item for item in package["resources"] if item["path"] == "votes.csv")["rows"] += 1
    (copy / "datapackage.json").write_text(json.dumps(package))
    assert not frictionless.validate(str(copy / "datapackage.json")).valid


class TestStix:
    def test_the_stix_library_parses_it_strictly(self, made: Made) -> None:
        import stix2

        for folder in (made.full, made.safe):
            parsed = stix2.parse((folder / "stix.json").read_text(), allow_custom=False)
            types = {item["type"] for item in parsed.objects}
            assert {"incident", "report", "note", "url", "identity", "location", "opinion", "language-content",
                    "relationship", "marking-definition", "extension-definition"} <= types  # fmt: skip
            assert ("artifact" in types) == (folder == made.full)

    def test_every_reference_is_in_the_bundle(self, made: Made) -> None:
        objects = load(made.full, "stix.json")["objects"]
        ids = [item["id"] for item in objects]
        assert len(ids) == len(set(ids))

        def references(value: Any, key: str = "") -> list[str]:
            if isinstance(value, dict):
                return [found for name, item in value.items() for found in references(item, name)]
            if isinstance(value, list):
                return [found for item in value for found in references(item, key)]
            return [value] if key.endswith(("_ref", "_refs")) else []

        assert set(references(objects)) <= set(ids)

    def test_the_ids_are_uuid5_and_outlive_a_new_revision_and_a_new_title(
        self, made: Made, tmp_path: Path
    ) -> None:
        later = world()
        incident = later.find("incident", incident_id=INCIDENT)
        incident["title"], incident["title_original"], incident["revision"] = (
            "Another title, by hand",
            "另一個標題",
            4,
        )
        con = later.build(tmp_path / "archive")
        (path,) = bundles.export(con, tmp_path / "archive", [INCIDENT], tmp_path / "out", versions=VERSIONS)
        before = {item["id"]: item for item in load(made.full, "stix.json")["objects"]}
        after = {item["id"]: item for item in load(path, "stix.json")["objects"]}
        assert set(before) == set(after)
        assert {uuid.UUID(name.partition("--")[2]).version for name in before} == {5}
        for name, item in before.items():
            if item["type"] in ("incident", "report"):
                assert (item["name"], item["created"]) == (after[name]["name"], after[name]["created"])

    def test_times_are_those_of_the_record(self, made: Made) -> None:
        (incident,) = [
            item
            for item in load(made.full, "stix.json")["objects"]
            if item["type"] == "incident" and not item.get("revoked")
        ]
        assert incident["created"] == "2026-03-02T01:15:00.000Z"
        assert incident["modified"] == "2026-03-05T02:10:30.000Z"

    def test_a_merged_id_is_revoked_and_a_duplicate(self, made: Made) -> None:
        objects = load(made.full, "stix.json")["objects"]
        (old,) = [item for item in objects if item.get("revoked")]
        assert any(
            item["type"] == "relationship"
            and item["relationship_type"] == "duplicate-of"
            and item["source_ref"] == old["id"]
            for item in objects
        )

    def test_a_text_that_reads_otherwise_has_an_opinion(self, made: Made) -> None:
        (opinion,) = [item for item in load(made.full, "stix.json")["objects"] if item["type"] == "opinion"]
        assert opinion["opinion"] == "disagree"
        assert "complementary" in opinion["explanation"]

    def test_the_original_title_stands_in_its_language(self, made: Made) -> None:
        (content,) = [
            item for item in load(made.full, "stix.json")["objects"] if item["type"] == "language-content"
        ]
        assert content["contents"]["zh-Hant-TW"]["name"] == HANT["title"]


def test_misp_has_one_object_per_article_and_stable_ids(made: Made) -> None:
    event = load(made.full, "misp.json")["Event"]
    media = [item for item in event["Object"] if item["name"] == "news-media"]
    assert len(media) == 4
    values = {item["object_relation"]: item["value"] for item in media[0]["Attribute"]}
    assert values["title"] == HANT["title"]
    assert values["content"] == HANT["text"]
    ids = [item["uuid"] for item in event["Object"]] + [
        a["uuid"] for item in event["Object"] for a in item["Attribute"]
    ]
    assert len(ids) == len(set(ids))
    safe = load(made.safe, "misp.json")["Event"]
    assert safe["uuid"] == event["uuid"]
    assert not [a for item in safe["Object"] for a in item["Attribute"] if a["object_relation"] == "content"]
    targets = {
        reference["referenced_uuid"] for item in event["Object"] for reference in item["ObjectReference"]
    }
    assert targets <= set(ids)


def test_the_29_criteria(made: Made) -> None:
    found = load(made.full, "oecd29.json")
    rows = {row["criterion"]: row for row in found["criteria"]}
    assert list(rows) == list(range(1, 30))
    assert [number for number, row in rows.items() if row["mandatory"]] == [1, 2, 3, 4, 7, 10, 11]
    assert {row["status"] for row in rows.values()} <= set(oecd29.STATUSES)
    assert all((row["value"] is None) == (row["status"] == "unmapped") for row in rows.values())
    assert sum(found["coverage"].values()) == 29
    assert rows[5] | {"note": None} == {
        "criterion": 5, "name": "Date of first known occurrence", "mandatory": False, "value": "2026-03-01", "status": "direct", "note": None,
    }  # fmt: skip
    assert (rows[6]["value"], rows[6]["status"]) == (["TWN"], "direct")
    assert rows[9]["value"] == [{"name": "Qinglan Technology", "role": "developer"}]
    assert rows[10]["value"] == "incident"
    assert rows[21]["status"] == "unmapped"


def test_what_is_only_near_is_called_approximate(made: Made, tmp_path: Path) -> None:
    (path,) = bundles.export(made.con, made.archive, [HAZARD], tmp_path, versions=VERSIONS)
    rows = {row["criterion"]: row for row in load(path, "oecd29.json")["criteria"]}
    assert (rows[5]["value"], rows[5]["status"]) == ("2026-03-05", "approximate")
    assert (rows[6]["value"], rows[6]["status"]) == (["TWN"], "approximate")
    assert (rows[2]["value"], rows[2]["status"]) == (None, "unmapped")


def test_severity_unknown_is_unmapped(tmp_path: Path) -> None:
    made = world()
    made.find("incident", incident_id=INCIDENT)["severity"] = "unknown"
    con = made.build(tmp_path / "a")
    rows = {row["criterion"]: row for row in oecd29.oecd29(gather(con, INCIDENT))["criteria"]}
    assert (rows[10]["value"], rows[10]["status"]) == (None, "unmapped")


def test_aim_has_its_fields_and_our_evidence(made: Made) -> None:
    found = load(made.full, "aim.json")
    assert found["n_articles"] == len(found["articles"]) == 4
    assert found["properties"]["harm_levels"] == ["AI incident"]
    assert found["properties"]["industries"] == ["Healthcare, drugs, and biotechnology"]
    assert found["language_counts"] == {"en": 1, "zh": 3}
    assert all(article["body"] == "" for article in found["articles"])
    assert found["articles"][0]["evidences"] == ["其中一名六十八歲病患受傷，目前住院觀察。"]


def test_aiid_reports(made: Made) -> None:
    with (made.full / "aiid-reports.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert rows[0]["text"] == HANT["text"]
    assert rows[0]["source_domain"] == "lakenews.example"
    assert [row["is_incident_report"] for row in rows] == ["true", "true", "true", "false"]
    with (made.safe / "aiid-reports.csv").open(newline="") as handle:
        assert {row["text"] for row in csv.DictReader(handle)} == {""}


def test_news_articles_point_at_the_text_they_repeat(made: Made) -> None:
    graph = {item["@id"]: item for item in load(made.full, "newsarticle.jsonld")["@graph"]}
    twin = graph["urn:wiredesk:article:lakenews-cn:101"]
    assert twin["isBasedOn"] == {"@id": "urn:wiredesk:article:lakenews:101"}
    assert twin["inLanguage"] == "zh-Hans"
    assert graph["urn:wiredesk:article:northwire:55"]["articleBody"] == ENGLISH["text"]
    assert "articleBody" not in (made.safe / "newsarticle.jsonld").read_text()


def test_provenance_has_no_loose_ends(made: Made) -> None:
    found = load(made.full, "prov.json")
    things = {name for part in ("entity", "activity", "agent") for name in found[part]}
    relations = set(found) - {"prefix", "entity", "activity", "agent"}
    assert {
        "wasGeneratedBy",
        "wasDerivedFrom",
        "wasAttributedTo",
        "wasAssociatedWith",
        "wasInvalidatedBy",
    } <= relations
    for relation in relations:
        for statement in found[relation].values():
            ends = {value for key, value in statement.items() if key not in ("prov:time", "prov:type")}
            assert ends <= things, (relation, ends - things)
    assert f"wd:incident/{MERGED}" in found["entity"]
    assert "wd:person/anna" in found["agent"]


class TestWacz:
    @pytest.mark.filterwarnings("ignore")
    def test_py_wacz_finds_it_valid(self, made: Made) -> None:
        from wacz.main import main

        assert main(["validate", "-f", str(made.full / "pages.wacz")]) == 0

    @pytest.mark.filterwarnings("ignore")
    def test_py_wacz_sees_a_changed_page(self, made: Made, tmp_path: Path) -> None:
        from wacz.main import main

        files = {}
        with zipfile.ZipFile(made.full / "pages.wacz") as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        files["pages/pages.jsonl"] += b"{}\n"
        (tmp_path / "x.wacz").write_bytes(wacz.stored_zip(files))
        assert main(["validate", "-f", str(tmp_path / "x.wacz")]) != 0

    def test_the_index_leads_to_every_page(self, made: Made) -> None:
        with zipfile.ZipFile(made.full / "pages.wacz") as archive:
            assert {entry.compress_type for entry in archive.infolist()} == {zipfile.ZIP_STORED}
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            warc = archive.read("archive/data.warc.gz")
            lines = gzip.decompress(archive.read("indexes/index.cdx.gz")).decode().splitlines()
            lookup = archive.read("indexes/index.idx").decode().splitlines()
            pages = [json.loads(line) for line in archive.read("pages/pages.jsonl").splitlines()]
        assert lines == sorted(lines)
        assert len(lines) == 4
        assert lookup[1].startswith(" ".join(lines[0].split(" ")[:2]))
        assert {page["url"] for page in pages[1:]} == {
            json.loads(line.split(" ", 2)[2])["url"] for line in lines
        }
        for line in lines:
            key, moment, rest = line.split(" ", 2)
            place = json.loads(rest)
            member = warc[place["offset"] : place["offset"] + place["length"]]
            (page,) = wacz.captures(member)
            assert page.url == place["url"]
            assert key == wacz.surt(page.url)
            assert moment == "20260305000000"

    def test_every_record_reads_and_digests_fit(self, made: Made) -> None:
        from warcio.archiveiterator import ArchiveIterator

        with zipfile.ZipFile(made.full / "pages.wacz") as archive:
            stream = io.BytesIO(archive.read("archive/data.warc.gz"))
        kinds = []
        for record in ArchiveIterator(stream, check_digests="raise"):
            kinds.append(record.rec_type)
            record.content_stream().read()
        assert kinds == ["warcinfo", *["response"] * 4]

    @pytest.mark.parametrize(
        ("url", "key"),
        [
            ("https://www.example.com/A/b?z=1&a=2", "com,example)/a/b?a=2&z=1"),
            ("http://www2.news.example.com:8080/", "com,example,news:8080)/"),
            ("https://example.com:443", "com,example)/"),
            ("https://udn.example/story/新聞", "example,udn)/story/新聞"),
            ("urn:x:1", "urn:x:1"),
        ],
    )
    def test_keys_of_the_index(self, url: str, key: str) -> None:
        assert wacz.surt(url) == key


def test_all_countries_have_one_code_each() -> None:
    assert len(countries()) == 249
    assert len({alpha2 for alpha2, _ in countries().values()}) == 249
    assert country_name("TWN") == "Taiwan"
    assert country_name("XXX") == "XXX"
