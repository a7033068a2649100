"""kill -9 at seeded points of a crawl and of a run: nothing stored is lost, nothing done is repeated."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import samples

HERE = Path(__file__).parent
OUTLETS = ["rti", "dw-zh-hant"]
PACE = {"DOWNLOAD_DELAY": 0.01, "DOWNLOAD_DELAY_JITTER": 0.0}
CRAWL = """
import json, sys
from pathlib import Path
from crawler.run import crawl
from pipelines.samples import NOW
crawl(Path(sys.argv[1]), json.loads(sys.argv[2]), run_id=sys.argv[3], now=NOW, via=sys.argv[4], settings=json.loads(sys.argv[5]))
"""
FSYNCS = (2, 3, 4, 5, 8, 11, 14, 19)
"""After these writes to the disk the crawl dies: among them right between a WARC record and its log line."""
COMMITS = (
    "commit:2", "before-commit:3", "commit:4", "before-commit:6", "commit:5", "commit:7",
    "before-commit:2", "commit:8", "commit:3", "before-commit:9", "commit:10", "commit:6",
)  # fmt: skip
"""Each run dies at the next of these commits, on what the one before it left."""
PUBLIC = {
    "articles": "SELECT * EXCLUDE (fetched, first_seen) FROM articles ORDER BY article_id",
    "article_versions": "SELECT * EXCLUDE (fetched) FROM article_versions ORDER BY article_id, version",
    "texts": "SELECT * FROM texts ORDER BY text_id",
    "sentences": "SELECT * FROM sentences ORDER BY text_id, field, n",
    "labels": "SELECT * FROM labels ORDER BY ALL",
    "evidence": "SELECT * FROM evidence ORDER BY ALL",
    "facts": "SELECT * FROM facts ORDER BY ALL",
    "incidents": "SELECT * FROM incidents ORDER BY incident_id",
    "incident_members": "SELECT * FROM incident_members ORDER BY incident_id, article_id",
    "incident_history": "SELECT * EXCLUDE (run_id) FROM incident_history ORDER BY incident_id, n",
    "votes": "SELECT * FROM votes ORDER BY ALL",
    "rejects": "SELECT * EXCLUDE (run_id) FROM rejects ORDER BY ALL",
    "landed": "SELECT article_id, url, outcome, page_sha256, count(*) FROM fetches WHERE kind = 'article' "
    "AND outcome = 'landed' GROUP BY ALL ORDER BY ALL",
}

pytestmark = [pytest.mark.slow, pytest.mark.heavy]


def environment(kill: str = "") -> dict[str, str]:
    return {
        **os.environ,
        "WIREDESK_TEST_KILL": kill,
        "WIREDESK_NOW": samples.NOW.isoformat(),
        "PYTHONPATH": str(HERE / "killed"),
        "PYTHONWARNINGS": "ignore",
    }


def crawl(data: Path, site: samples.Site, run_id: str, kill: str = "") -> int:
    command = [
        sys.executable, "-c", CRAWL, str(data), json.dumps(OUTLETS), run_id, site.proxy, json.dumps(PACE),
    ]  # fmt: skip
    return subprocess.run(
        command, env=environment(kill), capture_output=True, check=False, timeout=120
    ).returncode


def run(data: Path, kill: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines.cli", "--data", str(data), "run"]
    return subprocess.run(
        command, env=environment(kill), capture_output=True, text=True, check=False, timeout=180
    )


def public_rows(data: Path) -> dict[str, list[Any]]:
    with duckdb.connect(str(data / "wiredesk.duckdb"), read_only=True) as con:
        return {name: con.execute(sql).fetchall() for name, sql in PUBLIC.items()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("undisturbed") / "data"
    with samples.Site() as site:
        assert crawl(data, site, "20261120T000000-a") == 0
    done = run(data)
    assert done.returncode == 0, done.stderr
    return data


def landed(data: Path) -> Counter[tuple[str, str]]:
    lines = [
        json.loads(line)
        for path in (data / "landing").glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    return Counter(
        (line["article_id"], line["page_sha256"])
        for line in lines
        if line["kind"] == "article" and line["outcome"] == "landed"
    )


@pytest.mark.parametrize("after", FSYNCS)
def test_a_killed_crawl_goes_on_where_it_stopped(tmp_path: Path, undisturbed: Path, after: int) -> None:
    with samples.Site() as site:
        killed = crawl(tmp_path / "data", site, "20261120T000000-a", f"fsync:{after}")
        assert killed != 0, "the crawl was over before it could be killed: take an earlier point"
        assert crawl(tmp_path / "data", site, "20261120T000001-b") == 0
    assert landed(tmp_path / "data") == landed(undisturbed), "every article landed, and none of them twice"


def test_what_a_killed_crawl_landed_runs_to_the_same_public_rows(tmp_path: Path, undisturbed: Path) -> None:
    data = tmp_path / "data"
    with samples.Site() as site:
        for n, after in enumerate((5, 9)):
            assert crawl(data, site, f"20261120T00000{n}-a", f"fsync:{after}") != 0
        assert crawl(data, site, "20261120T000009-b") == 0
    assert run(data).returncode == 0
    assert public_rows(data) == public_rows(undisturbed)


def test_a_run_killed_again_and_again_ends_with_the_same_public_rows(
    tmp_path: Path, undisturbed: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir()
    for folder in ("archive", "landing"):
        shutil.copytree(undisturbed / folder, data / folder)
    deaths = 0
    for point in COMMITS:
        done = run(data, point)
        assert done.returncode in (-signal.SIGKILL, 0), done.stderr
        deaths += done.returncode == -signal.SIGKILL
    assert deaths >= 8, f"only {deaths} of {len(COMMITS)} points were reached"
    done = run(data)
    assert done.returncode == 0, done.stderr
    assert public_rows(data) == public_rows(undisturbed)
    with duckdb.connect(str(data / "wiredesk.duckdb"), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM runs WHERE outcome = 'running'").fetchone() == (0,)
