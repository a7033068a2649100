"""Attacks on the desk: other sites, other names, hostile words in every field, paths, SQL, long forms, archived pages."""

from __future__ import annotations

import socket
from pathlib import Path
from urllib.parse import quote

import pytest

from pipelines import decisions
from pipelines.desk.web.render import local_path, web_url
from tests.bundles.world import world
from tests.desk.client import Browser, desk
from tests.desk.data import HAZARD, INCIDENT, make

EVIL = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


def journal(folder: Path) -> list[decisions.Decision]:
    return [decision for _, _, decision in decisions.read(folder)]


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "127.0.0.1:80:80", "[::2]"],
)
def test_other_names_get_no_answer(reading: Browser, host: str) -> None:
    answer = reading.ask("GET", "/", host=host)
    assert answer.status == 421
    assert "Northlake" not in answer.text


def test_two_host_headers_get_no_answer(reading: Browser) -> None:
    with socket.create_connection(("127.0.0.1", reading.port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        received = b""
        while chunk := line.recv(65536):
            received += chunk
    assert received.startswith((b"HTTP/1.1 421", b"HTTP/1.1 400"))


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8321", "127.0.0.1:1", "[::1]:8321"])
def test_its_own_names_are_answered(reading: Browser, host: str) -> None:
    assert reading.ask("GET", "/keys", host=host).status == 200


def test_every_answer_forbids_what_the_desk_does_not_need(reading: Browser) -> None:
    for path in ("/", "/keys", "/nowhere", "/static/desk.css", f"/incident/{INCIDENT}"):
        headers = reading.get(path).headers
        policy = headers["content-security-policy"]
        for part in (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ):
            assert part in policy, path
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "server" not in headers


def form(browser: Browser, **changed: str) -> list[tuple[str, str]]:
    page = browser.get(f"/incident/{HAZARD}")
    fields = {name: page.field(name) for name in ("csrf", "incident", "seen")} | {
        "action": "accept",
        "back": "/",
    }
    return list((fields | changed).items())


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "https://localhost"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_form_of_another_site_does_nothing(
    deciding: Browser, folder: Path, headers: dict[str, str]
) -> None:
    fields = form(deciding)
    answer = deciding.post("/decide", fields, **headers)
    assert answer.status == 403
    assert journal(folder) == []


@pytest.mark.parametrize("token", ["", "0" * 64, "ü"])
def test_a_form_without_the_sessions_token_does_nothing(deciding: Browser, folder: Path, token: str) -> None:
    assert deciding.post("/decide", form(deciding, csrf=token)).status == 403
    stranger = deciding.another()
    assert stranger.post("/decide", form(deciding)).status == 403, "another session's token"
    assert journal(folder) == []


def test_other_sites_cannot_load_pieces_of_the_desk(reading: Browser) -> None:
    for dest, mode in (
        ("image", "no-cors"),
        ("script", "no-cors"),
        ("iframe", "navigate"),
        ("empty", "cors"),
    ):
        answer = reading.get(
            f"/incident/{INCIDENT}/bundle.zip",
            Sec_Fetch_Site="cross-site",
            Sec_Fetch_Mode=mode,
            Sec_Fetch_Dest=dest,
        )
        assert answer.status == 403
    followed = reading.get(
        "/incidents", Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document"
    )
    assert followed.status == 200, "a link in a feed reader may lead here"


def test_long_forms_are_refused(deciding: Browser, folder: Path) -> None:
    assert deciding.post("/decide", [*form(deciding), ("reason", "x" * 300_000)]).status == 413
    assert deciding.post("/decide", [*form(deciding), ("reason", "x" * 5_000)]).status == 400
    assert journal(folder) == []


def test_a_form_without_a_length_is_cut_off(deciding: Browser, folder: Path) -> None:
    page = deciding.get(f"/incident/{HAZARD}")
    body = f"csrf={page.field('csrf')}&action=note&note=".encode() + b"x" * 300_000
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": f"http://127.0.0.1:{deciding.port}",
        "Transfer-Encoding": "chunked",
    }
    answer = deciding.ask("POST", "/decide", body=body, headers=headers)
    assert (answer.status, "bytes at most" in answer.words) == (413, True)
    assert journal(folder) == []


@pytest.mark.parametrize(
    "value", ["/\r\nSet-Cookie: x=1", "/incidents\r\n\r\n<script>", "/%0d%0aX: y", "/?q=\n"]
)
def test_no_field_writes_a_header(deciding: Browser, value: str) -> None:
    answer = deciding.post("/decide", form(deciding, back=value), follow=False)
    assert answer.status == 303
    assert "\r" not in answer.headers["location"]
    assert "\n" not in answer.headers["location"]
    assert "x" not in answer.headers
    assert "x=1" not in answer.headers.get("set-cookie", "")
    named = deciding.post(
        "/name", {"csrf": deciding.get("/").field("csrf"), "name": f"eve{value}", "back": "/"}, follow=False
    )
    assert "\n" not in named.headers.get("set-cookie", "")
    assert "x=1" not in deciding.jar.values()


def test_only_get_and_post(reading: Browser) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"):
        assert reading.ask(method, "/").status == 405
    assert (
        reading.ask(
            "POST", "/incidents", body=b"", headers={"Origin": f"http://127.0.0.1:{reading.port}"}
        ).status
        == 405
    )


@pytest.mark.parametrize(
    "path",
    [
        "/static/../app.py", "/static/%2e%2e/app.py", "/static/desk.css/../../security.py", "/captured/../../etc/passwd",
        "/captured/..%2f..%2fetc%2fpasswd", "/article/../../etc/passwd", "/feeds/../saved.json", "/feeds/..%2fsecret.atom",
        "/incident/..%2f..%2fwiredesk.duckdb", "/runs/..%2f..%2fsecret", "/incidents/chart/..%2fsecret.csv",
    ],
)  # fmt: skip
def test_no_path_reaches_a_file(reading: Browser, path: str) -> None:
    answer = reading.get(path)
    assert answer.status in (303, 404)
    assert b"root:" not in answer.body
    assert b"import " not in answer.body


@pytest.mark.parametrize(
    "words",
    [
        "' OR 1=1 --", "'; DROP TABLE store.incident; --", "read_text('/etc/passwd')", "%' UNION SELECT * FROM read_csv('/etc/passwd') --",
        "\\", '"', "(", "$1", "?", "{ids}", "\x1f", "'" * 50, "a" * 5000,
    ],
)  # fmt: skip
def test_sql_in_every_parameter_is_only_words(reading: Browser, words: str) -> None:
    said = quote(words)
    for path in (
        f"/search?q={said}", f"/search?everything=yes&q={said}", f"/search?q=AI&outlet={said}&language={said}&class={said}&from={said}&kind={said}", f"/incidents?q={said}", f"/incidents?outlet={said}&sort={said}&page={said}",
        f"/rejects?q={said}&stage={said}&outcome={said}&outlet={said}&page={said}", f"/article/{said}", f"/runs/{said}", f"/?since={said}",
        f"/article/lakenews:101?axis={said}&value={said}", f"/incidents/chart/outlet.csv?country={said}",
    ):  # fmt: skip
        answer = reading.get(path)
        assert answer.status in (200, 404), path
        assert "root:" not in answer.text
    assert "2 incidents" in reading.get("/incidents").words, "everything is still there"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Browser:
    """A desk whose every word comes from somebody who means harm."""
    made = world()
    article = made.find("article", article_id="lakenews:101")
    article |= {
        "title": EVIL,
        "authors": [EVIL],
        "section": EVIL,
        "url": "javascript:alert(1)",
        "outlet_as_printed": EVIL,
    }
    made.find("article", article_id="northwire:55")["url"] = "https://user:secret@evil.example/"
    made.find("outlet", outlet_id="lakenews")["name"] = EVIL
    made.find("incident", incident_id=HAZARD).update(
        {"title": EVIL, "title_original": EVIL, "summary": EVIL, "rationale": EVIL, "countries": [EVIL]}
    )
    made.find("incident_member", text_id="t-risk")["reason"] = EVIL
    made.find("title_en", article_id="lakenews:150")["title_en"] = EVIL
    made.find("sentence", text_id="t-risk", field="text")["target"] = EVIL
    made.find("fold", article_id="lakenews:150")["attributed_source"] = EVIL
    made.find("vote", axis="class")["flips_if"] = EVIL
    made.find("run")["command"] = EVIL
    made.add("incident_event", incident_id=HAZARD, n=0, revision=1, happened="2026-03-05 02:00:00", kind=EVIL, detail={"into": EVIL}, reason=EVIL, made_by=EVIL, run_id="run-1")  # fmt: skip
    made.add("decision", decision_id=f"d-{EVIL}", position=9, subject="incident", subject_id=HAZARD, action="note", before={}, after={"note": EVIL}, reason=EVIL, made_by=EVIL, made="2026-03-05 03:00:00", outcome="applied", undone_by=None)  # fmt: skip
    made.add("stage_result", stage="relevance", subject_id="t-risk", input_sha256=None, outcome=EVIL, reason=EVIL, version=EVIL, run_id="run-1")  # fmt: skip
    made.add("stage_count", run_id="run-1", stage=EVIL, outcome=EVIL, n=1)
    for text_id, article_id in (("t-risk", "lakenews:150"), ("t-hant", "lakenews:101")):
        made.add("proposal", text_id=text_id, n=0, kind="summary", axis=None, value=EVIL, quote=EVIL, field="text", start_at=0, end_at=9, article_id=article_id, model=EVIL, prompt_version=EVIL, profile=EVIL, made="2026-03-05 04:00:00")  # fmt: skip
    folder = make(tmp_path_factory.mktemp("hostile"), made)
    stack = desk(folder, user=EVIL, publish=False)
    browser = stack.__enter__()
    browser.stack = stack  # type: ignore[attr-defined]
    yield browser  # type: ignore[misc]
    stack.__exit__(None, None, None)


@pytest.mark.parametrize(
    "path",
    [
        "/", "/incidents", f"/incident/{HAZARD}", f"/incident/{INCIDENT}", "/article/lakenews:101", "/article/lakenews:150", "/review",
        "/rejects", "/outlets", "/runs", "/runs/run-1", f"/search?q={quote(EVIL)}&outlet={quote(EVIL)}&language={quote(EVIL)}&kind={quote(EVIL)}", f"/incidents?q={quote(EVIL)}&outlet={quote(EVIL)}",
        f"/rejects?q={quote(EVIL)}", "/feeds/incidents.atom", "/incidents/chart/country.svg", "/search?q=script", f"/nowhere{quote(EVIL)}",
    ],
)  # fmt: skip
def test_what_strangers_wrote_is_shown_and_does_nothing(hostile: Browser, path: str) -> None:
    text = hostile.get(path).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert 'href="javascript:' not in text
    assert "user:secret@" not in text or 'href="https://user:secret@' not in text


def test_only_web_addresses_become_links() -> None:
    for url in (
        "javascript:alert(1)",
        "data:text/html,x",
        "https://a@b.example/",
        "//evil.example",
        "https:///x",
        "ht\ttps://x.example",
        "https://x.example/\u202e",
        "file:///etc/passwd",
        None,
        "",
        "https://[bad",
    ):
        assert web_url(url) is None, url
    assert web_url("https://udn.com/news/story/1?x=1&y=2") == "https://udn.com/news/story/1?x=1&y=2"


def test_after_a_form_the_desk_leads_only_to_itself(deciding: Browser) -> None:
    for path in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "/\tx",
        "javascript:alert(1)",
        "",
    ):
        assert local_path(path) == "/", path
    answer = deciding.post("/decide", form(deciding, back="//evil.example/x"), follow=False)
    assert answer.status == 303
    assert answer.headers["location"].startswith("/?done=d-")


def test_the_token_is_asked_for_first(folder: Path) -> None:
    with desk(
        folder, token="a-long-enough-token", hosts=frozenset({"desk.example"}), publish=False
    ) as browser:
        away = {"host": "desk.example"}
        first = browser.ask("GET", "/", **away)
        assert first.headers["location"] == "/login"
        assert "Secure" in first.headers["set-cookie"]
        assert browser.ask("GET", f"/incident/{INCIDENT}/bundle.zip", **away).status == 303
        assert (
            browser.ask(
                "POST", "/decide", body=b"", headers={"Origin": "https://desk.example"}, **away
            ).status
            == 401
        )
        login = browser.ask("GET", "/login", **away)
        fields = {"csrf": login.field("csrf"), "token": "wrong"}
        sent = {"Origin": "https://desk.example"}

        def post(token: str) -> int:
            from urllib.parse import urlencode

            body = urlencode(fields | {"token": token}).encode()
            return browser.ask(
                "POST",
                "/login",
                body=body,
                headers={**sent, "Content-Type": "application/x-www-form-urlencoded"},
                **away,
            ).status

        assert post("wrong") == 403
        assert browser.ask("GET", "/", **away).status == 303
        assert post("a-long-enough-token") == 303
        assert browser.ask("GET", "/", **away).status == 200
        assert (
            Browser(browser.port)
            .ask("GET", "/", headers={"Authorization": "Bearer a-long-enough-token"})
            .status
            == 200
        )


def test_other_addresses_are_refused_without_a_token(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from pipelines.cli.common import Session, UserError
    from pipelines.cli.serve import serve_command

    session = Session(tmp_path, False, True, False)
    short = tmp_path / "token"
    short.write_text("short")
    for arguments in (
        ["--host", "0.0.0.0"],
        ["--host", "::"],
        ["--host", "desk.example"],
        ["--host", "10.0.0.1", "--token-file", str(short)],
    ):
        result = CliRunner().invoke(serve_command, arguments, obj=session)
        assert isinstance(result.exception, UserError)
        assert result.exception.exit_code == 2
    assert not (tmp_path / "desk").exists()
