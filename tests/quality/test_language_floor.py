"""Language and script on sentences that we wrote: a floor just under the measured figure."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from pipelines.language import identify

CORPUS = Path(__file__).parent / "language_sentences.tsv"
DIGEST = "e3ee7baf7e179198e842446b27444e44f5f846d020e73eff5ff70e743f47dd8c"
FLOOR = 0.99


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


def test_cantonese_is_not_seen_where_it_is_not() -> None:
    rows = [line.split("\t") for line in CORPUS.read_text(encoding="utf-8").splitlines()[1:]]
    assert [
        text for language, _, text in rows if language == "zh" and identify(text, None).language == "yue"
    ] == []
