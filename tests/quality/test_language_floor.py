"""Language and script on sentences that we wrote: a floor just under the measured figure."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from pipelines.language import identify

CORPUS = Path(__file__).parent / "language_sentences.tsv"
DIGEST = "e3ee7baf7e179198e842446b27444e44f5f846d020e73eff5ff70e743f47dd8c"
FLOOR = 0.99
HEADLINES = Path(__file__).parent / "language_headlines.tsv"
"""Headlines of two to five words or four to ten characters, with mixed languages; ``-`` where nothing can be told."""
HEADLINES_DIGEST = "647b44aa8584ff639c25e6649b1236a5b89e7a516d8fb6cda64138b19181ef92"
HEADLINES_FLOOR = 0.86


def test_language_and_script_floor() -> None:
    assert sha256(CORPUS.read_bytes()).hexdigest() == DIGEST, (
        "the corpus changed: measure again, then pin both"
    )
    rows = [line.split("\t") for line in CORPUS.read_text(encoding="utf-8").splitlines()[1:]]
    wrong = []
    for language, script, text in rows:
        found = identify(text, None)
        if (found.language, found.script) != (language, script):
            wrong.append(f"{language}-{script} taken for {found.language}-{found.script}: {text}")
    accuracy = 1 - len(wrong) / len(rows)
    assert accuracy >= FLOOR, f"accuracy {accuracy:.4f} of {len(rows)}\n" + "\n".join(wrong)


def headlines() -> list[tuple[str, str, str, str]]:
    """``(wanted, found, by, headline)``, the wanted and found as ``zh-Hans``, ``-`` where undecided."""
    judged = []
    for line in HEADLINES.read_text(encoding="utf-8").splitlines()[1:]:
        language, script, text = line.split("\t")
        found = identify(text, None)
        answer = f"{found.language}-{found.script}" if found.language else "-"
        judged.append(("-" if language == "-" else f"{language}-{script}", answer, found.method, text))
    return judged


def test_headlines_floor() -> None:
    assert sha256(HEADLINES.read_bytes()).hexdigest() == HEADLINES_DIGEST, (
        "the corpus changed: measure again, then pin both"
    )
    judged = headlines()
    wrong = [
        f"{wanted} taken for {found} by {by}: {text}" for wanted, found, by, text in judged if wanted != found
    ]
    accuracy = 1 - len(wrong) / len(judged)
    assert accuracy >= HEADLINES_FLOOR, f"accuracy {accuracy:.4f} of {len(judged)}\n" + "\n".join(wrong)


def test_cantonese_is_not_seen_where_it_is_not() -> None:
    rows = [line.split("\t") for line in CORPUS.read_text(encoding="utf-8").splitlines()[1:]]
    assert [
        text for language, _, text in rows if language == "zh" and identify(text, None).language == "yue"
    ] == []
