"""What an author of outlets is given: new files, fixtures without words, a look at an outlet's health."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from w3lib.encoding import html_to_unicode

from crawler.author import AuthorError, check, make_fixture, new_outlet, record
from crawler.outlet import Outlet
from crawler.ways.section import undeclared
from tests.crawler.street import Street

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
FAST = {"DOWNLOAD_DELAY": 0.02, "DOWNLOAD_TIMEOUT": 3, "WIREDESK_FIRST_PAUSE": 0.1}
PAGES = sorted((Path(__file__).parents[1] / "outlets").glob("*/page.html"))
STREET = "tests.crawler.street:registry"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for folder in ("crawler/spiders", "tests/rules", "tests/outlets"):
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_a_new_outlet_loads_and_its_test_fails_with_a_sentence(checkout: Path) -> None:
    facts, test, folder = new_outlet(
        "morning-news", home="https://morning.example.tw/", name="晨報", root=checkout
    )
    assert folder == checkout / "tests" / "outlets" / "morning-news"
    spec = importlib.util.spec_from_file_location("morning_news", facts)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    outlet: Outlet = module.OUTLET
    assert (outlet.key, outlet.country, outlet.timezone) == ("morning-news", "TW", "Asia/Taipei")
    assert outlet.grade == "described", "nothing was seen yet"
    assert "is missing" not in facts.read_text(encoding="utf-8")
    assert "wiredesk outlet record" in test.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("key", "home", "name"),
    [
        ("x", "https://x.example/", "x"),
        (
            "a-very-long-key-of-an-outlet",
            "https://www.a-very-long-name-of-an-outlet.example.org.hk",
            "晨報（電子版）+ [網]",
        ),
    ],
)
def test_new_files_pass_the_checks_of_the_house(checkout: Path, key: str, home: str, name: str) -> None:
    facts, test, _ = new_outlet(key, home=home, name=name, root=checkout)
    config = str(Path(__file__).parents[2] / "pyproject.toml")
    for words in (["check"], ["format", "--check", "--diff"]):
        command = [sys.executable, "-m", "ruff", *words, "--config", config, str(facts), str(test)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("key", "home", "name", "sentence"),
    [
        ("udn", "https://udn.com/", "x", "there is an outlet udn already"),
        ("Udn News", "https://udn.example/", "x", "no key"),
        ("good", "udn.example", "x", "no address"),
        ("good", "https://udn.example/", " ", "name is empty"),
        ("good", "https://udn.example/", 'The "Good"', "no Python string"),
    ],
)
def test_a_wrong_new_outlet_writes_nothing(
    checkout: Path, key: str, home: str, name: str, sentence: str
) -> None:
    with pytest.raises(AuthorError, match=sentence):
        new_outlet(key, home=home, name=name, root=checkout)
    assert not [path for path in checkout.rglob("*") if path.is_file()]


def test_outside_a_checkout_there_is_nowhere_to_write(tmp_path: Path) -> None:
    with pytest.raises(AuthorError, match="no checkout"):
        new_outlet("good", home="https://good.example/", name="x", root=tmp_path)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.parent.name)
def test_a_fixture_keeps_the_markup_and_loses_the_words(page: Path) -> None:
    before, after = page.read_bytes(), make_fixture(page.read_bytes())
    assert make_fixture(before) == after
    old, new = (html_to_unicode(None, raw, auto_detect_fun=undeclared)[1] for raw in (before, after))
    assert re.findall(r"</?[a-z][a-z0-9]*", old) == re.findall(r"</?[a-z][a-z0-9]*", new)
    assert re.findall(r'class="[^"]*"', old) == re.findall(r'class="[^"]*"', new)
    assert re.findall(r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d", old) == re.findall(
        r"20\d\d-\d\d-\d\d[T ]\d\d:\d\d", new
    )
    body = "".join(html.fromstring(old).xpath("//p//text()|//div/text()"))
    shown = "".join(html.fromstring(new).xpath("//body//text()"))
    words = {
        w
        for w in re.findall(r"[\u4e00-\u9fff]{9,}|[A-Z][a-z]+ [a-z]+ [a-z]+", body)
        if "記者" not in w and "记者" not in w
    }
    left = [w for w in words if w in shown]
    assert words
    assert not left


def test_the_title_stays_one_text_wherever_it_stands() -> None:
    page = "<html><head><title>一個長長的標題 - 某報</title><meta property='og:title' content='一個長長的標題'></head><h1>一個長長的標題</h1></html>"
    title, og, h1 = re.search(
        r"<title>(.*?) - .*content='(.*?)'.*<h1>(.*?)</h1>", make_fixture(page.encode()).decode()
    ).groups()  # type: ignore[union-attr]
    assert title == og == h1
    assert title != "一個長長的標題"
    assert len(title) == 7


def test_the_encoding_of_the_page_stays() -> None:
    page = '<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><p>一段简体的文字，共十六个字。</p>'.encode(
        "gbk"
    )
    assert "charset=gb2312" in make_fixture(page).decode("gbk")
    assert len(make_fixture(page).decode("gbk")) == len(page.decode("gbk"))


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/\"'=& -!abc中文1:script;{}"), max_size=120))
def test_any_text_can_be_scrambled(text: str) -> None:
    assert isinstance(make_fixture(text.encode()), bytes)


@pytest.mark.slow
def test_a_page_is_recorded_and_an_outlet_checked(tmp_path: Path) -> None:
    with Street() as street:
        path = record(
            "https://good.street.example/a/2",
            tmp_path,
            now=NOW,
            via=street.via,
            registry=STREET,
            settings=FAST,
        )
        assert "標題" in path.read_text(encoding="utf-8")
        assert path.parent == tmp_path / "recorded" / "good"
        assert path.with_suffix(".json").is_file()
        with pytest.raises(AuthorError, match="refused"):
            record(
                "https://forbidden.street.example/a/2",
                tmp_path,
                now=NOW,
                via=street.via,
                registry=STREET,
                settings=FAST,
            )
        with pytest.raises(AuthorError, match="no outlet claims"):
            record(
                "https://nobody.example/a/2",
                tmp_path,
                now=NOW,
                via=street.via,
                registry=STREET,
                settings=FAST,
            )
        rows = check(
            ["good", "fallback", "robots-500"],
            tmp_path,
            now=NOW,
            via=street.via,
            registry=STREET,
            settings=FAST,
        )
    states = {(row["outlet"], row["way"]): row["state"] for row in rows}
    assert states == {
        ("good", "robots"): "ok",
        ("good", "feed"): "ok",
        ("good", "article"): "ok",
        ("fallback", "robots"): "ok",
        ("fallback", "feed"): "http_404",
        ("fallback", "section"): "ok",
        ("fallback", "article"): "ok",
        ("robots-500", "robots"): "http_500",
        ("robots-500", "feed"): "robots_unreachable",
    }
    assert not list(tmp_path.glob("check-*"))
