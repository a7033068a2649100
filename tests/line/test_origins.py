"""Independent origins: editions of one house are one, a credited source is another."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines import profiles
from pipelines.labels import judge
from pipelines.steps.revision import Loaded, TextOf, make
from pipelines.steps.revision_facts import day_of, origin_of, publishers
from pipelines.store import Store, insert

HOMES = {
    "dw-en": ("Deutsche Welle", "https://www.dw.com/en/"),
    "dw-zh": ("德国之声", "https://www.dw.com/zh/"),
    "udn": ("聯合新聞網", "https://udn.com/"),
    "udn-money": ("經濟日報", "https://money.udn.com/"),
    "notudn": ("Other", "https://www.notudn.com/"),
}


@pytest.fixture
def houses(data_dir: Path) -> dict[str, object]:
    store = Store(data_dir)
    store.prepare(now=datetime(2026, 11, 23, tzinfo=UTC))
    with store.write() as con:
        insert(
            con,
            "store.outlet",
            [{"outlet_id": k, "name": n, "home": h, "declared": True} for k, (n, h) in HOMES.items()],
        )
        return dict(publishers(con))


def test_editions_and_sub_domains_are_one_house(houses: dict[str, object]) -> None:
    assert houses["dw-en"] == houses["dw-zh"]
    assert houses["udn"] == houses["udn-money"]
    assert houses["notudn"] != houses["udn"]


@pytest.mark.parametrize(
    ("outlet", "credited", "origin"),
    [
        ("dw-zh", "Deutsche Welle", "Deutsche Welle"),
        ("dw-zh", None, "Deutsche Welle"),
        ("dw-zh", "Reuters", "Reuters"),
        ("udn-money", None, "聯合新聞網"),
    ],
)
def test_who_credits_its_own_house_credits_nobody_else(
    houses: dict[str, object], outlet: str, credited: str | None, origin: str
) -> None:
    assert origin_of(credited, houses[outlet]) == origin  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "published", "day"),
    [
        ("2026-10-20", datetime(2026, 10, 21), "2026-10-20"),  # noqa: DTZ001
        ("XXXX-10-20", datetime(2026, 10, 21), "2026-10-20"),  # noqa: DTZ001
        ("XXXX-12-30", datetime(2026, 1, 2), "2025-12-30"),  # noqa: DTZ001
        ("XXXX-02-29", datetime(2026, 3, 1), None),  # noqa: DTZ001
        ("2027-01-01", datetime(2026, 3, 1), None),  # noqa: DTZ001
        ("2026-10", datetime(2026, 10, 21), None),  # noqa: DTZ001
        ("XXXX-XX-20", datetime(2026, 10, 21), "2026-10-20"),  # noqa: DTZ001
        ("XXXX-XX-31", datetime(2026, 11, 2), "2026-10-31"),  # noqa: DTZ001
        ("XXXX-10", datetime(2026, 10, 21), None),  # noqa: DTZ001
        ("XXXX-XX-20", None, None),
    ],
)
def test_the_year_that_a_text_leaves_out_is_that_of_its_report(
    said: str, published: datetime | None, day: str | None
) -> None:
    assert day_of(said, published) == day


def test_the_rationale_counts_the_origins_that_the_record_names() -> None:
    title, text = (
        "無人駕駛計程車撞倒行人",
        "一輛無人駕駛計程車昨日在台中撞倒一名行人。傷者送醫，並無生命危險。",
    )
    profile = profiles.load("ai-incidents")
    judgement = judge(title, text, profile)

    def retold(name: str, credited: str) -> TextOf:
        row = {
            "text_id": f"t-{name}", "article_id": f"{name}:1", "outlet_id": name, "outlets": [name], "role": "report",
            "title": title, "text": text, "published": datetime(2026, 11, 20, 8, tzinfo=UTC), "joined": "2026-11-21",
            "language_tag": "zh-Hant-TW", "class": "incident", "title_en": None, "attributed_source": credited, "carriers": 1,
        }  # fmt: skip
        return TextOf(row, judgement, list(judgement.labels), [], {})

    texts = [retold("udn", "unnamed British media"), retold("ltn", "Financial Times")]
    made = make(Loaded({"incident_id": "i"}, texts), profile, [], None, date(2026, 11, 23))
    assert (made.record["origins"], made.record["origin_names"]) == (1, ["Financial Times"])
    assert "It rests on two texts from one independent origin." in made.record["rationale"]
