"""A street with holes: outlets that misbehave on purpose, all played by one server on the loopback.

``registry()`` gives their facts; :class:`Street` is the server. Each outlet is ``<name>.street.example`` and lists its
articles in ``/feed`` (``/list`` where a section list is what is wrong).
"""

from __future__ import annotations

import gzip
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import brotli

from crawler.outlet import Feed, JsonList, NewsMap, Outlet, SectionList, UrlPattern, Way
from crawler.outlets import Registry

HTML = "text/html; charset=utf-8"
PAGE = "<!DOCTYPE html><html><head><title>一篇</title></head><body><h1>標題</h1><p>內文。</p></body></html>".encode()
HUGE = 100 * 2**20

NAMES = (
    "good", "forbidden", "busy", "leaveme", "shaky", "broken", "robots-no", "robots-500", "robots-hang", "robots-slow",
    "robots-away", "loop", "stray", "drip", "huge", "chunked", "gzipbomb", "brotlibomb", "badgzip", "wronglen", "feedcut",
    "feedbomb", "feedlong", "badutf8", "deep", "calendar", "cookies", "silent", "soft", "fallback", "maps", "jsonlist",
    "changing", "shallow",
)  # fmt: skip


def host(name: str) -> str:
    return f"{name}.street.example"


def outlet(name: str) -> Outlet:
    root = f"https://{host(name)}"
    ways: dict[str, tuple[Way, ...]] = {
        "calendar": (SectionList(url=f"{root}/list", page_url=f"{root}/list?page={{page}}", max_pages=4),),
        "deep": (SectionList(url=f"{root}/list"),),
        "fallback": (Feed(url=f"{root}/gone"), SectionList(url=f"{root}/list", rank=2)),
        "shallow": (Feed(url=f"{root}/feed"), SectionList(url=f"{root}/list", rank=2)),
        "maps": (NewsMap(url=f"{root}/maps"),),
        "changing": (NewsMap(url=f"{root}/map"),),
        "jsonlist": (JsonList(url=f"{root}/json", link=("docurl",), charset="gbk"),),
    }
    return Outlet(
        key=name,
        name=name,
        home=f"{root}/",
        country="TW",
        language_tag="zh-Hant",
        timezone="Asia/Taipei",
        hosts=(host(name),),
        urls=(
            UrlPattern(
                host=host(name).replace(".", r"\."), path=r"/a/(?P<id>\d+)", canonical=f"{root}/a/{{id}}"
            ),
        ),
        ways=ways.get(name, (Feed(url=f"{root}/feed"),)),
        expected=(1, 5 if name == "calendar" else 50),
        download_delay=1.0,
    )


def registry() -> Registry:
    return Registry([outlet(name) for name in NAMES])


def feed(name: str, ids: range, tail: str = "</channel></rss>") -> bytes:
    items = "".join(
        f"<item><title>第{i}則</title><link>https://{host(name)}/a/{i}</link>"
        f"<pubDate>Mon, 23 Nov 2026 {i % 24:02d}:00:00 +0800</pubDate></item>"
        for i in ids
    )
    return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{items}{tail}'.encode()


def entity_bomb(name: str) -> bytes:
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    link = f"<item><title>&l9;</title><link>https://{host(name)}/a/1</link></item>"
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{levels}]><rss><channel>{link}</channel></rss>'.encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        name = (parts.hostname or "").split(".")[0]
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        with self.server.guard:
            self.server.asked.append(self.path)
            self.server.agents.add(self.headers["User-Agent"])
            self.server.open[name] += 1
            self.server.most_open[name] = max(self.server.most_open[name], self.server.open[name])
            self.server.times.setdefault(name, []).append(time.monotonic())
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                self._answer(name, path)
        finally:
            with self.server.guard:
                self.server.open[name] -= 1

    def _answer(self, name: str, path: str) -> None:
        special = getattr(self, "_" + name.replace("-", "_"), None)
        if special is not None and special(path):
            return
        if path == "/robots.txt":
            self.send(b"User-agent: *\nAllow: /\n", kind="text/plain")
        elif path == "/feed":
            self.send(feed(name, range(1, 4)), kind="application/rss+xml", headers={"ETag": '"1"'})
        elif path.startswith("/a/"):
            self.send(PAGE)
        else:
            self.send(b"", status=404)

    def send(
        self, body: bytes, *, status: int = 200, kind: str = HTML, headers: dict[str, str] | None = None
    ) -> bool:
        if headers and self.headers.get("If-None-Match") == headers.get("ETag", "-"):
            status, body = 304, b""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for header, value in (headers or {}).items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)
        return True

    def go(self, place: str) -> bool:
        return self.send(b"", status=302, headers={"Location": place})

    def times(self, name: str, path: str) -> int:
        return self.server.asked.count(f"http://{host(name)}{path}")

    # One method for each hole; True: answered.

    def _forbidden(self, path: str) -> bool:
        return path.startswith("/a/") and self.send(b"no", status=403)

    def _busy(self, path: str) -> bool:
        return (
            path == "/a/3"
            and self.times("busy", path) == 1
            and self.send(b"", status=429, headers={"Retry-After": "1"})
        )

    def _leaveme(self, path: str) -> bool:
        return path.startswith("/a/") and self.send(b"", status=429, headers={"Retry-After": "3600"})

    def _shaky(self, path: str) -> bool:
        return path == "/a/3" and self.times("shaky", path) < 3 and self.send(b"", status=503)

    def _broken(self, path: str) -> bool:
        return path != "/robots.txt" and path != "/feed" and self.send(b"", status=500)

    def _robots_no(self, path: str) -> bool:
        return path == "/robots.txt" and self.send(b"User-agent: *\nDisallow: /a/2\n", kind="text/plain")

    def _robots_500(self, path: str) -> bool:
        return path == "/robots.txt" and self.send(b"", status=500)

    def _robots_hang(self, path: str) -> bool:
        return path == "/robots.txt" and self.hang()

    def _robots_slow(self, path: str) -> bool:
        return path == "/robots.txt" and self.send(b"User-agent: *\nCrawl-delay: 0.4\n", kind="text/plain")

    def _robots_away(self, path: str) -> bool:
        return path == "/robots.txt" and self.go("http://elsewhere.example/robots.txt")

    def _loop(self, path: str) -> bool:
        return path in ("/a/1", "/a/2") and self.go("/a/2" if path == "/a/1" else "/a/1")

    def _stray(self, path: str) -> bool:
        away = {
            "/a/1": "http://elsewhere.example/a/1",
            "/a/2": "http://10.0.0.1/a/2",
            "/a/3": "http://stray.street.example:8443/a/3",
        }
        return path in away and self.go(away[path])

    def _drip(self, path: str) -> bool:
        if path != "/a/3":
            return False
        self.begin({"Content-Length": "1000"})
        for _ in range(1000):
            self.wfile.write(b"x")
            time.sleep(0.2)
            if self.server.closing.is_set():
                break
        return True

    def _huge(self, path: str) -> bool:
        return path == "/a/3" and self.stream({"Content-Length": str(HUGE)}, lambda: b"x" * 2**16)

    def _chunked(self, path: str) -> bool:
        return path == "/a/3" and self.stream(
            {"Transfer-Encoding": "chunked"}, lambda: b"10000\r\n" + b"x" * 2**16 + b"\r\n"
        )

    def _gzipbomb(self, path: str) -> bool:
        return path == "/a/3" and self.send(gzip.compress(b"\0" * HUGE), headers={"Content-Encoding": "gzip"})

    def _brotlibomb(self, path: str) -> bool:
        return path == "/a/3" and self.send(
            brotli.compress(b"\0" * HUGE, quality=1), headers={"Content-Encoding": "br"}
        )

    def _badgzip(self, path: str) -> bool:
        return path == "/a/3" and self.send(b"this was never packed", headers={"Content-Encoding": "gzip"})

    def _wronglen(self, path: str) -> bool:
        if path != "/a/3":
            return False
        self.begin({"Content-Length": "5000"})
        self.wfile.write(PAGE)
        self.close_connection = True
        return True

    def _feedcut(self, path: str) -> bool:
        return path == "/feed" and self.send(
            feed("feedcut", range(1, 4), tail="<item><title>斷在"), kind="application/rss+xml"
        )

    def _feedbomb(self, path: str) -> bool:
        return path == "/feed" and self.send(entity_bomb("feedbomb"), kind="application/rss+xml")

    def _feedlong(self, path: str) -> bool:
        return path == "/feed" and self.send(feed("feedlong", range(1, 100_001)), kind="application/rss+xml")

    def _badutf8(self, path: str) -> bool:
        if path == "/feed":
            return self.send(
                feed("badutf8", range(1, 4)).replace("第2則".encode(), b"\xe7\xac\xff\xfe"), kind="text/xml"
            )
        return path.startswith("/a/") and self.send(PAGE.replace("內文".encode(), b"\xe5\x85\xff"))

    def _deep(self, path: str) -> bool:
        if path == "/list":
            return self.send(b"<a href=/a/1>x</a>" + b"<div>" * 100_000 + b"<a href=/a/2>y</a>")
        return path.startswith("/a/") and self.send(b"<div>" * 100_000 + PAGE)

    def _calendar(self, path: str) -> bool:
        if not path.startswith("/list"):
            return False
        page = int(path.partition("=")[2] or 1)
        links = "".join(f"<a href=/a/{page * 10 + i}>{i}</a>" for i in range(3))
        return self.send(
            f"{links}<a href=/list?page={page + 1}>next</a><a href=/cal/2027/{page}>month</a>".encode()
        )

    def _cookies(self, path: str) -> bool:
        if not path.startswith("/a/"):
            return False
        n = int(path.partition("=")[2] or 0) + 1
        return self.send(
            b"",
            status=302,
            headers={"Location": f"{path.partition('?')[0]}?c={n}", "Set-Cookie": f"c={n}; Path=/"},
        )

    def _silent(self, path: str) -> bool:
        if path != "/a/3":
            return False
        self.close_connection = True
        return True

    def _soft(self, path: str) -> bool:
        return (path == "/a/3" and self.go("/")) or (path == "/" and self.send(b"<h1>front</h1>"))

    def _fallback(self, path: str) -> bool:
        return path == "/list" and self.send(
            b"<a href='/a/1'>x</a> <a href=/about>y</a> <a href='https://elsewhere.example/a/9'>z</a>"
        )

    def _shallow(self, path: str) -> bool:
        return path == "/list" and self.send(b"<a href='/a/7'>older</a>")

    def _maps(self, path: str) -> bool:
        space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        if path == "/maps":
            maps = "".join(
                f"<sitemap><loc>https://{host('maps')}/map{i}</loc><lastmod>2026-11-0{i}</lastmod></sitemap>"
                for i in range(1, 9)
            )
            return self.send(f"<sitemapindex {space}>{maps}</sitemapindex>".encode(), kind="text/xml")
        if path.startswith("/map"):
            number = path.removeprefix("/map")
            return self.send(
                f"<urlset {space}><url><loc>https://{host('maps')}/a/{number}</loc></url></urlset>".encode(),
                kind="text/xml",
            )
        return False

    def _jsonlist(self, path: str) -> bool:
        text = 'data_callback([{"title":"標題,]","docurl":"https://jsonlist.street.example/a/1"},])'
        return path == "/json" and self.send(text.encode("gbk"), kind="application/javascript; charset=GBK")

    def _changing(self, path: str) -> bool:
        """A sitemap that, from its second reading on, says that two articles were changed; the first of them was."""
        if path == "/map":
            changed = "<lastmod>2026-11-23T04:30:00Z</lastmod>" if self.times("changing", path) > 1 else ""
            urls = "".join(
                f"<url><loc>https://{host('changing')}/a/{i}</loc>{changed if i < 3 else ''}<n:news>"
                f"<n:publication_date>2026-11-23T0{i}:00:00Z</n:publication_date></n:news></url>"
                for i in range(1, 4)
            )
            space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"'
            return self.send(f"<urlset {space}>{urls}</urlset>".encode(), kind="text/xml")
        if path in ("/a/1", "/a/2"):
            version = min(self.times("changing", path), 2) if path == "/a/1" else 1
            return self.send(PAGE + f"<!-- {version} -->".encode(), headers={"ETag": f'"{version}"'})
        return False

    # What the holes are made of.

    def begin(self, headers: dict[str, str]) -> None:
        self.send_response(200)
        self.send_header("Content-Type", HTML)
        for header, value in headers.items():
            self.send_header(header, value)
        self.end_headers()

    def hang(self) -> bool:
        self.server.closing.wait(30)
        self.close_connection = True
        return True

    def stream(self, headers: dict[str, str], chunk: Callable[[], bytes]) -> bool:
        self.begin(headers)
        for _ in range(HUGE // 2**16):
            self.wfile.write(chunk())
        return True

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.guard = threading.Lock()
        self.closing = threading.Event()
        self.asked: list[str] = []
        self.agents: set[str] = set()
        self.open: Counter[str] = Counter()
        self.most_open: Counter[str] = Counter()
        self.times: dict[str, list[float]] = {}

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that hang up on a hole are right to."""


class Street:
    """The server, as a context; ``via`` is its address."""

    def __enter__(self) -> Street:
        self._server = _Server()
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def via(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def asked(self) -> list[str]:
        return list(self._server.asked)

    @property
    def agents(self) -> set[str]:
        return set(self._server.agents)

    def most_open(self, name: str) -> int:
        return self._server.most_open[name]

    def gaps(self, name: str) -> Iterator[float]:
        return (b - a for a, b in itertools.pairwise(self._server.times[name]))
