"""How many short texts a second the language room answers on one core, beside the libraries it stands on.

Sentences are made from the room's own floor corpus, so that the figure needs nothing outside the repository.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

CORPUS = Path(__file__).parents[1] / "quality" / "language_sentences.tsv"
ROUNDS = 7


def report() -> str:
    """The section of docs/performance.md: texts a second, medians of interleaved rounds, ratios to langdetect."""
    import langdetect
    import py3langid

    from pipelines.language import identify

    langdetect.DetectorFactory.seed = 0
    rows = [line.split("\t") for line in CORPUS.read_text(encoding="utf-8").splitlines()[1:]]
    sets = {
        "Han, kana, Hangul": [text for language, _, text in rows if language in {"zh", "yue", "ja", "ko"}],
        "Latin, Cyrillic, Thai": [
            text for language, _, text in rows if language not in {"zh", "yue", "ja", "ko"}
        ],
    }
    readers: dict[str, Callable[[str], object]] = {
        "wiredesk": lambda text: identify(text, None),
        "langdetect": langdetect.detect,
        "py3langid": py3langid.classify,
    }
    lines = [
        "## Language: short texts a second on one core",
        "",
        f"Sentences of `tests/quality/language_sentences.tsv` (10 to 60 characters), CPU time, medians of {ROUNDS} interleaved rounds.",
        "",
        "| texts | " + " | ".join(readers) + " | wiredesk : langdetect |",
        "|---|" + "---:|" * (len(readers) + 1),
    ]
    for name, texts in sets.items():
        rates: dict[str, list[float]] = {reader: [] for reader in readers}
        for _ in range(ROUNDS):
            for reader, read in readers.items():
                # langdetect is forty times slower: fewer texts a round, the same clock
                sample = texts if reader == "langdetect" else texts * 20
                started = time.process_time()
                for text in sample:
                    read(text)
                rates[reader].append(len(sample) / (time.process_time() - started))
        medians = {reader: median(found) for reader, found in rates.items()}
        cells = " | ".join(f"{medians[reader]:,.0f}" for reader in readers)
        lines.append(f"| {name} | {cells} | {medians['wiredesk'] / medians['langdetect']:.1f} |")
    lines += ["", "Reproduce: `make bench ROOM=language`."]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report())
