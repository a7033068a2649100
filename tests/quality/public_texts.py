"""The section of docs/quality.md on folding into texts, measured on public sets and on twins made from them."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

Row = dict[str, Any]
CONFIGS = ("s2t", "s2tw", "s2hk", "s2twp", "s2hkp")


def report(shared: Path) -> str:
    bench = shared / "bench"
    parts = [
        ["## Texts: folding", ""],
        _near_duplicates(bench, shared / "eval" / "score_pairs.py"),
        _made_twins(bench),
        _judged_alike(shared),
        _events_apart(bench),
        _language_versions(bench),
        _own_pairs(),
        _own_leads(),
        ["Reproduce: `make quality ROOM=texts`."],
    ]
    return "\n".join("\n".join(part) + "\n" for part in parts)


def _rows(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _near_duplicates(bench: Path, scorer: Path) -> list[str]:
    from pipelines.texts import filter_rows

    docs = _rows(bench / "cluster_zh_dtels" / "docs.jsonl.gz")
    started = time.process_time()
    found = list(filter_rows(docs))
    seconds = time.process_time() - started
    pairs = bench / "neardup_zh_dtels" / "pairs.jsonl.gz"
    lines = [
        f"**Near-duplicates** (`neardup_zh_dtels`, development half; {len(docs):,} articles folded in {seconds:.1f} s of CPU).",
        "Pairs count as folded when they share a `text_id`, so chains count too.",
        "",
        "| same is | `score_pairs.py` |",
        "|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.jsonl"
        out.write_text("".join(json.dumps(row) + "\n" for row in found), encoding="utf-8")
        for same in ("copy", "copy,partial"):
            command = [sys.executable, str(scorer), str(pairs), str(out), same]
            answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
            lines.append(f"| {same} | {answer} |")
    text_of = {row["id"]: row["text_id"] for row in found}
    gold = _rows(pairs)
    copies = [p for p in gold if p["label"] in ("copy", "different")]
    hits = sum(text_of[p["a"]] == text_of[p["b"]] for p in copies if p["label"] == "copy")
    wrong = [p for p in copies if p["label"] == "different" and text_of[p["a"]] == text_of[p["b"]]]
    known = sum(p["label"] == "copy" for p in copies)
    direct = _direct(docs, wrong)
    precision, recall = hits / (hits + len(wrong)), hits / known
    lines += [
        (
            f"| copy against different (partial left out) | precision {precision:.4f}  recall {recall:.4f}  "
            f"F1 {2 * precision * recall / (precision + recall):.4f} |"
        ),
        "",
        (
            "(The scorer's first row counts every folded `partial` pair as wrong.) "
            f"Of the {len(wrong)} `different` pairs that share a text, {direct['scripts']} are one text in two scripts, which the "
            f"set's labels do not fold; {direct['folded']} more fold directly, {direct['chained']} only by way of a third article."
        ),
    ]
    return lines


def _direct(docs: list[Row], pairs: list[Row]) -> Counter[str]:
    from pipelines.texts import filter_rows

    by_id = {row["id"]: row for row in docs}
    tally: Counter[str] = Counter({"scripts": 0, "folded": 0, "chained": 0})
    for pair in pairs:
        _, second = sorted(
            filter_rows([by_id[pair["a"]], by_id[pair["b"]]]), key=lambda row: row["same_as"] is not None
        )
        kind = (
            "chained"
            if second["same_as"] is None
            else "scripts"
            if "once scripts" in second["reason"]
            else "folded"
        )
        tally[kind] += 1
    return tally


def _made_twins(bench: Path) -> list[str]:
    import opencc

    from pipelines.texts import fold, sign, text_id_of

    docs = [
        *_rows(bench / "cluster_zh_dtels" / "docs.jsonl.gz"),
        *_rows(bench / "cluster_zh_ecob" / "docs.jsonl.gz"),
        *_rows(bench / "cluster_zhhant_en_openclaw_silver" / "docs.jsonl.gz"),
    ]
    docs = [row for row in docs if any("\u4e00" <= ch <= "\u9fff" for ch in row.get("text") or "")]
    lines = [
        (
            f"**Twins made from every Chinese article** of `cluster_zh_dtels`, `cluster_zh_ecob` and `cluster_zhhant_en_openclaw_silver` "
            f"({len(docs):,}): each is converted by OpenCC and folded against its source alone."
        ),
        "",
        "| OpenCC | same text | relation twin | letter for letter |",
        "|---|---:|---:|---:|",
    ]
    sources = [
        sign(row["id"], row.get("title"), row["text"]).with_text(text_id_of(row["id"])) for row in docs
    ]
    for config in CONFIGS:
        converter = opencc.OpenCC(config)
        tally: Counter[str] = Counter()
        for row, source in zip(docs, sources, strict=True):
            title, text = converter.convert(row.get("title") or ""), converter.convert(row["text"])
            found = fold([sign(row["id"] + "-twin", title, text)], [source])[0]
            tally["same"] += found.text_id == source.text_id
            tally["twin"] += found.relation == "twin"
            tally["exact"] += found.similarity == 1.0
        shares = " | ".join(f"{tally[name] / len(docs):.4f}" for name in ("same", "twin", "exact"))
        lines.append(f"| {config} | {shares} |")
    return lines


ROTATED = ("s2t", "t2s", "s2tw", "s2hk", "s2twp", "tw2sp")


def rotated(shared: Path) -> list[tuple[Row, Row]]:
    """Chinese rows of three grouping sets and of the labelled titles, each with a twin by one of six conversions in turn."""
    import opencc

    folders = ("cluster_zh_dtels", "cluster_zh_ecob", "cluster_zhhant_en_openclaw_silver")
    paths = [
        *(shared / "bench" / name / "docs.jsonl.gz" for name in folders),
        shared / "labels" / "aim-class-silver" / "dev.jsonl.gz",
    ]
    rows = [
        {"title": row.get("title") or "", "text": row.get("text") or ""}
        for path in paths
        for row in _rows(path)
    ]
    chinese = [row for row in rows if any("\u4e00" <= ch <= "\u9fff" for ch in row["title"] + row["text"])]
    converters = [opencc.OpenCC(config) for config in ROTATED]
    pairs = []
    for n, row in enumerate(chinese):
        convert = converters[n % len(converters)].convert
        pairs.append(({"id": str(n), **row}, {"id": str(n), **{name: convert(row[name]) for name in row}}))
    return pairs


def unlike(pairs: list[tuple[Row, Row]]) -> list[str]:
    """Pairs that relevance or labels answer differently: what differs, and the title."""
    from pipelines import labels, relevance

    def said(row: Row) -> list[object]:
        return [
            *(row[name] for name in ("class", "materialisation", "limbs", "severity")),
            *((one["axis"], one["value"]) for one in row["labels"] or ()),
        ]

    wrong = []
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    for row, one, two in zip(ours, relevance.filter_rows(ours), relevance.filter_rows(theirs), strict=True):
        if one["relevant"] != two["relevant"]:
            wrong.append(f"relevant {one['relevant']} and {two['relevant']}: {row['title'][:60]}")
    for row, one, two in zip(ours, labels.filter_rows(ours), labels.filter_rows(theirs), strict=True):
        if said(one) != said(two):
            wrong.append(f"labels {set(map(str, said(one))) ^ set(map(str, said(two)))}: {row['title'][:60]}")
    return wrong


def _judged_alike(shared: Path) -> list[str]:
    pairs = rotated(shared)
    wrong = unlike(pairs)
    return [
        (
            f"**Relevance and labels of twins**: {len(pairs):,} Chinese rows (the sets above, and `aim-class-silver`), each against its twin by one of "
            f"{', '.join(ROTATED)} in turn: {len(pairs) - len(wrong):,} answered the same."
        ),
        *(["", *(f"- {one}" for one in wrong[:10])] if wrong else []),
    ]


def _events_apart(bench: Path) -> list[str]:
    from pipelines.texts import filter_rows

    docs = _rows(bench / "cluster_zh_ecob" / "docs.jsonl.gz")
    by_id = {row["id"]: row for row in docs}
    across = [
        row
        for row in filter_rows(docs)
        if row["same_as"] and by_id[row["id"]]["event_id"] != by_id[row["same_as"]]["event_id"]
    ]
    pairs = _rows(bench / "pairs_zh_sohu_same_event" / "pairs.jsonl.gz")
    sides = [{"id": f"{p['id']}{side}", "text": p[side]} for p in pairs for side in ("source", "target")]
    text_of = {row["id"]: row["text_id"] for row in filter_rows(sides)}
    together = [p for p in pairs if text_of[f"{p['id']}source"] == text_of[f"{p['id']}target"]]
    wrong = sum(not p["same_event"] for p in together)
    lines = [
        (
            f"**Events stay apart.** `pairs_zh_sohu_same_event`: of {len(pairs):,} pairs of short texts {len(together)} fold, "
            f"{wrong} of them labelled as different events. `cluster_zh_ecob`: folds across event ids: {len(across)}."
        ),
        "",
    ]
    lines += [
        f"- {row['reason']}: {by_id[row['id']]['title']} | {by_id[row['same_as']]['title']}" for row in across
    ]
    return lines


def _language_versions(bench: Path) -> list[str]:
    from pipelines.texts import sign
    from pipelines.texts.similarity import overlap

    articles: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in _rows(bench / "xl_ntrex_docs" / "sentences.jsonl.gz"):
        for version in ("zh_hans", "zh_hant"):
            articles[row["doc_id"]][version].append(row[version])
    shares = sorted(
        overlap(*(sign(version, None, "\n".join(article[version])) for version in ("zh_hans", "zh_hant")))[0]
        for article in articles.values()
    )
    return [
        (
            f"**Two translations are two texts.** The simplified and traditional versions of the {len(articles)} articles of "
            f"`xl_ntrex_docs` are separate human translations: folded to one script and one region's words they share "
            f"{shares[0]:.1%} to {shares[-1]:.1%} of their shingles (median {shares[len(shares) // 2]:.1%}), so none folds, as it should be; "
            "that they tell one event is for the incidents room."
        ),
    ]


def _own_pairs() -> list[str]:
    from tests.quality.test_texts_floor import judged

    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for pair, same in judged():
        tally[str(pair["kind"])][0] += same == pair["same"]
        tally[str(pair["kind"])][1] += 1
    lines = [
        "**Pairs that we wrote** (`tests/quality/texts_pairs.jsonl`, pinned by `test_texts_floor.py`):",
        "",
        "| kind | right | pairs |",
        "|---|---:|---:|",
    ]
    lines += [f"| {kind} | {right} | {known} |" for kind, (right, known) in tally.items()]
    return lines


def _own_leads() -> list[str]:
    from tests.quality.test_texts_floor import credited

    tally: dict[str, Counter[str]] = defaultdict(Counter)
    for batch, wanted, found, _ in credited():
        tally[batch]["crediting"] += bool(wanted)
        tally[batch]["found"] += found in wanted
        tally[batch]["missed"] += bool(wanted) and found is None
        tally[batch]["wrong"] += found is not None and found not in wanted
        tally[batch]["none"] += not wanted
    lines = [
        (
            "**Credited sources.** Leads that we wrote in both scripts and English (`tests/quality/texts_leads.tsv`, pinned by "
            "`test_texts_floor.py`), with traps that name a house without crediting it; what each batch scored before the rules "
            "were mended for it stands in DECISIONS.md."
        ),
        "",
        "| batch | crediting leads | source found | missed | wrong source | leads without credit |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    columns = ("crediting", "found", "missed", "wrong", "none")
    lines += [
        f"| {batch} | {' | '.join(str(row[name]) for name in columns)} |" for batch, row in tally.items()
    ]
    return lines
