"""The record of an incident, taken from its texts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from pipelines.incidents import MemberText, describe

BODY = (
    "一辆维洛L7轿车3日凌晨在江城长虹大桥上追尾一辆货车，车内两人当场死亡。交警说驾驶员双手离开方向盘约14秒。维洛汽车表示将配合调查。"
    "天气晴朗。"
)
FIRST = MemberText(
    text_id="t1",
    title="江城大桥车祸 维洛L7追尾货车两人死亡",
    text=BODY,
    published=datetime(2031, 3, 3, 8, tzinfo=UTC),
    language="zh",
    class_="incident",
    title_en="Velo L7 hits truck on Jiangcheng bridge, two dead",
    translations={
        BODY[
            : BODY.index("。") + 1
        ]: "A Velo L7 ran into a truck on the Changhong bridge; both occupants died."
    },
    outlets=("Riverside Daily", "Province News"),
    event_date=date(2031, 3, 3),
)
SECOND = MemberText(
    text_id="t2",
    title="Two die as Velo car hits truck on bridge",
    text="A Velo L7 sedan ran into a truck on the Changhong bridge early on Monday, killing two people. Police said hands were off the wheel for 14 seconds.",
    published=datetime(2031, 3, 4, 1, tzinfo=UTC),
    language="en",
    class_="incident",
    outlets=("World Post",),
    attributed_source="Riverside Daily",
)
COMMENT = MemberText(
    text_id="t3",
    title="谁来负责？",
    text="专家谈智能驾驶的责任问题，认为法律需要修改，驾驶员仍须负责。",
    published=datetime(2031, 3, 9, tzinfo=UTC),
    language="zh",
    role="complementary",
    class_="complementary",
    outlets=("Opinion Weekly",),
)


def test_record_of_three_texts() -> None:
    record = describe([COMMENT, SECOND, FIRST], as_of=date(2031, 3, 20))
    assert record.title_text_id in ("t1", "t2")
    assert record.first_published == FIRST.published
    assert record.last_published == COMMENT.published
    assert record.languages == ("en", "zh")
    assert record.state == "open"
    assert record == describe([FIRST, SECOND, COMMENT], as_of=date(2031, 3, 20))


def test_every_sentence_of_the_summary_is_where_it_is_cited() -> None:
    texts = {member.text_id: member for member in (FIRST, SECOND, COMMENT)}
    record = describe(list(texts.values()), as_of=date(2031, 3, 20))
    assert record.summary_sentences
    for cited in record.summary_sentences:
        body = texts[cited.text_id].text
        assert body is not None
        assert body[cited.start : cited.end] == cited.text
    translated = next(cited for cited in record.summary_sentences if cited.text_id == "t1")
    assert translated.text_en == "A Velo L7 ran into a truck on the Changhong bridge; both occupants died."
    assert record.summary is not None
    assert translated.text_en in record.summary


def test_timeline_tells_event_first_report_and_who_followed() -> None:
    moments = describe([FIRST, SECOND, COMMENT], as_of=date(2031, 3, 20)).timeline
    assert [(m.kind, m.outlet) for m in moments] == [
        ("event", None),
        ("first report", "Riverside Daily"),
        ("report", "Province News"),
        ("report", "World Post"),
        ("complementary", "Opinion Weekly"),
    ]


def test_outlets_that_retell_one_source_are_one_origin() -> None:
    assert describe([FIRST, SECOND, COMMENT], as_of=date(2031, 3, 20)).origins == ("Riverside Daily",)
    independent = replace(SECOND, attributed_source=None)
    assert describe([FIRST, independent], as_of=date(2031, 3, 20)).origins == (
        "Riverside Daily",
        "World Post",
    )


def test_quiet_after_thirty_days() -> None:
    assert describe([FIRST], as_of=date(2031, 4, 2)).state == "open"
    assert describe([FIRST], as_of=date(2031, 4, 3)).state == "quiet"


def test_comment_gives_no_title() -> None:
    assert describe([COMMENT, FIRST], as_of=date(2031, 3, 20)).title == FIRST.title_en


def test_bare_texts_have_a_record_too() -> None:
    bare = MemberText(text_id="x", title=None, text=None, published=None)
    record = describe([bare], as_of=date(2031, 1, 1))
    assert (record.title, record.summary, record.timeline, record.state) == (None, None, (), "open")
    with pytest.raises(ValueError, match="without a text"):
        describe([], as_of=date(2031, 1, 1))


def test_a_summary_opens_with_what_happened_though_comments_say_more_and_earlier() -> None:
    early = replace(
        COMMENT,
        text_id="t0",
        published=datetime(2031, 3, 2, tzinfo=UTC),
        text="法院今天裁定维洛L7轿车在江城长虹大桥追尾货车两人死亡一案的听证会公开，交警驾驶员双手离开方向盘14秒的记录须提交。",
    )
    opening = describe([early, FIRST, SECOND], as_of=date(2031, 3, 20)).summary_sentences[0]
    assert opening.text_id in ("t1", "t2")
    assert opening.start == 0


def test_a_summary_does_not_say_one_thing_in_two_languages() -> None:
    lead = BODY[: BODY.index("。") + 1]
    told = "A Velo L7 sedan ran into a truck on the Changhong bridge early on Monday, killing two people."
    twin = replace(FIRST, text=lead, translations={lead: told})
    record = describe([twin, SECOND], as_of=date(2031, 3, 20))
    assert record.summary is not None
    assert record.summary.count("Changhong bridge") == 1
