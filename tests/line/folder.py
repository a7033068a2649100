"""A data folder that the real line fills from the sample world's articles, and every public view of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import samples
from pipelines.cli import main


class Folder:
    """One data folder, worked by the commands at moments that the test sets."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path, self.monkeypatch = path, monkeypatch
        self.hour = 0

    def do(self, *arguments: str, code: int = 0) -> None:
        """A command, an hour after the one before."""
        self.hour += 1
        self.monkeypatch.setenv(
            "WIREDESK_NOW", f"2026-11-{20 + self.hour // 24}T{self.hour % 24:02}:00:00+00:00"
        )
        self.monkeypatch.setenv("WIREDESK_USER", "ann")
        with pytest.raises(SystemExit) as stop:
            main(["--data", str(self.path), "-q", *arguments])
        assert (stop.value.code or 0) == code, arguments

    def bring(self, articles: Sequence[samples.SampleArticle]) -> None:
        """Articles come in as ready records."""
        source = self.path / f"in-{self.hour}.jsonl"
        source.parent.mkdir(parents=True, exist_ok=True)
        rows = [
            {
                "url": one.url, "title": one.title, "text": "\n".join(one.paragraphs), "outlet": one.outlet,
                "published": str(one.published).replace(" ", "T"),
            }
            for one in articles
        ]  # fmt: skip
        source.write_text(
            "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
        )
        self.do("import", str(source))
        source.unlink()

    def rows(self, sql: str) -> list[Any]:
        with duckdb.connect(str(self.path / "wiredesk.duckdb"), read_only=True) as con:
            return con.execute(sql).fetchall()

    def views(self) -> dict[str, list[Any]]:
        """Every row of every public view."""
        with duckdb.connect(str(self.path / "wiredesk.duckdb"), read_only=True) as con:
            names = con.execute(
                "SELECT view_name FROM duckdb_views() WHERE NOT internal AND schema_name = 'main' ORDER BY 1"
            ).fetchall()
            return {name: con.execute(f"FROM {name} ORDER BY ALL").fetchall() for (name,) in names}

    def members(self) -> dict[str, list[str]]:
        """Texts by incident, the largest incident first."""
        found = self.rows(
            "SELECT incident_id, list(DISTINCT text_id ORDER BY text_id) FROM incident_members "
            "GROUP BY 1 ORDER BY count(DISTINCT text_id) DESC, 1"
        )
        return dict(found)


def articles(*topics: str) -> list[samples.SampleArticle]:
    """The sample world's articles whose URL, title or text holds one of the words."""
    return [
        one
        for one in samples.load_articles()
        if any(word in one.title + "".join(one.paragraphs) for word in topics)
    ]
