"""``text split``: an article is taken out of the text it was folded into, also the one the text is read from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines import decisions
from pipelines.steps.base import Context, sha256_of
from pipelines.steps.decisions import fold_decisions
from pipelines.steps.texts import SignaturesStep, TextsStep
from pipelines.store import Store, fetch_rows, insert
from pipelines.texts import diff

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
BODY = "市政府週三表示，停車場的辨識系統把三百輛車認錯，車主收到不該收的罰單。市長道歉，並說系統已經停用，罰單一律撤銷，外包公司要賠償損失，議會要求公布合約與驗收紀錄，監察單位已經介入調查此事。"  # fmt: skip
CONTEXT = {"run_id": "r1", "now": NOW, "profile": "ai-incidents"}


class Line:
    """The store after two articles with one text were folded."""

    def __init__(self, data_dir: Path) -> None:
        self.context = Context(data_dir, **CONTEXT)  # type: ignore[arg-type]
        self.store = Store(data_dir)
        self.store.prepare(now=NOW)
        self.minute = 0
        with self.store.write() as con:
            insert(con, "store.article", [self.article(n, 1, BODY) for n in (1, 2)])
        self.run()

    def article(self, n: int, version: int, body: str) -> dict[str, Any]:
        day = datetime(2026, 11, n, 8, tzinfo=UTC)
        return {
            "article_id": f"udn:{n}", "version": version, "fetch_id": f"f{n}-{version}", "outlet_id": "udn", "title": f"停車場認錯車 {n}",
            "text": body, "published": day, "fetched": day, "body_sha256": sha256_of(f"{n}", body), "authors": [],
        }  # fmt: skip

    def run(self, *, again: bool = False) -> None:
        for step in (SignaturesStep(self.context), TextsStep(self.context)):
            with self.store.write() as con:
                if again:
                    step.forget(con)
                tasks = step.pending(con)
                results = list(step.compute(tasks, step.load(con, tasks)))
                step.save(con, results)
                insert(
                    con,
                    "store.stage_result",
                    [
                        {"stage": step.name, "subject_id": one.subject_id, "input_sha256": one.input_sha256, "outcome": one.outcome, "version": "1", "run_id": "r1"}
                        for one in results
                    ],
                    replace=("stage", "subject_id"),
                )  # fmt: skip

    def decide(self, subject: str, subject_id: str, action: str) -> str:
        self.minute += 1
        made = NOW.replace(minute=self.minute)
        one = decisions.make(
            subject, subject_id, action, {}, reason="another story", made_by="ann", made=made
        )
        decisions.append(self.context.data_dir, one)
        with self.store.write() as con:
            counts = fold_decisions(con, self.context).counts
        assert counts["applied"] == 1, counts
        return one.decision_id

    def folds(self) -> dict[str, tuple[str, str, str]]:
        with self.store.read() as con:
            rows = fetch_rows(con, "SELECT * FROM store.fold ORDER BY article_id")
        return {row["article_id"]: (row["text_id"], row["relation"], row["reason"]) for row in rows}

    def read_from(self) -> dict[str, str]:
        with self.store.read() as con:
            return dict(con.execute("SELECT text_id, article_id FROM store.text").fetchall())


@pytest.fixture
def line(data_dir: Path) -> Line:
    return Line(data_dir)


@pytest.mark.parametrize("article", ["udn:1", "udn:2"])
def test_either_article_can_leave_and_the_text_is_read_from_the_other(line: Line, article: str) -> None:
    other = {"udn:1": "udn:2", "udn:2": "udn:1"}[article]
    before, read = line.folds(), line.read_from()
    old = before["udn:1"][0]
    assert before["udn:2"][:2] == (old, "twin")
    made = line.decide("article", article, "split")
    new, relation, reason = line.folds()[article]
    assert relation == "original"
    assert reason == f"split from {old} by ann: another story"
    assert new.startswith("t-")
    assert len(new) == len(old)
    assert line.read_from() == {old: other, new: article}
    for again in (False, True):  # a later run, and one that folds everything again
        line.run(again=again)
        assert line.folds()[article] == (new, "original", reason)
        assert line.folds()[other][0] == old
    line.decide("decision", made, "undo")
    assert line.folds() == before
    assert line.read_from() == read


def test_a_page_that_changes_stays_where_a_person_put_it(line: Line) -> None:
    line.decide("article", "udn:1", "split")
    folds = line.folds()
    with line.store.write() as con:
        insert(con, "store.article", [line.article(1, 2, BODY + "市府週四公布名單。")])
    line.run()
    assert line.folds() == folds


def test_a_page_that_changes_is_an_update_of_its_own_text(line: Line) -> None:
    with line.store.write() as con:
        body = "球隊週日奪冠，教練說明年目標是衛冕，球迷湧上街頭慶祝到深夜。"
        change = diff("a", BODY, "a", body).to_json()
        insert(con, "store.article", [line.article(1, 2, body) | {"change": change}])
    old = line.folds()["udn:1"][0]
    line.run()
    assert line.folds()["udn:1"] == (
        old,
        "update",
        "the page changed: 1 sentence added; 2 sentences removed",
    )


def test_the_founder_of_a_text_does_not_become_a_copy_of_its_copy(line: Line) -> None:
    body = BODY.replace("三百", "五百")
    with line.store.write() as con:
        change = diff("a", BODY, "a", body).to_json()
        insert(con, "store.article", [line.article(1, 2, body) | {"change": change}])
        note = json.dumps({"note": "published corrected by ann"})
        insert(con, "store.article", [line.article(2, 2, BODY) | {"change": note, "published": NOW}])
    old = line.folds()["udn:1"][0]
    line.run()
    folds = line.folds()
    assert folds["udn:1"][:2] == (old, "update")
    assert folds["udn:1"][2].startswith("the page changed: 1 sentence added; 1 sentence removed")
    assert folds["udn:2"][:2] == (old, "copy")
