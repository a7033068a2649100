"""The section of docs/quality.md on reading: bodies on three public sets, fields of real pages, beside other tools."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import fmean, median
from typing import Any

from tests.quality import compare_reading
from tests.quality.reading_changed import changed_markup
from tests.reading.score import overlap

ROOT = Path(__file__).parents[2]
NOT_INSTALLED = 3
SETS = {
    "extract_zh_magichtml": ("magichtml, Chinese", "zh"),
    "extract_zh_misc": ("misc, Chinese with full text", "zh"),
    "extract_en_scrapinghub": ("scrapinghub, English", "en"),
}
Row = dict[str, Any]
Reader = Callable[[list[Row], Path], list[Row]]


def report(shared: Path) -> str:
    tools = dict(_tools())
    lines = [
        "## Reading: bodies, titles, times, authors",
        "",
        (
            "Development halves of three public sets; mean precision and recall over 4-token shingles, scored by "
            "`../shared/eval/score_extraction.py`. One setting for all sets. `general` is wiredesk with every outlet's own "
            "rules off: what a page of an unknown outlet gets."
        ),
        "",
        "| tool | " + " | ".join(f"{name}: P · R · **F1**" for name, _ in SETS.values()) + " |",
        "|---|" + "---|" * len(SETS),
    ]
    for name, tool in tools.items():
        cells = [
            _score(shared, key, language, tool) if tool else "not installed"
            for key, (_, language) in SETS.items()
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", *_pages(shared, tools), "", *_outcomes(shared, tools["wiredesk, general"]), ""]
    lines += [*changed_markup(shared, SETS), ""]
    lines += [*_agreement(shared, tools["wiredesk, general"], tools["trafilatura"]), ""]
    lines += [
        (
            "Reproduce: `make compare` once (readability-lxml and newspaper4k in an environment of their own, `.venv-compare`, "
            "from `requirements/compare.txt`; another interpreter by `WIREDESK_COMPARE_PYTHON`), then `make quality "
            "ROOM=reading`. One set by hand: `wiredesk stage reading ../shared/bench/extract_zh_misc/gold.jsonl.gz out.jsonl`, "
            "then `python ../shared/eval/score_extraction.py ../shared/bench/extract_zh_misc/gold.jsonl.gz out.jsonl`."
        ),
    ]
    return "\n".join(lines)


def _tools() -> Iterator[tuple[str, Reader | None]]:
    yield "wiredesk", partial(_wiredesk, outlet_rules=True)
    yield "wiredesk, general", partial(_wiredesk, outlet_rules=False)
    yield "trafilatura", partial(_each, read=_trafilatura())
    yield "trafilatura, favour_precision", partial(_each, read=_trafilatura(favor_precision=True))
    for name in compare_reading.TOOLS:
        yield name, partial(_elsewhere, name=name) if _elsewhere([], Path(), name=name) is not None else None


def _elsewhere(rows: list[Row], base: Path, *, name: str) -> list[Row] | None:
    """What a tool of the comparison environment reads on the same pages; ``None`` where it is not installed."""
    python = Path(os.environ.get("WIREDESK_COMPARE_PYTHON", ROOT / ".venv-compare" / "bin" / "python"))
    if not python.is_file():
        return None
    with tempfile.TemporaryDirectory() as folder:
        pages, out = Path(folder) / "pages.jsonl", Path(folder) / "out.jsonl"
        with pages.open("w", encoding="utf-8") as lines:
            for row in rows:
                page = {
                    "id": row.get("id") or row["file"],
                    "url": row.get("url"),
                    "html": _text(_bytes(row, base)),
                }
                lines.write(json.dumps(page) + "\n")
        script = Path(compare_reading.__file__)
        done = subprocess.run(
            [str(python), str(script), name, str(pages), str(out)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode == NOT_INSTALLED:
            return None
        if done.returncode:
            raise RuntimeError(f"{name} broke down: {done.stderr[-2000:]}")
        return _rows(out)


def _wiredesk(rows: list[Row], base: Path, *, outlet_rules: bool) -> list[Row]:
    from pipelines.reading import filter_rows

    return list(filter_rows(rows, base, outlet_rules=outlet_rules))


def _each(rows: list[Row], base: Path, *, read: Callable[[bytes, str | None], Row]) -> list[Row]:
    found = []
    for row in rows:
        found.append({"id": row.get("id") or row["file"], **read(_bytes(row, base), row.get("url"))})
    return found


def _bytes(row: Row, base: Path) -> bytes:
    body = (base / (row.get("html") or row["file"])).read_bytes()
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def _trafilatura(**options: Any) -> Callable[[bytes, str | None], Row]:
    from trafilatura import bare_extraction

    def read(body: bytes, url: str | None) -> Row:
        page = bare_extraction(body, url=url, with_metadata=True, include_comments=False, **options)
        found = page.as_dict() if page else {}
        return {
            "title": found.get("title"),
            "text": found.get("text"),
            "published": found.get("date"),
            "authors": [found["author"]] if found.get("author") else [],
        }

    return read


def _text(body: bytes) -> str:
    from pipelines.reading.decode import decode

    return decode(body).text


def _rows(path: Path) -> list[Row]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def _run(shared: Path, scorer: str, gold: Path, rows: list[Row]) -> str:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.jsonl"
        out.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
        command = [sys.executable, str(shared / "eval" / scorer), str(gold), str(out)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _score(shared: Path, key: str, language: str, tool: Reader) -> str:
    gold = shared / "bench" / key / "gold.jsonl.gz"
    scored = _run(shared, "score_extraction.py", gold, tool(_rows(gold), gold.parent))
    found = re.search(
        rf"^{language}\s.*precision ([\d.]+)\s+recall ([\d.]+)\s+F1 ([\d.]+)", scored, re.MULTILINE
    )
    if found is None:
        raise ValueError(f"the scorer gave no line for {language}: {scored}")
    return f"{found[1]} · {found[2]} · **{found[3]}**"


def _articles(shared: Path) -> tuple[Path, list[Row]]:
    manifest = shared / "pages" / "manifest.jsonl"
    return manifest, [row for row in _rows(manifest) if row["kind"] == "article"]


def _pages(shared: Path, tools: dict[str, Reader | None]) -> list[str]:
    manifest, articles = _articles(shared)
    lines = [
        (
            f"Fields of the {len(articles)} real article pages in `../shared/pages` whose truth is known, hits of known, by "
            "`../shared/eval/score_pages.py`; the last column counts the pages that declare a time of day and where that very "
            "minute, with its zone, was read. Two of the known authors are the editor in charge (责任编辑), whom wiredesk does "
            "not call an author."
        ),
        "",
        "| tool | title | day | author | body start | declared minute |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, tool in tools.items():
        if tool is None:
            continue
        rows = tool(articles, manifest.parent)
        scored = _fields(shared, manifest, rows)
        cells = " | ".join(scored[field] for field in ("title", "date", "author", "body_start"))
        lines.append(f"| {name} | {cells} | {_minutes(articles, rows)} |")
    return [*lines, "", *_misc_fields(shared, tools)]


def _fields(shared: Path, manifest: Path, rows: list[Row]) -> dict[str, str]:
    return dict(re.findall(r"(\w+) (\d+/\d+)", _run(shared, "score_pages.py", manifest, rows)))


def _misc_fields(shared: Path, tools: dict[str, Reader | None]) -> list[str]:
    """Title, day and author of the Chinese pages of the misc set, whose rows give them."""
    gold = shared / "bench" / "extract_zh_misc" / "gold.jsonl.gz"
    pages = [row for row in _rows(gold) if row["lang"] == "zh" and row.get("title")]
    truths = [
        {"kind": "article", "file": row["id"], "truth": {
            "title": row["title"], "date": row.get("published"), "author": row.get("authors"),
        }} for row in pages
    ]  # fmt: skip
    lines = [
        (
            f"The same of the {len(pages)} Chinese pages of the misc set whose rows give a title (mostly the document's `<title>`, "
            "of which the headline must be the beginning), a time or authors; its one pair of authors are editors in charge."
        ),
        "",
        "| tool | title | day | author |",
        "|---|---:|---:|---:|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        manifest = Path(folder) / "manifest.jsonl"
        manifest.write_text("".join(json.dumps(row) + "\n" for row in truths), encoding="utf-8")
        for name, tool in tools.items():
            if tool is not None:
                scored = _fields(shared, manifest, tool(pages, gold.parent))
                lines.append(f"| {name} | {scored['title']} | {scored['date']} | {scored['author']} |")
    return lines


def _minutes(articles: list[Row], rows: list[Row]) -> str:
    """Pages whose declared time of day was read to the minute, of those that declare one."""
    read = {row["id"]: row.get("published") for row in rows}
    right = known = 0
    for page in articles:
        declared = page.get("declared") or {}
        written = declared.get("jsonld_published") or declared.get("published_meta") or ""
        clock = re.search(r"(\d{4})[-/](\d\d)[-/](\d\d)[ T](\d\d):(\d\d)", written)
        if clock is None:
            continue
        known += 1
        got = read.get(page["file"]) or ""
        try:
            moment = datetime.fromisoformat(written.replace("Z", "+00:00"))
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None and len(got) > 19:
            right += abs((datetime.fromisoformat(got) - moment).total_seconds()) < 60
        else:
            right += re.sub(r"\D", "", got)[:12] == "".join(clock.groups())
    return f"{right}/{known}"


def _agreement(shared: Path, ours: Reader | None, reference: Reader | None) -> list[str]:
    """How far our reader and the reader of reference agree, and who is right where they do not."""
    if ours is None or reference is None:
        return []
    agreed: list[float] = []
    differ = better = 0
    for key in SETS:
        gold = shared / "bench" / key / "gold.jsonl.gz"
        rows = [
            row for row in _rows(gold) if row.get("gold_kind", "full_text") in ("full_text", "container_text")
        ]
        other = {row["id"]: row.get("text") or "" for row in reference(rows, gold.parent)}
        for row, own in zip(rows, ours(rows, gold.parent), strict=True):
            text, wanted = own.get("text") or "", row.get("content") or row.get("article_body") or ""
            agreed.append(overlap(text, other[row["id"]]))
            if agreed[-1] < 0.8:
                differ += 1
                better += overlap(text, wanted) > overlap(other[row["id"]], wanted)
    return [
        (
            f"Agreement of wiredesk's own reader with trafilatura on the {len(agreed)} pages (F1 of the two bodies): median "
            f"{median(agreed):.3f}, mean {fmean(agreed):.3f}. On the {differ} pages where it is under 0.8, wiredesk's body is "
            f"the one nearer to the gold text {better} times."
        )
    ]


def _outcomes(shared: Path, tool: Reader | None) -> list[str]:
    """How many real articles were refused, and how many real lists were taken for articles."""
    if tool is None:
        return []
    refused = total = 0
    for key in SETS:
        gold = shared / "bench" / key / "gold.jsonl.gz"
        rows = tool(_rows(gold), gold.parent)
        refused += sum(row["outcome"] != "ok" for row in rows)
        total += len(rows)
    manifest, articles = _articles(shared)
    refused += sum(row["outcome"] != "ok" for row in tool(articles, manifest.parent))
    lists = [row for row in _rows(manifest) if row["kind"] in ("list", "rss")]
    outcomes = [
        row["outcome"] for row in tool([{**row, "html": row["file"]} for row in lists], manifest.parent)
    ]
    return [
        (
            f"Of {total + len(articles)} real article pages {refused} were refused as no article; of {len(lists)} real lists and "
            f"feeds {outcomes.count('ok')} were taken for one ({', '.join(sorted(set(outcomes)))})."
        )
    ]
