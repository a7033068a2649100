"""No link of the desk leads nowhere, with an edition and without."""

from __future__ import annotations

import re
from pathlib import Path

from pipelines.desk.edition import edition_path
from tests.desk.client import Browser, desk
from tests.desk.data import HAZARD, INCIDENT
from tests.desk.links import Page, walk


def test_every_link_and_every_place_is_there(reading: Browser) -> None:
    found = walk(reading, each=12)
    assert found.wrong == []
    for page in (
        "/incidents",
        f"/incident/{INCIDENT}",
        "/article/lakenews:101",
        "/runs/run-1",
        "/review",
        "/keys",
    ):
        assert page in found.pages, "the walk came to every kind of page"
    assert any("#q-" in link for page in found.pages.values() for link in page.links)


def test_the_walk_sees_what_is_broken() -> None:
    page = Page()
    page.feed('<a href="/x#there">x</a><p id="a"></p><p id="a"></p><form action="/f" method="post"></form>')
    assert (page.links, page.places, page.twice) == (["/x#there"], {"a"}, {"a"})


PAGES = (
    "/", "/incidents", "/incidents?class=hazard&sort=title", f"/incident/{INCIDENT}", f"/incident/{HAZARD}",
    "/article/lakenews:101", "/article/lakenews-cn:101", "/review", "/rejects", "/rejects?q=lakenews:150", "/outlets",
    "/runs", "/runs/run-1",
)  # fmt: skip


def test_the_edition_and_the_database_give_the_same_pages(folder: Path) -> None:
    with desk(folder, publish=False) as browser:
        with_edition = {path: _bare(browser.get(path).text) for path in PAGES}
    edition_path(folder).unlink()
    with desk(folder, publish=False) as browser:
        for path in PAGES:
            assert _bare(browser.get(path).text) == with_edition[path], path


def _bare(page: str) -> str:
    """The page without what differs between sessions."""
    return re.sub(r'name="csrf" value="[0-9a-f]*"', "", page)
