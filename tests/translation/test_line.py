"""Translation in the line and through the command line: endpoints, newer packages, other languages, a glossary."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.endpoint import KEY
from pipelines.translation import sample_package
from tests.translation.conftest import TINY, Wiredesk
from tests.translation.loopback import Server, completion, good
from tests.translation.packages import repacked

SECRET = "a-key-that-nobody-may-read"
ARTICLES = [
    {
        "url": "https://news.example.org/a/1",
        "title": "無人駕駛計程車高雄撞傷行人",
        "text": "一輛由人工智慧系統控制的無人駕駛計程車20日在高雄撞傷行人。警方說，自動駕駛系統未能辨識行人。公司說將檢討人工智慧演算法。",
        "published": "2026-11-20T08:00:00+08:00",
        "outlet": "example",
    },
    {
        "url": "https://news.example.org/a/2",
        "title": "明日天氣",
        "text": "今天下雨。明天也下雨。後天放晴。",
        "published": "2026-11-20T09:00:00+08:00",
        "outlet": "example",
    },
]


def brought(wiredesk: Wiredesk, folder: Path, articles: Sequence[dict[str, Any]] = ARTICLES) -> None:
    path = folder / "articles.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in articles), encoding="utf-8")
    assert wiredesk("import", str(path))[0] == 0


def translate(wiredesk: Wiredesk, *options: str) -> tuple[int, str, str]:
    return wiredesk("run", "--to", "translation", *options)


def rows(wiredesk: Wiredesk, sql: str) -> list[dict[str, Any]]:
    code, out, err = wiredesk("query", sql, "--json")
    assert code == 0, err
    return [json.loads(line) for line in out.splitlines()]


def test_an_endpoint_translates_the_line_and_its_key_is_nowhere(
    wiredesk: Wiredesk, data_dir: Path, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers = [good]
    monkeypatch.setenv(KEY, SECRET)
    brought(wiredesk, tmp_path)
    code, out, err = translate(wiredesk, "--translate-with", f"{server.url}#org/large-1")
    assert code == 0, err
    assert {one["key"] for one in server.requests} == {f"Bearer {SECRET}"}
    assert {one["model"] for one in server.requests} == {"org/large-1"}
    found = rows(wiredesk, "SELECT * FROM sentences WHERE field = 'text' ORDER BY n")
    assert len(found) == 3
    assert all("characters is here." in one["target"] for one in found)
    assert {(one["engine"], one["model"]) for one in found} == {("openai-compatible", "org/large-1")}
    titles = rows(wiredesk, "SELECT title_en, engine, model FROM titles_en")
    assert {(one["engine"], one["model"]) for one in titles} == {("openai-compatible", "org/large-1")}
    kept = b"".join(path.read_bytes() for path in data_dir.rglob("*") if path.is_file())
    assert SECRET.encode() not in kept
    assert SECRET not in out + err
    before = len(server.requests)
    assert translate(wiredesk, "--translate-with", f"{server.url}#org/large-1")[0] == 0
    assert len(server.requests) == before, "what is translated is not sent again"


def test_nothing_leaves_the_machine_unasked(wiredesk: Wiredesk, tmp_path: Path, server: Server) -> None:
    server.answers = [good]
    brought(wiredesk, tmp_path)
    assert translate(wiredesk)[0] == 0
    assert server.requests == []
    assert {one["outcome"] for one in rows(wiredesk, "SELECT outcome FROM articles")} != {None}
    code, out, _ = translate(wiredesk, "--translate-with", f"{server.url}#m")
    assert code == 0
    assert "translation" in out
    assert server.requests, "articles without a translation are taken up as soon as there is an engine"


@pytest.mark.parametrize(
    ("option", "status", "sentence"),
    [
        ("#", 200, "name the endpoint's model behind the address"),
        ("#m", 401, f"refused the key of {KEY}"),
    ],
)
def test_a_failure_is_one_sentence_and_the_work_stays_to_be_done(
    wiredesk: Wiredesk, tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch, option: str, status: int, sentence: str
) -> None:  # fmt: skip
    monkeypatch.setenv(KEY, SECRET)
    server.answers = [lambda _: (status, f"you sent {SECRET}".encode())]
    brought(wiredesk, tmp_path)
    code, out, err = translate(wiredesk, "--translate-with", f"{server.url}{option}")
    assert code == 1
    assert err.startswith("wiredesk: ")
    assert sentence in err
    assert SECRET not in out + err
    assert len(err.strip().splitlines()) == 1
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(json.dumps({"id": 1, "title": "明日天氣"}), encoding="utf-8")
    code, _, err = wiredesk(
        "stage", "translation", str(source), str(target), "--translate-with", f"{server.url}{option}"
    )
    assert (code, sentence in err, target.exists()) == (1, True, False)
    server.answers = [good]
    assert translate(wiredesk, "--translate-with", f"{server.url}#m")[0] == 0
    assert len(rows(wiredesk, "SELECT * FROM sentences WHERE field = 'text'")) == 3


def test_an_unknown_package_is_one_sentence(wiredesk: Wiredesk, tmp_path: Path) -> None:
    brought(wiredesk, tmp_path)
    for command in (["run"], ["stage", "translation", str(tmp_path / "articles.jsonl"), "-"]):
        code, _, err = wiredesk(*command, "--translate-with", "nobody")
        assert code == 1
        assert err.strip() == "wiredesk: no package 'nobody' translates zh to en; installed: none"


def test_refusals_are_told_by_the_line(wiredesk: Wiredesk, tmp_path: Path, server: Server) -> None:
    no = completion(None, message={"refusal": "I cannot."})
    server.answers = [lambda batch: (200, no) if any("雨" in text for text in batch) else good(batch)]
    articles = [ARTICLES[0], ARTICLES[1] | {"title": "明日下雨"}]
    brought(wiredesk, tmp_path, articles)
    code, out, _ = translate(wiredesk, "--translate-with", f"{server.url}#m", "--json")
    counts = {(one["stage"] or "", one["outcome"]): one["n"] for one in map(json.loads, out.splitlines())}
    assert code == 0
    assert (counts["translation", "ok"], counts["", "refused"]) == (1, 1)
    assert "refused to translate: I cannot." in wiredesk("explain", str(articles[1]["url"]))[1]
    server.answers = [good]
    translate(wiredesk, "--translate-with", f"{server.url}#other")
    assert len(rows(wiredesk, "SELECT * FROM titles_en WHERE title_en IS NOT NULL")) == 2


def test_a_newer_package_translates_again_on_request_and_the_old_stays(
    wiredesk: Wiredesk, data_dir: Path, tmp_path: Path
) -> None:
    old = repacked(tmp_path / "old.argosmodel", TINY, "translate-zh_en-1_8", package_version="1.8")
    new = repacked(
        tmp_path / "new.argosmodel", sample_package(), "translate-zh_en-1_10", package_version="1.10"
    )
    brought(wiredesk, tmp_path)
    assert wiredesk("model", "install", str(old))[0] == 0
    assert translate(wiredesk)[0] == 0
    sql = "SELECT field, n, source, target, model, current FROM sentences ORDER BY current, text_id, field, n"
    before = rows(wiredesk, sql)
    titles = rows(wiredesk, "SELECT * FROM titles_en ORDER BY article_id")
    assert before
    assert all(" 1.8 " in one["model"] and one["current"] for one in before)

    out = wiredesk("model", "install", str(new))[1]
    assert "wiredesk run --from translation" in out
    assert translate(wiredesk)[0] == 0
    assert rows(wiredesk, sql) == before, "nothing is translated again unasked"

    assert translate(wiredesk, "--from", "translation")[0] == 0
    after = rows(wiredesk, sql)
    assert [one | {"current": True} for one in after if not one["current"]] == before
    shown = [one for one in after if one["current"]]
    assert [one["source"] for one in shown] == [one["source"] for one in before]
    assert all(" 1.10 " in one["model"] for one in shown)
    assert [one["target"] for one in shown] != [one["target"] for one in before]
    kept = rows(wiredesk, "SELECT * FROM titles_en WHERE NOT current ORDER BY article_id")
    assert [one | {"current": True} for one in kept] == titles

    listed = [json.loads(line) for line in wiredesk("model", "list", "--json")[1].splitlines()]
    assert {(one["version"], one["sentences"], one["shown"]) for one in listed} == {
        ("1.8", len(before), 0),
        ("1.10", len(before), len(before)),
    }
    assert translate(wiredesk, "--from", "translation", "--translate-with", "translate-zh_en-1_8")[0] == 0
    back = rows(wiredesk, sql)
    assert [one for one in back if one["current"]] == before, "the older one can be asked for by name"
    assert len(back) == len(after)
    with duckdb.connect(str(data_dir / "wiredesk.duckdb"), read_only=True) as con:
        remembered = con.execute("SELECT sum(hits), count(*) FROM store.memory").fetchone()
    assert remembered is not None
    assert remembered[0] >= len(before), "and has not to do its work again"


def test_a_package_for_japanese_serves_japanese(wiredesk: Wiredesk, data_dir: Path, tmp_path: Path) -> None:
    """Its direction is real, its words are the Chinese ones of the tiny package: the way is tested, not the English."""
    japanese = repacked(
        tmp_path / "ja.argosmodel", TINY, "translate-ja_en-1_0", from_code="ja", package_version="1.0"
    )
    chinese = repacked(tmp_path / "zh.argosmodel", TINY, "translate-zh_en-1_0", package_version="1.0")
    article = {
        "url": "https://news.example.org/a/9",
        "title": "自動運転タクシーが歩行者をはねる",
        "text": "人工知能が運転するタクシーが20日、東京で歩行者をはねた。警察が原因を調べている。けが人は三人だという。",
        "published": "2026-11-20T08:00:00+09:00",
        "outlet": "example",
    }
    brought(wiredesk, tmp_path, [article, ARTICLES[1]])
    translate(wiredesk)
    with duckdb.connect(str(data_dir / "wiredesk.duckdb"), read_only=True) as con:
        outcomes = con.execute(
            "SELECT outcome FROM store.stage_result WHERE stage = 'translation' ORDER BY 1"
        ).fetchall()
    assert outcomes == [("no_model",), ("unsupported_language",)]
    assert wiredesk("model", "install", str(japanese))[0] == 0
    assert wiredesk("model", "install", str(chinese))[0] == 0
    assert translate(wiredesk)[0] == 0
    found = {
        one["language"]: one["model"]
        for one in rows(wiredesk, "SELECT language, model FROM titles_en JOIN articles USING (article_id)")
    }
    assert found["ja"].startswith("translate-ja_en-1_0 1.0 sha256:")
    assert found["zh"].startswith("translate-zh_en-1_0 1.0 sha256:")
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        json.dumps({"id": 1, **article, "language_tag": "ja"}, ensure_ascii=False), encoding="utf-8"
    )
    assert wiredesk("stage", "translation", str(source), str(target))[0] == 0
    row = json.loads(target.read_text(encoding="utf-8"))
    assert row["outcome"] == "ok"
    assert row["model"] == found["ja"]
    assert len(row["sentences"]) == 4


def test_a_name_added_to_the_glossary_changes_only_its_sentences(
    wiredesk: Wiredesk, data_dir: Path, tmp_path: Path, server: Server
) -> None:
    server.answers = [lambda batch: (200, completion(json.dumps({"translations": [f"It says {text}" for text in batch]})))]  # fmt: skip
    option = ("--translate-with", f"{server.url}#m")
    brought(wiredesk, tmp_path)
    translate(wiredesk, *option)
    asked = len(server.asked)
    (data_dir / "glossary.tsv").write_text("Weather Office\torganisation\t放晴\n", encoding="utf-8")
    translate(wiredesk, "--from", "translation", *option)
    assert len(server.asked) == asked, "the body with the name is not relevant, so nothing is asked for"
    (data_dir / "glossary.tsv").write_text("Weather Office\torganisation\t演算法\n", encoding="utf-8")
    translate(wiredesk, "--from", "translation", *option)
    [again] = server.asked[asked:]
    assert "Weather Office" in again
    [held] = rows(wiredesk, "SELECT source FROM sentences WHERE current AND target LIKE '%Weather Office%'")
    assert "演算法" in held["source"]
    with duckdb.connect(str(data_dir / "wiredesk.duckdb"), read_only=True) as con:
        versions = con.execute(
            "SELECT DISTINCT version FROM store.stage_result WHERE stage = 'translation'"
        ).fetchall()
    assert len(versions) == 1
    assert "glossary:" in versions[0][0]


def invented(n: int) -> dict[str, Any]:
    """An article that no other is a copy of: relevant, with 20 sentences."""
    draw = random.Random(n)
    words = ["".join(chr(draw.randrange(0x4E00, 0x9000)) for _ in range(24)) for _ in range(20)]
    return ARTICLES[0] | {
        "url": f"https://news.example.org/b/{n}",
        "title": f"第{n}起無人駕駛計程車事故",
        "text": "".join(f"人工智慧系統撞傷行人，{word}。" for word in words),
    }


def test_a_kill_costs_one_transaction_and_what_is_stored_is_not_done_again(
    data_dir: Path, tmp_path: Path, server: Server
) -> None:
    articles = [invented(n) for n in range(8)]
    path = tmp_path / "articles.jsonl"
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in articles), encoding="utf-8")
    command = [sys.executable, "-m", "pipelines.cli", "--data", str(data_dir)]
    subprocess.run([*command, "import", str(path)], check=True, capture_output=True)
    run = [*command, "run", "--to", "translation", "--translate-with", f"{server.url}#m"]

    def kill(batch: list[str]) -> tuple[int, bytes]:
        os.kill(process.pid, signal.SIGKILL)
        return good(batch)

    server.answers = [*[good] * 7, kill]
    process = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    assert process.wait(timeout=120) == -signal.SIGKILL
    first = list(server.asked)
    with duckdb.connect(str(data_dir / "wiredesk.duckdb"), read_only=True) as con:
        stored = {source for (source,) in con.execute("SELECT source FROM store.memory").fetchall()}
    assert stored
    assert stored < set(first), "the transaction that it died in is lost"

    server.answers = [good]
    subprocess.run(run, check=True, capture_output=True, timeout=120)
    second = server.asked[len(first) :]
    assert stored.isdisjoint(second), "what was stored is not asked for again"
    assert len(second) == len(set(second))
    assert len(stored) + len(second) == 8 * 21
    with duckdb.connect(str(data_dir / "wiredesk.duckdb"), read_only=True) as con:
        found = con.execute("SELECT count(*), count(target) FROM sentences WHERE current").fetchone()
    assert found == (8 * 21, 8 * 21)


def test_a_takedown_reaches_what_is_remembered(
    wiredesk: Wiredesk, data_dir: Path, tmp_path: Path, server: Server
) -> None:
    """Sentences are remembered simplified and with names locked: no text of the article tells them, its id does."""
    server.answers = [good]
    brought(wiredesk, tmp_path)
    assert translate(wiredesk, "--translate-with", f"{server.url}#m")[0] == 0
    sql = "SELECT article_id, count(*) FROM store.memory GROUP BY ALL ORDER BY ALL"
    with duckdb.connect(str(data_dir / "wiredesk.duckdb"), read_only=True) as con:
        before = con.execute(sql).fetchall()
    assert [count for _, count in before] in ([4, 1], [1, 4])
    assert wiredesk("store", "forget", str(ARTICLES[0]["url"]), "--reason", "asked")[0] == 0
    with duckdb.connect(str(data_dir / "wiredesk.duckdb"), read_only=True) as con:
        assert con.execute(sql).fetchall() == [row for row in before if row[1] == 1]


def test_a_rebuild_does_not_send_text_away_by_itself(
    wiredesk: Wiredesk, tmp_path: Path, server: Server
) -> None:
    server.answers = [good]
    option = ("--translate-with", f"{server.url}#m")
    brought(wiredesk, tmp_path)
    assert wiredesk("run", *option)[0] == 0
    before = len(server.asked)
    code, _, err = wiredesk("store", "rebuild")
    assert (code, len(server.asked)) == (1, before)
    assert f"say --translate-with {server.url}#m, or name a package" in err
    assert wiredesk("store", "rebuild", *option)[0] == 0
    assert sorted(server.asked[before:]) == sorted(server.asked[:before])
