"""An analyst's morning in headless Chromium: from nothing through the demo's data to a verified bundle, by keyboard."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from pipelines import bundles, decisions
from tests.desk.chromium import Chromium, chromium, installed
from tests.desk.client import Browser
from tests.desk.links import walk
from tests.journey.conftest import Demo, wiredesk

pytestmark = [
    pytest.mark.slow,
    pytest.mark.heavy,
    pytest.mark.browser,
    pytest.mark.skipif(
        installed() is None,
        reason="THE JOURNEY AT THE DESK IS NOT TESTED: there is no chromium (apt install chromium fonts-noto-cjk)",
    ),
]


@contextmanager
def serving(data: Path, *options: str) -> Iterator[str]:
    """``wiredesk serve`` in a process of its own; its address."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "pipelines.cli", "--data", str(data), "serve", "--port", "0", "--as", "anna", *options],
        stdout=subprocess.PIPE, text=True,
    ) as server:  # fmt: skip
        try:
            line = server.stdout.readline() if server.stdout else ""
            found = re.search(r"http://[^/]+", line)
            assert found, line
            yield found[0]
        finally:
            server.terminate()
            server.wait(20)


def made(data: Path) -> list[decisions.Decision]:
    return [decision for _, _, decision in decisions.read(data)]


def no_complaints(browser: Chromium) -> None:
    """No script failed, and the policy of no page was broken."""
    bad = [e["params"] for e in browser.events if e["method"] == "Runtime.exceptionThrown"]
    logged = [e["params"]["entry"] for e in browser.events if e["method"] == "Log.entryAdded"]
    bad += [entry for entry in logged if "Content Security Policy" in entry["text"]]
    assert bad == []


def test_a_morning_at_the_desk(demo: Demo, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as root, chromium(root) as browser:
        browser.open("/")
        assert "Nothing has been read yet" in browser.words
        shutil.copytree(demo.data, data, dirs_exist_ok=True)

        # the morning page, and to the list by keyboard
        browser.open("/")
        assert "Good morning, anna" in browser.words
        assert "hazards" in browser.words
        browser.press("g", "i", leads=True)
        assert browser.path == "/incidents"
        every = len(_incidents(browser))
        assert every > 5

        # filter by a click beside a count, then by words in simplified for a traditional headline
        browser.click("a[href='/incidents?class=hazard']")
        hazards = len(_incidents(browser))
        assert f"{hazards} incidents class hazard" in browser.words
        assert 0 < hazards < every
        browser.open(f"/search?q={quote('无人计程车')}")
        assert "無人計程車" in browser.run(
            "[...document.querySelectorAll('mark')].map(m => m.innerText).join(' ')"
        )

        # read the biggest incident: evidence lit up, a tag opens its quotation
        browser.open("/incidents?sort=articles")
        browser.press("j", "Enter", leads=True)
        big = browser.path.split("/")[-1]
        assert browser.run("document.querySelectorAll('.aligned mark').length") > 3
        browser.run("document.querySelector('.axis details.value summary').click()")
        assert browser.run("document.querySelector('.axis details.value[open] blockquote').innerText")

        # correct its class by keyboard: one key, the reason, Enter
        browser.press("2")
        assert browser.focused == "reason"
        browser.type("the ministry only warns")
        browser.press("Enter", leads=True)
        assert "Written down: class is hazard (the ministry only warns)" in browser.words
        assert [(d.action, d.after["value"], d.made_by) for d in made(data)] == [("label", "hazard", "anna")]

        # merge another into it, then think better of it
        others = [name for name in _list(browser, "/incidents") if name != big]
        browser.open(f"/incident/{others[0]}")
        browser.press("m")
        browser.run(f"document.querySelector('[name=into_id]').value = '{big}'")
        browser.run("document.querySelector('[name=into_id]').closest('form').elements.reason.focus()")
        browser.type("one story")
        browser.press("Enter", leads=True)
        assert f"{others[0]} goes into {big}" in browser.words
        browser.press("u", leads=True)
        assert "is taken back" in browser.words
        assert [d.action for d in made(data)] == ["label", "merge", "undo"]

        # accept one out of the queue with one key
        browser.press("g", "r", leads=True)
        waits = _incidents(browser)
        if waits:
            browser.press("j", "a", leads=True)
            assert made(data)[-1].after["state"] == "reviewed"
            assert waits[0] not in _incidents(browser)

        # an article: its page as captured, isolated
        browser.open(f"/incident/{big}")
        browser.click(".texts h3 a")
        assert "What happened to it, stage by stage" in browser.words
        assert browser.run("document.querySelector('iframe.captured').getAttribute('sandbox')") == ""
        assert browser.run("document.querySelector('iframe.captured').contentDocument") is None

        # the line folds the decisions in, while the desk is open
        run = wiredesk("--data", str(data), "run", "--translate-with", "sample")
        assert run.returncode == 0, run.stderr
        browser.open(f"/incident/{big}")
        assert browser.run("document.querySelector('.record .class').innerText") == "AI hazard"
        assert "folded in by the next run" not in browser.words
        assert "because" in browser.run("document.querySelector('.history').innerText")

        # the bundle, downloaded by its key, checked
        (path,) = browser.download(tmp_path / "downloads", "b")
        assert path.name.startswith(f"incident-{big}")
        assert bundles.verify(path) == []
        no_complaints(browser)


def _incidents(browser: Chromium) -> list[str]:
    """Ids of the incidents listed, in order."""
    links = "[...document.querySelectorAll('[data-list] h3 a')].map(a => a.getAttribute('href'))"
    return [link.split("/")[-1] for link in browser.run(links)]


def _list(browser: Chromium, path: str) -> list[str]:
    browser.open(path)
    return _incidents(browser)


PAGES = ("/", "/incidents", "/review", "/search?q=AI", "/rejects", "/outlets", "/runs", "/keys")


@dataclass(frozen=True)
class Desk:
    """The demo's desk, served to a browser for tests that only look."""

    root: str
    browser: Chromium
    incident: str
    article: str


@pytest.fixture(scope="module")
def shown(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    data = shutil.copytree(demo.data, tmp_path_factory.mktemp("shown") / "data")
    with serving(data) as root, chromium(root) as browser:
        incident = f"/incident/{_list(browser, '/incidents?sort=articles')[0]}"
        browser.open(incident)
        article = browser.run("document.querySelector('.texts h3 a').getAttribute('href')")
        yield Desk(root, browser, incident, article)
        no_complaints(browser)


def test_no_link_of_the_demos_desk_is_dead(shown: Desk) -> None:
    found = walk(Browser(int(shown.root.rsplit(":", 1)[1])), each=6)
    assert found.wrong == []
    assert shown.incident in found.pages
    assert shown.article in found.pages
    assert sum(path.startswith("/article/") for path in found.pages) > 40


def test_every_page_fits_a_telephone_and_is_usable_without_a_mouse(shown: Desk) -> None:
    browser = shown.browser
    for width in (360, 1280):
        browser.look(width=width, height=800)
        for path in (*PAGES, shown.incident, shown.article):
            browser.open(path)
            wide = browser.run("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} wide on {width}"
            assert browser.run(_NAMELESS) == [], path
    browser.open("/")
    browser.press("Tab")
    assert browser.focused == "skip", "the first stop of the keyboard leads past the menu"
    browser.press("Enter")
    assert browser.run("document.activeElement.id") == "main"
    browser.press("?")
    assert browser.run("document.querySelector('dialog').open")
    browser.press("j", "g", "Escape")
    assert not browser.run("document.querySelector('dialog').open")
    assert browser.path == "/"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_contrast_is_enough(shown: Desk, dark: bool) -> None:
    shown.browser.look(dark=dark)
    for path in (*PAGES, shown.incident, "/incidents?class=hazard&class=incident"):
        shown.browser.open(path)
        assert shown.browser.run(_CONTRAST) == [], path


_NAMELESS = """
[...document.querySelectorAll('a, button, input:not([type=hidden]), select, textarea, summary, iframe, svg[role=img]')].filter(el => {
  const label = el.labels && el.labels.length && el.labels[0].textContent.trim();
  return !(label || el.getAttribute('aria-label') || el.getAttribute('title') || (el.textContent || '').trim() || el.closest('[aria-hidden]'));
}).map(el => el.outerHTML.slice(0, 120))
"""
"""Controls that a screen reader would have no name for."""

_CONTRAST = """
(() => {
  const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
                       return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const parse = s => { const m = s.match(/[\\d.]+/g).map(Number); return s.startsWith('color(srgb') ? [m[0] * 255, m[1] * 255, m[2] * 255, m[3] ?? 1] : [m[0], m[1], m[2], m[3] ?? 1]; };
  const ground = el => { for (; el; el = el.parentElement) { const c = parse(getComputedStyle(el).backgroundColor); if (c[3] > 0.99) return c; } return [255, 255, 255, 1]; };
  const bad = [];
  for (const el of document.querySelectorAll('body *')) {
    if (![...el.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !el.checkVisibility() || el.closest('svg, .skip, option')) continue;
    const a = light(parse(getComputedStyle(el).color)), b = light(ground(el));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.push(ratio.toFixed(2) + ' ' + el.className + ' ' + el.textContent.trim().slice(0, 40));
  }
  return [...new Set(bad)].slice(0, 20);
})()
"""
"""Texts with less contrast than WCAG 2.2 AA asks for (4.5 to 1)."""
