"""The building's half of a takedown: database, journals, copies and kept bundles follow what the archive forgot.

Every step can be done twice, and the note that asks for it is removed last: a crash at any moment is made good by the
next command.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import decisions, intake
from pipelines.desk.edition import edition_path
from pipelines.steps import proposals
from pipelines.store import Store
from pipelines.store.reading import publish, published_path
from pipelines.store.retirement import follow_retired
from pipelines.store.takedown import follow_archive, remove, rewrite_rows, texts_of, words_of, write_anew

GONE = "[taken out with its page]"


def follow(data_dir: Path, note: Path, *, now: datetime) -> list[str]:
    """Do what the archive's note asks for, then remove it; returns the kept bundles that went with the page.

    The caller holds the data folder's lock (:func:`pipelines.line.alone`).
    """
    told = json.loads(note.read_text(encoding="utf-8"))
    articles, reason = told["articles"], told["reason"]
    store = Store(data_dir)
    if "retired" in told:
        _retired(store, told, now)
        note.unlink()
        return []
    if store.path.exists():
        store.prepare(now=now)
        with store.read() as con:
            words = words_of(con, articles)
            texts = texts_of(con, articles)
            known = con.execute("SELECT 1 FROM store.takedown WHERE takedown_id = ?", [told["id"]]).fetchone()
        decisions.rewrite(data_dir, lambda row: _without(row, articles, words))
        proposals.forget(data_dir, articles, texts)
        if not known:
            with store.write() as con:
                rewrite_rows(con, lambda row: _without(row, articles, words))
                remove(con, articles, told["urls"], f"taken out on request{': ' + reason if reason else ''}")
                follow_archive(con, told["moved"], told["dropped"], told["logs"])
                con.execute("INSERT INTO store.takedown VALUES (?, ?)", [told["id"], now])
        write_anew(store.path)
        edition_path(data_dir).unlink(missing_ok=True)  # the desk's own copy; it makes a new one
        if published_path(data_dir).exists():
            publish(data_dir)
    else:
        proposals.forget(data_dir, articles, [])
    gone = holding([*(data_dir / intake.FOLDER).glob("*")], articles)
    for path in gone:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    note.unlink()
    return [path.name for path in gone]


def _retired(store: Store, told: dict[str, Any], now: datetime) -> None:
    """Pages left the archive by age or for room (:mod:`crawler.retirement`): the database says so, and loses nothing."""
    if not store.path.exists():
        return
    store.prepare(now=now)
    with store.write() as con:
        follow_retired(con, told, now)
    edition_path(store.data_dir).unlink(missing_ok=True)
    if published_path(store.data_dir).exists():
        publish(store.data_dir)


def _without(row: dict[str, Any], articles: Sequence[str], words: Sequence[str]) -> dict[str, Any]:
    """A decision or a line of history without the page's words; what an article was corrected to or from goes whole."""
    new = {name: _scrubbed(value, words) for name, value in row.items()}
    if row.get("subject") == "article" and row.get("subject_id") in articles and row.get("action") == "fix":
        for name in ("before", "after"):
            if isinstance(new.get(name), dict):
                new[name] = {**new[name], "value": None}
    if row.get("action") == "title" and new != row:
        new["after"] = {"title": None}  # the machine's own title stands again
    return new


def _scrubbed(value: Any, words: Sequence[str]) -> Any:
    if isinstance(value, str):
        for word in words:
            value = value.replace(word, GONE)
        return value
    if isinstance(value, dict):
        return {name: _scrubbed(one, words) for name, one in value.items()}
    return [_scrubbed(one, words) for one in value] if isinstance(value, list) else value


def holding(bundles: Sequence[Path], articles: Sequence[str]) -> list[Path]:
    """The bundles (folders or ZIPs) that tell of one of the articles, or that cannot be read to say no."""
    from pipelines.bundles import articles_of

    found = []
    for path in sorted(bundles):
        told = articles_of(path)
        if told is None or not told.isdisjoint(articles):
            found.append(path)
    return found
