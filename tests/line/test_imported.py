"""Ready articles through the door and down the line, as an analyst brings them."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from pipelines.cli import cli
from pipelines.store import Store, fetch_rows

FIRST = "市府說，自駕接駁車昨日在路口擦撞行人，一人輕傷，車輛已經停駛調查。營運單位表示感測器紀錄會全部交給檢方，調查期間全線改由駕駛員操作。"
SECOND = FIRST + "檢方今天補充，車上的安全員當時沒有介入，影像也已經扣押，下週將傳喚營運單位的工程主管說明。"


def test_one_file_with_two_versions_of_an_article_keeps_both(tmp_path: Path) -> None:
    url = "https://udn.com/news/story/7321/8877001"
    rows = [
        {"url": url, "title": "自駕接駁車擦撞行人", "text": text, "published": f"2026-11-0{day} 08:00"}
        for day, text in ((1, FIRST), (2, SECOND), (2, SECOND))
    ]
    source = tmp_path / "rows.json"
    source.write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    runner = CliRunner()
    data = str(tmp_path / "data")
    for arguments in (
        ["import", str(source), "--map", "url=url"],
        ["run", "--to", "reading"],
    ):
        result = runner.invoke(cli, ["--data", data, *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
    with Store(Path(data)).read() as con:
        versions = fetch_rows(con, "SELECT version, text FROM store.article ORDER BY version")
    assert [row["version"] for row in versions] == [1, 2]
    assert [row["text"] for row in versions] == [FIRST, SECOND]
