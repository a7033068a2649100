"""The site answers over real HTTP on the loopback, as a proxy and as an origin."""

from __future__ import annotations

import http.client
import socket
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipelines.samples import Site, load_articles, load_odd_pages, render

ARTICLE = next(a for a in load_articles() if a.outlet == "udn")
HTTP_URL = ARTICLE.url.replace("https://", "http://")


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


def ask(
    site: Site, target: str, headers: dict[str, str] | None = None, method: str = "GET"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    try:
        connection.request(method, target, headers=headers or {})
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()
    finally:
        connection.close()


def test_absolute_form_as_a_proxy_gets_it(site: Site) -> None:
    status, headers, body = ask(site, HTTP_URL)
    expected = render(ARTICLE.url)
    assert expected is not None
    assert (status, body) == (200, expected.body)
    assert headers["ETag"] == expected.headers["ETag"]
    assert headers["Content-Type"] == "text/html; charset=utf-8"


def test_origin_form_with_a_host(site: Site) -> None:
    path = HTTP_URL.removeprefix("http://udn.com")
    status, _, body = ask(site, path, {"Host": "udn.com"})
    assert status == 200
    assert ARTICLE.title in body.decode()


def test_a_client_reaches_it_through_its_proxy_setting(site: Site) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"http": site.proxy}))
    with opener.open(HTTP_URL, timeout=10) as response:
        assert ARTICLE.title in response.read().decode()


def test_every_page_is_served(site: Site) -> None:
    targets = [(a.url, 200) for a in load_articles()] + [(p.url, p.status) for p in load_odd_pages()]
    with ThreadPoolExecutor(max_workers=4) as pool:
        answers = list(pool.map(lambda t: ask(site, t[0].replace("https://", "http://"))[0], targets))
    assert answers == [status for _, status in targets]


def test_an_unchanged_page_is_304(site: Site) -> None:
    _, headers, _ = ask(site, HTTP_URL)
    for condition in (
        {"If-None-Match": headers["ETag"]},
        {"If-None-Match": f'"other", W/{headers["ETag"]}'},
        {"If-None-Match": "*"},
        {"If-Modified-Since": headers["Last-Modified"]},
        {"If-Modified-Since": "Fri, 01 Jan 2027 00:00:00 GMT"},
    ):
        status, kept, body = ask(site, HTTP_URL, condition)
        assert (status, body) == (304, b""), condition
        assert kept["ETag"] == headers["ETag"]


def test_a_changed_page_is_sent_again(site: Site) -> None:
    _, headers, whole = ask(site, HTTP_URL)
    for condition in (
        {"If-None-Match": '"other"'},
        {"If-None-Match": '"other"', "If-Modified-Since": headers["Last-Modified"]},
        {"If-Modified-Since": "Thu, 01 Jan 2026 00:00:00 GMT"},
        {"If-Modified-Since": "yesterday"},
        {"If-Modified-Since": "Fri, 01 Jan 2027 00:00:00"},
    ):
        assert ask(site, HTTP_URL, condition)[::2] == (200, whole), condition


def test_head_sends_no_body(site: Site) -> None:
    status, headers, body = ask(site, HTTP_URL, method="HEAD")
    assert (status, body) == (200, b"")
    assert int(headers["Content-Length"]) > 1000


def test_unknown_host_and_path_are_404(site: Site) -> None:
    assert ask(site, "http://example.org/")[0] == 404
    assert ask(site, "http://udn.com/nothing")[0] == 404
    assert ask(site, "/", {"Host": "example.org"})[0] == 404


def test_a_moved_story_redirects(site: Site) -> None:
    (moved,) = [page for page in load_odd_pages() if page.expect == "moved"]
    status, headers, _ = ask(site, moved.url.replace("https://", "http://"))
    assert status == 301
    assert headers["Location"] in {article.url for article in load_articles()}


def test_raw_chinese_in_the_request_line_is_a_bad_request(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as raw:
        raw.sendall("GET http://www.dw.com/zh/在线报导/s-9058 HTTP/1.1\r\nHost: www.dw.com\r\n\r\n".encode())
        assert raw.recv(64).startswith(b"HTTP/1.1 400 ")


def test_a_target_that_is_no_url_is_a_bad_request(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as raw:
        raw.sendall(b"GET http://[ HTTP/1.1\r\nHost: udn.com\r\n\r\n")
        assert raw.recv(64).startswith(b"HTTP/1.1 400 ")


def test_a_tunnel_is_refused(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=10) as raw:
        raw.sendall(b"CONNECT udn.com:443 HTTP/1.1\r\nHost: udn.com:443\r\n\r\n")
        assert raw.recv(64).startswith(b"HTTP/1.1 501 ")


def test_requests_are_recorded_and_the_port_closes() -> None:
    with Site() as own:
        ask(own, HTTP_URL)
        ask(own, "http://udn.com/nothing")
        port = own.port
    assert [(r.method, r.url, r.status) for r in own.requests] == [
        ("GET", HTTP_URL, 200),
        ("GET", "http://udn.com/nothing", 404),
    ]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)
    with pytest.raises(RuntimeError, match="with statement"):
        _ = own.port
