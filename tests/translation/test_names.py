"""Locked names: whatever an engine does to them, the name stands in the translation or the sentence says that it is lost."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.hanzi import to_simplified
from pipelines.translation import Item, glossary_for, translate_texts
from pipelines.translation.glossary import Glossary, GlossaryError, Name, load, of_samples, standard
from pipelines.translation.names import correct, holds, lock, missing
from tests.translation.engines import Scripted

SENTENCES = [
    "輝達執行長黃仁勳在台北談生成式AI。",
    "馬斯克旗下的特斯拉否認指控。",
    "欧盟委员会与OpenAI谈判。",
    "金管會要求臉書說明。",
]


def garble(word: str) -> str:
    return "".join(reversed(word))


MISBEHAVIOURS = {
    "keeps": lambda sentence: f"It says {sentence} here.",
    "drops": lambda sentence: re.sub(r"[A-Za-z][A-Za-z .\-]+", "", sentence),
    "doubles": lambda sentence: re.sub(
        r"([A-Za-z][A-Za-z.\-]+(?: [A-Z][A-Za-z]+)*)", r"\1 \1 (\1)", sentence
    ),
    "translates": lambda _: "Huida and Huang Renxun of Taibei talked about generated AI; Chuanpu did not.",
    "garbles": lambda sentence: re.sub(r"[A-Za-z]+", lambda match: garble(match.group()), sentence),
    "lowers": lambda sentence: sentence.lower(),
    "is silent": lambda _: "",
}


@pytest.mark.parametrize("behaviour", MISBEHAVIOURS)
@pytest.mark.parametrize("retry", MISBEHAVIOURS)
def test_the_name_stands_or_is_said_to_be_lost(behaviour: str, retry: str) -> None:
    engine = Scripted(MISBEHAVIOURS[behaviour], MISBEHAVIOURS[retry])
    items = [Item(str(n), sentence, None, "zh") for n, sentence in enumerate(SENTENCES)]
    for _, found in translate_texts(items, engine, glossary=standard()):
        for sentence in found.sentences:
            names = [hit.name for hit in standard().find(to_simplified(sentence.source))]
            assert names
            lost = missing(sentence.target or "", names)
            assert bool(lost) == ("name_lost" in sentence.flags)
            assert not re.search(r"(NVIDIA|Tesla|OpenAI|Facebook) \(?\1", sentence.target or "")


def test_the_source_carries_the_english_name() -> None:
    plain = to_simplified("輝達執行長黃仁勳7日在台北談AI與臉書")
    assert lock(plain, standard().find(plain)) == "NVIDIA首席执行官Jensen Huang 7日在Taipei谈AI与Facebook"


def test_the_longest_form_wins_and_latin_names_are_whole_words() -> None:
    names = [
        hit.name.english
        for hit in standard().find("生成式人工智能与人工智能，METAL不是Meta，OpenAIs不是OpenAI")
    ]
    assert names == ["generative AI", "AI", "Meta", "OpenAI"]


def test_known_wrong_renderings_are_corrected() -> None:
    names = [hit.name for hit in standard().find("黄仁勋说，辉达的人工智能。大语言模型")]
    assert correct("Huang Renxun said Huida's artificial intelligence and big language models.", names) == (
        "Jensen Huang said NVIDIA's AI and large language models."
    )


def test_a_term_is_free_in_case_and_number_a_name_is_not() -> None:
    term, name = Name("deepfake", "term", ("深伪",)), Name("Meta", "company", ("元公司",))
    assert holds("Deepfakes spread.", term)
    assert not holds("meta spreads", name)
    assert not holds("Metaverse", name)
    assert holds("Meta's plan", name)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**6))
def test_locking_keeps_everything_that_is_no_name(seed: int) -> None:
    draw = random.Random(seed)
    forms = ["辉达", "马斯克", "台北", "OpenAI", "人工智能"]
    parts = [draw.choice([*forms, "说", "a", "7", "，", " ", "的"]) for _ in range(draw.randrange(12))]
    plain = "".join(parts)
    locked = lock(plain, standard().find(plain))
    back = locked
    for english, form in [("NVIDIA", "辉达"), ("Musk", "马斯克"), ("Taipei", "台北")]:
        back = back.replace(english, form)
    assert back.replace(" ", "") == plain.replace(" ", "")


def test_the_shipped_glossaries_are_sound() -> None:
    assert len(standard()) > 150
    assert len(of_samples()) > len(standard())
    for name in of_samples().names:
        assert name.english not in name.corrected
        assert correct(f"{name.english} said so.", [name]) == f"{name.english} said so."
        assert holds(f"Then {name.english} came.", name)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("NVIDIA company 辉达", "line 1: a row has 3 or 4 cells"),
        ("NVIDIA\tfirm\t辉达", "line 1: 'firm' is no kind of name"),
        ("\tcompany\t辉达", "line 1: an English name is needed"),
        ("NVIDIA\tcompany\t辉", "line 1: .*two characters or more"),
        (
            "NVIDIA\tcompany\t辉达\nHuida\tcompany\t輝達",
            "the glossary translates '英伟达' as 'NVIDIA' and as 'Huida'",
        ),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, row: str, sentence: str) -> None:
    path = tmp_path / "glossary.tsv"
    path.write_text(row, encoding="utf-8")
    with pytest.raises(GlossaryError, match=sentence):
        load(path)
    with pytest.raises(GlossaryError, match="there is no glossary at"):
        load(tmp_path / "none.tsv")


def test_analysts_extend_it(tmp_path: Path) -> None:
    path = tmp_path / "glossary.tsv"
    path.write_text("# ours\nAcme\tcompany\t艾克米|艾克美\tAkmi\nNVIDIA\tcompany\t老黄家\n", encoding="utf-8")
    both = standard() + load(path)
    assert [hit.name.english for hit in both.find("艾克美与老黄家和辉达")] == ["Acme", "NVIDIA", "NVIDIA"]
    assert isinstance(both, Glossary)


def test_an_analysts_entry_has_the_last_word(tmp_path: Path) -> None:
    """Where it says another thing of a form than the shipped glossary, in whatever script."""
    (tmp_path / "glossary.tsv").write_text("Nvidia Corp.\tcompany\t輝達|英伟达\n", encoding="utf-8")
    both = glossary_for(tmp_path)
    assert standard().english("輝達") == "NVIDIA"
    assert both.english("輝達") == both.english("辉达") == both.english("英伟达") == "Nvidia Corp."
    assert both.english("黃仁勳") == standard().english("黃仁勳")
    assert both.sha256 != standard().sha256


HARM = {
    "keep": lambda name: name,
    "drop": lambda _: "",
    "double": lambda name: f"{name} {name}",
    "bracket": lambda name: f"{name} ({name})",
    "garble": garble,
    "translate": lambda _: "the big one",
    "lower": lambda name: name.lower(),
    "glue": lambda name: f"x{name}9",
    "cut": lambda name: name[: len(name) // 2],
    "space": lambda name: " ".join(name),
}
LOCKED = [name for name in standard().names if name.locked and name.forms]


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(LOCKED), st.sampled_from(sorted(HARM)), st.sampled_from(sorted(HARM))),
        min_size=1, max_size=4,
    ),
    st.sampled_from(["警方說，", "據報導，", "“", "「", "A"]),
)  # fmt: skip
def test_whatever_is_done_to_each_name_the_guarantee_holds(
    spoilt: list[tuple[Name, str, str]], begin: str
) -> None:
    """Each name of a sentence is spoilt in a way of its own, in the first attempt and in the second."""
    source = begin + "和".join(name.forms[0] for name, _, _ in spoilt) + "否認。"

    def says(attempt: int) -> Callable[[str], str]:
        def answer(sentence: str) -> str:
            for name, *ways in spoilt:
                sentence = sentence.replace(name.english, HARM[ways[attempt]](name.english), 1)
            return f"It says that {sentence}"

        return answer

    engine = Scripted(says(0), says(1))
    [(_, found)] = translate_texts([Item("a", source, None, "zh")], engine, glossary=standard())
    for sentence in found.sentences:
        names = [hit.name for hit in standard().find(to_simplified(sentence.source))]
        assert bool(missing(sentence.target or "", names)) == ("name_lost" in sentence.flags)
        assert not re.search(r"[\ue000-\uf8ff⟦⟧{}<>_]", sentence.target or ""), (
            "there is nothing that could leak"
        )
