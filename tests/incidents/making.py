"""Texts for tests, all invented."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pipelines.incidents import Features, Item, features
from pipelines.records import Class

START = datetime(2031, 1, 1, 8, tzinfo=UTC)


def text(
    text_id: str, title: str, body: str = "", *, day: float | None = 0, class_: Class | None = "incident"
) -> Features:
    published = None if day is None else START + timedelta(days=day)
    return features(Item(text_id=text_id, title=title, text=body, published=published, class_=class_))


CRASH = (
    text(
        "crash-1",
        "维洛L7在江城大桥追尾货车 两人死亡",
        "一辆维洛L7轿车在江城长虹大桥上追尾一辆货车，两人当场死亡，车速103公里。",
    ),
    text(
        "crash-2",
        "江城大橋追撞車禍 維洛L7兩人喪命",
        "維洛L7在江城長虹大橋追撞貨車，車上兩人死亡，車速103公里。",
        day=0.2,
    ),
)
FRAUD = (
    text(
        "fraud-1",
        "照片骗过人脸支付 川北超市被盗刷61万元",
        "一个团伙用打印照片骗过川北连锁超市的人脸支付终端，盗刷61万元。",
        day=0.1,
    ),
    text(
        "fraud-2",
        "川北超市刷臉付款被騙61萬元",
        "川北連鎖超市的刷臉付款機被列印照片騙過，遭盜刷61萬元。",
        day=0.5,
    ),
)
