"""A page that is to be forgotten is in no file of the data folder any more, whenever the power goes."""

from __future__ import annotations

import fcntl
import gzip
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler import takedown as street
from pipelines import forgetting
from pipelines.cli import main

from .folder import Folder, articles

pytestmark = pytest.mark.slow
MARKS = ("ZQXTITLE", "ZQXBODY", "ZQXFIXED", "ZQXOTHER", "ZQX4")


class KilledError(BaseException):
    """The power goes."""


def holders(folder: Path) -> dict[str, list[str]]:
    """Marks of the page and the files that hold them, archives unpacked."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        content = path.read_bytes()
        if path.suffix == ".gz":
            content += gzip.decompress(content)
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as packed:
                content += b"".join(packed.read(name) for name in packed.namelist())
        for mark in MARKS:
            if mark.encode() in content or mark.lower().encode() in content:
                found.setdefault(mark, []).append(str(path.relative_to(folder)))
    return found


def listing(folder: Path, name: str, body: str) -> None:
    """A listing of the outlet, archived and logged as a crawl does it."""
    url, file = f"https://www.rti.org.tw/{name}", f"{name}.warc.gz"
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    headers = StatusAndHeaders("200 OK", [("Content-Type", "application/rss+xml")], protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            url,
            "response",
            payload=io.BytesIO(body.encode()),
            length=len(body.encode()),
            http_headers=headers,
        )
    )
    for part in ("archive", "landing"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    (folder / "archive" / file).write_bytes(out.getvalue())
    line = {
        "url": url, "final_url": url, "outlet_id": "rti", "kind": "listing",
        "way": "feed", "fetched": "2026-11-20T00:00:00Z", "outcome": "landed", "reason": "", "warc_file": file,
        "warc_offset": 0, "warc_length": len(out.getvalue()), "page_sha256": "x", "run_id": "c", "article_id": None,
        "http_status": 200, "counts": {},
    }  # fmt: skip
    (folder / "landing" / f"{name}.jsonl").write_text(json.dumps(line) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A data folder that holds a marked page in every place that it knows, and the page's URL."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        data = Folder(tmp_path_factory.mktemp("forget") / "data", monkeypatch)
        world = articles("曜行")[:6]
        one = next(article for article in world if article.outlet == "rti")
        marked = replace(
            one,
            title=f"{one.title} ZQXTITLE",
            paragraphs=(f"{one.paragraphs[0]}ZQXBODY說。", *one.paragraphs[1:]),
        )
        data.bring([marked, *(article for article in world if article is not one)])
        listing(data.path, "feed", f"<rss><item><title>ZQXTITLE</title><link>{one.url}</link></item></rss>")
        data.do("run")
        [(article, text)] = data.rows(f"SELECT article_id, text_id FROM articles WHERE url = '{one.url}'")
        [(incident,)] = data.rows(f"SELECT incident_id FROM incident_members WHERE article_id = '{article}'")
        data.do("article", "fix", article, "title", "ZQXFIXED headline")
        data.do("article", "fix", article, "text", f"{one.paragraphs[0]} ZQXFIXED")
        data.do("incident", "title", incident, f"{one.title} ZQXTITLE")
        data.do("incident", "note", incident, f"see “{one.title} ZQXTITLE”", "--as", "bob")
        data.do("incident", "move", text, incident, "new", "-m", "seems another")
        data.do("run")
        data.do("store", "publish")
        data.do("bundle", "export", incident, str(data.path / "bundles"))
        journal = next((data.path / "decisions").iterdir())
        journal.with_name(f"{journal.name}.torn").write_bytes(b'{"after": {"value": "ZQXFIXED')
        assert {"ZQXTITLE", "ZQXBODY", "ZQXFIXED"} <= set(holders(data.path))
        return data.path, one.url


def copied(told: tuple[Path, str], target: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Folder, str]:
    import shutil

    shutil.copytree(told[0], target)
    shutil.rmtree(target / "bundles")
    data = Folder(target, monkeypatch)
    data.hour = 100
    return data, told[1]


def test_nothing_of_the_page_is_left_in_any_file(
    told: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data, url = copied(told, tmp_path / "data", monkeypatch)
    others = data.rows(f"SELECT count(*) FROM articles WHERE url <> '{url}'")
    data.do("store", "forget", url, "-m", "asked for")
    assert holders(data.path) == {}
    assert [*data.path.glob("takedown*")] == []
    assert data.rows(f"SELECT outcome, reason FROM fetches WHERE url = '{url}'") == [
        ("forgotten", "taken out on request: asked for")
    ]
    assert data.rows("SELECT warc_file, reason FROM fetches WHERE kind = 'listing'") == [
        (None, "it named a page that was taken out")
    ]
    data.do("run")
    capsys.readouterr()
    with pytest.raises(SystemExit, match=r"^0$"):  # twice: the tombstone stays, nothing breaks
        main(["--data", str(data.path), "store", "forget", url])
    assert "0 record(s) out of the archive, 0 article(s) out of the database" in capsys.readouterr().out
    assert data.rows("SELECT count(*) FROM articles") == others
    one = next(article for article in articles("曜行") if article.url == url)
    data.bring([one])  # it does not come back by another door
    data.do("run")
    assert data.rows("SELECT count(*) FROM articles") == others
    data.do("store", "rebuild")
    assert data.rows("SELECT count(*) FROM articles") == others
    assert holders(data.path) == {}


def test_a_title_of_a_few_characters_is_looked_for_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Folder(tmp_path / "data", monkeypatch)
    world = articles("曜行")[:6]
    one = next(article for article in world if article.outlet == "rti")
    data.bring([replace(one, title="ZQX4"), *(article for article in world if article is not one)])
    data.bring(articles("獸醫", "兽医")[:2])
    data.do("run")
    [(article,)] = data.rows(f"SELECT article_id FROM articles WHERE url = '{one.url}'")
    [(its,)] = data.rows(f"SELECT incident_id FROM incident_members WHERE article_id = '{article}'")
    data.do("incident", "title", its, "ZQX4")
    data.do("incident", "note", its, "as ZQX4 has it, seen by ann")
    data.do("article", "fix", article, "title", "ZQX4 corrected")
    data.do("run")
    assert "ZQX4" in holders(data.path)
    data.do("store", "forget", one.url)
    assert holders(data.path) == {}
    data.do("run")
    assert holders(data.path) == {}


SHORT = "翻車"


@pytest.mark.parametrize(
    ("row", "after"),
    [
        ({"subject_id": "i-1", "reason": f"{SHORT}了"}, {"reason": f"{forgetting.GONE}了"}),
        ({"subject_id": "i-2", "reason": f"{SHORT}了"}, {}),  # an everyday word, of another incident
        ({"subject_id": "i-2", "reason": f"見「{SHORT}」"}, {"reason": f"見「{forgetting.GONE}」"}),
        ({"subject_id": "i-2", "after": {"title": SHORT}}, {"after": {"title": forgetting.GONE}}),
        ({"subject_id": "i-2", "action": "label", "after": {"axis": "harm", "value": SHORT}}, {}),
        ({"subject_id": "i-1", "made_by": SHORT}, {}),  # names of people and of things stay what they are
        ({"subject_id": "i-2", "action": "incident", "subject": "incident"}, {}),
    ],
)
def test_a_short_title_goes_where_the_page_is_meant(row: dict[str, Any], after: dict[str, Any]) -> None:
    scrub = forgetting.scrubber(["incident", SHORT], ["a-1"], {"a-1", "t-1", "i-1"})
    assert scrub(row) == row | after


@pytest.mark.parametrize(
    ("link", "named"),
    [
        ("https:\\/\\/example.org\\/a\\/story\\/12?x=1&y=2", True),  # as PHP writes JSON
        ("/a/story/12?x=1&amp;y=2", True),
        ("//example.org/a/story/12?x=1&y=2", True),
        ("https://example.org/a/story/13?x=1&y=2", False),
    ],
)
def test_a_list_names_a_page_in_the_spelling_of_its_format(tmp_path: Path, link: str, named: bool) -> None:
    listing(tmp_path, "list", f'"{link}": "ZQXTITLE"')
    url = "https://example.org/a/story/12?x=1&y=2"
    done = street.forget(tmp_path, [url], ["a:12"], now=datetime(2026, 11, 23, tzinfo=UTC), reason="")
    assert done.dropped == ({("list.warc.gz", 0)} if named else set())
    assert bool(holders(tmp_path)) is not named


@pytest.mark.parametrize(
    ("lock", "says"),
    [("landing/.rti.lock", "a crawl of rti is at work"), ("archive/feed.warc.gz", "an import is writing")],
)
def test_what_is_being_written_is_not_written_anew(
    told: tuple[Path, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    lock: str,
    says: str,
) -> None:
    data, url = copied(told, tmp_path / "data", monkeypatch)
    before = {
        path: path.read_bytes()
        for folder in ("archive", "landing")
        for path in (data.path / folder).iterdir()
    }
    with (data.path / lock).open("ab") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        data.do("store", "forget", url, code=1)
    assert says in capsys.readouterr().err
    after = {
        path: path.read_bytes()
        for folder in ("archive", "landing")
        for path in (data.path / folder).iterdir()
    }
    assert {path: after.get(path) for path in before} == before
    assert not [path for path in after if path.name.endswith(".takedown")]
    data.do("store", "forget", url)
    assert holders(data.path) == {}


def test_a_plan_that_a_full_disk_tore_is_none(
    told: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, url = copied(told, tmp_path / "data", monkeypatch)
    real = street.write_synced

    def torn(path: Path, content: bytes) -> None:
        plan = path.name.startswith(street.PLAN)
        real(path, content[: len(content) // 2] if plan else content)
        if plan:
            raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr(street, "write_synced", torn)
        with pytest.raises(KilledError):
            main(["--data", str(data.path), "-q", "store", "forget", url])
    data.do("store", "status")
    assert holders(data.path)
    data.do("store", "forget", url)
    assert holders(data.path) == {}
    assert not [*data.path.rglob("*.takedown")]


@pytest.mark.parametrize("step", ["follow", "rewrite", "remove_articles", "write_anew", "finish"])
def test_a_crash_is_made_good_by_the_next_command(
    told: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    data, url = copied(told, tmp_path / "data", monkeypatch)

    def killed(*_: Any, **__: Any) -> None:
        raise KilledError(step)

    with monkeypatch.context() as patch:
        if step == "finish":  # the plan is on the disk, no file has changed its place
            real = street.finish
            patch.setattr(street, "finish", lambda d: killed() if (d / street.PLAN).exists() else real(d))
        elif step == "rewrite":
            patch.setattr("pipelines.decisions.rewrite", killed)
        else:
            patch.setattr(forgetting, step, killed)
        with pytest.raises(KilledError):
            main(["--data", str(data.path), "-q", "store", "forget", url])
    assert holders(data.path)
    data.do("store", "status")
    assert holders(data.path) == {}
    if step == "remove_articles":  # the line goes on from there
        data.do("run")
    assert data.rows(f"SELECT count(*) FROM articles WHERE url = '{url}'") == [(0,)]
    for file, offset, sha in data.rows(
        "SELECT warc_file, warc_offset, page_sha256 FROM fetches WHERE warc_file IS NOT NULL"
    ):
        from pipelines.archive import page_sha256, read_record

        assert page_sha256(read_record(data.path / "archive", file, offset).body) == sha
