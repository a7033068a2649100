"""The real crawler, over real HTTP on the loopback, brings every sample article home."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crawler.run import crawl
from pipelines.samples import NOW, Site, load_articles, load_odd_pages

QUICK = {"DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 8}


@pytest.mark.slow
def test_every_article_lands_and_what_robots_forbid_is_not_asked(tmp_path: Path) -> None:
    keys = sorted({article.outlet for article in load_articles()})
    with Site() as site:
        crawl(tmp_path, keys, run_id="20261120T000000", now=NOW, via=site.proxy, settings=QUICK)
    rows = [
        json.loads(line)
        for path in sorted((tmp_path / "landing").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    outcomes = {row["article_id"]: row["outcome"] for row in rows if row["article_id"]}
    for article in load_articles():
        assert outcomes[article.article_id] == "landed", article.article_id
    (forbidden,) = [page.url for page in load_odd_pages() if page.expect == "robots"]
    assert forbidden.split("://")[1] not in {request.url.split("://")[1] for request in site.requests}
    assert [r.url for r in site.requests if r.status == 404] == ["http://udn.com/news/story/7320/99000904"]
