"""The quality section of translation: real Argos outputs judged by our flags, names in them, and the sample package."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from sacrebleu.metrics import CHRF

from pipelines.hanzi import to_simplified
from pipelines.translation import flags as flag
from pipelines.translation import sample_package
from pipelines.translation.doubt import doubtful, score
from pipelines.translation.glossary import Name, standard
from pipelines.translation.likeness import likenesses
from pipelines.translation.names import correct, holds
from tests.quality.translation_names import ways
from tests.tools.fit_doubt import left_out, read
from tests.tools.rate_doubt import rate
from tests.tools.score_sample import scores, table

FOLDER = "bench/mt_zhen_news"
MEASURES = ("heft", "word_length", "shortfall", "excess", "likeness", "latin", "quotes")
LEFT_OUT = (*MEASURES, *flag.FLAGS[:-1], "unfinished", "headline")
_LATIN = re.compile(r"[A-Za-z][A-Za-z]+")
_CODE = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9-]{2,8}(?![A-Za-z0-9])")
Row = dict[str, Any]


def report(shared: Path) -> str:
    """Markdown of the section."""
    sets = {
        path.name.removesuffix(".jsonl.gz"): _rows(path)
        for path in sorted((shared / FOLDER).glob("*.jsonl.gz"))
    }
    sets = {name: [row for row in rows if row.get("argos")] for name, rows in sets.items()}
    return "\n\n".join(
        [
            "## translation",
            (
                "The real zh→en package cannot be fetched where this is written, so its *published outputs* are judged "
                "(`../shared/bench/mt_zhen_news`, column `argos`). Doubt was fitted on flores-dev; the WMT sets were only measured with."
            ),
            _outputs(shared, sets),
            _flags(sets),
            _parts(sets),
            _left_out(shared),
            _names(sets),
            _sample(),
            "\n".join(
                [
                    "### Ways to lock a name, on the sample package with six company names that it never saw",
                    "",
                    "A small model copies new names badly; the order of the ways is what counts here.",
                    "",
                    *ways(),
                ]
            ),
            "Reproduce: `make quality ROOM=translation` · rate other outputs: `python -m tests.tools.rate_doubt SEGMENTS OUT`, then `score_flags.py` · not run here: translating with the real package, other languages' packages.",
        ]
    )


def _rows(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        return [json.loads(line) for line in handle]


def _judged(rows: list[Row], column: str = "argos") -> list[tuple[str, str, float, list[Name]]]:
    """Source, translation, likeness and names of each row."""
    pairs = [(to_simplified(row["zh"]), row[column]) for row in rows]
    return [
        (plain, target, like, [hit.name for hit in standard().find(plain)])
        for (plain, target), like in zip(pairs, likenesses(pairs), strict=True)
    ]


def _outputs(shared: Path, sets: dict[str, list[Row]]) -> str:
    lines = [
        "### Outputs of Argos, and how well the doubt finds its worst tenth (`score_flags.py`)",
        "",
        "| set | sentences | BLEU | chrF | AUC, worst tenth by chrF | chrF of flagged `doubtful` (share) | chrF of the rest |",
        "|---|---|---|---|---|---|---|",
    ]
    chrf = CHRF()
    for name, rows in sets.items():
        rated = rate([(row["zh"], row["argos"]) for row in rows])
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "out.jsonl"
            out.write_text(
                "".join(
                    json.dumps({"id": row["id"], "score": value}) + "\n"
                    for row, value in zip(rows, rated, strict=True)
                )
            )
            done = subprocess.run(
                [
                    sys.executable,
                    "score_flags.py",
                    str((shared / FOLDER / f"{name}.jsonl.gz").resolve()),
                    str(out),
                ],
                cwd=shared / "eval",
                capture_output=True,
                text=True,
                check=True,
            )
        said = re.search(r"BLEU ([\d.]+)  chrF ([\d.]+).*AUC ([\d.]+)", done.stdout, re.DOTALL)
        assert said is not None, done.stdout
        marked = [
            doubtful(plain, target, like, flag.of(plain, target, names, like))
            for plain, target, like, names in _judged(rows)
        ]
        split = []
        for wanted in (True, False):
            part = [row for row, mark in zip(rows, marked, strict=True) if mark is wanted]
            split.append(
                chrf.corpus_score([row["argos"] for row in part], [[row["en"] for row in part]]).score
            )
        share = f"{sum(marked) / len(rows):.1%}"
        lines.append(
            f"| {name} | {len(rows)} | {said[1]} | {said[2]} | {said[3]} | {split[0]:.1f} ({share}) | {split[1]:.1f} |"
        )
    return "\n".join(lines)


def _flags(sets: dict[str, list[Row]]) -> str:
    raised: Counter[str] = Counter()
    right: Counter[str] = Counter()
    on_references: Counter[str] = Counter()
    total = 0
    chrf = CHRF()
    for rows in sets.values():
        quality = [chrf.sentence_score(row["argos"], [row["en"]]).score for row in rows]
        line = sorted(quality)[len(quality) // 10]
        for (plain, target, like, names), found in zip(_judged(rows), quality, strict=True):
            raised.update(marks := flag.of(plain, target, names, like))
            right.update(marks if found < line else ())
        for plain, target, like, names in _judged(rows, "en"):
            on_references.update(flag.of(plain, target, names, like))
        total += len(rows)
    lines = [
        f"### Each flag on the {total:,} outputs",
        "",
        (
            "The human references raise flags too (names left out, figures rounded): a flag asks for a look, no more. "
            "Names were not locked in these outputs."
        ),
        "",
        "| flag | raised | of them in the worst tenth | raised on the human reference |",
        "|---|---|---|---|",
    ]
    for name in flag.FLAGS[:-1]:
        share = f"{right[name] / raised[name]:.0%}" if raised[name] else "–"
        lines.append(f"| `{name}` | {raised[name]} | {share} | {on_references[name]} |")
    return "\n".join(lines)


def _parts(sets: dict[str, list[Row]]) -> str:
    chrf = CHRF()
    judged = {name: _judged(rows) for name, rows in sets.items()}
    worst = {}
    for name, rows in sets.items():
        quality = sorted(
            (chrf.sentence_score(row["argos"], [row["en"]]).score, n) for n, row in enumerate(rows)
        )
        worst[name] = {n for _, n in quality[: len(rows) // 10]}
    lines = [
        "### What each part of the doubt is worth",
        "",
        "AUC without it, less the AUC with all (negative: the part helps).",
        "",
        f"| left out | {' | '.join(sets)} |",
        f"|---|{'---|' * len(sets)}",
    ]
    whole = {name: area([score(*one) for one in judged[name]], worst[name]) for name in sets}
    for part in LEFT_OUT:
        cells = [
            area([score(*one, without=(part,)) for one in judged[name]], worst[name]) - whole[name]
            for name in sets
        ]
        lines.append(f"| `{part}` | {' | '.join(f'{cell:+.4f}' for cell in cells)} |")
    return "\n".join(lines)


def _left_out(shared: Path) -> str:
    """How much hangs on the set that the line is fitted on."""
    found = left_out([read(str(path)) for path in sorted((shared / FOLDER).glob("*.jsonl.gz"))])
    lines = [
        "### The line fitted on the other sets",
        "",
        (
            "AUC for the worst tenth of each set by a line fitted on the other three (`python -m tests.tools.fit_doubt "
            "../shared/bench/mt_zhen_news/*.jsonl.gz`): what is shipped hangs neither on FLORES nor on one year."
        ),
        "",
        "| set | all measures | without `likeness`, `latin`, `quotes` | without `likeness` |",
        "|---|---|---|---|",
    ]
    lines += [f"| {name} | {' | '.join(f'{one:.4f}' for one in areas)} |" for name, areas in found.items()]
    return "\n".join(lines)


def area(scores: list[float], worst: set[int]) -> float:
    """Area under the curve for finding ``worst`` by a high score, ties counted half."""
    ranked = sorted(range(len(scores)), key=lambda n: scores[n])
    at = seen = 0
    total = 0.0
    while at < len(ranked):
        end = at
        while end < len(ranked) and scores[ranked[end]] == scores[ranked[at]]:
            end += 1
        bad = sum(n in worst for n in ranked[at:end])
        total += bad * (seen + (end - at - bad) / 2)
        seen += end - at - bad
        at = end
    return total / (len(worst) * (len(scores) - len(worst)))


def _names(sets: dict[str, list[Row]]) -> str:
    """What real Argos does with Latin names, with codes (the shape of a placeholder) and with Chinese names."""
    kept: dict[str, list[bool]] = {"latin": [], "code": [], "raw": [], "rare": [], "corrected": []}
    for rows in sets.values():
        for row, (plain, target, _, names) in zip(rows, _judged(rows), strict=True):
            for kind, pattern in (("latin", _LATIN), ("code", _CODE)):
                kept[kind] += [word in target for word in pattern.findall(plain) if word in row["en"]]
            for name in dict.fromkeys(names):
                locked = name.locked and any(form in plain for form in name.forms if not form.isascii())
                if locked and holds(row["en"], name):
                    kept["raw"].append(holds(target, name))
                    if name.kind not in ("place", "organisation", "regulator"):
                        kept["rare"].append(holds(target, name))
                    kept["corrected"].append(holds(correct(target, [name]), name))
    said = {
        "latin": "a word in Latin letters in the Chinese source (what locking turns a name into)",
        "code": "a code of letters and digits, as `F16` (the shape of a placeholder)",
        "raw": "a Chinese name of the glossary, not locked",
        "rare": "of these: people, companies, products, outlets",
        "corrected": "all Chinese names, known wrong renderings corrected",
    }
    lines = [
        "### Which way to lock a name",
        "",
        "Counted on the real outputs, where the human reference holds the name too: does it stand in the output letter for letter?",
        "",
        "| in the source stands | times | kept |",
        "|---|---|---|",
    ]
    lines += [f"| {said[kind]} | {len(hits)} | {sum(hits) / len(hits):.1%} |" for kind, hits in kept.items()]
    return "\n".join(lines)


def _sample() -> str:
    package, found = scores()
    return "\n".join(
        [
            f"### The sample package `{package.model}` ({sample_package().stat().st_size / 1e6:.1f} MB)",
            "",
            (
                "Trained on a grammar of news and on the sentences of the sample world, so the second row proves nothing "
                "but that the demo can be read. It knows little beyond them (`pipelines/translation/sample/CARD.md`)."
            ),
            "",
            *table(found),
        ]
    )
