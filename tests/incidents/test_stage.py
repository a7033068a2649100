"""The filter on rows."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.incidents import filter_rows

ROWS: list[dict[str, Any]] = [
    {
        "id": "a",
        "title": "维洛L7在江城大桥追尾货车 两人死亡",
        "text": "一辆维洛L7在江城长虹大桥追尾货车，两人死亡。",
        "published": "2031-01-01T08:00:00+08:00",
    },
    {
        "id": "b",
        "title": "江城大橋車禍 維洛L7兩人喪命",
        "text": "維洛L7在江城長虹大橋追撞貨車，兩人死亡。",
        "published": "2031-01-01T10:00:00+08:00",
    },
    {"id": "c", "title": "川北超市人脸支付被盗刷61万元", "text": None, "published": None},
]


def test_all_groups_every_row() -> None:
    out = list(filter_rows(ROWS, all=True))
    assert [row["id"] for row in out] == ["a", "b", "c"]
    assert {row["outcome"] for row in out} == {"ok"}
    assert out[0]["incident_id"] == out[1]["incident_id"] != out[2]["incident_id"]
    assert out[2]["incident_id"].startswith("0000-00-00-")
    assert all(row["affair_id"] and row["reason"] and 0 <= row["score"] <= 1 for row in out)


def test_named_outcomes() -> None:
    rows = [
        {"id": "1", "title": "x", "class": "incident", "published": "yesterday"},
        {"id": "2", "title": " ", "text": None, "class": "incident"},
        {"id": "3", "title": "没有类别"},
        {"id": "4", "title": "无关", "class": "unrelated"},
        {"id": "5", "title": "不相关", "class": "incident", "relevant": False},
        {"id": "6", "title": "评论", "class": "complementary"},
        {"id": "7", "title": "机器人伤人", "class": "hazard"},
    ]
    assert {row["id"]: row["outcome"] for row in filter_rows(rows)} == {
        "1": "bad_date",
        "2": "empty",
        "3": "no_class",
        "4": "unrelated",
        "5": "irrelevant",
        "6": "waiting",
        "7": "ok",
    }


def test_order_of_rows_changes_no_id() -> None:
    shuffled = list(ROWS)
    random.Random(3).shuffle(shuffled)
    one = {row["id"]: row for row in filter_rows(ROWS, all=True)}
    assert {row["id"]: row for row in filter_rows(shuffled, all=True)} == one


def test_a_doubled_id_is_answered_and_the_first_row_counts() -> None:
    alone = list(filter_rows([ROWS[0]], all=True))
    out = list(filter_rows([ROWS[0], {**ROWS[1], "id": ROWS[0]["id"]}], all=True))
    assert out[:1] == alone
    assert (out[1]["id"], out[1]["outcome"], out[1]["incident_id"]) == (ROWS[0]["id"], "double_id", None)


@given(
    st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "title": st.none() | st.text(max_size=40),
                "text": st.none() | st.text(max_size=60),
                "published": st.none() | st.text(max_size=12),
            },
        ),
        max_size=6,
    )
)
@settings(max_examples=25, deadline=None)
def test_any_rows_leave_once_with_an_outcome(rows: list[dict[str, Any]]) -> None:
    named = [{**row, "id": str(n)} for n, row in enumerate(rows)]
    out = list(filter_rows(named, all=True))
    assert [row["id"] for row in out] == [row["id"] for row in named]
    assert all(row["outcome"] in ("ok", "empty", "bad_date") for row in out)
