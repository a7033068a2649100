"""Whom a text credits, in both scripts and English."""

from __future__ import annotations

import pytest

from pipelines.texts import attributed_source, independent


@pytest.mark.parametrize(
    ("title", "text", "source"),
    [
        ("英媒：中企透過中間商取得晶片", "據英國《金融時報》報導，多家公司", "Financial Times"),
        ("中企通过中间商取得芯片", "据英国《金融时报》报道，多家公司", "Financial Times"),
        ("路透：美方擬收緊出口", None, "Reuters"),
        (None, "（中央社記者王大明台北3日電）市府宣布", "Central News Agency"),
        (None, "新华社北京3月4日电 记者从有关部门获悉", "Xinhua"),
        (None, "市府宣布停用系統。\n來源：聯合新聞網", "United Daily News"),
        (None, "BERLIN (Reuters) - A regulator said", "Reuters"),
        (None, "A bank lost money, according to the Financial Times.", "Financial Times"),
        (None, "The Verge first reported the change.", "The Verge"),
        ("英媒：機器人誤判", "醫院昨天停用", "unnamed British media"),
        (None, "综合外电报道，一座港口", "unnamed foreign media"),
        (None, "據媒體報導，警方", "unnamed media"),
        (None, "彭博社創辦人昨天宣布捐款", None),
        (None, "Bloomberg LP is buying a chip maker", None),
        (None, "這款MobileAPP說明書，由本報整理", None),
        (None, "據美國《明星論壇報》報導，一所學校", "《明星论坛报》"),
        (None, "荷兰《新鹿特丹商业报》週二披露，稅務局", "《新鹿特丹商业报》"),
        (None, "路透社引述《明星論壇報》報導，一所學校", "Reuters"),
        (None, "他在《明星論壇報》工作了十年。", None),
        (None, "據《個人資料保護法》第五條", None),
        (None, "美联社看到的一份内部文件显示，系统从未受审", "Associated Press"),
        (None, "法新社巴黎电，一段伪造音频在投票前夜流传", "Agence France-Presse"),
        (None, "路透社停电，编辑部用机器写稿", None),
        (None, "路透社获得普利策奖", None),
        (None, "警方發言人對美聯社表示，這是誤判", "Associated Press"),
        (None, "公司向美聯社道歉", None),
        (None, "【文/观察者网 王某】一名部长辞职", "Guancha"),
        (None, "據香港01報導，商場保安機械人撞倒小童", "HK01"),
        (None, "据桂林晚报报道，一名老人被骗", "《桂林晚报》"),
        (None, "公司证明报道不实，将追究责任", None),
        (None, "微信报道功能升级后误封账号", None),
        (None, "每日经济新闻消息，一家车企被约谈", "National Business Daily"),
        (None, "路透社駐北京記者指，晶片仍可購得", "Reuters"),
        (None, "Emails obtained by The Washington Post show that staff had warned.", "Washington Post"),
        (None, "The robot hit a worker, Kyodo News said, quoting the ministry.", "Kyodo"),
        (None, "Reuters said it would close two bureaus.", None),
        (None, "Researchers at Bloomberg reported a new language model.", None),
        (None, "The Associated Press contributed to this report.", "Associated Press"),
        (None, "An investigation by ProPublica found the tool wrong.", "ProPublica"),
        (None, None, None),
    ],
)
def test_attributed_source(title: str | None, text: str | None, source: str | None) -> None:
    assert attributed_source(title, text) == source


def test_a_named_source_wins_over_an_unnamed_one() -> None:
    assert attributed_source("外媒：又一起", "據路透社報導，法院") == "Reuters"


def test_a_name_deep_in_the_body_is_not_the_credit() -> None:
    assert (
        attributed_source(
            None, "本報訊，" + "市府開會討論。" * 120 + "據路透社報導，另案。" + "後續待查。" * 60
        )
        is None
    )


@pytest.mark.parametrize(
    ("origins", "apart"),
    [
        (["unnamed British media", "Financial Times"], ["Financial Times"]),
        (["unnamed British media", "New York Times"], ["unnamed British media", "New York Times"]),
        (["udn", "unnamed foreign media", "Reuters"], ["udn", "Reuters"]),
        (["Xinhua", "unnamed foreign media"], ["Xinhua", "unnamed foreign media"]),
        (["unnamed foreign media", "unnamed US media", "unnamed media"], ["unnamed US media"]),
        (["unnamed media", "udn"], ["unnamed media", "udn"]),
        (["udn", "udn"], ["udn"]),
        ([], []),
    ],
)
def test_an_unnamed_source_is_no_origin_beside_a_named_one_that_it_may_mean(
    origins: list[str], apart: list[str]
) -> None:
    assert list(independent(origins)) == apart
