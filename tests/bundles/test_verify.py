"""``verify`` finds every changed byte, added and missing file and forged count, with and without wiredesk."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from pipelines import bundles
from pipelines.bundles import BundleError, verifier
from pipelines.cli import cli

from .conftest import Made
from .world import INCIDENT, VERSIONS


def kinds(path: Path) -> set[tuple[str, str]]:
    return {(problem.kind, problem.path) for problem in bundles.verify(path)}


def reseal(folder: Path) -> None:
    """What a forger would do: make hashes and sizes fit again, and leave the counts as they say."""
    package = json.loads((folder / "datapackage.json").read_text())
    for resource in package["resources"]:
        data = (folder / resource["path"]).read_bytes()
        resource["bytes"], resource["hash"] = len(data), "sha256:" + hashlib.sha256(data).hexdigest()
    (folder / "datapackage.json").write_text(json.dumps(package))
    names = sorted(
        path.name for path in folder.iterdir() if path.name not in ("SHA256SUMS", "SHA256SUMS.sig")
    )
    (folder / "SHA256SUMS").write_text(
        "".join(f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n" for name in names)
    )


def test_one_changed_byte_in_any_file_is_found(copy: Path) -> None:
    chance = random.Random(20260302)
    for path in sorted(copy.iterdir()):
        data = path.read_bytes()
        places = {0, len(data) - 1, *(chance.randrange(len(data)) for _ in range(4))}
        for place in sorted(places):
            path.write_bytes(
                data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]
            )
            found = bundles.verify(copy)
            assert found, (path.name, place)
            assert path.name == "SHA256SUMS" or path.name in {problem.path for problem in found}
        path.write_bytes(data)
    assert bundles.verify(copy) == []


def test_every_byte_of_the_list_of_checksums_counts(made: Made) -> None:
    files = verifier.read_files(made.full)
    sums = files["SHA256SUMS"]
    for place in range(len(sums)):
        spoiled = sums[:place] + bytes([sums[place] ^ 0x20]) + sums[place + 1 :]
        assert list(verifier._check_sums({**files, "SHA256SUMS": spoiled})), place


@pytest.mark.parametrize("change", [b"", b"\n", b"x", b"\r\n"])
def test_bytes_added_to_a_file_are_found(copy: Path, change: bytes) -> None:
    for name in ("SHA256SUMS", "votes.csv"):
        data = (copy / name).read_bytes()
        (copy / name).write_bytes(data + change)
        assert bool(bundles.verify(copy)) == bool(change)
        (copy / name).write_bytes(data)


def test_a_missing_file_is_found(copy: Path) -> None:
    for path in sorted(copy.iterdir()):
        data = path.read_bytes()
        path.unlink()
        assert ("missing", path.name) in kinds(copy)
        path.write_bytes(data)


@pytest.mark.parametrize("name", ["extra.csv", ".hidden", "Thumbs.db", "SHA256SUMS.sig", "__pycache__"])
def test_an_added_file_is_found(copy: Path, name: str) -> None:
    if name == "__pycache__":
        (copy / name).mkdir()
    else:
        (copy / name).write_bytes(b"x")
    assert bundles.verify(copy)


def test_a_link_in_place_of_a_file_is_found(copy: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "votes.csv"
    shutil.move(copy / "votes.csv", elsewhere)
    (copy / "votes.csv").symlink_to(elsewhere)
    assert kinds(copy) == {("unreadable", copy.name)}


@pytest.mark.parametrize(
    "name", ["articles.csv", "articles.jsonl", "articles.parquet", "evidence.csv", "translations.jsonl"]
)
def test_a_forged_row_count_is_found(copy: Path, name: str) -> None:
    package = json.loads((copy / "datapackage.json").read_text())
    resource = next(item for item in package["resources"] if item["path"] == name)
    key = "rows" if "rows" in resource else "rowCount"
    resource[key] += 1
    (copy / "datapackage.json").write_text(json.dumps(package))
    reseal(copy)
    assert ("rows", name) in kinds(copy)


def test_a_dropped_row_is_found_though_all_hashes_fit(copy: Path) -> None:
    rows = list(csv.reader(io.StringIO((copy / "labels.csv").read_text(), newline="")))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows[:-1])
    (copy / "labels.csv").write_text(out.getvalue())
    package = json.loads((copy / "datapackage.json").read_text())
    next(item for item in package["resources"] if item["path"] == "labels.csv")["rows"] -= 1
    (copy / "datapackage.json").write_text(json.dumps(package))
    reseal(copy)
    assert kinds(copy) == {("rows", "labels.csv")}


def test_an_invented_quotation_is_found_though_all_hashes_fit(copy: Path) -> None:
    record = json.loads((copy / "incident.json").read_text())
    record["labels"][0]["evidence"][0]["quote"] = "全市醫院停電"
    (copy / "incident.json").write_text(json.dumps(record))
    reseal(copy)
    assert kinds(copy) == {("evidence", "incident.json")}


def test_a_page_that_is_not_the_one_read_is_found_though_all_hashes_fit(copy: Path) -> None:
    record = json.loads((copy / "incident.json").read_text())
    record["articles"][0]["page_sha256"] = "0" * 64
    (copy / "incident.json").write_text(json.dumps(record))
    reseal(copy)
    assert kinds(copy) == {("page", "pages.wacz")}


def test_a_file_smuggled_into_the_sums_is_found(copy: Path) -> None:
    (copy / "payload.html").write_text("<script>")
    reseal(copy)
    assert kinds(copy) == {("added", "payload.html")}


def test_bodies_in_a_share_safe_bundle_are_found(made: Made, tmp_path: Path) -> None:
    folder = tmp_path / "safe"
    shutil.copytree(made.safe, folder)
    shutil.copy(made.full / "texts.jsonl", folder)
    package = json.loads((folder / "datapackage.json").read_text())
    full = json.loads((made.full / "datapackage.json").read_text())
    package["resources"] += [item for item in full["resources"] if item["path"] == "texts.jsonl"]
    (folder / "datapackage.json").write_text(json.dumps(package))
    reseal(folder)
    assert kinds(folder) == {("added", "texts.jsonl")}


@pytest.mark.parametrize("text", ["[]", "{}", "not json", '{"rows": 3}', ""])
def test_a_record_that_is_none_is_a_problem_and_no_crash(copy: Path, text: str) -> None:
    (copy / "incident.json").write_text(text)
    reseal(copy)
    assert ("record", "incident.json") in kinds(copy)
    (copy / "datapackage.json").write_text(text)
    names = [name for name in sorted(path.name for path in copy.iterdir()) if name != "SHA256SUMS"]
    (copy / "SHA256SUMS").write_text(
        "".join(f"{hashlib.sha256((copy / n).read_bytes()).hexdigest()}  {n}\n" for n in names)
    )
    assert bundles.verify(copy)


def test_the_bundle_checks_itself_with_the_standard_library_alone(made: Made, copy: Path) -> None:
    def run(folder: Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-I", "-S", str(folder / "verify.py")],
            capture_output=True,
            text=True,
            cwd="/",
            check=False,
        )

    good = run(made.full)
    assert (good.returncode, good.stderr) == (0, "")
    assert "whole, 29 files" in good.stdout
    (copy / "votes.csv").write_bytes(b"axis\n")
    bad = run(copy)
    assert bad.returncode == 1
    assert "votes.csv: the file was changed" in bad.stdout
    assert not (copy / "__pycache__").exists()


def test_every_byte_of_a_zip_counts(made: Made, tmp_path: Path) -> None:
    (path,) = bundles.export(made.con, made.archive, [INCIDENT], tmp_path, zip=True, versions=VERSIONS)
    assert bundles.verify(path) == []
    data = path.read_bytes()
    chance = random.Random(7)
    headers = range(len(data) - 3000, len(data))
    for place in chance.sample(range(len(data)), 25) + chance.sample(headers, 25):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0x01]) + data[place + 1 :])
        assert bundles.verify(path), place
    path.write_bytes(data + b"x")
    assert bundles.verify(path)
    path.write_bytes(data[:-1])
    assert bundles.verify(path)


@pytest.mark.parametrize(
    "name", ["../../evil.txt", "/etc/evil", "b/../../evil", "b/sub/evil", "c:\\evil", "b/..", "b/"]
)
def test_a_zip_that_would_leave_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b/SHA256SUMS", "")
        archive.writestr(name, "evil")
    assert {problem.kind for problem in bundles.verify(path)} == {"unreadable"}
    with pytest.raises(BundleError, match="cannot be read as a bundle"):
        bundles.read_bundle(path)
    assert [item.name for item in tmp_path.rglob("*")] == ["b.zip"]


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "LARGEST", 1 << 20)
    path = tmp_path / "b.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("b/SHA256SUMS", b"0" * (2 << 20))
    (problem,) = bundles.verify(path)
    assert "unpacks to more than" in problem.message


def test_what_is_no_bundle_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"no zip")
    for path in (tmp_path / "x.zip", tmp_path / "nowhere", tmp_path):
        (problem,) = bundles.verify(path)[:1]
        assert problem.message


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key.pem"
    private = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def test_a_signed_bundle(made: Made, tmp_path: Path, key: Path) -> None:
    (path,) = bundles.export(
        made.con, made.archive, [INCIDENT], tmp_path / "signed", versions=VERSIONS, key=bundles.load_key(key)
    )
    public = (path / "SHA256SUMS.pub").read_bytes()
    assert bundles.verify(path) == []
    assert bundles.verify(path, trusted=public) == []
    for name in ("SHA256SUMS.sig", "SHA256SUMS.pub"):
        data = (path / name).read_bytes()
        for place in range(len(data)):
            (path / name).write_bytes(data[:place] + bytes([data[place] ^ 0x01]) + data[place + 1 :])
            assert bundles.verify(path), (name, place)
        (path / name).unlink()
        assert ("missing", name) in kinds(path)
        (path / name).write_bytes(data)
    other = bundles.signing.public_pem(Ed25519PrivateKey.from_private_bytes(bytes(32)))
    (problem,) = bundles.verify(path, trusted=other)
    assert "another key than the one you trust" in problem.message
    (problem,) = bundles.verify(made.full, trusted=public)
    assert "not signed" in problem.message


def test_a_key_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")
    with pytest.raises(BundleError, match="openssl genpkey"):
        bundles.load_key(tmp_path / "key.pem")
    with pytest.raises(BundleError, match="openssl genpkey"):
        bundles.load_key(tmp_path / "nowhere.pem")


def test_the_folder_that_bundles_were_exported_into_is_checked_bundle_by_bundle(
    copy: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("one", "two"):
        shutil.copytree(copy, out / name)
    runner = CliRunner()
    good = runner.invoke(cli, ["--data", str(tmp_path / "data"), "bundle", "verify", str(out)])
    assert good.exit_code == 0, good.output
    assert good.output.count("every file is as it was exported") == 2
    (out / "two" / "run.json").write_bytes(b"{}")
    bad = runner.invoke(cli, ["--data", str(tmp_path / "data"), "bundle", "verify", str(out)])
    assert bad.exit_code != 0
    assert "two is not as it was exported" in bad.output
    assert "one: every file is as it was exported" in bad.output
    (out / "one" / "SHA256SUMS").unlink()
    worse = runner.invoke(cli, ["--data", str(tmp_path / "data"), "bundle", "verify", str(out)])
    assert "one is not as it was exported" in worse.output
    assert str(worse.exception) == "2 bundle(s) not as exported"


def test_a_decision_that_is_none_does_not_get_into_the_journal(copy: Path, tmp_path: Path) -> None:
    path = copy / "incident.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["decisions"][0]["action"] = "explode"
    path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    reseal(copy)
    data = tmp_path / "data"
    done = CliRunner().invoke(cli, ["--data", str(data), "bundle", "import", str(copy)])
    assert "tells of a decision that is none: no decision 'explode'" in str(done.exception)
    assert not (data / "decisions").exists()
    assert not list((data / "landing").glob("*"))
