"""``wiredesk model``: what a user types and reads, with an index on loopback and without any network."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from pipelines.translation import index as indexes
from tests.translation.conftest import TINY, Wiredesk
from tests.translation.packages import repacked


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A package that is no sample by its name."""
    return repacked(tmp_path / "zh.argosmodel", TINY, "translate-zh_en-1_9", package_version="1.9")


def test_from_the_index_by_its_hash(
    wiredesk: Wiredesk, site: tuple[str, dict[str, bytes]], real: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, files = site
    digest = sha256(real.read_bytes()).hexdigest()
    files["/zh.argosmodel"] = real.read_bytes()
    entries = [{"package_version": "1.9", "from_code": "zh", "to_code": "en", "links": [f"{address}/zh.argosmodel"]}]  # fmt: skip
    files["/index.json"] = json.dumps(entries).encode()
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", f"{address}/")
    code, _, err = wiredesk("model", "install", "--sha256", "0" * 64)
    assert code == 1
    assert f"its SHA-256 is {digest}, not 000" in err
    assert wiredesk("model", "list")[1].startswith("no package: ")
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", f"{address}/index.json")
    code, out, _ = wiredesk("model", "install", "--sha256", digest)
    assert code == 0
    assert out.startswith("installed: translate-zh_en-1_9 1.9 sha256:")
    assert digest in out
    code, _, err = wiredesk("model", "install", "--from", "ja")
    assert (code, "has no package that translates ja to en" in err) == (1, True)
    [row] = [json.loads(line) for line in wiredesk("model", "list", "--json")[1].splitlines()]
    assert (row["from"], row["to"], row["kind"], len(row["sha256"])) == ("zh", "en", "full", 64)
    assert wiredesk("model", "verify")[0] == 0


def test_without_a_network_one_sentence_says_what_to_do(
    wiredesk: Wiredesk, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", "http://127.0.0.1:9/")
    code, out, err = wiredesk("model", "install")
    assert (code, out) == (1, "")
    assert len(err.strip().splitlines()) == 1
    assert "http://127.0.0.1:9/index.json cannot be reached" in err
    assert "without a network run `wiredesk model install FILE.argosmodel`" in err
    assert not [path for path in data_dir.rglob("*") if path.is_file()]


def test_a_huge_download_is_cut_off(
    wiredesk: Wiredesk, data_dir: Path, site: tuple[str, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, files = site
    files["/index.json"] = b"[" + b" " * 3_000_000
    monkeypatch.setattr(indexes, "_MOST_OF_INDEX", 2**20)
    monkeypatch.setenv("ARGOS_PACKAGE_INDEX", address)
    code, _, err = wiredesk("model", "install")
    assert (code, "is larger than 1 MiB" in err) == (1, True)


def test_what_is_not_as_installed_stops_everything_that_would_use_it(
    wiredesk: Wiredesk, data_dir: Path, tmp_path: Path, real: Path
) -> None:
    assert wiredesk("model", "install", str(real))[0] == 0
    [metadata] = (data_dir / "models").rglob("metadata.json")
    metadata.write_text(metadata.read_text(encoding="utf-8") + " ", encoding="utf-8")
    code, out, err = wiredesk("model", "verify")
    assert code == 1
    assert "metadata.json is not what was installed" in out
    assert "install them again" in err
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": 1, "title": "警方表示"}), encoding="utf-8")
    code, _, err = wiredesk("stage", "translation", str(source), str(tmp_path / "out.jsonl"))
    assert (code, "is damaged" in err, (tmp_path / "out.jsonl").exists()) == (1, True, False)
    assert wiredesk("model", "install", str(real))[0] == 0
    assert wiredesk("stage", "translation", str(source), str(tmp_path / "out.jsonl"))[0] == 0


def test_the_manifest_and_rows_that_are_none_are_said(
    wiredesk: Wiredesk, data_dir: Path, tmp_path: Path, real: Path
) -> None:
    assert wiredesk("model", "install", str(real))[0] == 0
    source = tmp_path / "in.jsonl"
    for row, sentence in (({"id": 1, "title": 3}, "title must be text or null"), ({"id": 1, "text": []}, "text must be text or null")):  # fmt: skip
        source.write_text(json.dumps(row), encoding="utf-8")
        assert wiredesk("stage", "translation", str(source), str(tmp_path / "out.jsonl"))[0] == 0
        out = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
        assert (out["outcome"], out["reason"]) == ("bad_field", sentence)
    (data_dir / "glossary.tsv").write_text("Foo\tbar\t富\n", encoding="utf-8")
    code, _, err = wiredesk("run")
    assert (code, "glossary.tsv, line 1: 'bar' is no kind of name" in err) == (1, True)
    (data_dir / "glossary.tsv").unlink()
    (data_dir / "models" / "argos" / "manifest.json").write_text("{", encoding="utf-8")
    for command in (["model", "list"], ["model", "verify"], ["run"]):
        code, _, err = wiredesk(*command)
        assert (code, "manifest.json is damaged" in err) == (1, True)


def test_names_versions_and_hashes_choose_a_package_of_any_language(
    wiredesk: Wiredesk, tmp_path: Path, real: Path
) -> None:
    japanese = repacked(tmp_path / "ja.argosmodel", TINY, "translate-ja_en-1_0", from_code="ja", package_version="1.0")  # fmt: skip
    for package in (real, japanese):
        assert wiredesk("model", "install", str(package))[0] == 0
    listed = {
        row["from"]: row for row in map(json.loads, wiredesk("model", "list", "--json")[1].splitlines())
    }
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    rows = [
        {"id": 1, "title": "警方表示", "language_tag": "zh"},
        {"id": 2, "title": "日本", "language_tag": "ja"},
    ]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for name in (listed["ja"]["package"], listed["ja"]["sha256"][:12], "1.0"):
        command = ("stage", "translation", str(source), str(target), "--translate-with", name)
        assert wiredesk(*command)[0] == 0
        models = [json.loads(line)["model"] for line in target.read_text(encoding="utf-8").splitlines()]
        assert [model.split()[0] for model in models] == ["translate-zh_en-1_9", "translate-ja_en-1_0"]
