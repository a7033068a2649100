"""Hostile content is harmless: nothing runs, nothing loads, nothing becomes a link or a formula, nothing closes a script."""

from __future__ import annotations

import csv
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import bundles
from pipelines.bundles.lighting import light
from pipelines.bundles.page import markdown
from pipelines.bundles.safety import FORMULA_STARTS, cell, script_safe, uncell, visible, web_url

from .world import INCIDENT, World, world

ATTACKS = (
    "<script>document.title='OWNED'</script>",
    "</style><script>document.title='OWNED'</script>",
    "</title></head><body onload=\"document.title='OWNED'\">",
    "\"><img src=x onerror=\"document.title='OWNED'\">",
    "'><svg/onload=document.title='OWNED'>",
    "<iframe srcdoc=\"<script>parent.document.title='OWNED'</script>\">",
    "</bdi></p><base href='http://127.0.0.1:9/'><form action=http://127.0.0.1:9/><input autofocus onfocus=document.title='OWNED'>",
    "<meta http-equiv=refresh content='0;url=http://127.0.0.1:{port}/refresh'>",
    "<img src=http://127.0.0.1:{port}/image><link rel=stylesheet href=http://127.0.0.1:{port}/style>",
    "<style>@import url(http://127.0.0.1:{port}/import);body{{background:url(http://127.0.0.1:{port}/css)}}</style>",
    "<object data=http://127.0.0.1:{port}/object></object><embed src=http://127.0.0.1:{port}/embed>",
    "{{{{7*7}}}}{{%print(1)%}}${{7*7}}<%= 7*7 %>",
    "\u202egnp.exe\u202c \u2066x\u2069 \x00\x08\x1b[31m",
    "]]></script><!--<script>-->&lt;script&gt;&#60;script&#62;",
    "=cmd|' /C calc'!A0",
    "+1+1", "-2+3", "@SUM(1+1)", "\t=1+1", "\r=1+1", "＝1+1", "  =1+1",
    "[x](javascript:document.title='OWNED') <javascript:alert(1)> ![i](http://127.0.0.1:{port}/md)",
    "# heading\n\n- list\n\n<b>bold</b> | a | b |",
)  # fmt: skip
BAD_URLS = (
    "javascript:document.title='OWNED'", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>1</script>",
    "vbscript:msgbox(1)", "file:///etc/passwd", "//evil.example/x", "https://good.example@evil.example/", "https://evil.example\\@good.example/",
    "http://", "https:///x", "ht tp://x.example", "https://x.example/\u202egnp", "blob:https://x/1", "", "https://[::1", "/relative", "about:blank",
)  # fmt: skip


class Reader(HTMLParser):
    """Elements and attributes of a page as a browser would find them."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]


ALLOWED = {
    "html", "head", "meta", "title", "style", "body", "main", "header", "section", "article", "footer", "h1", "h2", "h3", "p", "span", "small",
    "bdi", "a", "blockquote", "details", "summary", "div", "dl", "dt", "dd", "figure", "figcaption", "svg", "line", "text", "path", "circle",
    "rect", "table", "thead", "tbody", "tr", "th", "td", "time", "mark", "ul", "li", "code", "strong",
}  # fmt: skip


def attacked(port: int = 9) -> World:
    """The small world in which every string that others write is an attack."""
    made = world()
    attacks = [attack.format(port=port) for attack in ATTACKS]
    everything = " ".join(attacks)
    body = "\n".join(attacks)
    for number, row in enumerate(made.rows["store.article"]):
        row |= {
            "title": everything if number == 0 else attacks[number], "title_as_printed": everything, "text": body, "authors": attacks,
            "url": BAD_URLS[number], "canonical_url": BAD_URLS[number], "image_url": "javascript:alert(1)", "section": attacks[0], "outlet_as_printed": attacks[3],
        }  # fmt: skip
    for row in made.rows["store.fetch"]:
        row["url"] = row["url"] + "?" + attacks[0]
    for row in made.rows["store.outlet"]:
        row["name"] = attacks[3] + row["outlet_id"]
    for row in made.rows["store.title_en"]:
        row["title_en"] = everything
    for row in made.rows["store.language"]:
        row["language_tag"] = '"><script>document.title="OWNED"</script>'
    made.rows["store.sentence"] = []
    made.rows["store.evidence"] = []
    for text_id, article_id in (("t-hant", "lakenews:101"), ("t-follow", "lakenews:140")):
        start = 0
        for n, attack in enumerate(attacks):
            made.add(
                "sentence", text_id=text_id, field="text", n=n, start_at=start, end_at=start + len(attack), source=attack, target=attack,
                flags=[attacks[0]], engine=attacks[1], model=attacks[2], current=True,
            )  # fmt: skip
            for subject, subject_id in (("incident", INCIDENT), ("text", text_id)):
                made.add(
                    "evidence", subject=subject, subject_id=subject_id, axis="class", value="incident", text_id=text_id, article_id=article_id,
                    quote=attack, field="text", start_at=start, end_at=start + len(attack),
                )  # fmt: skip
            start += len(attack) + 1
    for row in made.rows["store.fold"]:
        row |= {"attributed_source": attacks[0], "reason": attacks[0]}
    for row in made.rows["store.label"]:
        row |= {"decided_by": attacks[3], "method": attacks[0], "model": attacks[1]}
    for number, row in enumerate(made.rows["store.fact"]):
        row |= {"value": attacks[number], "role": attacks[1], "quote": attacks[2], "kind": "organisation"}
    made.find("incident", incident_id=INCIDENT).update(
        title=everything, title_original=attacks[1], summary=everything, rationale=everything, state=attacks[0], countries=[attacks[0]],
        summary_sentences=[{"text": everything, "text_id": "t-hant"}],
    )  # fmt: skip
    for table in ("incident_member", "incident_event"):
        for row in made.rows[f"store.{table}"]:
            row["reason"] = attacks[0]
    for row in made.rows["store.vote"]:
        row |= {"deciding_rule": attacks[0], "flips_if": attacks[3]}
    made.find("decision", decision_id="d-1").update(
        reason=everything, made_by=attacks[3], after={"x": everything}
    )
    return made


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[int, list[str]]]:
    """A loopback server that counts what a page asks for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield httpd.server_address[1], asked
    httpd.shutdown()
    httpd.server_close()
    thread.join()


@pytest.fixture(scope="module")
def hostile(server: tuple[int, list[str]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("hostile")
    con = attacked(server[0]).build(folder / "archive")
    (full,) = bundles.export(con, folder / "archive", [INCIDENT], folder / "out")
    (safe,) = bundles.export(con, folder / "archive", [INCIDENT], folder / "out", share_safe=True)
    bundles.export_all(con, folder / "csv", format="csv")
    bundles.export_all(con, folder / "atom", format="atom")
    return {"full": full, "safe": safe, "csv": folder / "csv", "atom": folder / "atom"}


def test_the_bundles_are_whole_and_hold_the_attacks(hostile: dict[str, Path]) -> None:
    for kind in ("full", "safe"):
        assert bundles.verify(hostile[kind]) == []
    record = json.loads((hostile["full"] / "incident.json").read_text())
    assert ATTACKS[0] in record["incident"]["title"]


@pytest.mark.parametrize("kind", ["full", "safe"])
def test_the_page_has_only_its_own_elements_and_attributes(hostile: dict[str, Path], kind: str) -> None:
    text = (hostile[kind] / "incident.html").read_text()
    page = Reader(text)
    assert set(page.tags) <= ALLOWED
    assert (
        page.tags.count("style") == page.tags.count("title") - text.count("<title>", text.index("<body")) == 1
    )
    names = {name for _, name, _ in page.attributes}
    assert not {name for name in names if name.startswith("on")}
    assert not names & {
        "style",
        "src",
        "srcset",
        "srcdoc",
        "action",
        "formaction",
        "ping",
        "xlink:href",
        "background",
    }
    for _, name, value in page.attributes:
        if name == "href":
            assert value is not None
            assert re.fullmatch(r"#[\w-]+|[a-z0-9-]+\.[a-z]+|https?://[^\s]+", value), value
    assert "default-src 'none'" in next(
        value or "" for tag, name, value in page.attributes if (tag, name) == ("meta", "content")
    )


def test_the_style_is_the_one_that_the_policy_allows(hostile: dict[str, Path]) -> None:
    import base64
    import hashlib

    text = (hostile["full"] / "incident.html").read_text()
    style = text[text.index("<style>") + 7 : text.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text.split("\n")[4]


def test_addresses_that_are_no_web_addresses_are_shown_and_not_linked(hostile: dict[str, Path]) -> None:
    text = (hostile["full"] / "incident.html").read_text()
    assert not re.search(r"""href=["']?\s*(javascript|data|vbscript|file)""", text, re.IGNORECASE)
    assert "address, not linked" in text


@pytest.mark.parametrize("kind", ["full", "safe"])
def test_markdown_renders_to_text_alone(hostile: dict[str, Path], kind: str) -> None:
    markdown_it = pytest.importorskip("markdown_it")
    page = Reader(markdown_it.MarkdownIt("commonmark").render((hostile[kind] / "incident.md").read_text()))
    assert set(page.tags) <= {"h1", "h2", "h3", "p", "strong", "em", "br", "ul", "li", "blockquote", "code"}
    assert page.attributes == []


@pytest.mark.parametrize("kind", ["full", "safe", "csv"])
def test_no_cell_is_a_formula(hostile: dict[str, Path], kind: str) -> None:
    paths = sorted(hostile[kind].glob("*.csv"))
    assert len(paths) >= 10
    neutralised = 0
    for path in paths:
        with path.open(newline="", encoding="utf-8") as handle:
            for row in csv.reader(handle, strict=True):
                for value in row:
                    assert value.lstrip(" \u00a0\u3000")[:1] not in FORMULA_STARTS, (path.name, value)
                    neutralised += value.startswith(("'=", "'+", "'@", "'-"))
    assert neutralised


@pytest.mark.parametrize("kind", ["full", "safe"])
def test_json_ld_cannot_close_its_script(hostile: dict[str, Path], kind: str) -> None:
    text = (hostile[kind] / "newsarticle.jsonld").read_text()
    assert not set("<>&\u2028\u2029") & set(text)
    assert ATTACKS[0] in json.loads(text)["@graph"][0]["headline"]


def test_the_feed_is_well_formed(hostile: dict[str, Path]) -> None:
    root = ElementTree.parse(hostile["atom"] / "changes.atom").getroot()
    assert "<script>" in (
        root.findtext(".//{http://www.w3.org/2005/Atom}title[.='x']") or root[-1][1].text or ""
    )


def test_file_names_come_from_us_alone(hostile: dict[str, Path]) -> None:
    for kind in ("full", "safe"):
        assert all(re.fullmatch(r"[A-Za-z0-9.-]+", path.name) for path in hostile[kind].iterdir())


CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["full", "safe"])
def test_nothing_runs_and_nothing_is_asked_for_in_a_real_browser(
    hostile: dict[str, Path], server: tuple[int, list[str]], tmp_path: Path, kind: str
) -> None:
    if not Path(CHROMIUM).exists():
        pytest.skip(
            "NOT RUN: no chromium here (apt-get install chromium fonts-noto-cjk); the page was not tried in a browser"
        )
    page = hostile[kind] / "incident.html"

    def dump(path: Path, profile: str) -> str:
        return subprocess.run(
            [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync", f"--user-data-dir={tmp_path / profile}", "--virtual-time-budget=3000",
             "--dump-dom", path.as_uri()],
            capture_output=True, text=True, timeout=90, check=True, env={**os.environ, "HOME": str(tmp_path)},
        ).stdout  # fmt: skip

    asked = server[1]
    asked.clear()
    document = dump(page, "hostile")
    title = re.search(r"<title>(.*?)</title>", document, re.DOTALL)
    assert title is not None
    assert not title[1].startswith("OWNED")
    assert set(Reader(document).tags) <= ALLOWED
    assert asked == []
    # the trap itself works: the same attacks in a page without our care do run and do ask
    bare = tmp_path / "bare.html"
    bare.write_text(
        "<meta charset=utf-8><title>quiet</title>" + ATTACKS[0] + ATTACKS[8].format(port=server[0])
    )
    assert "<title>OWNED</title>" in dump(bare, "bare")
    assert "/image" in asked


@given(st.text())
def test_a_cell_is_reversible_and_never_a_formula(text: str) -> None:
    assert uncell(cell(text)) == text
    assert cell(text).lstrip(" \u00a0\u3000")[:1] not in FORMULA_STARTS


@pytest.mark.parametrize("url", BAD_URLS)
def test_what_is_no_link(url: str) -> None:
    assert web_url(url) is None


@pytest.mark.parametrize(
    "url", ["https://udn.example/story/1?a=b&c=d#e", "http://新聞.example/路/徑", "HTTPS://X.EXAMPLE/"]
)
def test_what_is_a_link(url: str) -> None:
    assert web_url(url) == url


@given(st.text())
def test_text_in_markdown_starts_no_construct(text: str) -> None:
    line = markdown(text)
    assert "\n" not in line
    assert not re.search(r"(?<!\\)(?:\\\\)*[<>\[\]`*_|#]", line)
    assert not re.match(r"[-+=]|\d+[.)]", line)


@given(st.text())
def test_text_in_json_ld_closes_nothing(text: str) -> None:
    safe = script_safe(json.dumps({"x": text}, ensure_ascii=False))
    assert json.loads(safe) == {"x": text}
    assert not set("<>&\u2028\u2029") & set(safe)


@given(st.text())
def test_visible_text_is_what_xml_can_hold(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)


@given(
    st.text(min_size=1, max_size=40),
    st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), max_size=6),
    st.integers(0, 9),
)
def test_lighting_changes_no_word(text: str, spans: list[tuple[int, int]], start: int) -> None:
    rows = [
        {
            "text_id": "t",
            "field": "text",
            "start_at": min(span),
            "end_at": max(span),
            "axis": "class",
            "value": "incident",
        }
        for span in spans
    ]
    parts = light(text, start, rows)
    assert "".join(part["text"] for part in parts) == text
    covered = {place for row in rows for place in range(row["start_at"] - start, row["end_at"] - start)}
    place = 0
    for part in parts:
        for _ in part["text"]:
            assert bool(part["for"]) == (place in covered)
            place += 1
