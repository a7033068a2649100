"""Labels on the public labelled sets: classes, axes, evidence by deletion, coverage, and rules against a fitted model."""

from __future__ import annotations

import csv
import json
import random
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines import labels, profiles
from pipelines.labels.facts import facts
from pipelines.labels.reading import read
from pipelines.labels.train import own_rows, read_rows
from pipelines.profiles.profile import CLASSES
from pipelines.records import Evidence
from pipelines.samples import world
from tests.quality import facts_score
from tests.quality.facts_score import same
from tests.quality.fit_classes import fitted
from tests.quality.public_relevance import Rows, rows_of, score

SILVER = "aim-class-silver"
AXES = ("oecd-aim-2024", "aiid", "aiaaic")
CORPUS = Path(__file__).parent / "labels_corpus.jsonl"
Pairs = list[tuple[str, str | None]]


def macro_f1(pairs: Sequence[tuple[str, str | None]]) -> float:
    """Mean F1 over the classes that occur in the gold labels."""
    scores = []
    for name in {gold for gold, _ in pairs}:
        hits = sum(gold == name == found for gold, found in pairs)
        named = sum(found == name for _, found in pairs) + sum(gold == name for gold, _ in pairs)
        scores.append(2 * hits / named)
    return sum(scores) / len(scores)


def corpus() -> Rows:
    """The sixty articles that we wrote."""
    return [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def _confusion(pairs: Pairs) -> Iterator[str]:
    table = Counter(pairs)
    columns = [*CLASSES, None]
    yield "| gold ↓ found → | " + " | ".join(name or "undecided" for name in columns) + " |"
    yield "|---|" + "--:|" * len(columns)
    for gold in CLASSES:
        yield f"| {gold} | " + " | ".join(str(table[gold, name]) for name in columns) + " |"


def _classes(shared: Path) -> Iterator[str]:
    rows = rows_of(shared, SILVER)
    out = list(labels.filter_rows(rows))
    yield "| language | rows | n | accuracy | macro-F1 |"
    yield "|---|---|--:|--:|--:|"
    for line in score(shared, "class", SILVER, out).splitlines():
        found = re.fullmatch(r"(\w+) +(.+?) +rows (\d+) +accuracy ([\d.]+) +macro-F1 ([\d.]+)", line)
        assert found, line
        yield "| " + " | ".join(found.groups()) + " |"
    for title, keep in (("Chinese, unambiguous rows", "zh"), ("English, unambiguous rows", "en")):
        yield f"\n{title}:\n"
        yield from _confusion(
            [
                (row["labels"]["aim_class"], one["class"])
                for row, one in zip(rows, out, strict=True)
                if row["lang"].startswith(keep) and not row["labels"]["ambiguous"]
            ]
        )
    yield "\nBy script (all rows, Chinese): " + "; ".join(_by_script(rows, out)) + "."
    yield "\nAccuracy at coverage (all rows, the surest first): " + ", ".join(_coverage(rows, out)) + "."


def _by_script(rows: Rows, out: Rows) -> Iterator[str]:
    for name in ("zh", "zh-Hant"):
        pairs = [
            (row["labels"]["aim_class"], one["class"])
            for row, one in zip(rows, out, strict=True)
            if row["lang"] == name
        ]
        right = sum(gold == found for gold, found in pairs)
        yield f"{name} {right} of {len(pairs)} right"


def _certainty(one: dict[str, Any]) -> float:
    own = [label["score"] for label in one["labels"] if label["axis"] == "class"]
    rest = sum(c["score"] for c in one["candidates"] if c["axis"] == "class")
    return float(own[0]) if own else 1.0 - rest


def _coverage(rows: Rows, out: Rows) -> Iterator[str]:
    ranked = sorted(zip(rows, out, strict=True), key=lambda pair: (-_certainty(pair[1]), pair[0]["id"]))
    for share in (0.25, 0.5, 0.75, 1.0):
        part = ranked[: round(share * len(ranked))]
        right = sum(row["labels"]["aim_class"] == one["class"] for row, one in part)
        yield f"{share:.0%} → {right / len(part):.3f}"


def _axes(shared: Path) -> Iterator[str]:
    yield "| source | axis | rows | precision | recall | micro-F1 |"
    yield "|---|---|--:|--:|--:|--:|"
    for source in AXES:
        out = labels.filter_rows(rows_of(shared, source))
        printed = score(shared, "axes", source, out, str(shared / "labels" / "mapping.csv"), source)
        for line in printed.splitlines():
            axis, _, rows, _, precision, _, recall, _, f1 = line.split()
            if axis != "business_function":
                yield f"| {source} | {axis} | {rows} | {precision} | {recall} | {f1} |"


def _harm_types(shared: Path) -> Iterator[str]:
    """Harm types of the silver incidents and hazards, which no mapping reaches: the only Chinese ones."""
    rows = [row for row in rows_of(shared, SILVER) if row["labels"].get("harm_types")]
    for language in ("zh", "en"):
        count: Counter[str] = Counter()
        mine = [row for row in rows if row["lang"].startswith(language)]
        for row, one in zip(mine, labels.filter_rows(mine), strict=True):
            gold = set(row["labels"]["harm_types"])
            got = {label["value"] for label in one["labels"] if label["axis"] == "harm_type"}
            count.update(tp=len(gold & got), fp=len(got - gold), fn=len(gold - got))
        tp, fp, fn = count["tp"], count["fp"], count["fn"]
        yield f"| {SILVER} ({language}) | harm_type | {len(mine)} | {tp / (tp + fp):.4f} | {tp / (tp + fn):.4f} | {2 * tp / (2 * tp + fp + fn):.4f} |"


def _cut(title: str | None, text: str | None, quotes: Sequence[Evidence], *, keep: bool) -> list[str | None]:
    parts: list[str | None] = []
    for field, body in (("title", title), ("text", text)):
        spans = sorted((one.start, one.end) for one in quotes if one.field == field)
        if body is None:
            parts.append(None)
        elif keep:
            parts.append("\n".join(body[start:end] for start, end in spans) or None)
        else:
            kept, at = "", 0
            for start, end in spans:
                kept, at = kept + body[at:start], end
            parts.append(kept + body[at:])
    return parts


def _deletion(shared: Path) -> Iterator[str]:
    profile = profiles.load("ai-incidents")
    rng = random.Random(5)
    documents = [(one.title, one.text) for one in world.load_articles()]
    for name, count in (("zh-solidot", 200), ("aiid-texts", 120)):
        rows = [row for row in rows_of(shared, name) if row["weak"]["ai_related"]]
        documents += [(row["title"], row["text"]) for row in rng.sample(rows, count)]
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for title, text in documents:
        lines = profiles.read_lines(title, text)
        if len(lines) < 3:
            continue
        for label in labels.judge(title, text, profile).labels:

            def again(parts: list[str | None], axis: str = label.axis, value: str = label.value) -> float:
                found = labels.judge(parts[0], parts[1], profile).labels
                return next((one.score for one in found if (one.axis, one.value) == (axis, value)), 0.0)

            others = rng.sample(lines, min(len(lines) - 1, len(label.evidence)))
            without = again(_cut(title, text, label.evidence, keep=False))
            alone = again(_cut(title, text, label.evidence, keep=True))
            chance = again(_cut(title, text, profiles.evidence(others), keep=False))
            table[label.axis].update(
                n=1,
                weaker=without < label.score,
                gone=without == 0.0,
                back=alone > 0.0,
                chance=chance < label.score,
                chance_gone=chance == 0.0,
            )
    yield "| axis | labels | weaker or gone without its quotes | gone | back from the quotes alone | random sentences out: weaker or gone | gone |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    for axis, c in [*table.items(), ("all", sum(table.values(), Counter()))]:
        shares = [c[key] / c["n"] for key in ("weaker", "gone", "back", "chance", "chance_gone")]
        yield f"| {axis} | {c['n']} | " + " | ".join(f"{share:.3f}" for share in shares) + " |"


def _own() -> Iterator[str]:
    rows = corpus()
    pairs = [(row["class"], one["class"]) for row, one in zip(rows, labels.filter_rows(rows), strict=True)]
    right = sum(gold == found for gold, found in pairs)
    yield f"{len(rows)} short articles in both scripts and English that we wrote: {right} right, macro-F1 {macro_f1(pairs):.3f}."
    yield (
        "They were judged by hand before the rules saw them; what the rules missed then led to general rules: a "
        "regression floor, no estimate for unseen text."
    )
    yield ""
    yield from _confusion(pairs)
    examples = read_rows(own_rows()[1])[0]
    found = [
        (row["class"], one["class"]) for row, one in zip(examples, labels.filter_rows(examples), strict=True)
    ]
    right = sum(gold == given for gold, given in found)
    readings = tomllib.loads((Path(__file__).parent / "labels_readings.toml").read_text(encoding="utf-8"))
    blind = readings["blind"]
    yield (
        f"\n{len(examples)} further examples (`labels_examples.tsv`), mostly terse headlines, many without any word for "
        f"AI: {right} right, macro-F1 {macro_f1(found):.3f}. {blind['about']}"
    )


def blind(half: str) -> list[dict[str, str]]:
    """The items of ``labels_blind.tsv`` that were mended on (``dev``) or only ever scored (``test``)."""
    with (Path(__file__).parent / "labels_blind.tsv").open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines, delimiter="\t") if row["split"] == half]


def blind_pairs(rows: Sequence[dict[str, str]]) -> Pairs:
    """Class of the key and class found; the stage sees what a page has, nothing of the key."""
    pages = [{"id": n, "title": row["title"], "text": row["text"]} for n, row in enumerate(rows)]
    return [(row["class"], one["class"]) for row, one in zip(rows, labels.filter_rows(pages), strict=True)]


def _blind() -> Iterator[str]:
    yield (
        "240 headlines with a lead, in both scripts and English, that we wrote and judged before the rules were read, halved "
        "by a seed (`labels_blind.tsv`). Rules were mended on the errors of one half; of the other nobody read the errors. "
        "The rules of commit 2cf6881, before any mending, had 60 and 52 right. **The second half is the estimate for unseen items.** One writer "
        "wrote both, and many name no AI."
    )
    yield ""
    yield "| half | n | right | macro-F1 |"
    yield "|---|--:|--:|--:|"
    for half, about in (("dev", "mended on"), ("test", "**only scored**")):
        pairs = blind_pairs(blind(half))
        right = sum(gold == found for gold, found in pairs)
        yield f"| {about} | {len(pairs)} | {right} | {macro_f1(pairs):.3f} |"
    yield ""
    yield "The half that was only scored:"
    yield ""
    yield from _confusion(pairs)


def roles() -> dict[str, tuple[int, int, int]]:
    """Sentences with an organisation and its role, by set: ``(sentences, name found, role right)``."""
    with (Path(__file__).parent / "labels_roles.tsv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    found: dict[str, tuple[int, int, int]] = {}
    profile = profiles.load("ai-incidents")
    for row in rows:
        told = facts(read(row["title"], None, profile), profile, event=True)
        named = [
            fact.role
            for fact in told
            if fact.kind in ("organisation", "system") and same(fact.value, [row["name"]], profile)
        ]
        n, met, right = found.get(row["set"], (0, 0, 0))
        found[row["set"]] = (n + 1, met + bool(named), right + (row["role"] in named))
    return found


def _roles() -> Iterator[str]:
    yield "| sentences that we wrote (`labels_roles.tsv`) | n | organisation found | its role right |"
    yield "|---|--:|--:|--:|"
    about = {
        "read": "read while the patterns were made",
        "blind": "written after the patterns, never read since",
    }
    for name, (n, met, right) in roles().items():
        yield f"| {about[name]} | {n} | {met} | {right} |"


def _facts() -> Iterator[str]:
    yield "| measured | mended on (dev) | only checked (test) |"
    yield "|---|--:|--:|"
    dev, test = (facts_score.score(facts_score.leads(half))[0] for half in ("dev", "test"))
    for name, value in dev.items():
        yield f"| {name} | {value:.3f} | {test[name]:.3f} |"


def _readings() -> Iterator[str]:
    readings = tomllib.loads((Path(__file__).parent / "labels_readings.toml").read_text(encoding="utf-8"))
    one = readings["evidence"]
    agreed, disagreed = one["agreed"], one["disagreed"]
    yield f"Read on {one['read']} by {one['reader']} (`{one['rules']}`): {len(agreed) + len(disagreed)} {one['about']} Agreed on {len(agreed)}. {one['first_pass']}"
    yield ""
    yield "Agreed: " + ", ".join(f"`{name}`" for name in agreed) + "."
    yield ""
    yield from (f"- not agreed: {line}" for line in disagreed)
    two = readings["errors"]
    yield f"\nErrors: {two['about']}; read on {two['read']} by {two['reader']}.\n"
    yield from (f"{n}. {line}" for n, line in enumerate(two["found"], 1))


def report(shared: Path) -> str:
    """The section of docs/quality.md."""
    return "\n".join(
        [
            "## Labels",
            "",
            (
                f"`{labels.VERSION}`, profile `{profiles.load('ai-incidents').version}`: rules alone. No trained weights, no "
                "embedding, no language model."
            ),
            "",
            "### The four classes",
            "",
            (
                "`aim-class-silver`: titles (some with 300 characters) labelled once by a language model; two thirds of its "
                "incidents are marked ambiguous. Nothing is fitted to these rows, but the rules were developed with them in sight, so "
                "the figures flatter: expect less on unseen rows. A bag-of-words "
                "model reaches macro-F1 0.49 in Chinese and 0.25 in English there (GUIDE.md). In English the unambiguous "
                "rows hold three incidents and four hazards: read the table, not the figure."
            ),
            "",
            *_classes(shared),
            "",
            "### What fitting brings",
            "",
            (
                "The texts of aim-class-silver may not reach a shipped model, so fits see only examples that we wrote and are "
                "judged on silver. The rules alone measure as well: they ship alone. `make train` repeats the fit (pull 3), "
                "byte for byte."
            ),
            "",
            *fitted(shared),
            "",
            "### Our own articles",
            "",
            *_own(),
            "",
            "### Blind items",
            "",
            *_blind(),
            "",
            "### Axes",
            "",
            (
                "Through `mapping.csv`, high and medium lines, by `eval/score_classes.py axes`. **The sources agree with each "
                "other at only about 0.5 F1 (0.33 on industries), and most rows are English titles: no figure above that "
                "means anything, and Chinese axes are unmeasured.** Business functions are labelled by rules too, but nobody "
                "labelled them, so no accuracy is claimed."
            ),
            "",
            *_axes(shared),
            *_harm_types(shared),
            "",
            "### Who plays which role?",
            "",
            (
                "Organisations and systems with the role that their sentence gives them: developer, deployer, harmed, "
                "regulator or source. Everything else stays without a role."
            ),
            "",
            *_roles(),
            "",
            "### Facts of whole leads",
            "",
            (
                "120 leads in both scripts and English that we wrote before the rules were read for it (`labels_facts.tsv`), halved "
                "by a fixed seed: rules were mended on one half, the other was scored before and once at the end. The shared tables "
                "of names were written by whoever wrote the leads, so names of well-known houses are found more surely here than "
                "elsewhere. Before the mending the test half stood at: organisations found 0.436, role right 0.223, systems found 0.600, "
                "countries found 0.694, country's role right 0.163, quantities found 0.483, dates found 0.185."
            ),
            "",
            *_facts(),
            "",
            "### Does the evidence carry the label?",
            "",
            (
                "For every label of the sample articles and of samples of zh-solidot and aiid-texts (three sentences or more): "
                "its quoted sentences are taken out, then stand alone; beside it as many random sentences are taken out. "
                "Aims: weaker or gone in 80 %, back in 80 %."
            ),
            "",
            *_deletion(shared),
            "",
            "### What a reader found",
            "",
            *_readings(),
            "",
            "```",
            "make quality ROOM=labels",
            "wiredesk stage labels ../shared/labels/aim-class-silver/dev.jsonl.gz out.jsonl",
            "python ../shared/eval/score_classes.py class ../shared/labels/aim-class-silver/dev.jsonl.gz out.jsonl",
            "```",
        ]
    )
