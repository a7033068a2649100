"""For operators and authors of outlets: a new outlet, a recorded page, a fixture made of it, a look at its health."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from crawler.archive import ArchiveError, LandingLog, read_record
from crawler.facts import FactError
from crawler.landinglog import LANDED, UNCHANGED
from crawler.outlet import Outlet, SectionList, UrlPattern
from crawler.outlets import all_outlets
from crawler.run import CrawlError, crawl, fetch_one
from crawler.scramble import scramble

__all__ = ["AuthorError", "check", "make_fixture", "new_outlet", "record", "recorded_facts"]

KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

PLACES = {
    "tw": ("TW", "zh-Hant", "Asia/Taipei"),
    "hk": ("HK", "zh-Hant", "Asia/Hong_Kong"),
    "cn": ("CN", "zh-Hans", "Asia/Shanghai"),
}
"""Top-level domain → country, language and zone to begin with."""

UNSAID = ("ZZ", "zh-Hans", "UTC")
"""Where the domain tells nothing: the new outlet's test fails until the author says it."""


class AuthorError(Exception):
    """Something an author has to put right, in a sentence."""


def new_outlet(key: str, *, home: str, name: str, root: Path) -> list[Path]:
    """Write the facts of a new outlet, its fixture folder and a test that fails until they are complete.

    Returns:
        The files and the folder written.

    Raises:
        AuthorError: the key is taken or malformed, ``home`` is no address, or ``root`` is no checkout.
    """
    spiders, tests = root / "crawler" / "spiders", root / "tests"
    if not spiders.is_dir() or not (tests / "rules").is_dir():
        raise AuthorError(f"{root} is no checkout of wiredesk: clone the repository and call this inside it")
    if not KEY.fullmatch(key):
        raise AuthorError(f"{key!r} is no key: lower-case words joined by '-', as epochtimes-b5")
    if key in all_outlets() or (spiders / f"{_module(key)}.py").exists():
        raise AuthorError(f"there is an outlet {key} already")
    host = urlsplit(home).hostname
    if urlsplit(home).scheme not in ("http", "https") or not host:
        raise AuthorError(f"{home!r} is no address: give one like https://www.example.org/")
    home = home if urlsplit(home).path else home + "/"
    if not name.isprintable() or set(name) & set('"\\@'):
        raise AuthorError(f"the name {name!r} holds a character that no Python string takes as it is")
    country, language, zone = PLACES.get(host.rsplit(".", 1)[-1], UNSAID)
    facts = {
        "key": key, "name": name, "home": home, "host": host, "host_re": re.escape(host), "country": country,
        "language": language, "zone": zone, "module": _module(key),
    }  # fmt: skip
    _trial(facts)
    folder = tests / "outlets" / key
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for template, path in (
        ("outlet.py.tmpl", spiders / f"{_module(key)}.py"),
        ("test.py.tmpl", tests / "rules" / f"test_outlet_{_module(key)}.py"),
    ):
        text = files("crawler").joinpath("templates", template).read_text(encoding="utf-8")
        for field, value in facts.items():
            text = text.replace(f"@{field}@", value)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return [*written, folder]


def _module(key: str) -> str:
    return key.replace("-", "_")


def _trial(facts: dict[str, str]) -> None:
    """Make the record once, so that a name that facts refuse is refused before anything is written."""
    try:
        Outlet(
            key=facts["key"],
            name=facts["name"],
            home=facts["home"],
            country=facts["country"],
            language_tag=facts["language"],
            timezone=facts["zone"],
            hosts=(facts["host"],),
            urls=(UrlPattern(host=facts["host_re"], path=r"/(?P<id>\d+)"),),
            ways=(SectionList(url=facts["home"]),),
        )
    except FactError as error:
        raise AuthorError(str(error)) from error


def record(
    url: str,
    data_dir: Path,
    *,
    now: datetime,
    via: str | None = None,
    registry: str = "crawler.outlets:registry",
    settings: dict[str, Any] | None = None,
) -> Path:
    """Fetch a real page, politely, and save it as ``<data>/recorded/<outlet>/<sha256>.html`` with its facts beside it.

    Raises:
        AuthorError: no outlet claims the host (``new_outlet`` first), or the page could not be had.
    """
    run_id = now.strftime("%Y%m%dT%H%M%S") + "-record"
    try:
        line = fetch_one(url, data_dir, run_id=run_id, now=now, via=via, registry=registry, settings=settings)
        if line.outcome not in (LANDED, UNCHANGED) or line.warc_file is None or line.warc_offset is None:
            raise AuthorError(f"{url}: {line.outcome}" + (f": {line.reason}" if line.reason else ""))
        page = read_record(data_dir / "archive", line.warc_file, line.warc_offset)
    except (CrawlError, ArchiveError) as error:
        raise AuthorError(str(error)) from error
    folder = data_dir / "recorded" / line.outlet_id
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{(line.page_sha256 or '')[:16]}.html"
    path.write_bytes(page.body)
    about = {
        "url": page.url,
        "fetched": page.fetched,
        "content_type": page.content_type,
        "outlet": line.outlet_id,
        "article_id": line.article_id,
    }
    path.with_suffix(".json").write_text(
        json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    return path


def make_fixture(html: bytes) -> bytes:
    """A page that may be committed: the markup of ``html``, every text replaced by generated text of the same script
    and length. Times, ids and the words that readers look for stay. Same bytes in, same bytes out."""
    return scramble(html)


def recorded_facts(page: Path) -> dict[str, str] | None:
    """What :func:`record` noted beside ``page`` (``url``, ``fetched``, ``content_type``, ``outlet``,
    ``article_id``, empty where its URL is no article's); ``None`` for a page from elsewhere.

    Raises:
        AuthorError: the note beside it is damaged.
    """
    note = page.with_suffix(".json")
    if not note.is_file():
        return None
    try:
        facts = json.loads(note.read_text(encoding="utf-8"))
        return {
            name: str(facts[name] or "")
            for name in ("url", "fetched", "content_type", "outlet", "article_id")
        }
    except (ValueError, KeyError, TypeError) as error:
        raise AuthorError(f"{note} is damaged: record the page again") from error


def check(
    keys: Sequence[str],
    data_dir: Path,
    *,
    now: datetime,
    contact: str | None = None,
    via: str | None = None,
    registry: str = "crawler.outlets:registry",
    settings: dict[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Probe the live outlets politely: every channel's first page, robots.txt and one article.

    Nothing is kept: the probe has a data folder of its own beside ``data_dir``'s content.

    Returns:
        One row per channel: ``outlet``, ``way``, ``url``, ``state`` (``ok`` or the outcome that is wrong), ``listed``,
        ``newest`` (ISO 8601, where the channel gives times) and ``reason``.
    """
    run_id = now.strftime("%Y%m%dT%H%M%S") + "-check"
    data_dir.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="check-", dir=data_dir) as folder:
        report = crawl(
            Path(folder), keys, run_id=run_id, now=now, limit=1, contact=contact, via=via, registry=registry,
            settings=settings, probe=True,
        )  # fmt: skip
        log = LandingLog(Path(folder))
        for outlet in report.outlets:
            for line in log.read_run(run_id, outlet.outlet_id):
                well = line.outcome in (LANDED, UNCHANGED) and not (line.kind == "listing" and line.reason)
                allowed = line.kind == "robots" and line.outcome.startswith("http_4")
                rows.append(
                    {
                        "outlet": outlet.outlet_id,
                        "way": line.way if line.kind != "article" else "article",
                        "url": line.url,
                        "state": "ok"
                        if well or allowed
                        else line.outcome
                        if line.outcome != LANDED
                        else "poor",
                        "listed": line.counts.get("listed"),
                        "newest": line.published_hint,
                        "reason": line.reason,
                    }
                )
    return rows
