"""The steps of :mod:`pipelines.texts`: sign every article, then fold the new ones against what shares a key with them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import TYPE_CHECKING, Any

from pipelines.records import OK
from pipelines.steps.base import Context, Result, Task, forget_stage, in_list, pending
from pipelines.store import fetch_rows, insert

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

DAYS = 60
"""How far back a new article looks for the text that it repeats."""
PER_KEY = 201
"""Carriers of one key that are worth loading: the room passes over a key with more."""

LATEST = "(SELECT * FROM store.article QUALIFY version = max(version) OVER (PARTITION BY article_id))"
DROPPED = """
SELECT subject_id, 'dropped by ' || made_by || ': ' || reason FROM store.decision
WHERE subject = 'article' AND action = 'drop' AND outcome = 'applied' AND undone_by IS NULL ORDER BY position
"""
PARTED = """
SELECT text_id FROM (SELECT unnest([before->>'text_id', before->'folds'->0->>'text_id']) AS text_id FROM store.decision
                     WHERE subject = 'article' AND action = 'split' AND outcome = 'applied' AND undone_by IS NULL)
WHERE text_id IS NOT NULL
"""
"""Texts that a person parted, and what they were parted from: their carriers stay where the person left them."""
SUBJECTS = f"""
SELECT article_id AS subject_id, body_sha256 || ' ' || coalesce(strftime(published, '%Y-%m-%dT%H:%M'), '') AS input_sha256,
       published
FROM {LATEST}
"""
LOAD = f"""
SELECT a.article_id, a.title, a.text, a.published, a.url, a.outlet_id, l.script
FROM {LATEST} a JOIN chunk c ON c.subject_id = a.article_id
LEFT JOIN store.language l USING (article_id)
ORDER BY c.position
"""


class SignaturesStep:
    """What an article's text looks like: its signature and its index keys."""

    name = "signatures"
    chunk = 500

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def version(self) -> str:
        from pipelines import texts
        from pipelines.hanzi import NORMALISATION_VERSION

        return f"{texts.VERSION} {NORMALISATION_VERSION}"

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        return pending(con, self.name, SUBJECTS, "published NULLS LAST, subject_id")

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        in_list(con, [task.subject_id for task in tasks])
        return fetch_rows(con, LOAD)

    def compute(self, tasks: Sequence[Task], loaded: list[dict[str, Any]]) -> Iterable[Result]:
        from pipelines import texts

        for task, row in zip(tasks, loaded, strict=True):
            signature = texts.sign(
                row["article_id"],
                row["title"],
                row["text"],
                published=row["published"].replace(tzinfo=UTC) if row["published"] else None,
                url=row["url"],
                outlet=row["outlet_id"],
                script=row["script"],
            )
            day = row["published"].date() if row["published"] else None
            kept = {
                "article_id": row["article_id"],
                "input_sha256": task.input_sha256,
                "signature": signature.to_row(),
                "day": day,
            }
            keys = [
                {"key": key, "article_id": row["article_id"], "day": day}
                for key in dict.fromkeys(signature.keys)
            ]
            yield Result(
                task.subject_id,
                task.input_sha256,
                OK,
                "",
                {"signature": [kept], "fold_key": keys},
            )

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        in_list(con, [result.subject_id for result in results])
        con.execute("DELETE FROM store.fold_key WHERE article_id IN (SELECT subject_id FROM chunk)")
        insert(con, "store.fold_key", [row for r in results for row in r.rows["fold_key"]])
        insert(
            con,
            "store.signature",
            [row for r in results for row in r.rows["signature"]],
            replace=("article_id",),
        )

    def forget(self, con: DuckDBPyConnection) -> None:
        forget_stage(con, self.name)


class TextsStep:
    """One text, one vote: twins, copies and updates fold onto the text that they repeat."""

    name = "texts"
    chunk = 500

    def __init__(self, context: Context) -> None:
        self.context = context

    @property
    def version(self) -> str:
        from pipelines import texts

        return texts.VERSION

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        return pending(con, self.name, SUBJECTS, "published NULLS LAST, subject_id")

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        """The signatures of the chunk, and those folded earlier that share a key: found by key, never by a scan of texts."""
        in_list(con, [task.subject_id for task in tasks])
        new = fetch_rows(
            con,
            "SELECT s.*, f.text_id AS own_text, f.relation AS own_relation, f.reason AS own_reason, "
            "f.same_as, f.similarity, v.change FROM store.signature s JOIN chunk c ON c.subject_id = s.article_id "
            "JOIN (SELECT article_id, arg_max(change, version) AS change FROM store.article "
            "SEMI JOIN chunk ON chunk.subject_id = article_id GROUP BY article_id) v USING (article_id) "
            "LEFT JOIN store.fold f USING (article_id) ORDER BY c.position",
        )
        known = fetch_rows(
            con,
            f"""
            WITH mine AS (
                SELECT k.key, min(k.day) AS first, max(k.day) AS last
                FROM store.fold_key k JOIN chunk c ON c.subject_id = k.article_id GROUP BY k.key
            ),
            near AS (
                SELECT k.article_id
                FROM store.fold_key k JOIN mine m USING (key) JOIN store.fold f ON f.article_id = k.article_id
                WHERE (k.day IS NULL OR m.first IS NULL
                       OR k.day BETWEEN m.first - INTERVAL {DAYS} DAY AND m.last + INTERVAL {DAYS} DAY)
                  AND k.article_id NOT IN (SELECT subject_id FROM chunk)
                QUALIFY row_number() OVER (PARTITION BY k.key ORDER BY k.day NULLS LAST, k.article_id) <= {PER_KEY}
            )
            SELECT s.article_id, s.signature, f.text_id
            FROM store.signature s JOIN store.fold f USING (article_id)
            WHERE s.article_id IN (SELECT article_id FROM near)
            ORDER BY s.day NULLS LAST, s.article_id
            """,
        )
        parted = {name for (name,) in con.execute(PARTED).fetchall()}
        return new, known, dict(con.execute(DROPPED).fetchall()), parted

    def compute(self, tasks: Sequence[Task], loaded: Any) -> Iterable[Result]:
        from pipelines import texts

        new_rows, known_rows, dropped, parted = loaded
        for task in tasks:
            if task.subject_id in dropped:
                yield Result(task.subject_id, task.input_sha256, "dropped", dropped[task.subject_id])
        tasks = [task for task in tasks if task.subject_id not in dropped]
        new_rows = [row for row in new_rows if row["article_id"] not in dropped]
        new = [texts.Signature.from_row(json.loads(row["signature"])) for row in new_rows]
        known = [
            texts.Signature.from_row(json.loads(row["signature"])).with_text(row["text_id"])
            for row in known_rows
        ]
        for task, row, signature, found in zip(tasks, new_rows, new, texts.fold(new, known), strict=True):
            fold: dict[str, Any] = {
                "article_id": task.subject_id,
                "text_id": found.text_id,
                "relation": found.relation,
                "reason": found.reason,
                "same_as": found.same_as,
                "similarity": found.similarity,
                "attributed_source": found.attributed_source,
            }
            if row["own_text"] in parted:
                fold |= {
                    "text_id": row["own_text"],
                    "relation": row["own_relation"],
                    "reason": row["own_reason"],
                }
                fold |= {name: row[name] for name in ("same_as", "similarity")}
            elif row["own_text"] and (
                row["own_text"] != found.text_id or row["own_relation"] in ("original", "update")
            ):
                # a page that changed stays with its text, and its founder does not become a copy of its copies: only a
                # person takes an article out of a text
                fold |= {"text_id": row["own_text"], "relation": "update", "reason": _changed(row["change"])}
                fold |= {"same_as": None, "similarity": None}
            text_id = fold["text_id"]
            text = {
                "text_id": text_id,
                "article_id": task.subject_id,
                "published": signature.published,
                "input_sha256": task.input_sha256,
            }
            rows = {"fold": [fold], "text": [text]} if found.outcome == OK else {}
            yield Result(
                task.subject_id, task.input_sha256, found.outcome, found.reason if not rows else "", rows
            )

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        insert(
            con,
            "store.fold",
            [row for r in results for row in r.rows.get("fold", ())],
            replace=("article_id",),
        )
        texts = [row for r in results for row in r.rows.get("text", ())]
        in_list(con, sorted({row["text_id"] for row in texts}))
        readers = dict(
            con.execute(
                "SELECT t.text_id, t.article_id FROM store.text t JOIN chunk c ON c.subject_id = t.text_id"
            ).fetchall()
        )
        write: dict[str, dict[str, Any]] = {}
        for row in texts:
            if readers.setdefault(row["text_id"], row["article_id"]) == row["article_id"]:
                write[row["text_id"]] = row
        insert(con, "store.text", write.values(), replace=("text_id",))

    def forget(self, con: DuckDBPyConnection) -> None:
        """Folds are made again, and the texts' ids come out the same; those that a person parted stay parted."""
        forget_stage(con, "signatures")
        forget_stage(con, self.name)
        con.execute(f"DELETE FROM store.fold WHERE text_id NOT IN ({PARTED})")
        con.execute("DELETE FROM store.text WHERE text_id NOT IN (SELECT text_id FROM store.fold)")


def _changed(kept: str | None) -> str:
    """The reason of an update: what its newest version changed, as far as that was kept, or who corrected it."""
    from pipelines import texts

    said = texts.told(kept)
    if said["by_hand"]:
        return str(said["summary"])
    summary = said["summary"].rstrip(".")
    return f"the page changed: {summary[:1].lower()}{summary[1:]}" if summary else "the page changed"
