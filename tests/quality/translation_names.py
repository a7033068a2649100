"""Ways to lock a name, tried on the sample package with names that it has never seen."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from sacrebleu.metrics import CHRF

from pipelines.translation import ArgosEngine, install, sample_package
from pipelines.translation.glossary import Name
from pipelines.translation.names import holds
from tests.tools.train_sample import SIZES, held_back

KNOWN = ("OpenAI", "NVIDIA", "Google", "Tesla", "Meta", "Microsoft", "ByteDance", "Huawei", "DeepSeek")
UNSEEN = (
    Name("Quorlix", "company", ("阔力士",)),
    Name("Mingruida", "company", ("明瑞达",)),
    Name("Ambertine", "company", ("安博腾",)),
    Name("Haywolf Labs", "company", ("海沃夫",)),
    Name("Dexani", "company", ("德克萨尼",)),
    Name("Nobeta Systems", "company", ("诺伯塔",)),
)
PLACEHOLDER = "XQ1"


def ways() -> list[str]:
    """Markdown rows: how each way keeps the names, and what it does to the rest of the sentence."""
    rows = _rows()
    with tempfile.TemporaryDirectory() as folder:
        install(sample_package(), Path(folder))
        engine = ArgosEngine(Path(folder), sample=True)
        named = [zh.replace(PLACEHOLDER, name.english) for zh, _, name in rows]
        locked = engine.translate(named)
        again = engine.retranslate(named)
        found = {
            "nothing: the Chinese name": engine.translate(
                [zh.replace(PLACEHOLDER, name.forms[0]) for zh, _, name in rows]
            ),
            "a placeholder, put back afterwards": [
                out.replace(PLACEHOLDER, name.english)
                for out, (_, _, name) in zip(engine.translate([zh for zh, _, _ in rows]), rows, strict=True)
            ],
            "the English name in the source": locked,
            "… and a second attempt where it was lost": [
                out if holds(out, name) else other
                for out, other, (_, _, name) in zip(locked, again, rows, strict=True)
            ],
            "… and the decoder made to begin with it, where it begins the source": [
                out
                if holds(out, name) or not zh.startswith(name.english)
                else _begun(engine, zh, name.english)
                for out, zh, (_, _, name) in zip(locked, named, rows, strict=True)
            ],
        }
    references = [en for _, en, _ in rows]
    lines = ["| what locks the name | kept | chrF of the sentences |", "|---|---|---|"]
    for way, outputs in found.items():
        kept = sum(holds(out, name) for out, (_, _, name) in zip(outputs, rows, strict=True))
        lines.append(
            f"| {way} | {kept / len(rows):.1%} | {CHRF().corpus_score(outputs, [references]).score:.1f} |"
        )
    return lines


def _rows() -> list[tuple[str, str, Name]]:
    """Kept-back pairs of the grammar with a known company exchanged for an unseen one; a placeholder in the Chinese."""
    draw = random.Random(1)
    found = []
    for zh, en in held_back(SIZES["sample"], 800):
        known = next((name for name in KNOWN if zh.count(name) == 1 and en.count(name) == 1), None)
        if known is not None:
            name = draw.choice(UNSEEN)
            found.append((zh.replace(known, PLACEHOLDER), en.replace(known, name.english), name))
    return found


def _begun(engine: ArgosEngine, source: str, beginning: str) -> str:
    """Decoding constrained by a prefix, the only constraint that CTranslate2 knows."""
    tokenizer = engine._translation.pkg.tokenizer
    result = engine._translation.translator.translate_batch(
        [tokenizer.encode(source)],
        target_prefix=[tokenizer.encode(beginning)],
        beam_size=engine.beam,
        length_penalty=0.2,
    )
    return str(tokenizer.decode(result[0].hypotheses[0])).strip()
