"""Memory of translation, however many articles come: one process, resident set after so many sentences.

usage: python -m tests.bench.translation_memory DATA_FOLDER

The folder holds the random package of the real one's size. Articles are made of distinct sentences and run through the
whole room, memory, glossary, flags and likeness included; to keep it short the model decodes ``TOKENS`` tokens a sentence
of ten characters. Prints one JSON object.
"""

from __future__ import annotations

import json
import random
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.translation import ArgosEngine, Item, glossary_for, translate_texts

STEPS = (1_000, 10_000, 50_000)
TOKENS = 2
A_TEXT = 20


class Short:
    """A translator that stops after ``TOKENS`` tokens."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def translate_batch(self, tokens: list[list[str]], **options: Any) -> Any:
        return self.inner.translate_batch(
            tokens, **(options | {"min_decoding_length": TOKENS, "max_decoding_length": TOKENS})
        )


class Once:
    """The engine without second attempts: nonsense would get one every time."""

    engine, model, settings, source = "argos", "random", "", "zh"

    def __init__(self, inner: ArgosEngine) -> None:
        self.translate = inner.translate


def articles(count: int) -> Iterator[Item]:
    """``count`` sentences in articles of 20, none like another."""
    draw = random.Random(3)
    signs = [chr(n) for n in range(0x4E00, 0x9000)]
    for n in range(count // A_TEXT):
        text = "".join("".join(draw.choices(signs, k=8)) + f"{n}。" for _ in range(A_TEXT))
        yield Item(str(n), None, text, "zh")


def resident() -> float:
    """Resident set now, MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


def main(folder: str) -> int:
    engine = ArgosEngine(Path(folder))
    engine._translation.translator = Short(engine._translation.translator)
    glossary = glossary_for(None)
    found = {"loaded": resident()}
    done = 0
    for n, (_, translation) in enumerate(
        translate_texts(articles(max(STEPS)), Once(engine), glossary=glossary)
    ):
        done += len(translation.sentences)
        if (n + 1) * A_TEXT in STEPS:
            found[f"{done:,} sentences"] = resident()
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
