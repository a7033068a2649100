"""The section of docs/quality.md on language and script, measured on ../shared/bench/lid_cjk."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

LIMIT = 200
"""Sentences a group for the libraries: lingua and langdetect are slow."""
MAIN = ("zh-Hans", "zh-Hant", "ja-Jpan", "ko-Hang", "en-Latn")


def report(shared: Path) -> str:
    from pipelines.hanzi import script_of
    from pipelines.language import filter_rows, identify

    sentences = shared / "bench" / "lid_cjk" / "sentences.jsonl.gz"
    with gzip.open(sentences, "rt", encoding="utf-8") as lines:
        rows: list[dict[str, Any]] = [json.loads(line) for line in lines]
    found = list(filter_rows(rows))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.jsonl"
        out.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")
        scored = _run([sys.executable, str(shared / "eval" / "score_language.py"), str(sentences), str(out)])
    groups: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row, answer in zip(rows, found, strict=True):
        group = groups[f"{row['lang']}-{row['script'] or ''}".rstrip("-") + f" ({row['src']})"]
        group[0] += answer["language"] == row["lang"]
        group[1] += answer["language"] == row["lang"] and row["script"] in (None, answer["script"])
        group[2] += 1
    cjk = [row["text"] for row in rows if row["lang"] in {"zh", "yue", "wuu", "ja", "ko"}]
    lines_out = [
        "## Language: language and script",
        "",
        "`../shared/bench/lid_cjk` (development half), each sentence alone, no outlet known.",
        "",
        "| group | language right | language and script right | sentences |",
        "|---|---:|---:|---:|",
    ]
    for name in sorted(groups):
        language, both, known = groups[name]
        lines_out.append(f"| {name} | {language / known:.4f} | {both / known:.4f} | {known:,} |")
    main_known = sum(group[2] for name, group in groups.items() if name.startswith(MAIN))
    main_both = sum(group[1] for name, group in groups.items() if name.startswith(MAIN))
    main_language = sum(group[0] for name, group in groups.items() if name.startswith(MAIN))
    hant = [
        answer
        for row, answer in zip(rows, found, strict=True)
        if (row["lang"], row["script"]) == ("zh", "Hant")
    ]
    yue = [answer for row, answer in zip(rows, found, strict=True) if row["lang"] == "yue"]
    hant_texts = [row["text"] for row in rows if (row["lang"], row["script"]) == ("zh", "Hant")]
    open_script = sum(script_of(text)[1] == 0.0 for text in hant_texts)
    lines_out += [
        "",
        (
            f"- Hans, Hant, Japanese, Korean and English together: language {main_language / main_known:.4f}, "
            f"language and script {main_both / main_known:.4f}. Of the traditional sentences {open_script} of {len(hant)} hold "
            "no character that only one script writes (我也是。): where quotation marks, 什么, 以后 and regional words say no more the "
            "answer is `Hani`, which the scorer counts as wrong. Where the answer is a script, it is right in "
            f"{_decided(rows, found):.4f}; a guess would raise the figure on this set and say nothing true."
        ),
        f"- Cantonese: recall {_share(yue, 'yue'):.4f}; traditional Chinese taken for it: {_share(hant, 'yue'):.4%}.",
        _headlines(),
        f"- Speed, Han, kana and Hangul: {_rate(cjk, identify):,.0f} texts a second on one core.",
        "",
        "`score_language.py` says:",
        "",
        "```",
        scored.strip(),
        "```",
        "",
        *_comparison(sentences, groups),
        "",
        "Reproduce: `make quality ROOM=language`; the libraries' table needs `WIREDESK_COMPARE_PYTHON`, the interpreter of an",
        "environment with `requirements/compare.in`.",
    ]
    return "\n".join(lines_out)


def _headlines() -> str:
    from tests.quality.test_language_floor import headlines

    judged = headlines()
    right = sum(wanted == found for wanted, found, _, _ in judged)
    open_ones = sum(wanted != found and found in {"-", "zh-Hani"} for wanted, found, _, _ in judged)
    return (
        f"- Headlines of two to five words or four to ten characters, mixed languages among them (`tests/quality/language_headlines.tsv`, "
        f"ours, pinned): {right} of {len(judged)} right, {open_ones} left open, {len(judged) - right - open_ones} wrong "
        "(Japanese headlines without kana, 東京地裁判決, foremost)."
    )


def _decided(rows: list[dict[str, Any]], found: list[dict[str, Any]]) -> float:
    """Share right of the main groups where some script was named."""
    named = [
        row["lang"] == answer["language"] and row["script"] == answer["script"]
        for row, answer in zip(rows, found, strict=True)
        if f"{row['lang']}-{row['script']}" in MAIN and answer["script"] != "Hani"
    ]
    return sum(named) / len(named)


def _share(answers: list[dict[str, Any]], language: str) -> float:
    return sum(answer["language"] == language for answer in answers) / len(answers)


def _rate(texts: list[str], identify: Any) -> float:
    best = float("inf")
    for _ in range(3):
        started = time.process_time()
        for text in texts:
            identify(None, text)
        best = min(best, time.process_time() - started)
    return len(texts) / best


def _comparison(sentences: Path, ours: dict[str, list[int]]) -> list[str]:
    python = os.environ.get("WIREDESK_COMPARE_PYTHON")
    if not python:
        return ["The libraries were not compared in this run: `WIREDESK_COMPARE_PYTHON` was not set."]
    script = Path(__file__).with_name("compare_language.py")
    measured = json.loads(_run([python, str(script), str(sentences), str(LIMIT)]))
    lines = [
        f"Libraries alone, language only, up to {LIMIT} sentences a group, Cantonese and Wu counted as `zh`:",
        "",
        "| library | zh Hans | zh Hant | yue, wuu as zh | ja | ko | en | others | texts/s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, result in measured.items():
        groups = result["groups"]
        named = {"zh-Hans", "zh-Hant", "yue", "yue-Hant", "wuu", "ja-Jpan", "ko-Hang", "en-Latn"}
        columns: list[list[str]] = [
            ["zh-Hans"],
            ["zh-Hant"],
            ["yue", "yue-Hant", "wuu"],
            ["ja-Jpan"],
            ["ko-Hang"],
            ["en-Latn"],
        ]
        columns.append([group for group in groups if group not in named])
        cells = [_cell(groups[group] for group in column if group in groups) for column in columns]
        lines.append(f"| {name} | {' | '.join(cells)} | {result['rate']:,.0f} |")
    others = [group for name, group in ours.items() if not name.startswith((*MAIN, "yue", "wuu"))]
    total = sum(group[0] for group in others) / sum(group[2] for group in others)
    lines += [
        "",
        (
            f"wiredesk's room (scripts and characters first, langdetect for Latin and Cyrillic, py3langid as its second opinion)"
            f" on the same others: {total:.4f}."
        ),
    ]
    return lines


def _cell(groups: Iterable[list[int]]) -> str:
    right, known = (sum(column) for column in zip(*groups, strict=True))
    return f"{right / known:.3f}"


def _run(command: list[str]) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
