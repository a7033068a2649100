"""``explain``: why something is not where one expected it, of a database that the real line made."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.cli import main

from .folder import Folder, articles

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    with pytest.MonkeyPatch.context() as monkeypatch:
        data = Folder(tmp_path_factory.mktemp("explain") / "data", monkeypatch)
        world = articles("曜行", "颱風", "深偽語音", "分诊", "可信任模型")
        empty = replace(world[0], url="https://udn.com/news/story/7320/88000001", title="", paragraphs=())
        data.bring([*world, empty])
        data.do("run")
        yield data  # type: ignore[misc]


def ask(data: Folder, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[dict[str, str]]:
    with pytest.raises(SystemExit) as stop:
        main(["--data", str(data.path), "--json", "explain", *words])
    out, err = capsys.readouterr()
    assert (stop.value.code or 0) == code, err
    return [json.loads(line) for line in out.splitlines()] if not code else [{"outcome": err}]


def first(data: Folder, sql: str) -> str:
    [(value,), *_] = data.rows(sql)
    return str(value)


@pytest.fixture
def incident(data: Folder) -> str:
    """The robotaxi of Kaohsiung."""
    return first(data, "SELECT incident_id FROM incidents WHERE state <> 'merged' ORDER BY articles DESC, 1")


@pytest.mark.parametrize(
    ("who", "stage", "says"),
    [
        ("SELECT 'https://nowhere.example/1'", "landing", "It never landed"),
        ("SELECT 'https://udn.com/news/story/7320/88000001'", "reading", "It is no article: empty body"),
        ("SELECT url FROM articles WHERE title LIKE '%颱風%'", "relevance", "does not concern the profile"),
        ("SELECT text_id FROM texts WHERE title LIKE '%可信任%'", "labels", "neither incident nor hazard"),
        ("SELECT article_id FROM articles WHERE title LIKE '%深偽%'", "incidents", "waits for one"),
    ],
)
def test_the_first_thing_that_keeps_it_out_is_named(
    data: Folder, capsys: pytest.CaptureFixture[str], incident: str, who: str, stage: str, says: str
) -> None:
    [answer, *_] = ask(data, capsys, first(data, who), "--incident", incident)
    assert (answer["stage"], says in answer["outcome"]) == (stage, True), answer


def test_what_belongs_elsewhere_is_told_with_both_scores(
    data: Folder, capsys: pytest.CaptureFixture[str], incident: str
) -> None:
    [(text, other)] = data.rows(
        f"SELECT text_id, incident_id FROM incident_members WHERE incident_id <> '{incident}' AND text_id NOT IN "
        f"(SELECT text_id FROM incident_members WHERE incident_id = '{incident}') ORDER BY ALL LIMIT 1"
    )
    steps = ask(data, capsys, text, "--incident", incident)
    assert steps[0]["outcome"].startswith(f"It is in {other} instead")
    assert steps[0]["reason"]
    below = next(step for step in steps if step["stage"] == "link" and step["subject"] == incident)
    assert "below the 0." in below["outcome"]
    assert "nearest is “" in below["reason"]


def test_a_member_is_told_how_it_came_in(
    data: Folder, capsys: pytest.CaptureFixture[str], incident: str
) -> None:
    text = first(data, f"SELECT text_id FROM incident_members WHERE incident_id = '{incident}' ORDER BY 1")
    steps = ask(data, capsys, text, "--incident", incident)
    assert steps[0]["outcome"].startswith(f"It is in {incident}, as ")
    assert any(step["stage"] == "link" for step in steps)


def test_what_a_person_moved_names_the_person_and_an_old_id_leads_on(
    data: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import shutil

    copy = Folder(tmp_path / "data", monkeypatch)
    shutil.copytree(data.path, copy.path)
    copy.hour = 50
    one, other, *_ = copy.members()
    text = copy.members()[one][0]
    copy.do("incident", "move", text, one, "new", "-m", "another street")
    copy.do("run")
    steps = ask(copy, capsys, text, "--incident", one)
    assert steps[0]["outcome"].startswith("ann moved it to ")
    assert steps[0]["reason"] == "another street"
    assert "instead" in steps[1]["outcome"]
    copy.do("incident", "merge", other, one)
    copy.do("run")
    steps = ask(copy, capsys, text, "--incident", other)
    assert steps[-1]["outcome"] == f"{other} was merged into {one}"
    decision = first(copy, "SELECT decision_id FROM decisions WHERE action = 'move'")
    [step] = ask(copy, capsys, decision)
    assert step["outcome"] == f"move text {text}: applied"
    assert (
        step["reason"] == f"text {text} goes into a new incident, out of {one}, because another street (ann)"
    )


def test_a_label_is_told_with_rule_votes_and_sentences(
    data: Folder, capsys: pytest.CaptureFixture[str], incident: str
) -> None:
    steps = ask(data, capsys, incident, "--label", "class")
    kinds = [step["stage"] for step in steps]
    assert kinds[0] == "label"
    assert {"evidence", "vote"} <= set(kinds)
    assert steps[0]["version"]
    assert steps[0]["run_id"]
    [none, *_] = ask(data, capsys, incident, "--label", "severity=disaster")
    assert none["outcome"] == "It has no severity disaster"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["t-nothing", "--incident", "{incident}"], 2, "nothing is known of t-nothing"),
        (["{incident}", "--incident", "{incident}"], 2, "is an incident itself"),
        (["https://e.org/", "--incident", "2020-01-01-aaaa"], 2, "there is no incident 2020-01-01-aaaa"),
        (["https://e.org/", "--incident", ""], 2, "there is no incident"),
        (["{incident}", "--label", "colour"], 2, "there is no axis 'colour'"),
        (["{incident}", "--label", "class", "--incident", "x"], 2, "one question at a time"),
        (["d-2020-01-01-nothing"], 1, "nothing is known of d-2020"),
        ([""], 2, "nothing is asked"),
    ],
)
def test_odd_questions_get_a_sentence(
    data: Folder, capsys: pytest.CaptureFixture[str], incident: str, words: list[str], code: int, says: str
) -> None:
    [answer] = ask(data, capsys, *(word.format(incident=incident) for word in words), code=code)
    assert says in answer["outcome"]
    assert "Traceback" not in answer["outcome"]
