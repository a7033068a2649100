"""The step of :mod:`pipelines.translation`: all titles, and the bodies of relevant texts, in English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pipelines.records import OK, Translation
from pipelines.steps.base import Context, Result, Task, forget_stage, in_list, pending
from pipelines.store import Store, fetch_rows, insert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

    from pipelines.translation import Engine, Glossary, Remembered

SUBJECTS = """
SELECT a.article_id AS subject_id, a.published,
       a.body_sha256 || CASE WHEN r.relevant THEN ' title and text' ELSE ' title' END AS input_sha256
FROM (SELECT * FROM store.article QUALIFY version = max(version) OVER (PARTITION BY article_id)) a
JOIN store.fold f USING (article_id)
LEFT JOIN store.text t ON t.article_id = a.article_id AND t.text_id = f.text_id
LEFT JOIN store.relevance r ON r.text_id = t.text_id
"""
LOAD = """
SELECT a.article_id, a.title, a.text, l.language_tag, t.text_id, coalesce(r.relevant, false) AS relevant
FROM store.article a
JOIN chunk c ON c.subject_id = a.article_id
JOIN store.fold f ON f.article_id = a.article_id
LEFT JOIN store.language l ON l.article_id = a.article_id
LEFT JOIN store.text t ON t.article_id = a.article_id AND t.text_id = f.text_id
LEFT JOIN store.relevance r ON r.text_id = t.text_id
QUALIFY a.version = max(a.version) OVER (PARTITION BY a.article_id)
ORDER BY c.position
"""
SIZES = """
SELECT a.article_id, coalesce(length(a.title), 0) + CASE WHEN r.relevant THEN coalesce(length(a.text), 0) ELSE 0 END
FROM (SELECT * FROM store.article QUALIFY version = max(version) OVER (PARTITION BY article_id)) a
JOIN chunk c ON c.subject_id = a.article_id
JOIN store.fold f ON f.article_id = a.article_id
LEFT JOIN store.text t ON t.article_id = a.article_id AND t.text_id = f.text_id
LEFT JOIN store.relevance r ON r.text_id = t.text_id
"""
KEEP_TITLES = (
    """
    CREATE OR REPLACE TEMP TABLE other_title AS
    SELECT e.*, n.model AS new_model FROM (SELECT subject_id, (?::VARCHAR[])[position] AS model FROM chunk) n
    JOIN store.title_en e ON e.article_id = n.subject_id AND e.model IS DISTINCT FROM n.model
    """,
    """
    DELETE FROM store.title_en_before b USING other_title o
    WHERE b.article_id = o.article_id AND b.model IN (o.model, o.new_model)
    """,
    "INSERT INTO store.title_en_before SELECT * EXCLUDE (new_model) FROM other_title WHERE model IS NOT NULL",
)
"""What another model wrote moves aside; what the present one once wrote comes back from there."""
SAMPLE = "sample"


class StoreMemory:
    """The translation memory over ``store.memory``: looked up in bulk, written with the chunk that made it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.new: dict[str, Remembered] = {}
        self.hits: Counter[str] = Counter()

    def get(self, keys: Sequence[str]) -> dict[str, str]:
        found = {key: self.new[key].target for key in keys if key in self.new}
        rest = [key for key in dict.fromkeys(keys) if key not in found]
        if rest:
            with self.store.read() as con:
                in_list(con, rest)
                found |= dict(
                    con.execute(
                        "SELECT memory_key, target FROM store.memory m JOIN chunk c ON c.subject_id = m.memory_key"
                    ).fetchall()
                )
        self.hits.update(found.keys())
        return found

    def put(self, rows: Iterable[Remembered]) -> None:
        for row in rows:
            self.new.setdefault(row.key, row)

    def save(self, con: DuckDBPyConnection) -> None:
        """Write the new rows and the hits, which are then no longer new."""
        rows, self.new = self.new, {}
        hits, self.hits = self.hits, Counter()
        insert(con, "store.memory", _remembered(rows.values()), replace=("memory_key",))
        con.execute(
            "UPDATE store.memory SET hits = coalesce(hits, 0) + h.n FROM "
            "(SELECT unnest(?::VARCHAR[]) AS memory_key, unnest(?::BIGINT[]) AS n) h "
            "WHERE store.memory.memory_key = h.memory_key",
            [list(hits), list(hits.values())],
        )


def _remembered(rows: Iterable[Remembered]) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield {
            "memory_key": row.key,
            "engine": row.engine,
            "model": row.model,
            "source": row.source,
            "target": row.target,
            "flags": list(row.flags),
            "article_id": row.item,
            "hits": 0,
        }


class TranslationStep:
    """Work is cut into transactions by characters, so that each takes about as long: some 500 sentences, ten seconds and
    more with a model of the real package's size on two cores. That much a crash can cost, and that often progress is told."""

    name = "translation"
    chunk = 256
    weight = 20_000
    """Characters in one transaction."""
    weight_of_endpoint = 2_000

    def __init__(self, context: Context) -> None:
        self.context = context
        self.memory = StoreMemory(Store(context.data_dir))

    @cached_property
    def engines(self) -> Mapping[str, Engine]:
        from pipelines import translation

        wanted = self.context.translation_model
        return translation.engines(
            self.context.data_dir, package=None if wanted == SAMPLE else wanted, sample=wanted == SAMPLE
        )

    @property
    def version(self) -> str:
        from pipelines import embedding, translation

        models = dict.fromkeys(engine.model for _, engine in sorted(self.engines.items()))
        words = f"glossary:{self.glossary.sha256[:8]}"
        return " ".join([translation.VERSION, words, embedding.VERSION, *models])

    @cached_property
    def glossary(self) -> Glossary:
        from pipelines import translation

        sample = any(translation.is_sample(engine.model) for engine in self.engines.values())
        return translation.glossary_for(self.context.data_dir, sample=sample)

    def pending(self, con: DuckDBPyConnection) -> list[Task]:
        """What has no current translation; what once lacked a package or was refused, as soon as there is another."""
        from pipelines import translation

        again = "r.outcome IN ('no_model', 'unsupported_language', 'refused')" if self.engines else ""
        if self.engines:
            again += f" AND r.version <> '{self.version.replace(chr(39), chr(39) * 2)}'"
        tasks = pending(con, self.name, SUBJECTS, "published NULLS LAST, subject_id", again)
        in_list(con, [task.subject_id for task in tasks])
        sizes = dict(con.execute(SIZES).fetchall())
        remote = translation.is_endpoint(self.context.translation_model or "")
        most = self.weight_of_endpoint if remote else self.weight
        found, total = [], 0
        for task in tasks:
            found.append(replace(task, batch=str(total // most)))
            total += sizes[task.subject_id]
        return found

    def load(self, con: DuckDBPyConnection, tasks: Sequence[Task]) -> Any:
        in_list(con, [task.subject_id for task in tasks])
        return fetch_rows(con, LOAD)

    def compute(self, tasks: Sequence[Task], loaded: list[dict[str, Any]]) -> Iterable[Result]:
        from pipelines import translation

        items = [
            translation.Item(
                row["article_id"], row["title"], row["text"] if row["relevant"] else None, row["language_tag"]
            )
            for row in loaded
        ]
        translated = translation.translate_texts(items, self.engines, self.memory, self.glossary)
        for task, row, (_, found) in zip(tasks, loaded, translated, strict=True):
            yield Result(task.subject_id, task.input_sha256, found.outcome, found.reason, _rows(row, found))

    def save(self, con: DuckDBPyConnection, results: Sequence[Result]) -> None:
        titles = [row for result in results for row in result.rows["title_en"]]
        in_list(con, [row["article_id"] for row in titles])
        made, *moved = KEEP_TITLES
        con.execute(made, [[row["model"] for row in titles]])
        for sql in moved:
            con.execute(sql)
        insert(con, "store.title_en", titles, replace=("article_id",))
        sentences = [row for result in results for row in result.rows["sentence"]]
        in_list(con, sorted({row["text_id"] for row in sentences}))
        con.execute(
            "DELETE FROM store.sentence s USING chunk c WHERE s.text_id = c.subject_id AND (s.text_id, s.model) IN "
            "(SELECT (unnest(?::VARCHAR[]), unnest(?::VARCHAR[])))",
            [[row["text_id"] for row in sentences], [row["model"] for row in sentences]],
        )
        con.execute(
            "UPDATE store.sentence SET current = false WHERE text_id IN (SELECT subject_id FROM chunk)"
        )
        insert(con, "store.sentence", sentences)
        self.memory.save(con)

    def forget(self, con: DuckDBPyConnection) -> None:
        forget_stage(con, self.name)


def _rows(row: dict[str, Any], found: Translation) -> dict[str, list[dict[str, Any]]]:
    titles, sentences = [], []
    if found.title_en is not None:
        in_title = [sentence for sentence in found.sentences if sentence.field == "title"]
        titles.append(
            {
                "article_id": row["article_id"],
                "title_en": found.title_en,
                "flags": sorted({flag for sentence in in_title for flag in sentence.flags}),
                "engine": found.engine or None,
                "model": found.model or None,
            }
        )
    if row["text_id"] and found.outcome == OK:
        sentences = [
            {
                "text_id": row["text_id"],
                "field": sentence.field,
                "n": sentence.n,
                "start_at": sentence.start,
                "end_at": sentence.end,
                "source": sentence.source,
                "target": sentence.target,
                "flags": list(sentence.flags),
                "engine": sentence.engine,
                "model": sentence.model,
                "current": True,
            }
            for sentence in found.sentences
        ]
    return {"title_en": titles, "sentence": sentences}
