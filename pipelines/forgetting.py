"""The building's half of a takedown: database, journals, copies and kept bundles follow what the archive forgot.

Every step can be done twice, and the note that asks for it is removed last: a crash at any moment is made good by the
next command.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Collection, Sequence, Set
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines import decisions, intake
from pipelines.desk import edition_path
from pipelines.steps import proposals
from pipelines.store import (
    SHORTEST,
    Store,
    follow_archive,
    follow_retired,
    incidents_of,
    publish,
    published_path,
    remove_articles,
    rewrite_rows,
    texts_of,
    words_of,
    write_anew,
)

GONE = "[taken out with its page]"
CODES = frozenset(
    {
        "action", "affair_id", "article_id", "axis", "decision_id", "field", "from", "happened", "incident", "incident_id",
        "into", "joined", "joined_by", "kind", "limb", "made", "made_by", "opened", "outcome", "published", "relation", "role",
        "run_id", "same_as", "split_from", "state", "subject", "subject_id", "text_id", "texts", "undone_by",
    }
)  # fmt: skip
"""Fields that hold names of things and words of a list, which no page can have written: they stay as they are."""


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
            scrub = scrubber(words, articles, {*articles, *texts, *incidents_of(con, texts)})
            known = con.execute("SELECT 1 FROM store.takedown WHERE takedown_id = ?", [told["id"]]).fetchone()
        decisions.rewrite(data_dir, scrub)
        proposals.forget(data_dir, articles, texts)
        if not known:
            with store.write() as con:
                rewrite_rows(con, scrub)
                remove_articles(
                    con, articles, told["urls"], f"taken out on request{': ' + reason if reason else ''}"
                )
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


def scrubber(
    words: Sequence[str], articles: Collection[str], near: Set[str]
) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What makes a decision or a line of history anew without the page's words.

    A title of fewer than :data:`~pipelines.store.SHORTEST` characters is an everyday word elsewhere: there it
    goes only where it stands alone, as a whole value or in quotation marks; in rows about the page it goes wherever it
    stands. What an article was corrected to or from goes whole.

    :param words: titles and texts, the longest first.
    :param articles: the ids of the page.
    :param near: ids of what tells of the page: the articles, their texts, the incidents of these.
    """
    anywhere = [re.compile(re.escape(word)) for word in words if len(word) >= SHORTEST]
    alone = [re.compile(_ALONE.format(re.escape(word))) for word in words if len(word) < SHORTEST]
    about_it = [re.compile(re.escape(word)) for word in words if 1 < len(word) < SHORTEST]

    def scrub(row: dict[str, Any]) -> dict[str, Any]:
        mine = not near.isdisjoint((row.get("subject_id"), row.get("incident_id")))
        label = "label" in (row.get("action"), row.get("kind"))
        codes = CODES | {"value"} if label else CODES
        new: dict[str, Any] = _scrubbed(row, [*anywhere, *(about_it if mine else ()), *alone], codes)
        if (
            row.get("subject") == "article"
            and row.get("subject_id") in articles
            and row.get("action") == "fix"
        ):
            for name in ("before", "after"):
                if isinstance(new.get(name), dict):
                    new[name] = {**new[name], "value": None}
        if row.get("action") == "title" and new != row:
            new["after"] = {"title": None}  # the machine's own title stands again
        return new

    return scrub


_ALONE = r"(?<=[“\"「『《‘])\s*{0}\s*(?=[”\"」』》’])|^\s*{0}\s*$"


def _scrubbed(value: Any, words: Sequence[re.Pattern[str]], codes: Collection[str]) -> Any:
    if isinstance(value, str):
        for word in words:
            value = word.sub(GONE, value)
        return value
    if isinstance(value, dict):
        return {name: one if name in codes else _scrubbed(one, words, codes) for name, one in value.items()}
    return [_scrubbed(one, words, codes) for one in value] if isinstance(value, list) else value


def holding(bundles: Sequence[Path], articles: Sequence[str]) -> list[Path]:
    """The bundles (folders or ZIPs) that tell of one of the articles, or that cannot be read to say no."""
    from pipelines.bundles import articles_of

    found = []
    for path in sorted(bundles):
        told = articles_of(path)
        if told is None or not told.isdisjoint(articles):
            found.append(path)
    return found
