"""Training: deterministic, holds to the rules where rows say nothing, refuses what it cannot read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipelines import labels, profiles
from pipelines.labels import train
from pipelines.profiles.profile import HERE

ROWS = [
    {"id": n, "title": title, "text": text, "class": name}
    for n, (title, text, name) in enumerate(
        [
            ("聊天機器人洩露病歷", "聊天機器人外洩三千名病患的病歷。", "incident"),
            ("Robotaxi hits pedestrian", "A robotaxi hit a pedestrian, who was injured.", "incident"),
            ("Flaw in chatbot could let attackers in", "A vulnerability could let attackers in.", "hazard"),
            ("立院三讀AI基本法", "立法院三讀通過人工智慧基本法。", "complementary"),
            ("新款大模型发布", "公司发布新款大模型。", "unrelated"),
        ]
        * 3
    )
]


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")
    return path


def test_same_rows_same_bytes(rows: Path, tmp_path: Path) -> None:
    written = []
    for name in ("one.toml", "two.toml"):
        assert train.main([str(rows), "--out", str(tmp_path / name)]) == 0
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    assert b"15 rows" in written[0]


def test_no_weights_ship_and_only_our_own_rows_are_fitted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not list(HERE.glob("*/weights.toml"))
    monkeypatch.setenv("WIREDESK_SHARED", str(tmp_path / "not there"))
    assert train.main(["--out", str(tmp_path / "own.toml")]) == 0
    head = (tmp_path / "own.toml").read_text(encoding="utf-8").split("\n\n")[0]
    assert [line.split(":")[0] for line in head.splitlines()[1:3]] == [
        "# quality/labels_corpus.jsonl",
        "# quality/labels_examples.tsv",
    ]


def test_a_row_without_a_class_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"title": "A robot", "class": "accident"}\n', encoding="utf-8")
    assert train.main([str(path), "--out", str(tmp_path / "own.toml")]) == 2
    assert "'accident'; it is one of incident" in capsys.readouterr().err


def test_a_strong_pull_keeps_the_rules() -> None:
    profile = profiles.load("ai-incidents")
    assert train.train(ROWS, profile, pull=1e9) == {}
    assert train.train(ROWS, profile, pull=1.0) != {}


def test_the_weights_are_used(rows: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(HERE / "ai-incidents", folder)
    (folder / "weights.toml").write_text('[weights."bias"]\nhazard = 50.0\n', encoding="utf-8")
    title, text = "聊天機器人上市", "公司的聊天機器人今天上市。"
    assert labels.judge(title, text, profiles.load("ai-incidents")).class_ == "unrelated"
    assert labels.judge(title, text, profiles.load(folder)).class_ == "hazard"
    (folder / "weights.toml").write_text('[weights."news.gossip"]\nhazard = 1.0\n', encoding="utf-8")
    again = tmp_path / "again"
    shutil.copytree(folder, again)
    with pytest.raises(profiles.ProfileError, match=r"news\.gossip; train again"):
        profiles.load(again)


def test_no_rows_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert train.main([str(tmp_path / "none.jsonl")]) == 2
    assert "nothing was trained" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.jsonl", b'{"title": '),
        ("rows.jsonl", b"[1]\n"),
        ("rows.jsonl", b"\xff\n"),
        ("rows.jsonl.gz", b"no gzip"),
        ("rows.tsv", b"title\tclass\nonly one cell\n"),
    ],
)
def test_a_file_of_something_else_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    assert train.main([str(tmp_path / name), "--out", str(tmp_path / "own.toml")]) == 2
    assert f"{name} holds no labelled rows (" in capsys.readouterr().err
    assert not (tmp_path / "own.toml").exists()
