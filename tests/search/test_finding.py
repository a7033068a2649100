"""What a search finds, in which order, and what it says of odd questions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.search import Filters, find, incidents_holding, read
from pipelines.store import Store
from tests.search.shelf import shelf


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return shelf(tmp_path_factory.mktemp("shelf"))


def ids(store: Store, query: str, **asked: object) -> list[str]:
    with store.read() as con:
        return [hit.article_id or str(hit.incident_id) for hit in find(con, query, **asked).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize("words", ["芯片", "晶片", "chip", "Chips"])
def test_one_word_in_every_script_region_and_language(store: Store, words: str) -> None:
    assert set(ids(store, words)) == {"udn:1", "xinhua:1", "dw-en:1"}


@pytest.mark.parametrize(
    "words", ["科大訊飛", "科大讯飞", "iFlytek", "IFLYTEK", "科大訊飛語音助理", "iflytek 語音"]
)
def test_names_go_by_all_their_forms_and_stand_together(store: Store, words: str) -> None:
    assert ids(store, words) == ["udn:2"], "ltn:1 holds every pair of characters, but not the name"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("輝達", {"udn:1", "dw-en:1"}),
        ("Nvidia -facial", {"udn:1"}),
        ("hospital", {"udn:2"}),
        ("hospitals paper", {"udn:2"}),
        ("regul*", {"dw-en:1"}),
        ("regulat*", {"dw-en:1"}),
        ("regulators*", {"dw-en:1"}),
        ("regulates*", set()),
        ("recog*", {"dw-en:1"}),
        ("chips -regulat*", {"udn:1", "xinhua:1"}),
        ('晶片 -"美國供應"', {"udn:1", "xinhua:1", "dw-en:1"}),
        ('晶片 -"晶片供應"', {"xinhua:1", "dw-en:1"}),
        ("regulate", {"dw-en:1"}),
        ("傷", {"cna:1"}),
        ("伤", {"cna:1"}),
        ("人工智慧", {"xinhua:1"}),
        ('"facial recognition"', {"dw-en:1"}),
        ('"recognition facial"', set()),
        ("輝達晶片禁售", {"udn:1"}),
        ("輝達的晶片", {"udn:1", "dw-en:1"}),
        ("hip", set()),
        ("晶片 醫院", set()),
        ("ai", {"xinhua:1"}),
    ],
)
def test_what_is_found(store: Store, words: str, found: set[str]) -> None:
    assert set(ids(store, words)) == found


@pytest.mark.parametrize(
    "words", ["zurich", "Zürich", "Zu\u0308rich", '"zurich airport"', "zuri*", "face id zurich"]
)
def test_accents_are_nothing_to_a_search(tmp_path: Path, words: str) -> None:
    row = {
        "id": "dw-en:2",
        "tag": "en",
        "day": "2026-11-03",
        "title": "Face ID",
        "text": "At Zürich Airport it failed.",
    }
    (tmp_path / "glossary.tsv").write_text("Zurich\tplace\t蘇黎世市區\n", encoding="utf-8")
    with shelf(tmp_path, [row]).read() as con:
        [hit] = find(con, words, data_dir=tmp_path).hits
    assert any(passage.hit.startswith("Zürich") for passage in hit.passages)


def test_a_beginning_longer_than_a_word_does_not_find_it(store: Store) -> None:
    assert ids(store, "chips*") == ["dw-en:1"]
    assert ids(store, "chipse*") == []


def test_the_better_the_word_fits_the_higher(store: Store) -> None:
    found = ids(store, "晶片", filters=Filters(languages=("zh",)))
    assert found == ["udn:1", "xinhua:1"], "in both titles, but twice in a shorter body"


def test_filters(store: Store) -> None:
    def left(**asked: object) -> list[str]:
        return sorted(ids(store, "晶片", filters=Filters(**asked)))  # type: ignore[arg-type]

    assert left(outlets=("udn", "xinhua")) == ["udn:1", "xinhua:1"]
    assert left(since=date(2026, 11, 2)) == ["dw-en:1", "xinhua:1"]
    assert left(until=date(2026, 11, 2)) == ["udn:1", "xinhua:1"]
    assert left(languages=("zh",)) == ["udn:1", "xinhua:1"]
    assert left(languages=("zh-Hant",)) == ["udn:1"]
    assert left(classes=("complementary",)) == ["xinhua:1"]
    assert left(grouped=True) == ["udn:1", "xinhua:1"]
    assert left(outlets=("nobody",)) == []
    with store.read() as con:
        assert find(con, "晶片", filters=Filters(outlets=("nobody", "udn"))).notes == (
            "no article of the outlet nobody is here",
        )


def test_incidents_are_found_by_their_record_and_by_their_articles(store: Store) -> None:
    assert ids(store, "processor", kind="incident") == ["2026-11-01-aaaa"]
    assert ids(store, "人工智慧", kind="incident") == ["2026-11-01-aaaa"]
    assert ids(store, "芯片", kind="incident", filters=Filters(classes=("hazard",))) == []
    assert ids(store, "芯片", kind="incident", filters=Filters(outlets=("dw-en",))) == []
    with store.read() as con:
        assert set(incidents_holding(con, "chip")) == {"2026-11-01-aaaa"}
        assert incidents_holding(con, "iflytek") == {}
        assert incidents_holding(con, '"晶片供應商"') == {}
        assert incidents_holding(con, "") == {}


def test_passages_show_the_hit_as_it_is_written(store: Store) -> None:
    with store.read() as con:
        [hit] = find(con, "科大讯飞").hits
        assert hit.passages[0].hit == "科大訊飛"
        assert {passage.hit for passage in hit.passages} == {"科大訊飛", "iFLYTEK"}
        [incident] = find(con, "禁售", kind="incident").hits
    assert "»禁售«" in incident.passage
    assert hit.where == "in no incident: read"
    assert set(hit.as_row()) >= {
        "kind",
        "article_id",
        "incident_id",
        "title",
        "score",
        "passage",
        "where",
        "class",
    }


@pytest.mark.parametrize(
    "query",
    ["", "   ", "!!!", "，。", "😀", '"', "- -- *", "%_%", "“”", "()[]{}\\", "\x00", "-" * 500, "*" * 500],
)
def test_nothing_to_look_for_is_said(store: Store, query: str) -> None:
    with store.read() as con:
        answer = find(con, query)
    assert answer.hits == ()
    assert answer.notes == ("no word to look for: letters or digits of any script, please",)


def test_common_words_and_long_questions_are_said(store: Store) -> None:
    with store.read() as con:
        assert find(con, '-晶片 -"新款"').notes == (
            "only words that must not stand there: a word to look for beside them, please",
        )
        assert find(con, "the of").notes == ("the, of: too common to be looked for",)
        assert [hit.article_id for hit in find(con, "the chips").hits] == [
            hit.article_id for hit in find(con, "chips").hits
        ]
        long = find(con, "晶片" * 5000)
        many = find(con, " ".join(f"word{n}" for n in range(50)))
    assert long.notes == ("only the first 400 characters are looked for",)
    assert {hit.article_id for hit in long.hits} == {"udn:1", "xinhua:1", "dw-en:1"}
    assert many.notes == ("only the first 24 words are looked for",)


def test_wild_characters_are_letters_like_others(store: Store) -> None:
    assert ids(store, "晶%") == ids(store, "晶"), "% is no wild card, and no letter"
    assert ids(store, "chip'; DROP TABLE store.article; --") == []
    assert ids(store, "chip_") == ids(store, "chip")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(
        alphabet=st.sampled_from("晶片芯輝達科大訊飛人工智能 chipsnvidia\"“”-*%_'，。😀\n\t的"), max_size=30
    )
)
def test_no_question_is_an_error(store: Store, query: str) -> None:
    with store.read() as con:
        for kind in ("article", "incident"):
            answer = find(con, query, kind=kind)
            assert bool(answer.question.words) != bool(answer.notes)
            for hit in answer.hits:
                assert hit.score > 0


def test_an_empty_index_says_what_to_do(tmp_path: Path) -> None:
    with shelf_of_nothing(tmp_path).read() as con:
        assert find(con, "晶片").notes == ("nothing is indexed yet: wiredesk run makes the index",)


def shelf_of_nothing(data_dir: Path) -> Store:
    from tests.search.shelf import NOW

    store = Store(data_dir)
    store.prepare(now=NOW)
    return store


def test_a_name_that_an_analyst_adds_counts_at_once(tmp_path: Path) -> None:
    store = shelf(tmp_path)
    with store.read() as con:
        assert find(con, "street corner", data_dir=tmp_path).hits == ()
        (tmp_path / "glossary.tsv").write_text("Street Corner\tterm\t街頭\n", encoding="utf-8")
        assert [hit.article_id for hit in find(con, "street corner", data_dir=tmp_path).hits] == ["cna:1"]


@pytest.mark.parametrize(
    ("query", "typed"),
    [
        ("無人計程車撞人", ["無人計程車", "撞人"]),
        ("无人计程车", ["无人计程车"]),
        ("Robotaxi  輝達", ["Robotaxi", "輝達"]),
        ("Regulat*", ["Regulat*"]),
        ('"chip ban" İNVIDIA', ["“chip ban”", "İNVIDIA"]),
    ],
)
def test_a_word_is_shown_as_it_was_typed(query: str, typed: list[str]) -> None:
    assert [word.typed for word in read(query).words] == typed


def test_the_other_forms_are_those_that_nobody_typed() -> None:
    taxi, company = read("無人計程車 NVIDIA").words
    assert {"robotaxi", "自动驾驶出租车"} <= set(taxi.others)
    assert "英伟达" in company.others
    assert "nvidia" not in company.others
    assert [word.others for word in read("regulat* 撞傷").words] == [[], []], "one form, folded"
