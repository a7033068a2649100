"""The index: what is written, what is left alone, what merges and takedowns leave."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.search import document, find, read, write
from pipelines.search import index as making
from pipelines.search.names import names_for
from pipelines.search.question import MOST_FORMS
from pipelines.search.stems import stem
from pipelines.search.tokens import code, code_range, folded, tokens_of, word_token, words_in
from pipelines.store import Store, insert, remove_articles
from tests.search.shelf import ARTICLES, NOW, article, index, shelf


def numbers(store: Store) -> dict[str, int]:
    with store.read() as con:
        return dict(con.execute("SELECT subject_id, document FROM store.search_document").fetchall())


def found(store: Store, query: str) -> set[str | None]:
    with store.read() as con:
        return {hit.article_id for hit in find(con, query).hits}


def test_only_what_changed_is_indexed_anew(tmp_path: Path) -> None:
    store = shelf(tmp_path)
    before = numbers(store)
    assert index(store) == []
    with store.write() as con:
        insert(con, "store.article", [article({**ARTICLES[5], "text": "一人受傷，另一人獲釋。"}, version=2)])
        con.execute("UPDATE store.incident SET summary = 'A recall followed.', content_sha256 = '2'")
    assert index(store) == ["2026-11-01-aaaa", "cna:1"]
    after = numbers(store)
    assert {name for name in before if before[name] != after[name]} == {"cna:1", "2026-11-01-aaaa"}
    assert found(store, "獲釋") == {"cna:1"}
    with store.read() as con:
        assert [hit.incident_id for hit in find(con, "recall", kind="incident").hits] == ["2026-11-01-aaaa"]


def test_a_translation_that_comes_later_is_indexed_for_every_carrier(tmp_path: Path) -> None:
    store = shelf(tmp_path)
    with store.write() as con:
        con.execute("UPDATE store.fold SET text_id = 't-cna:1' WHERE article_id = 'ltn:1'")
        row = {
            "text_id": "t-cna:1",
            "field": "text",
            "n": 0,
            "start_at": 0,
            "end_at": 1,
            "source": "…",
            "current": True,
        }
        insert(con, "store.sentence", [row | {"target": "One person was wounded."}])
    assert index(store) == ["cna:1", "ltn:1"]
    assert found(store, "wounded") == {"cna:1", "ltn:1"}


def test_merging_loses_nothing_and_drops_the_dead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.prepare(now=NOW)
    for n in range(40):
        with store.write() as con:  # a subject is written again and again: only its last tokens count
            write(con, [document("article", f"a:{n % 10}", title=None, text=f"第{n}号 word{n} 共同")])
    with store.read() as con:
        alive = con.execute(
            "SELECT token, d.subject_id FROM store.search_posting JOIN store.search_document d USING (document) ORDER BY ALL"
        ).fetchall()
        segments, dead = con.execute(
            "SELECT (SELECT count(*) FROM store.search_segment), (SELECT count(*) FROM store.search_posting "
            "WHERE document NOT IN (SELECT document FROM store.search_document))"
        ).fetchone() or (0, 0)
        ordered = con.execute("SELECT segment, token, document FROM store.search_posting").fetchall()
        counted = dict(con.execute("SELECT segment, postings FROM store.search_segment").fetchall())
    expected = {
        (code(token), f"a:{n % 10}")
        for n in range(30, 40)
        for token in tokens_of(folded(f"第{n}号 word{n} 共同"))
    }
    assert set(alive) == expected
    assert len(alive) == len(expected)
    assert segments <= making.TOGETHER
    assert dead < 40
    assert Counter(segment for segment, _, _ in ordered) == counted
    for segment in counted:
        rows = [row[1:] for row in ordered if row[0] == segment]
        assert rows == sorted(rows)


def test_a_takedown_takes_the_tokens_too(tmp_path: Path) -> None:
    store = shelf(tmp_path)
    gone = numbers(store)["udn:2"]
    with store.write() as con:
        remove_articles(con, ["udn:2"], ["https://udn.example/udn:2"], "asked for")
        left = con.execute("SELECT count(*) FROM store.search_posting WHERE document = ?", [gone]).fetchone()
    assert left == (0,)
    assert found(store, "科大訊飛") == set()
    assert "udn:2" not in numbers(store)


@given(st.text(max_size=80))
def test_every_letter_of_an_unspaced_script_begins_a_token(text: str) -> None:
    plain = folded(text)
    assert len(plain) == len(folded(plain))
    firsts = {token[0] for token in tokens_of(plain)}
    assert {ch for ch in plain if "\u4e00" <= ch <= "\u9fff"} <= firsts


@given(st.lists(st.text(min_size=1, max_size=12), min_size=2, max_size=2))
def test_numbers_are_in_the_order_of_tokens_as_far_as_they_differ_early(pair: list[str]) -> None:
    low, high = sorted(pair, key=lambda one: one.encode("utf-8", "replace"))
    assert (
        code(low) <= code(high) or low.encode("utf-8", "replace")[:6] == high.encode("utf-8", "replace")[:6]
    )
    bottom, top = code_range(low)
    assert bottom <= code(low) <= top < 2**64


def test_two_words_with_one_number_are_counted_together() -> None:
    seen: dict[int, str] = {}
    for n in range(2000):
        other = seen.setdefault(code(f"abcdef{n:05d}"), f"abcdef{n:05d}")
        if other != f"abcdef{n:05d}":
            break
    made = document("article", "a:1", title=None, text=f"{other} abcdef{n:05d} {other}")
    assert (made.tokens, made.weights, made.length) == ((code(other),), (3,), 3)


def test_words() -> None:
    assert [token for token, _, _ in words_in(folded("NVIDIA's GPT-4o cost US$7,000.50 in Zürich"))] == [
        "nvidia", "gpt", "4o", "cost", "us", "7000.50", "in", "zurich",
    ]  # fmt: skip
    assert tokens_of(folded("輝達 AI 晶片")) == {"英伟": 1, "伟达": 1, "达": 1, "ai": 1, "芯片": 1, "片": 1}
    assert word_token("ai's") == "ai"


PORTER = {
    "caresses": "caress", "ponies": "poni", "ties": "ti", "cats": "cat", "feed": "feed", "agreed": "agre",
    "plastered": "plaster", "bled": "bled", "motoring": "motor", "sing": "sing", "conflated": "conflat",
    "troubled": "troubl", "sized": "size", "hopping": "hop", "tanned": "tan", "falling": "fall", "hissing": "hiss",
    "fizzed": "fizz", "failing": "fail", "filing": "file", "happy": "happi", "sky": "sky", "relational": "relat",
    "conditional": "condit", "rational": "ration", "digitizer": "digit", "vietnamization": "vietnam",
    "predication": "predic", "operator": "oper", "feudalism": "feudal", "decisiveness": "decis", "hopefulness": "hope",
    "callousness": "callous", "triplicate": "triplic", "formative": "form", "formalize": "formal",
    "electrical": "electr", "hopeful": "hope", "goodness": "good", "revival": "reviv", "allowance": "allow",
    "airliner": "airlin", "gyroscopic": "gyroscop", "adjustable": "adjust", "irritant": "irrit",
    "replacement": "replac", "adoption": "adopt", "communism": "commun", "homologous": "homolog",
    "effective": "effect", "bowdlerize": "bowdler", "probate": "probat", "rate": "rate", "cease": "ceas",
    "roll": "roll", "playing": "plai", "saying": "sai",
}  # fmt: skip
"""Examples of the paper."""


@pytest.mark.parametrize(("word", "expected"), PORTER.items())
def test_stems_are_those_of_the_paper(word: str, expected: str) -> None:
    assert stem(word) == expected


@pytest.mark.parametrize(
    ("said", "also"),
    [
        ("Federal Trade Commission", {"ftc", "美国联邦贸易委员会"}),
        ("美國聯邦貿易委員會", {"ftc", "federal trade commission"}),
        ("工信部", {"miit", "工业和信息化部"}),
        ("文生圖", {"text-to-image"}),
        ("AI幻覺", {"ai hallucination"}),
        ("百川智能", {"baichuan"}),
        ("南韓", {"south korea"}),
        ("加州", {"california"}),
        ("監管機構", {"regulator"}),
    ],
)
def test_names_and_nouns_go_by_the_forms_of_all_their_lines(said: str, also: set[str]) -> None:
    [word] = read(said).words
    assert also <= {form.text for form in word.forms}


def test_no_word_goes_by_more_forms_than_are_looked_for() -> None:
    names = names_for(None)
    assert max(map(len, names.forms.values())) <= MOST_FORMS
    assert "监管" not in names.forms[("监管机构",)], "words of one English stem are not one thing"
    shipped = (files("pipelines.search") / "nouns.tsv").read_text(encoding="utf-8")
    lines = [line for line in shipped.splitlines() if line and not line.startswith("#")]
    assert len(lines) == len(set(lines))
