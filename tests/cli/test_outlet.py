"""An outlet in ten minutes: the steps of CONTRIBUTING.md, by an author with an invented outlet on this machine."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
HOME = "https://www.harbourpost.example.hk"
BODY = (
    "葵涌貨櫃碼頭的自動起重機昨日把空櫃當成滿櫃，系統隨即鎖住整個泊位，二十名工人在高處等候救援超過一小時，無人受傷。",
    "營運商說，影像辨識模型上週更新後，對反光櫃門的判斷出錯；更新前只在晴天測試過，雨天的誤判率高出七倍。",
)
PAGE = f"""<!DOCTYPE html><html lang="zh-Hant"><head><meta charset="utf-8"><title>起重機誤判 碼頭停工一小時｜海港郵報</title></head><body>
<div class="hp-top"><a href="/">首頁</a><a href="/local">本地</a></div><div class="hp-art"><h1>起重機誤判 碼頭停工一小時</h1>
<div class="hp-meta"><span>發佈：2026年11月21日 14:01</span><span>撰文：陳大文</span></div>
<div class="hp-txt"><p>{BODY[0]}</p><p>{BODY[1]}</p></div><div><h3>熱門新聞</h3><ul><li><a href="/local/story-1">街市檔主推出網上訂購</a></li>
</ul></div></div></body></html>"""
ITEM = f"<item><title>起重機誤判</title><link>{HOME}/local/story-4001?utm_source=rss</link></item>"
SITE = {
    "/robots.txt": ("text/plain", "User-agent: *\nAllow: /\n"),
    "/rss": (
        "application/rss+xml",
        f'<?xml version="1.0"?><rss version="2.0"><channel>{ITEM}</channel></rss>',
    ),
    "/local/story-4001": ("text/html; charset=utf-8", PAGE),
}


class Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind, text = SITE.get(urlsplit(self.path).path, ("", ""))
        self.send_response(200 if kind else 404)
        self.send_header("Content-Type", kind or "text/plain")
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test says what went wrong."""


@pytest.fixture
def via() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What of a checkout an outlet needs."""
    root = tmp_path / "checkout"
    shutil.copytree(ROOT / "crawler", root / "crawler", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "pipelines").symlink_to(ROOT / "pipelines")
    for folder in ("tests/rules", "tests/outlets"):
        (root / folder).mkdir(parents=True)
    return root


def python(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "WIREDESK_DATA": str(checkout / "data"), "PYTHONPATH": str(checkout)}
    return subprocess.run(
        [sys.executable, *words], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_the_ten_minutes(checkout: Path, via: str) -> None:
    def wiredesk(*words: str) -> str:
        done = python(checkout, "-m", "pipelines.cli", *words)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def missing() -> str:
        done = python(checkout, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/rules")
        return done.stdout if done.returncode else ""

    said = wiredesk("outlet", "new", "harbourpost", "--name", "海港郵報", "--home", HOME)
    assert "crawler/spiders/harbourpost.py" in said
    assert "say the shape of article URLs in crawler/spiders/harbourpost.py" in missing()

    facts = checkout / "crawler" / "spiders" / "harbourpost.py"
    text = facts.read_text(encoding="utf-8").replace("import Markup,", "import Feed, Markup,")
    text = text.replace("/replace-me/(?P<id>", "/(?P<section>[a-z]+)/story-(?P<id>").replace(
        "replace-me/{id}", "{section}/story-{id}"
    )
    text = (
        text.replace('path=r"/?"', 'path=r"/(?:rss)?"')
        .replace("SectionList(\n", "Feed(\n")
        .replace(f'url="{HOME}/"', f'url="{HOME}/rss"')
    )
    text = text.replace('rests_on="described"', 'rests_on="seen"').replace(
        "nothing seen yet", "a page of 2026-11"
    )
    facts.write_text(text.replace("the front page", "the page's footer"), encoding="utf-8")

    said = wiredesk("outlet", "record", f"{HOME}/local/story-4001", "--via", via)
    assert "It is harbourpost:4001" in said
    page = said.splitlines()[0]
    assert "is a draft" in wiredesk("outlet", "fixture", page)
    fixture = (checkout / "tests/outlets/harbourpost/page.html").read_text(encoding="utf-8")
    assert "起重機" not in fixture
    assert "delete `draft`" in missing()
    expected = checkout / "tests/outlets/harbourpost/expected.json"
    draft = json.loads(expected.read_text(encoding="utf-8"))
    assert draft["url"] == f"{HOME}/local/story-4001"
    assert draft["expected"]["published"] == "2026-11-21T14:01:00+08:00"
    assert len(draft["expected"]["authors"]) == 1
    assert [len(line) for line in draft["expected"]["text"].split("\n")] == [len(line) for line in BODY]
    del draft["draft"]
    expected.write_text(json.dumps(draft, ensure_ascii=False), encoding="utf-8")
    assert missing() == ""
    assert "stands already" in wiredesk("outlet", "fixture", page)

    rows = [
        json.loads(line)
        for line in wiredesk("--json", "outlet", "check", "harbourpost", "--via", via).splitlines()
    ]
    assert [(row["way"], row["state"]) for row in rows] == [
        ("robots", "ok"),
        ("feed", "ok"),
        ("article", "ok"),
    ]
    assert "harbourpost" in wiredesk("outlet", "list")


def test_via_is_this_machine_only(checkout: Path) -> None:
    for words in (["record", "https://udn.com/news/story/1/1"], ["check", "udn"]):
        done = python(checkout, "-m", "pipelines.cli", "outlet", *words, "--via", "http://192.0.2.1:80")
        assert done.returncode == 2
        assert "is no loopback site" in done.stderr


def test_a_page_from_elsewhere_needs_a_target(checkout: Path) -> None:
    (checkout / "page.html").write_text(PAGE, encoding="utf-8")
    done = python(checkout, "-m", "pipelines.cli", "outlet", "fixture", "page.html")
    assert (done.returncode, "say where its fixture goes" in done.stderr) == (2, True)
    done = python(checkout, "-m", "pipelines.cli", "outlet", "fixture", "page.html", "out/page.html")
    assert done.returncode == 0
    assert (checkout / "out" / "page.html").is_file()
