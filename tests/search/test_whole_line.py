"""The index as the commands keep it: imports, corrections, takedowns, the published copy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipelines.search import find
from pipelines.store import Store
from pipelines.store.reading import published_path
from tests.line.folder import Folder

ROWS = [
    {"url": "https://example.org/1", "title": "晶片廠停工", "text": "晶片廠週三停工，原因是演算法排錯班表。", "published": "2026-11-18T08:00:00+08:00"},
    {"url": "https://example.org/2", "title": "Lakeside boats say sorry", "text": "The ferry company apologised for its chatbot on Thursday.", "published": "2026-11-19T08:00:00+00:00"},
]  # fmt: skip


def found(data_dir: Path, query: str) -> list[str]:
    with Store(data_dir).read() as con:
        return [hit.title for hit in find(con, query).hits]


@pytest.mark.slow
def test_the_commands_keep_the_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    folder = Folder(data, monkeypatch)
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in ROWS), encoding="utf-8")
    folder.do("import", str(source))
    folder.do("run", "--to", "language")
    assert found(data, "芯片 算法") == ["晶片廠停工"]
    assert found(data, "聊天機器人") == ["Lakeside boats say sorry"]
    [(ferry, url)] = folder.rows("SELECT article_id, url FROM articles WHERE url LIKE '%/2'")
    before = dict(folder.rows("SELECT subject_id, document FROM store.search_document"))
    folder.do("article", "fix", ferry, "title", "Harbour boats say sorry", "-m", "misprint")
    folder.do("run")
    assert found(data, "harbour") == ["Harbour boats say sorry"]
    assert found(data, "lakeside") == []
    after = dict(folder.rows("SELECT subject_id, document FROM store.search_document"))
    assert after[ferry] > before[ferry]
    folder.do("store", "publish")
    assert found(published_path(data).parent, "harbour") == ["Harbour boats say sorry"]
    folder.do("store", "forget", url, "-m", "asked for")
    assert found(data, "harbour") == []
    assert found(published_path(data).parent, "harbour") == []
    [(left,)] = folder.rows(
        "SELECT count(*) FROM store.search_posting WHERE document NOT IN (SELECT document FROM store.search_document)"
    )
    assert left == 0
    assert found(data, "chip") == ["晶片廠停工"]
