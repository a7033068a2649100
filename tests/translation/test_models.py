"""Packages: installed whole or not at all, known by hash, and one clear sentence for each that cannot be used."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.translation import ArgosEngine, ModelError, choose, install, installed, verify
from pipelines.translation.models import home, packages_dir
from tests.translation.conftest import TINY


def rewritten(target: Path, change: Callable[[str, bytes], bytes | None], root: str | None = None) -> Path:
    """The tiny package with its entries changed: ``change`` gets name and content, ``None`` leaves the entry out."""
    with zipfile.ZipFile(TINY) as archive, zipfile.ZipFile(target, "w") as out:
        for name in archive.namelist():
            inner = name.split("/", 1)[1]
            content = change(inner, archive.read(name))
            if content is not None:
                out.writestr(f"{root or name.split('/', 1)[0]}/{inner}", content)
    return target


def metadata(**changes: str) -> Callable[[str, bytes], bytes]:
    def change(name: str, content: bytes) -> bytes:
        return json.dumps(json.loads(content) | changes).encode() if name == "metadata.json" else content

    return change


def test_installing_twice_is_installing_once(tmp_path: Path) -> None:
    first = install(TINY, tmp_path)
    assert install(TINY, tmp_path) == first
    assert [package.model for package in installed(tmp_path)] == [first.model]
    assert first.model.startswith("translate-zh_en-tiny-sample-0_1 0.1 sha256:")
    assert first.sample
    assert [found.problems for found in verify(tmp_path)] == [()]


def test_what_a_killed_installation_left_is_cleared_away(tmp_path: Path) -> None:
    left = home(tmp_path) / "installing-abc" / "half"
    left.mkdir(parents=True)
    install(TINY, tmp_path)
    assert not left.parent.exists()


def test_a_folder_gives_the_same_package_as_its_file(tmp_path: Path) -> None:
    with zipfile.ZipFile(TINY) as archive:
        archive.extractall(tmp_path / "unpacked")
    from_file = install(TINY, tmp_path / "one")
    from_parent = install(tmp_path / "unpacked", tmp_path / "two")
    from_folder = install(next((tmp_path / "unpacked").iterdir()), tmp_path / "three")
    assert from_file.sha256 == from_parent.sha256 == from_folder.sha256
    assert from_file.archive_sha256 is not None
    assert from_folder.archive_sha256 is None


def test_looking_creates_nothing(tmp_path: Path) -> None:
    assert installed(tmp_path / "data") == []
    assert verify(tmp_path / "data") == []
    assert not (tmp_path / "data").exists()


def test_nothing_outside_the_data_folder_is_written(tmp_path: Path) -> None:
    home_dir = tmp_path / "home"
    home_dir.mkdir()
    code = (
        "import sys; from pathlib import Path; from pipelines.translation import ArgosEngine, install\n"
        "install(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "print(ArgosEngine(Path(sys.argv[2]), sample=True).translate(['没有人员伤亡。'])[0])"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "ARGOS_"))} | {
        "HOME": str(home_dir)
    }
    done = subprocess.run(
        [sys.executable, "-c", code, str(TINY), str(tmp_path / "data")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "No one was hurt."
    assert list(home_dir.rglob("*")) == []


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda name, content: None if name == "model/model.bin" else content, "model/model.bin is missing"),
        (
            lambda name, content: None if name == "sentencepiece.model" else content,
            "sentencepiece.model is missing",
        ),
        (
            lambda name, content: None if name == "metadata.json" else content,
            "one folder with a metadata.json",
        ),
        (lambda name, content: b"{" if name == "metadata.json" else content, "metadata.json cannot be read"),
        (lambda name, content: b"{}" if name == "metadata.json" else content, "metadata.json cannot be read"),
        (
            lambda name, content: content[:5000] if name == "model/model.bin" else content,
            "CTranslate2 cannot load",
        ),
        (metadata(from_code="en", to_code="zh"), "translates en to zh; a package from zh to en is needed"),
    ],
)
def test_a_bad_package_is_refused_in_one_sentence(
    tmp_path: Path, spoil: Callable[[str, bytes], bytes | None], sentence: str
) -> None:
    bad = rewritten(tmp_path / "bad.argosmodel", spoil)
    with pytest.raises(ModelError, match=sentence) as error:
        install(bad, tmp_path / "data", from_code="zh", to_code="en")
    assert "\n" not in str(error.value)
    assert installed(tmp_path / "data") == []
    assert list(packages_dir(tmp_path / "data").iterdir()) == []


def test_absent_and_damaged_files(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="there is no package at"):
        install(tmp_path / "none.argosmodel", tmp_path)
    half = tmp_path / "half.argosmodel"
    half.write_bytes(TINY.read_bytes()[: TINY.stat().st_size // 2])
    with pytest.raises(ModelError, match="damaged"):
        install(half, tmp_path)
    flipped = bytearray(TINY.read_bytes())
    flipped[len(flipped) // 2] ^= 0xFF
    half.write_bytes(flipped)
    with pytest.raises(ModelError, match="damaged"):
        install(half, tmp_path)
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="exactly one Argos package"):
        install(tmp_path / "empty", tmp_path)


def test_a_package_that_does_not_write_english_is_refused(tmp_path: Path) -> None:
    other = rewritten(tmp_path / "other.argosmodel", metadata(from_code="en", to_code="zh"))
    with pytest.raises(
        ModelError, match="translates en to zh; a package from another language to en is needed"
    ):
        install(other, tmp_path / "data")


def test_an_archive_that_climbs_out_is_refused(tmp_path: Path) -> None:
    sly = io.BytesIO(TINY.read_bytes())
    with zipfile.ZipFile(sly, "a") as archive:
        archive.writestr("../../evil.txt", "x")
    (tmp_path / "sly.argosmodel").write_bytes(sly.getvalue())
    with pytest.raises(ModelError, match="outside its own folder"):
        install(tmp_path / "sly.argosmodel", tmp_path / "data")
    assert not (tmp_path / "evil.txt").exists()


def test_verify_sees_what_was_changed_lost_and_added(tmp_path: Path) -> None:
    package = install(TINY, tmp_path)
    folder = packages_dir(tmp_path) / package.folder
    (folder / "metadata.json").write_text("{}")
    (folder / "README.md").unlink()
    (folder / "extra").write_text("x")
    (packages_dir(tmp_path) / "stranger").mkdir()
    found = {one.name: one.problems for one in verify(tmp_path)}
    assert set(found[package.name]) == {
        "README.md is missing",
        "metadata.json is not what was installed",
        "extra was added",
    }
    assert "in no manifest" in found["stranger"][0]
    with pytest.raises(ModelError, match=r"is damaged .*: install it again"):
        ArgosEngine(tmp_path, sample=True)
    install(TINY, tmp_path)
    assert all(not one.problems for one in verify(tmp_path) if one.name == package.name)


def test_a_sample_is_never_chosen_unasked(tmp_path: Path) -> None:
    sample = install(TINY, tmp_path)
    with pytest.raises(ModelError, match=r"no Argos package translates zh to en .*wiredesk model install"):
        choose(tmp_path)
    assert choose(tmp_path, sample=True) == sample
    for name in ("sample", sample.name, sample.model, sample.sha256, f"sha256:{sample.sha256[:12]}"):
        assert choose(tmp_path, name=name) == sample
    real = install(
        rewritten(tmp_path / "real.argosmodel", metadata(package_version="1.9"), "translate-zh_en-1_9"),
        tmp_path,
    )
    assert choose(tmp_path, sample=True) == real
    newer = install(
        rewritten(tmp_path / "new.argosmodel", metadata(package_version="1.10"), "translate-zh_en-1_10"),
        tmp_path,
    )
    assert choose(tmp_path) == newer
    assert choose(tmp_path, name=real.model) == real
    assert len(installed(tmp_path)) == 3
    with pytest.raises(
        ModelError, match=r"no package 'nope' translates zh to en; installed: translate-zh_en-1_10 1\.10"
    ):
        choose(tmp_path, name="nope")
    with pytest.raises(ModelError, match=r"no Argos package translates ja to en \(installed: "):
        choose(tmp_path, "ja")


def test_a_damaged_manifest_is_said(tmp_path: Path) -> None:
    install(TINY, tmp_path)
    (home(tmp_path) / "manifest.json").write_text('{"format": 1, "pack')
    with pytest.raises(ModelError, match=r"manifest\.json is damaged"):
        installed(tmp_path)
    (home(tmp_path) / "manifest.json").write_text('{"format": 9, "packages": []}')
    with pytest.raises(ModelError, match="is of format 9"):
        installed(tmp_path)


def test_argostranslates_own_api_translates_with_it(tiny_data: Path) -> None:
    from pipelines.translation.argos import Sentencizer, argostranslate_modules

    package, translate, _ = argostranslate_modules(tiny_data)
    assert [found.from_code for found in package.get_installed_packages()] == ["zh"]
    translate.get_installed_languages.cache_clear()
    translate.installed_translates.clear()
    translation = translate.get_translation_from_codes("zh", "en").underlying
    translation.sentencizer = Sentencizer()
    assert translation.translate("没有人员伤亡。事故原因仍在调查中。") == (
        "No one was hurt. The cause of the accident is still under investigation."
    )
    assert not (home(tiny_data) / "state" / "argos-translate" / "minisbd").exists()
    shutil.rmtree(home(tiny_data) / "state", ignore_errors=True)
