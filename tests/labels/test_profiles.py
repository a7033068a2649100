"""Profiles: what ships loads; a faulty one is refused with a sentence; the code knows no subject."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from pipelines import labels, profiles, relevance
from pipelines.cli import main
from pipelines.sentences import weight
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
        (
            "harms.toml",
            'limb = "confidentiality"',
            'limb = "confidentiality"\nseverty = 2',
            "has severty, which no profile knows",
        ),
        (
            "subject.toml",
            'phrases = """\n',
            'anywere = true\nphrases = """\n',
            "has anywere, which no profile knows",
        ),
        ("news.toml", "weights = {", "harmles = 0.5\nweights = {", "has harmles, which no profile knows"),
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


def test_a_third_profile_of_a_few_lines_judges_through_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "aviation"
    (folder / "axes").mkdir(parents=True)
    (folder / "profile.toml").write_text(
        """name = "aviation"
title = "Aviation incidents"
noun = "aviation"
subject = "an aircraft"
subject_plural = "aircraft"
[thresholds]
relevance = 0.5
mention = 0.2
class = 0.34
axis = 0.45
[axes]
order = ["phase"]
[limbs]
a = "harm to persons"
[classes]
bias = { incident = -0.6, hazard = -0.6, unrelated = 0.9 }
actual = { incident = 4.0, complementary = 0.7 }
near_miss = { hazard = 2.4, incident = -1.2 }
plausible = { hazard = 3.2 }
""",
        encoding="utf-8",
    )
    files = {
        "subject": '[plane]\nweight = 0.9\nphrases = "客机 | 航班 | airliner | aircraft"\n',
        "harms": '[crash]\nlimb = "a"\nstance = "actual"\naccident = true\nphrases = "坠毁 | 冲出跑道 | crashed | collided"\n'
        '[hurt]\nlimb = "a"\nstance = "actual"\nphrases = "受伤 | injured"\n',
        "news": '[rules]\nweights = { complementary = 1.9 }\nphrases = "新规 | new rules"\n',
        "axes/phase": '["Landing"]\ndefinition = "On the ground"\ncues = "跑道 | 降落 | landing | runway"\n',
    }
    for name, text in files.items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    rows = {
        "客機降落時衝出跑道 九人受傷": ("incident", ["a"], {"phase: Landing"}),
        "Airliner nearly collided with another aircraft; nobody was injured": ("hazard", ["a"], set()),
        "Agency adopts new rules for aircraft seats": ("complementary", [], set()),
        "Robotaxi hits pedestrian": ("unrelated", [], set()),
    }
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        "".join(json.dumps({"id": title, "title": title}) + "\n" for title in rows), encoding="utf-8"
    )
    with pytest.raises(SystemExit) as stop:
        main(["-q", "stage", "labels", str(source), str(target), "--profile", str(folder)])
    assert not stop.value.code
    for line in target.read_text(encoding="utf-8").splitlines():
        found = json.loads(line)
        class_, limbs, values = rows[found["id"]]
        named = {f"{one['axis']}: {one['value']}" for one in found["labels"] if one["axis"] == "phase"}
        assert (found["class"], found["limbs"], named) == (class_, limbs, values), found["id"]


def test_a_title_longer_than_any_headline_is_read_in_pieces() -> None:
    headline = "法院裁定：人工智能招聘系统歧视 | 独家。"
    assert [line.text for line in profiles.read_lines(headline, None)] == [headline]
    title = "AI系統撞死" + "萬" * 1200
    lines = profiles.read_lines(title, "正文。")
    told = [line for line in lines if line.field == "title"]
    assert len(told) >= 3
    assert all(title[line.start : line.end] == line.text and weight(line.text) <= 400 for line in told)
    assert "".join(line.text for line in told) == title
    assert lines[-1].field == "text"
