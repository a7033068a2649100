"""Every place that shows what the sample package wrote says so: rows, bundles, exports, every page of the desk."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.desk.client import desk
from tests.translation.conftest import Wiredesk

ARTICLE = {
    "url": "https://news.example.org/a/1",
    "title": "無人駕駛計程車高雄撞傷行人",
    "text": "一輛由人工智慧系統控制的無人駕駛計程車20日在高雄撞傷三名行人，三人送醫。警方說，自動駕駛系統未能辨識行人。",
    "published": "2026-11-20T08:00:00+08:00",
    "outlet": "example",
}
PAGES = ("/", "/incidents", "/review", "/search?q=robotaxi", "/rejects", "/outlets", "/runs")


@pytest.mark.slow
def test_the_sample_is_used_on_request_only_and_said_everywhere(
    wiredesk: Wiredesk, data_dir: Path, tmp_path: Path
) -> None:
    source = tmp_path / "articles.jsonl"
    source.write_text(json.dumps(ARTICLE, ensure_ascii=False), encoding="utf-8")
    assert wiredesk("import", str(source))[0] == 0
    assert wiredesk("model", "install", "sample")[0] == 0
    assert '"sample"' in wiredesk("model", "list", "--json")[1]
    assert "no_model" in wiredesk("run")[1], "it is not chosen because it lies there"
    with desk(data_dir, publish=False) as browser:
        for path in PAGES:
            assert "sample" not in browser.get(path).text.lower(), path

    assert wiredesk("run", "--translate-with", "sample")[0] == 0
    for sql in (
        "SELECT model FROM sentences",
        "SELECT model FROM titles_en",
    ):
        rows = [json.loads(line) for line in wiredesk("query", sql, "--json")[1].splitlines()]
        assert rows
        assert all("sample" in row["model"] for row in rows), sql

    [incident] = [json.loads(line) for line in wiredesk("incident", "list", "--json")[1].splitlines()]
    with desk(data_dir, publish=False) as browser:
        for path in (*PAGES, f"/incident/{incident['incident_id']}"):
            assert "Sample translation" in browser.get(path).text, path

    bundle = tmp_path / "bundle"
    assert wiredesk("bundle", "export", incident["incident_id"], str(bundle))[0] == 0
    silent = {
        path.name
        for path in bundle.rglob("*")
        if path.suffix != ".parquet"
        and path.is_file()
        and b"obotaxi" in path.read_bytes()
        and b"sample" not in path.read_bytes().lower()
    }
    assert not silent, "files with English of the sample package that do not say so"
    assert "sample" in next(bundle.rglob("datapackage.json")).read_text(encoding="utf-8")
