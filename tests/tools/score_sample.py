"""Score the sample package on pairs kept back from its training and on the sample world, and write its card.

usage: python -m tests.tools.score_sample        (writes pipelines/translation/sample/CARD.md)
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sacrebleu.metrics import BLEU, CHRF

from pipelines.hanzi import to_simplified
from pipelines.translation import (
    ArgosEngine,
    Item,
    Package,
    glossary_for,
    install,
    sample_package,
    translate_texts,
)
from pipelines.translation.flags import SERIOUS
from pipelines.translation.names import correct
from tests.tools.sample_pairs import Pair, world
from tests.tools.train_sample import SIZES, held_back, pairs


@dataclass(frozen=True)
class Score:
    """Figures on one list of pairs."""

    sentences: int
    bleu: float
    chrf: float
    exact: float
    """Share of outputs equal to the reference, letter for letter."""
    serious: float
    """Share of sentences with a serious flag."""


def scored(engine: ArgosEngine, drawn: list[Pair]) -> Score:
    """The package's outputs, as the room would store them, against the pairs' English.

    The references get the glossary's words as well (``AI`` for ``artificial intelligence``), as the outputs do.
    """
    glossary = glossary_for(None, sample=True)
    items = [Item(str(n), None, zh, "zh") for n, (zh, _) in enumerate(drawn)]
    done = [found for _, found in translate_texts(items, engine, glossary=glossary)]
    outputs = [found.text_en or "" for found in done]
    references = [correct(en, [hit.name for hit in glossary.find(to_simplified(zh))]) for zh, en in drawn]
    return Score(
        sentences=len(drawn),
        bleu=BLEU().corpus_score(outputs, [references]).score,
        chrf=CHRF().corpus_score(outputs, [references]).score,
        exact=sum(map(str.__eq__, outputs, references)) / len(drawn),
        serious=sum(any(SERIOUS & set(one.flags) for one in found.sentences) for found in done) / len(drawn),
    )


def scores() -> tuple[Package, dict[str, Score]]:
    """The shipped sample package, and its figures by list of pairs."""
    with tempfile.TemporaryDirectory() as folder:
        package = install(sample_package(), Path(folder))
        engine = ArgosEngine(Path(folder), sample=True)
        return package, {
            "grammar, kept back from training": scored(engine, held_back(SIZES["sample"])),
            "sample world, all of it in the training data": scored(engine, world()),
        }


def table(found: dict[str, Score]) -> list[str]:
    """Markdown rows of the figures."""
    lines = [
        "| pairs | sentences | BLEU | chrF | letter for letter | with a serious flag |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {one.sentences} | {one.bleu:.1f} | {one.chrf:.1f} | {one.exact:.1%} | {one.serious:.1%} |"
        for name, one in found.items()
    ]
    return lines


def card() -> str:
    """The card of the sample package."""
    package, found = scores()
    size = SIZES["sample"]
    training = pairs(size)
    lines = [
        "# The sample translation package",
        "",
        f"`{package.model}`, {sample_package().stat().st_size / 1e6:.1f} MB, Chinese to English, Apache-2.0 as the rest of wiredesk.",
        "",
        (
            "**It knows little beyond wiredesk's samples.** It is there so that `wiredesk demo` can be read on a machine without "
            "a network. It is chosen for the samples only, or when asked for by name; real news needs the real Argos package "
            "(`wiredesk model install`). What it makes of any other text is worth nothing, however fluent it sounds."
        ),
        "",
        "## What it is",
        "",
        (
            f"A Transformer of {size.encoder}+{size.decoder} layers, {size.width} wide, {size.vocabulary:,} word pieces, int8, in the Argos "
            "package format; trained from nothing by `make train-sample` on one core."
        ),
        "",
        "## What it was trained on",
        "",
        (
            f"{len(training):,} pairs, all written for wiredesk (`tests/tools/sample_pairs`): {size.grammar:,} drawn from a bilingual grammar of "
            f"news, and **the {len(world())} Chinese sentences of the sample world, titles and bodies, with English written by hand "
            "(by Claude, a language model of Anthropic, on 2026-11-23; no person has reviewed it)**, each repeated. So a good translation of a sample "
            "article shows that the machinery works, not that the package can translate."
        ),
        "",
        "## What it can do",
        "",
        *table(found),
        "",
        "Measured by `python -m tests.tools.score_sample` on what the room stores: names locked, terms corrected, flagged sentences tried again.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    (sample_package().parent / "CARD.md").write_text(card(), encoding="utf-8")
    sys.exit(0)
