"""A small database with articles that we wrote, indexed as the line does it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.steps.base import Context, sha256_of
from pipelines.steps.search import SearchStep
from pipelines.store import Store, insert

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ARTICLES: list[dict[str, Any]] = [
    {"id": "udn:1", "tag": "zh-Hant-TW", "day": "2026-11-01", "title": "輝達新款晶片遭禁售", "text": "美國政府宣布，輝達不得再向客戶出售這款晶片。晶片供應因此吃緊。"},
    {"id": "xinhua:1", "tag": "zh-Hans-CN", "day": "2026-11-02", "title": "芯片企业回应", "text": "多家芯片企业表示，正在评估影响。人工智能模型的训练没有中断。"},
    {"id": "dw-en:1", "tag": "en", "day": "2026-11-03", "title": "New rules for chips", "text": "Regulators said the chips may not be sold. Nvidia declined to comment on the facial recognition system."},
    {"id": "udn:2", "tag": "zh-Hant-TW", "day": "2026-11-04", "title": "科大訊飛語音助理失靈", "text": "科大訊飛的語音助理週三失靈兩小時，醫院改用紙本。", "title_en": "iFLYTEK voice assistant fails", "english": ["The voice assistant of iFLYTEK failed for two hours on Wednesday.", "Hospitals went back to paper."]},
    {"id": "ltn:1", "tag": "zh-Hant-TW", "day": "2026-11-05", "title": "飛機與大學", "text": "訊飛不是這則新聞的主角，科大畢業典禮照常舉行，大訊塔也無恙。"},
    {"id": "cna:1", "tag": "zh-Hant-TW", "day": "2026-11-06", "title": "街頭", "text": "一人受傷。"},
]  # fmt: skip


def article(row: dict[str, Any], version: int = 1) -> dict[str, Any]:
    outlet = row["id"].split(":")[0]
    return {
        "article_id": row["id"], "version": version, "fetch_id": f"f-{row['id']}-{version}", "url": f"https://{outlet}.example/{row['id']}",
        "outlet_id": outlet, "title": row["title"], "text": row["text"], "authors": [], "published": f"{row['day']} 08:00:00",
        "fetched": f"{row['day']} 09:00:00", "body_sha256": sha256_of(row["title"], row["text"]),
    }  # fmt: skip


def shelf(data_dir: Path, rows: list[dict[str, Any]] | None = None) -> Store:
    """The database in ``data_dir``, with an incident that holds ``udn:1`` and ``xinhua:1``."""
    rows = ARTICLES if rows is None else rows
    store = Store(data_dir)
    store.prepare(now=NOW)
    with store.write() as con:
        insert(con, "store.article", [article(row) for row in rows])
        insert(con, "store.language", [{"article_id": row["id"], "language_tag": row["tag"]} for row in rows])
        insert(
            con,
            "store.fold",
            [{"article_id": row["id"], "text_id": f"t-{row['id']}", "relation": "original"} for row in rows],
        )
        insert(
            con,
            "store.title_en",
            [{"article_id": row["id"], "title_en": row["title_en"]} for row in rows if "title_en" in row],
        )
        insert(
            con,
            "store.sentence",
            [
                {
                    "text_id": f"t-{row['id']}",
                    "field": "text",
                    "n": n,
                    "start_at": n,
                    "end_at": n + 1,
                    "source": "…",
                    "target": said,
                    "current": True,
                }
                for row in rows
                for n, said in enumerate(row.get("english", ()))
            ],
        )
        insert(
            con,
            "store.judgement",
            [
                {"text_id": "t-udn:1", "class": "incident", "profile": "p"},
                {"text_id": "t-xinhua:1", "class": "complementary", "profile": "p"},
            ],
        )
        insert(
            con,
            "store.incident",
            [
                {
                    "incident_id": "2026-11-01-aaaa",
                    "affair_id": "2026-11-01-aaaa",
                    "revision": 1,
                    "title": "Sale of a processor stopped",
                    "summary": "The government stopped the sale.",
                    "title_original": "新款晶片遭禁售",
                    "class": "incident",
                    "state": "open",
                    "content_sha256": "1",
                    "first_published": "2026-11-01 08:00:00",
                }
            ],
        )
        insert(
            con,
            "store.incident_member",
            [
                {
                    "incident_id": "2026-11-01-aaaa",
                    "text_id": f"t-{name}",
                    "role": "report",
                    "reason": "same event",
                    "joined_by": "machine",
                }
                for name in ("udn:1", "xinhua:1")
            ],
        )
    index(store)
    return store  # fmt: skip


def index(store: Store) -> list[str]:
    """Run the step; returns what it took as new or changed."""
    step = SearchStep(Context(store.data_dir, "run-1", NOW, "ai-incidents"))
    with store.read() as con:
        tasks = step.pending(con)
        loaded = step.load(con, tasks)
    results = list(step.compute(tasks, loaded))
    with store.write() as con:
        step.save(con, results)
        insert(
            con,
            "store.stage_result",
            [
                {
                    "stage": "search",
                    "subject_id": one.subject_id,
                    "input_sha256": one.input_sha256,
                    "outcome": "ok",
                    "version": step.version,
                    "run_id": "run-1",
                }
                for one in results
            ],
            replace=("stage", "subject_id"),
        )
    return [task.subject_id for task in tasks]
