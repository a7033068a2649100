"""The step of :mod:`pipelines.reading`: pages of the archive become articles and their versions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.archive import PageError, page_sha256, read_record
from pipelines.records import OK, Article, Page
from pipelines.steps import effects_articles, ready
from pipelines.steps.base import Context, Result, Task, forget_stage, in_list, pending, sha256_of
from pipelines.store import fetch_rows, insert, utc

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SUBJECTS = """
SELECT fetch_id AS subject_id, coalesce(page_sha256, '') AS input_sha256, fetched, url
FROM store.fetch WHERE outcome = 'landed' AND kind IN ('article', 'html', 'record')
"""
LOAD = """
SELECT f.* FROM store.fetch f JOIN chunk c ON c.subject_id = f.fetch_id ORDER BY c.position
"""
KNOWN = """
SELECT a.* FROM store.article a JOIN chunk c ON c.subject_id = a.article_id ORDER BY a.article_id, a.version
"""
SAID = (
    "url", "canonical_url", "outlet_as_printed", "title", "title_as_printed", "text", "authors", "published",
    "published_zone", "published_precision", "modified", "section", "image_url",
)  # fmt: skip
"""What a page says of its article: versions that are equal in these are one."""


def said(row: dict[str, Any]) -> list[str]:
    """What a row of ``store.article`` says, whether it comes from the store or goes there."""
    return [str(row.get(name)) for name in SAID]


class ReadingStep:
    name = "reading"
    chunk = 200

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def version(self) -> str:
        from pipelines import reading

        return reading.VERSION

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        return pending(con, self.name, SUBJECTS, "fetched, url, subject_id")

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        in_list(con, [task.subject_id for task in tasks])
        return fetch_rows(con, LOAD)

    def compute(self, tasks: Sequence[Task], loaded: list[dict[str, Any]]) -> Iterable[Result]:
        for task, fetch in zip(tasks, loaded, strict=True):
            yield self._read(task, fetch)

    def _read(self, task: Task, fetch: dict[str, Any]) -> Result:
        from crawler import outlets
        from pipelines import reading

        try:
            page = _page(self.context.archive_dir, fetch)
        except PageError as error:
            return Result(task.subject_id, task.input_sha256, error.outcome, str(error))
        if fetch["kind"] == "record":
            article, outlet_id = ready.article(page.body, page.fetched), fetch["outlet_id"]
        else:
            identity = outlets.identify(page.url) if page.url else None
            outlet_id = identity.outlet_id if identity else fetch["outlet_id"]
            outlet = outlets.all_outlets().get(outlet_id) if outlet_id else None
            article = reading.read(page, outlet)
        if article.outcome != OK:
            return Result(task.subject_id, task.input_sha256, article.outcome, article.reason)
        found = ready.identify(page.url, article)
        if found is None:
            return Result(
                task.subject_id,
                task.input_sha256,
                "no_url",
                "the page has no URL, and none that it names is an outlet's",
            )
        # What a ready article says beside its words; a page's reading says nothing where all is well.
        return Result(
            task.subject_id, task.input_sha256, OK, article.reason, {"article": [_row(fetch, found, article)]}
        )

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        """New articles and versions; a page that says what its article said before adds nothing.

        The same page read again (by better rules) takes the place of its own version. What a person corrected is laid
        over whatever the page says now.
        """
        rows = [row for result in results for row in result.rows.get("article", ())]
        in_list(con, sorted({row["article_id"] for row in rows}))
        versions: dict[str, list[dict[str, Any]]] = {}
        for row in fetch_rows(con, KNOWN):
            versions.setdefault(row["article_id"], []).append(row)
        new: dict[tuple[str, int], dict[str, Any]] = {}
        for row in rows:
            known = versions.setdefault(row["article_id"], [])
            pages = [one for one in known if one["corrected_by"] is None]
            same = next((one for one in pages if one["page_sha256"] == row["page_sha256"]), None)
            before = same or (pages[-1] if pages else None)
            if before and said(before) == said(row):
                continue
            row["version"] = (
                same["version"] if same else max((one["version"] for one in known), default=0) + 1
            )
            row["change"] = same["change"] if same else _change(before, row) if before else None
            versions[row["article_id"]] = [one for one in known if one is not same] + [row]
            new[row["article_id"], row["version"]] = row
        insert(con, "store.article", new.values(), replace=("article_id", "version"))
        for article_id in sorted({name for name, _ in new}):
            effects_articles.correct_again(con, article_id)
        hosts = {row["outlet_id"]: row["outlet_as_printed"] for row in new.values()}
        known_outlets = {name for (name,) in con.execute("SELECT outlet_id FROM store.outlet").fetchall()}
        insert(
            con,
            "store.outlet",
            [
                {"outlet_id": name, "name": printed or name, "declared": False, "rests_on": "no outlet file"}
                for name, printed in sorted(hosts.items())
                if name not in known_outlets
            ],
        )

    def forget(self, con: DuckDBPyConnection) -> None:
        forget_stage(con, self.name)


def _page(archive_dir: Path, fetch: dict[str, Any]) -> Page:
    """The page of a landing line, checked against the hash that the log took when it landed."""
    record = read_record(archive_dir, fetch["warc_file"] or "", fetch["warc_offset"] or 0)
    if fetch["page_sha256"] and page_sha256(record.body) != fetch["page_sha256"]:
        raise PageError(
            "archive_damaged",
            f"the page in {fetch['warc_file']} is not the one that landed: its hash differs",
        )
    url = fetch["final_url"] or fetch["url"]
    return Page(
        url=None if url.startswith("urn:") else url,  # an imported page without URL is named by its hash
        body=record.body,
        content_type=fetch["content_type"] or record.content_type,
        fetched=fetch["fetched"].replace(tzinfo=UTC),
        outlet_id=fetch["outlet_id"],
    )


def _row(fetch: dict[str, Any], found: ready.Found, article: Article) -> dict[str, Any]:
    published = article.published
    return {
        "article_id": found.article_id,
        "fetch_id": fetch["fetch_id"],
        "url": found.url,
        "canonical_url": article.canonical_url,
        "outlet_id": found.outlet_id,
        "outlet_as_printed": article.site_name,
        "title": article.title,
        "title_as_printed": article.title_as_printed,
        "text": article.text,
        "authors": list(article.authors),
        "published": utc(published),
        "published_zone": published.strftime("%z") if published else None,
        "published_precision": article.published_precision,
        "modified": utc(article.modified),
        "fetched": utc(fetch["fetched"].replace(tzinfo=UTC)),
        "section": article.section,
        "image_url": article.image_url,
        "page_sha256": fetch["page_sha256"],
        "body_sha256": sha256_of(article.title, article.text),
        "extractor": article.extractor,
        "corrected_by": None,
    }


def _change(before: dict[str, Any], after: dict[str, Any]) -> str:
    from pipelines import texts

    return texts.diff(before["title"], before["text"], after["title"], after["text"]).to_json()
