"""Folding on pairs that we wrote: twins, wire copies, shortened copies, and traps that must stay apart."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from pipelines.texts import attributed_source, filter_rows

CORPUS = Path(__file__).parent / "texts_pairs.jsonl"
DIGEST = "b69202b9e5ee1be5959b1b256b0a63f21a52a43e1bc0406c901c865f31d823ba"
FLOOR_PRECISION = 0.99
FLOOR_RECALL = 0.99
LEADS = Path(__file__).parent / "texts_leads.tsv"
"""Leads that we wrote before the rules were read (``first``) or changed for them (``second``, ``third``), with the
sources that they credit."""
LEADS_DIGEST = "8cd6ae5e094825234078c3674a0d84a1686bea00fd41b1d0d11243f658013813"
LEADS_FLOOR = 0.98


def judged() -> list[tuple[dict[str, object], bool]]:
    pairs = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    found = []
    for pair in pairs:
        a, b = filter_rows([{**pair["a"], "id": "a"}, {**pair["b"], "id": "b"}])
        found.append((pair, a["text_id"] == b["text_id"]))
    return found


def test_pairs_floor() -> None:
    assert sha256(CORPUS.read_bytes()).hexdigest() == DIGEST, (
        "the corpus changed: measure again, then pin both"
    )
    found = judged()
    hits = sum(same and bool(pair["same"]) for pair, same in found)
    folded = sum(same for _, same in found)
    wanted = sum(bool(pair["same"]) for pair, _ in found)
    wrong = "\n".join(
        f"{pair['n']} {pair['kind']}: {pair['note']}" for pair, same in found if same != pair["same"]
    )
    assert hits / folded >= FLOOR_PRECISION, wrong
    assert hits / wanted >= FLOOR_RECALL, wrong


def credited() -> list[tuple[str, set[str], str | None, str]]:
    """``(batch, the sources that the lead credits, the one found, lead)``."""
    rows = [line.split("\t") for line in LEADS.read_text(encoding="utf-8").splitlines()[1:]]
    return [
        (batch, set(origins.split("|")) - {""}, attributed_source(None, text), text)
        for batch, text, origins in rows
    ]


def test_leads_floor() -> None:
    assert sha256(LEADS.read_bytes()).hexdigest() == LEADS_DIGEST, (
        "the corpus changed: measure again, then pin both"
    )
    judged = credited()
    crediting = [one for one in judged if one[1]]
    found = sum(source in wanted for _, wanted, source, _ in crediting)
    assert found / len(crediting) >= LEADS_FLOOR, [one for one in crediting if one[2] not in one[1]]
    assert [one for one in judged if one[2] is not None and one[2] not in one[1]] == []
