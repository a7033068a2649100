"""Profiles: what ships loads; a faulty one is refused with a sentence; the code knows no subject."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

import pytest

from pipelines import labels, profiles, relevance
from tests.conftest import ROOT, SHARED

ROOMS = [ROOT / "pipelines" / room for room in ("profiles", "labels", "relevance")]
VOCABULARY = {
    "ai_principles": "principle",
    "industries": "industry",
    "harm_types": "harm_type",
    "business_function": "business_function",
    "ai_system_task": "ai_task",
    "affected_stakeholders": "stakeholder",
}


@pytest.mark.parametrize("name", profiles.available())
def test_shipped_profiles_load(name: str) -> None:
    profile = profiles.load(name)
    assert profile.name == name
    assert re.fullmatch(rf"{name}-[0-9a-f]{{12}}", profile.version)
    assert profile.lexicon.size > profile.subject_lexicon.size > 0
    for axis in profile.axes:
        assert all(value.definition for value in axis.values)


def test_two_profiles_one_code() -> None:
    row = {
        "id": 1,
        "title": "醫院遭勒索軟體攻擊 掛號系統癱瘓",
        "text": "駭客入侵醫院並要求贖金，病患資料外洩。",
    }
    (cyber,) = labels.filter_rows([row], profile="cyber-incidents")
    assert cyber["class"] == "incident"
    assert {"availability", "confidentiality"} & set(cyber["limbs"])
    assert ("attack_type", "Ransomware") in {(one["axis"], one["value"]) for one in cyber["labels"]}
    assert next(iter(relevance.filter_rows([row], profile="cyber-incidents")))["relevant"]
    assert not next(iter(relevance.filter_rows([row])))["relevant"]


def test_the_code_knows_no_subject() -> None:
    for room in ROOMS:
        for path in room.glob("*.py"):
            code = path.read_text(encoding="utf-8").replace('profile: str = "ai-incidents"', "")
            code = code.replace('"[AI generated]"', "")  # the mark of proposals, whatever their subject
            body = re.sub(r'""".*?"""|#[^\n]*', "", code, flags=re.DOTALL)
            assert not re.search(r"\bAI\b|artificial|人工智|chatbot|robot", body), path


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    shutil.copytree(ROOMS[0] / "cyber-incidents", folder)
    return folder


def test_a_folder_anywhere_is_a_profile(copy: Path) -> None:
    assert profiles.load(copy).version == profiles.load("cyber-incidents").version


def test_an_edit_changes_the_version(copy: Path) -> None:
    before = profiles.load("cyber-incidents").version
    path = copy / "subject.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("木马", "木马 | 特洛伊木马"), encoding="utf-8")
    assert profiles.load(copy).version != before


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("profile.toml", 'noun = "cyber"', "", "'noun' is missing"),
        ("profile.toml", "[axes]", "[axes", "cannot be read"),
        ("harms.toml", 'limb = "confidentiality"', 'limb = "z"', "limb 'z'"),
        ("harms.toml", '"Data breach"', '"Data breech"', "attack_type: Data breech"),
        ("harms.toml", "phrases", "phrasen", "lacks phrases"),
        ("news.toml", "complementary = 1.6", "complimentary = 1.6", "unknown classes: complimentary"),
        ("subject.toml", "黑客 |", "黑 |", "single character"),
    ],
)
def test_a_faulty_profile_is_refused_with_a_sentence(
    copy: Path, name: str, old: str, new: str, says: str
) -> None:
    path = copy / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(profiles.ProfileError, match=re.escape(says)):
        profiles.load(copy)


def test_a_missing_file_is_named(copy: Path) -> None:
    (copy / "news.toml").unlink()
    with pytest.raises(profiles.ProfileError, match=r"news\.toml is missing"):
        profiles.load(copy)


@pytest.mark.shared
def test_the_vocabulary_is_spelled_as_the_inventory() -> None:
    path = SHARED / "labels" / "aim-vocab" / "category_inventory.csv"
    if not path.is_file():
        pytest.skip(f"no {path}")
    want: dict[str, set[str]] = {}
    with path.open(encoding="utf-8", newline="") as lines:
        for line in csv.DictReader(lines):
            want.setdefault(VOCABULARY[line["column"]], set()).add(line["value"])
    have = {axis.key: {value.name for value in axis.values} for axis in profiles.load("ai-incidents").axes}
    assert {axis: have[axis] for axis in want} == want
