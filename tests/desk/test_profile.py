"""A database that another profile judged: its axes are shown and corrected, on the desk and by the command."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines import decisions, field, profiles
from pipelines.desk.edition import build
from tests.desk.client import Browser, direct
from tests.desk.data import INCIDENT, make
from tests.line.folder import Folder

pytestmark = pytest.mark.slow

ARTICLE = {
    "url": "https://www.taipeitimes.com/News/taiwan/archives/2026/11/18/2009900001",
    "title": "Ransomware attack paralyzes Northlake hospital, patient data stolen",
    "text": "Hackers broke into Northlake City Hospital with ransomware and demanded a ransom, the hospital said.\n"
    "Its registration system was paralyzed for two days, and patient data were stolen and leaked.\n"
    "Police are investigating the data breach.",
    "outlet": "taipeitimes",
    "published": "2026-11-18T08:00:00Z",
}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Folder]:
    """A data folder that ``run --profile cyber-incidents`` made."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        data = Folder(tmp_path_factory.mktemp("cyber") / "data", monkeypatch)
        data.path.mkdir()
        source = data.path / "in.jsonl"
        source.write_text(json.dumps(ARTICLE) + "\n", encoding="utf-8")
        data.do("import", str(source))
        data.do("run", "--profile", "cyber-incidents")
        build(data.path)
        yield data


@pytest.fixture
def incident(judged: Folder) -> str:
    [(name,)] = judged.rows("SELECT incident_id FROM incidents")
    return str(name)


@pytest.fixture
def cyber(judged: Folder) -> Iterator[Browser]:
    with direct(judged.path, publish=False) as browser:
        yield browser


def labels(folder: Path) -> list[tuple[object, object]]:
    return [(d.after["axis"], d.after["value"]) for _, _, d in decisions.read(folder) if d.action == "label"]


def test_its_axes_and_limbs_are_shown(cyber: Browser, judged: Folder, incident: str) -> None:
    answer = cyber.get(f"/incident/{incident}")
    assert "Attack type Ransomware" in answer.words
    assert "Why is this a cyber incident?" in answer.words
    assert "Cyber incident" in cyber.get("/incidents").words
    assert "AI incident" not in answer.words
    assert "Affected sector Health" in answer.words
    [(limb,)] = judged.rows("SELECT limb FROM incidents")
    assert limb in ("availability", "confidentiality", "integrity")
    assert re.search(rf"Limb of the definition (\w+ )*loss of {limb}: ", answer.words)
    assert '<option value="attack_type|Phishing">' in answer.text
    assert '<option value="limb|integrity">' in answer.text
    assert "principle|" not in answer.text
    assert '"limb|a"' not in answer.text


def test_the_list_filters_by_its_limbs(cyber: Browser, judged: Folder) -> None:
    [(limb,)] = judged.rows("SELECT limb FROM incidents")
    words = cyber.get(f"/incidents?limb={limb}").words
    assert "1 incident" in words
    assert "Not understood" not in words
    assert re.search(rf"loss of {limb}: [a-z, ]+ 1\b", words)
    assert "(a)" not in words
    assert "AI incident" not in words


def test_the_classes_and_limbs_of_a_form_are_those_of_its_profile(cyber: Browser, incident: str) -> None:
    form = cyber.get(f"/incident/{incident}").text
    assert re.findall(r'<option value="class\|(\w+)"', form) == list(profiles.CLASSES), (
        "the keys 1 to 4 choose from them"
    )
    assert re.findall(r'<option value="limb\|(\w+)"', form) == list(profiles.load("cyber-incidents").limbs)
    words = cyber.get("/search").words
    assert "Cyber hazard" in words
    assert "AI hazard" not in words


def test_its_bundle_calls_it_by_its_own_name(cyber: Browser, incident: str) -> None:
    with zipfile.ZipFile(io.BytesIO(cyber.get(f"/incident/{incident}/bundle.zip?kind=full").body)) as bundle:
        pages = {
            name.rpartition("/")[2]: bundle.read(name).decode()
            for name in bundle.namelist()
            if "incident." in name
        }
    for name in ("incident.html", "incident.md"):
        assert "Cyber incident" in pages[name]
        assert "AI incident" not in pages[name]
    assert "Why is this labelled a cyber incident?" in pages["incident.html"]


def test_its_labels_are_corrected_on_the_desk(cyber: Browser, judged: Folder, incident: str) -> None:
    page = f"/incident/{incident}"
    before = labels(judged.path)
    wrong = cyber.decide(page, "label", {"label": "principle|Safety", "reason": "x"})
    assert wrong.status == 400
    assert "There is no axis principle in the profile cyber-incidents" in wrong.words
    wrong = cyber.decide(page, "label", {"label": "attack_type|Fishing", "reason": "x"})
    assert "did you mean Phishing" in wrong.words
    assert labels(judged.path) == before
    cyber.decide(page, "label", {"label": "attack_type|Phishing", "reason": "a mail began it"})
    assert labels(judged.path) == [*before, ("attack_type", "Phishing")]


def test_its_labels_are_corrected_by_the_command(judged: Folder, incident: str) -> None:
    before = labels(judged.path)
    judged.do("incident", "label", incident, "principle", "Safety", code=2)
    judged.do("incident", "label", incident, "limb", "a", code=2)
    assert labels(judged.path) == before
    judged.do("incident", "label", incident, "affected_sector", "Government")
    assert labels(judged.path) == [*before, ("affected_sector", "Government")]
    judged.do("explain", incident, "--label", "attack_type")
    judged.do("explain", incident, "--label", "principle", code=2)


def test_a_profile_that_is_gone_leaves_the_axes_of_all_and_says_so(tmp_path: Path) -> None:
    make(tmp_path)
    with duckdb.connect(str(tmp_path / "wiredesk.duckdb")) as con:
        assert field.profile_of(con) == "ai-incidents", "nothing says another"
        con.execute("INSERT INTO store.relevance VALUES ('t-hant', true, 0.9, '/gone/mine')")
        con.execute("INSERT INTO store.relevance VALUES ('t-en', true, 0.9, 'imported')")
        assert field.profile_of(con) == "/gone/mine"
    with direct(tmp_path, publish=False) as browser:
        answer = browser.get(f"/incident/{INCIDENT}")
        assert answer.status == 200
        assert "no profile '/gone/mine'" in answer.words
        assert "Why is this an incident?" in answer.words, "nobody knows of what field"
        assert '<option value="class|hazard">' in answer.text
        wrong = browser.decide(f"/incident/{INCIDENT}", "label", {"label": "principle|Safety", "reason": "x"})
        assert wrong.status == 409
        assert "no profile '/gone/mine'" in wrong.words
