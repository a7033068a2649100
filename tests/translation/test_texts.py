"""Articles in, translations out: outcomes, offsets, memory, batches across articles, retries."""

from __future__ import annotations

import pytest

from pipelines.hanzi import to_simplified
from pipelines.translation import (
    ArgosEngine,
    Counts,
    EngineError,
    InMemory,
    Item,
    Remembered,
    TranslationError,
    filter_rows,
    translate_texts,
)
from pipelines.translation.glossary import Glossary, Name, standard
from tests.translation.engines import Scripted

TITLE = "高雄無人計程車撞行人 5人受傷"
TEXT = "警方週一表示，五名行人受傷。\n調查顯示，事故原因是軟體錯誤。「真的嗎？」他說。"


def test_each_source_sentence_stands_beside_its_translation(tiny: ArgosEngine) -> None:
    [(name, found)] = translate_texts([Item("a", TITLE, TEXT, "zh-Hant-TW")], tiny, glossary=standard())
    assert (name, found.outcome, found.engine, found.model) == ("a", "ok", "argos", tiny.model)
    assert [sentence.n for sentence in found.sentences] == [0, 1, 2, 3]
    for sentence in found.sentences:
        whole = TITLE if sentence.field == "title" else TEXT
        assert whole[sentence.start : sentence.end] == sentence.source
        assert sentence.model == tiny.model
    assert found.title_en == found.sentences[0].target
    assert found.text_en is not None
    assert found.text_en.count("\n") == 1
    assert "Kaohsiung" in (found.title_en or "")


def test_both_scripts_say_the_same(tiny: ArgosEngine) -> None:
    simple = (to_simplified(TITLE), to_simplified(TEXT))
    items = [Item("hant", TITLE, TEXT, "zh-Hant"), Item("hans", *simple, "zh-Hans")]
    memory = InMemory()
    counts = Counts()
    (_, hant), (_, hans) = translate_texts(items, tiny, memory, standard(), counts=counts)
    assert (hant.title_en, hant.text_en) == (hans.title_en, hans.text_en)
    assert hant.sentences[0].source == TITLE
    assert counts.translated == 4


def test_a_sentence_is_translated_once_per_model() -> None:
    engine = Scripted(lambda sentence: f"The sentence of {len(sentence)} characters is in English.")
    memory = InMemory()
    items = [Item(str(n), "同一句話。", "同一句话。另一句。", None) for n in range(5)]
    counts = Counts()
    list(translate_texts(items, engine, memory, counts=counts))
    assert engine.asked == ["同一句话。", "另一句。"]
    list(translate_texts(items, engine, memory, counts=counts))
    assert len(engine.asked) == 2
    assert (counts.asked, counts.translated, counts.remembered) == (4, 2, 2)
    other = Scripted(lambda _: "Another model translates it anew, as it should.")
    other.model = "scripted 2"
    list(translate_texts(items, other, memory))
    assert len(other.asked) == 2


def test_windows_are_read_as_they_are_needed() -> None:
    read = 0

    def items() -> object:
        nonlocal read
        for n in range(2000):
            read += 1
            yield Item(str(n), f"第{n}篇的标题", None, "zh")

    found = translate_texts(items(), Scripted(lambda _: "A title."))  # type: ignore[arg-type]
    assert next(found)[0] == "0"
    assert read <= 256


def test_every_item_leaves_once_with_an_outcome() -> None:
    items = [
        Item("zh", "标题", None, "zh-Hans"),
        Item("yue", "今日嘅新聞", None, "yue"),
        Item("untagged", "標題", "正文。", None),
        Item("en", "Title", "Text.", "en-GB"),
        Item("ja", "見出し", None, "ja"),
        Item("kana", "ニュースの見出し", None, None),
        Item("latin", "Ein Titel", None, None),
        Item("undetermined", "標題", None, "und"),
        Item("blank", " ", "\n", "zh"),
        Item("none", None, None, None),
    ]
    engine = Scripted(lambda _: "English words are here.")
    outcomes = {name: found.outcome for name, found in translate_texts(items, engine)}
    assert outcomes == {
        "zh": "ok",
        "yue": "ok",
        "untagged": "ok",
        "en": "already_english",
        "ja": "unsupported_language",
        "kana": "unknown_language",
        "latin": "unknown_language",
        "undetermined": "ok",
        "blank": "empty",
        "none": "empty",
    }
    without = {name: found.outcome for name, found in translate_texts(items, None)}
    assert without["zh"] == without["untagged"] == "no_model"
    found = dict(translate_texts(items, engine))
    assert (found["en"].title_en, found["en"].text_en) == ("Title", "Text.")


def test_other_pairs_work_by_an_engine_for_them() -> None:
    japanese = Scripted(lambda _: "A headline.")
    japanese.source = "ja"
    [(_, found)] = translate_texts([Item("ja", "見出し", None, "ja")], {"ja": japanese})
    assert (found.outcome, found.title_en) == ("ok", "A headline.")
    assert japanese.asked == ["見出し"]


def test_flagged_sentences_are_tried_again_and_the_better_one_is_kept() -> None:
    loop = "the car the car the car the car the car the car"
    engine = Scripted(lambda _: loop, lambda _: "The driverless vehicle injured several pedestrians.")
    counts = Counts()
    [(_, found)] = translate_texts([Item("a", "汽车撞到两个人", None, "zh")], engine, counts=counts)
    assert found.title_en == "The driverless vehicle injured several pedestrians."
    assert found.sentences[0].flags == ()
    assert (counts.retried, counts.bettered) == (1, 1)
    stubborn = Scripted(lambda _: loop)
    [(_, still)] = translate_texts([Item("a", "汽车撞到两个人", None, "zh")], stubborn)
    assert "repetition" in still.sentences[0].flags


def test_what_needs_no_translation_is_not_sent() -> None:
    engine = Scripted(lambda _: "Words.")
    [(_, found)] = translate_texts(
        [Item("a", "BBC News 24", "NVIDIA\n标题", "zh")], engine, glossary=standard()
    )
    assert engine.asked == ["标题"]
    assert (found.title_en, found.text_en) == ("BBC News 24", "NVIDIA\nWords.")


def test_the_filter_answers_every_row(tiny_data: object) -> None:
    rows = [
        {"id": "1", "title": TITLE, "text": TEXT, "language_tag": "zh-Hant-TW", "url": "ignored"},
        {"id": 2, "title": "Hello", "language_tag": "en"},
        {"id": "3", "title": None, "text": None},
    ]
    found = list(filter_rows(rows, data_dir=tiny_data, sample=True))  # type: ignore[arg-type]
    assert [(row["id"], row["outcome"]) for row in found] == [
        ("1", "ok"),
        (2, "already_english"),
        ("3", "empty"),
    ]
    assert "sample" in found[0]["model"]
    assert {"n", "source", "target", "flags"} <= set(found[0]["sentences"][0])
    without = list(filter_rows(rows, data_dir=tiny_data))  # type: ignore[arg-type]
    assert without[0]["outcome"] == "no_model"
    assert "wiredesk model install" in without[0]["reason"]


@pytest.mark.parametrize("row", [{"title": "无号"}, {"id": None}])
def test_a_row_that_is_none_stops_the_filter(row: dict[str, object]) -> None:
    with pytest.raises(TranslationError):
        list(filter_rows([row], engine=Scripted(str)))


@pytest.mark.parametrize("row", [{"id": "1", "title": 5}, {"id": "1", "text": ["x"]}])
def test_a_field_that_is_no_text_is_an_outcome_of_its_row(row: dict[str, object]) -> None:
    found = list(filter_rows([row, {"id": "2", "title": "台北大停電"}], engine=Scripted(str)))
    assert [one["outcome"] for one in found] == ["bad_field", "ok"]


def test_the_same_input_gives_the_same_bytes(tiny_data: object) -> None:
    rows = [{"id": str(n), "title": f"台北大停电 {n}万户受影响", "text": TEXT} for n in range(1, 40)]
    first = list(filter_rows(rows, data_dir=tiny_data, sample=True))  # type: ignore[arg-type]
    assert list(filter_rows(rows, data_dir=tiny_data, sample=True)) == first  # type: ignore[arg-type]


def test_a_name_that_the_model_loses_is_flagged() -> None:
    glossary = Glossary([Name("NVIDIA", "company", ("辉达",))])
    engine = Scripted(lambda _: "The company denied it.")
    [(_, found)] = translate_texts([Item("a", "輝達否認。", None, "zh")], engine, glossary=glossary)
    assert "name_lost" in found.sentences[0].flags


def test_an_engine_that_miscounts_is_named() -> None:
    engine = Scripted(str)
    engine.translate = lambda _: ["One."]  # type: ignore[method-assign]
    with pytest.raises(EngineError, match="the engine scripted gave 1 translations for 2 sentences"):
        list(translate_texts([Item("a", "一。二。", None, "zh")], engine))


def test_the_memory_of_a_process_has_a_limit() -> None:
    rows = [Remembered(key=str(n), engine="e", model="m", source="s", target=f"t{n}") for n in range(5)]
    memory = InMemory(rows, limit=3)
    assert memory.get(["0", "1", "2", "4"]) == {"2": "t2", "4": "t4"}
    assert (memory.hits, memory.misses) == (2, 2)


def test_other_languages_carry_the_flags_that_need_no_knowledge_of_them() -> None:
    says = {
        "警察が原因を調べている。": "Police are investigating the cause.",
        "けが人は三人だという。": "けが人 are three.",
        "会社は謝罪した。": "",
        "市長は来月の予算案について議会で説明した。": "The cat sat on the warm window sill and watched the rain all afternoon.",
    }
    engine = Scripted(says.__getitem__)
    engine.source = "ja"
    [(_, found)] = translate_texts([Item("a", None, "".join(says), "ja")], engine)
    assert [sentence.flags for sentence in found.sentences] == [(), ("untranslated",), ("no_output",), ("other_meaning",)]  # fmt: skip
