"""Memory of translation, however many articles come: one process, resident set after so many sentences.

A package of the real one's size with random weights; articles of distinct sentences run through the whole room, memory,
glossary, flags and likeness included. To keep it short the model decodes ``TOKENS`` tokens a sentence of ten characters.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.translation import ArgosEngine, Item, glossary_for, install, translate_texts
from tests.bench.bench_translation import random_package

STEPS = (1_000, 5_000, 15_000)
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


def report() -> str:
    """Markdown of the section, measured in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        install(random_package(data / "translate-zh_en-random.argosmodel"), data)
        command = [sys.executable, "-m", "tests.bench.bench_translation_memory", folder]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return "\n".join(
        [
            "## translation: memory",
            "",
            "Resident memory of one process through the whole room, no sentence like another, random int8 model of the real package's size:",
            "",
            "| | MB |",
            "|---|---|",
            *(f"| {name} | {size:.0f} |" for name, size in json.loads(done.stdout).items()),
            "",
            "Command: `make bench ROOM=translation_memory` (a few minutes)",
        ]
    )


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
