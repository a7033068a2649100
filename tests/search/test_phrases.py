"""What is found is what a plain reading of every text finds, also beyond the first page, and in incidents as in articles."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipelines.hanzi import fold_with_offsets
from pipelines.search import Question, checking, document, find, incidents_holding, read, write
from pipelines.search.passages import Stretch, Text
from pipelines.search.question import Form, Word
from pipelines.search.tokens import RUN, folded, tokens_of, words_in
from pipelines.store import Store, insert
from tests.search.shelf import NOW

PIECES = [
    "晶片",
    "芯片",
    "禁令",
    "輝達",
    "英伟达",
    "輝達公司",
    "科大訊飛",
    "科大",
    "訊飛",
    "大訊",
    "人工智慧",
    "人工智能",
    "生成式AI",
    "國產",
    "安全",
    "全自駕",
    "網路",
    "资通安全",
    "川普",
    "特朗普",
    "的",
    "了",
    "一",
    "在",
    "SK海力士",
    "海力士",
    "台灣",
    "臺灣",
    "軟體",
    "隨身碟",
    "SARS",
]
ENGLISH = [
    "chip",
    "chips",
    "Nvidia",
    "OpenAI",
    "market",
    "markets",
    "working",
    "regulators",
    "regulated",
    "new",
    "safety",
    "Zürich",
    "café",
    "the",
    "of",
    "and",
    "AI",
    "7,000",
    "GPT-4",
    "don't",
    "data",
]
MARKS = ["，", "。", " ", "", "", "", "「", "\n"]


def drawn(rng: random.Random) -> dict[str, Any]:
    def han(size: int) -> str:
        return "".join(rng.choice(PIECES) + rng.choice(MARKS) for _ in range(size))

    def latin(size: int) -> str:
        return "".join(
            rng.choice(ENGLISH) + rng.choice((" ", " ", " ", ", ", ". ", "世")) for _ in range(size)
        )

    return {
        "title": han(2) if rng.random() < 0.7 else latin(3),
        "text": han(rng.randint(3, 12)) + (latin(4) if rng.random() < 0.4 else ""),
        "title_en": latin(3) if rng.random() < 0.3 else None,
        "english": latin(rng.randint(4, 10)) if rng.random() < 0.3 else None,
    }


APART: dict[str, Any] = {
    "title": "飛機與大學",
    "text": "訊飛不是這則新聞的主角，科大畢業典禮照常舉行，大訊塔也無恙。",
}
ROWS: list[dict[str, Any]] = [*(drawn(random.Random(n)) for n in range(160)), APART]
RECORDS: list[dict[str, Any]] = [
    {"title": "新款晶片", "english": "Sale of chips stopped"},
    {"title": None, "english": "Nvidia said"},
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """161 articles; every fifth stands in one of eight incidents, the first two of which have words of their own."""
    store = Store(tmp_path_factory.mktemp("phrases"))
    store.prepare(now=NOW)
    documents = [document("article", f"a:{n}", text_id=f"t-{n}", **row) for n, row in enumerate(ROWS)]
    documents += [document("incident", f"i-{n}", text=None, **row) for n, row in enumerate(RECORDS)]
    with store.write() as con:
        write(con, documents)
        insert(
            con,
            "store.incident",
            [
                {
                    "incident_id": f"i-{n}",
                    "affair_id": "a",
                    "revision": 1,
                    "state": "open",
                    "content_sha256": "x",
                }
                for n in range(8)
            ],
        )
        insert(
            con,
            "store.incident_member",
            [
                {
                    "incident_id": f"i-{n % 8}",
                    "text_id": f"t-{n}",
                    "role": "report",
                    "reason": "r",
                    "joined_by": "machine",
                }
                for n in range(0, len(ROWS), 5)
            ],
        )
    return store  # fmt: skip


def tight(text: str) -> str:
    """Without spaces between Han and Latin letters."""
    kept = [
        ch
        for at, ch in enumerate(text)
        if ch != " " or bool(RUN.match(before(text, at))) == bool(RUN.match(text[at:].lstrip(" ")[:1]))
    ]
    return "".join(kept)


def before(text: str, at: int) -> str:
    return text[:at].rstrip(" ")[-1:]


def stands_in(said: str, text: str) -> bool:
    """Letters by letter, but no half words of those scripts that write spaces."""
    words = list(words_in(text))
    starts, ends = {at for _, at, _ in words}, {until for _, _, until in words}
    for at in range(len(text) - len(said) + 1):
        until = at + len(said)
        if text[at:until] == said:
            begins = at in starts or RUN.match(said) or not said[0].isalnum()
            ends_well = until in ends or RUN.match(said[-1]) or not said[-1].isalnum()
            if begins and ends_well:
                return True
    return False


def stands(form: Form, row: dict[str, Any]) -> bool:
    """By reading the texts, and nothing but the texts."""
    texts = [folded(row.get(name) or "") for name in ("title", "text", "title_en", "english")]
    if not form.together:
        tokens = set().union(*(tokens_of(text) for text in texts))
        if form.ranged:
            return any(token.startswith(form.tokens[0]) for token in tokens)
        return len(tokens & set(form.tokens)) >= form.needed
    if form.beginning:
        return any(
            text.startswith(form.text, at) or word.startswith(form.text)
            for text in texts
            for word, at, _ in words_in(text)
        )
    if RUN.search(form.text):
        return any(stands_in(tight(form.text), tight(text)) for text in texts)
    wanted = [word for word, _, _ in words_in(form.text)]
    spoken = [[word for word, _, _ in words_in(text)] for text in texts]
    return any(
        words[at : at + len(wanted)] == wanted
        for words in spoken
        for at in range(len(words) - len(wanted) + 1)
    )


def fits(question: Question, row: dict[str, Any]) -> bool:
    def any_form(word: Word) -> bool:
        return any(stands(form, row) for form in word.forms if form.tokens)

    return sum(map(any_form, question.words)) >= question.needed and not any(map(any_form, question.without))


spoken = st.one_of(st.sampled_from(PIECES), st.sampled_from(ENGLISH))
phrases = st.one_of(
    st.tuples(st.integers(0, 159), st.integers(0, 30), st.integers(2, 9)).map(
        lambda cut: (ROWS[cut[0]]["text"] or "")[cut[1] : cut[1] + cut[2]].replace("\n", " ")
    ),
    st.lists(spoken, min_size=1, max_size=3).map("".join),
    st.lists(st.sampled_from(ENGLISH), min_size=2, max_size=3).map(" ".join),
)
queries = st.lists(
    st.one_of(
        phrases.map(lambda said: f'"{said}"'),
        phrases.map(lambda said: f'"{said}"'),
        spoken,
        phrases,
        spoken.map(lambda said: f"-{said}"),
        phrases.map(lambda said: f'-"{said}"'),
        spoken.map(lambda said: f"{said[:4]}*"),
    ),
    min_size=1,
    max_size=8,
).map(" ".join)


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(queries)
@example('"晶片" 7,00*')
@example("7,0*")
@example("Zür*")
@example("GPT-*")
def test_what_is_found_is_what_a_plain_reading_finds(store: Store, query: str) -> None:
    question = read(query)
    wanted = {n for n, row in enumerate(ROWS) if question.words and fits(question, row)}
    records = {n for n, row in enumerate(RECORDS) if question.words and fits(question, row)}
    with store.read() as con:
        answer = find(con, query, limit=1000)
        page = find(con, query, limit=3)
        incidents = find(con, query, kind="incident", limit=1000)
        holding = incidents_holding(con, query)
    assert {hit.article_id for hit in answer.hits} == {f"a:{n}" for n in wanted}
    assert answer.found == len(wanted)
    assert {hit.article_id for hit in page.hits} <= {hit.article_id for hit in answer.hits}
    assert len(page.hits) == min(3, len(wanted))
    lowest = min((hit.score for hit in page.hits), default=0.0)
    assert sum(hit.score > lowest + 0.001 for hit in answer.hits) <= 3, "the page holds the best"
    held = {f"i-{n % 8}" for n in wanted if n % 5 == 0} | {f"i-{n}" for n in records}
    assert {hit.incident_id for hit in incidents.hits} == held == set(holding)
    assert incidents.found == len(held)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([*PIECES, *ENGLISH, *MARKS, "é", "Привет", "U盘", "全自", "7.5x"]), max_size=14
    ).map("".join),
    phrases,
)
def test_a_place_is_the_same_in_a_stretch_and_in_the_whole(text: str, said: str) -> None:
    question = read(f'{said} "{said}" {said[:3]}*')
    for form in (form for word in question.words for form in word.forms):
        whole = Stretch(*fold_with_offsets(text)).place(form) if text else None
        assert Text(text).place(form) == whole, form


def test_an_incident_whose_article_has_only_the_pairs_is_not_found(store: Store) -> None:
    assert tokens_of(folded("科大訊飛")).keys() - {"飞"} <= tokens_of(folded(APART["text"])).keys()
    with store.read() as con:
        assert find(con, "大學 訊飛", kind="incident").found == 1, "its incident is found by what it has"
        articles = {hit.article_id for hit in find(con, "科大訊飛", limit=1000).hits}
        assert set(incidents_holding(con, "科大訊飛")) == {
            f"i-{n % 8}" for n in range(0, len(ROWS), 5) if f"a:{n}" in articles
        }
        assert f"a:{len(ROWS) - 1}" not in articles


def test_when_too_many_texts_would_have_to_be_read_it_is_said(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "MOST_READ", 2)
    monkeypatch.setattr(checking, "AT_ONCE", 2)
    with store.read() as con:
        for kind in ("article", "incident"):
            [note] = find(con, '"科大訊飛"', kind=kind, limit=1000).notes
            assert note.startswith("only the best ")
            assert "were read to see whether they stand together" in note


def test_a_headline_may_miss_words_but_none_that_stands_apart_counts_for_it(tmp_path: Path) -> None:
    """Of eight words six must stand there; the tokens of a name apart from each other are no name."""
    words = "chip market safety data Zürich regulators"
    store = Store(tmp_path)
    store.prepare(now=NOW)
    with store.write() as con:
        write(
            con,
            [
                document("article", "a:1", title=None, text=f"{words} 科大 大訊 訊飛"),
                document("article", "a:2", title=None, text="chip market safety data 科大 大訊 訊飛 輝達"),
            ],
        )
    with store.read() as con:
        found = find(con, f"{words} 科大訊飛 輝達").hits
    assert [hit.article_id for hit in found] == ["a:1"]
