"""A captured page is made harmless, and shown in a frame where nothing could act."""

from __future__ import annotations

from pipelines.desk.archived import harmless
from tests.bundles.world import HANT
from tests.desk.client import Browser

PAGE = """<!DOCTYPE html><html><head><meta http-equiv="refresh" content="0;url=https://evil.example"><base href="https://evil.example/">
<link rel="stylesheet" href="https://evil.example/a.css"><style>@import url(https://evil.example/b.css);</style><style>p {color: red}</style>
<script>alert(1)</script></head><body onload="alert(1)" background="https://evil.example/c.png">
<p style="background: url('https://evil.example/d.png')">正文</p><p style="color: green">second</p>
<img src="https://evil.example/e.png" srcset="https://evil.example/f.png 2x" alt="a picture"><img src="data:image/png;base64,AAAA">
<img src="data:image/svg+xml,<svg onload=alert(1)>"><a href="https://evil.example/" ping="https://evil.example/p">link</a>
<a href="javascript:alert(1)">js</a><form action="https://evil.example/"><input name="q"><b>in a form</b></form>
<iframe src="https://evil.example/"></iframe><object data="x"></object><svg><script>alert(1)</script></svg><math><mi xlink:href="javascript:alert(1)">x</mi></math>
<video src="https://evil.example/v" poster="https://evil.example/w"></video><noscript><img src="https://evil.example/n"></noscript>
<!--[if IE]><script>alert(1)</script><![endif]--></body></html>"""


def test_a_captured_page_is_made_harmless() -> None:
    shown = harmless(PAGE.encode(), "text/html; charset=utf-8")
    for bad in (
        "evil.example",
        "<script",
        "onload",
        "<iframe",
        "<form",
        "<input",
        "<svg",
        "<object",
        "javascript:",
        "http-equiv",
        "<base",
        "<link",
        "@import",
    ):
        assert bad not in shown, bad
    for good in (
        "正文",
        "in a form",
        "link",
        "color: green",
        "data:image/png",
        "[picture: a picture]",
        "p {color: red}",
    ):
        assert good in shown, good


def test_captured_pages_in_other_encodings_and_forms() -> None:
    assert "電腦" in harmless("<html><body>電腦</body></html>".encode("big5"), "text/html; charset=big5")
    assert "电脑" in harmless('<meta charset="gb2312"><p>电脑</p>'.encode("gb18030"), "text/html")
    assert "&lt;script&gt;" in harmless(b'{"x": "<script>"}', "application/json")
    assert harmless(b"", "text/html").startswith("<!DOCTYPE html>")
    assert harmless(b"<div>" * 50_000 + b"deep", "text/html").startswith("<!DOCTYPE html>")


def test_the_captured_page_is_sandboxed(reading: Browser) -> None:
    page = reading.get("/article/lakenews:101").text
    start = page.index('src="/captured/') + 5
    frame = page[page.rindex("<iframe", 0, start) : page.index(">", start)]
    assert " sandbox " in frame, "an empty sandbox: no scripts, no forms, no same origin"
    answer = reading.get(page[start : page.index('"', start)])
    assert HANT["title"] in answer.text
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'")
    assert "script-src" not in policy
