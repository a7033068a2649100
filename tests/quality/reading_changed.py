"""How far the readers hold when a page's markup changes: the honest guess of what they do on pages nobody here has seen."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tests.reading.mutations import MUTATIONS, mutate
from tests.reading.score import shingles

Text = Callable[[bytes, str | None], str]

TOGETHER = ("rename", "plain_elements", "around", "behind", "between", "wrap")
SAID = {
    "rename": "classes and ids that say nothing",
    "plain_elements": "no `article`, `nav`, `aside`, `itemprop` …: only `div`",
    "wrap": "every paragraph in a `div` of its own",
    "divs": "every paragraph a `div`",
    "breaks": "paragraphs told apart by two `br`",
    "around": "a menu, two lists of stories, a disclaimer around the page",
    "behind": "editor, disclaimer, related stories, a prompt behind the last paragraph",
    "between": "a related story and an advertisement in the middle",
}


def changed_markup(shared: Path, sets: dict[str, tuple[str, str]]) -> list[str]:
    """The table of F1 for each change of the markup, wiredesk's general reader beside trafilatura."""
    from trafilatura import bare_extraction

    from pipelines import reading
    from pipelines.records import Page

    def own(body: bytes, url: str | None) -> str:
        return reading.read(Page(url=url, body=body, content_type="text/html; charset=utf-8")).text or ""

    def reference(body: bytes, url: str | None) -> str:
        document = bare_extraction(body.decode("utf-8"), url=url, with_metadata=True, include_comments=False)
        return str(getattr(document, "text", None) or "")

    lines = [
        (
            "**Pages nobody has seen** have other names, other elements and other furniture. The same pages with their markup "
            "changed (`tests/reading/mutations.py`; the article stays what it was), F1 of `wiredesk, general` · of trafilatura. "
            "Without any name left, a caption or a box inside an article cannot be told from a paragraph: that is what names are "
            "worth."
        ),
        "",
        "| change | " + " | ".join(name for name, _ in sets.values()) + " |",
        "|---|" + "---|" * len(sets),
    ]
    pages = {key: list(_pages(shared, key, language)) for key, (_, language) in sets.items()}
    changes = [("none", ()), *((said, (name,)) for name, said in SAID.items() if name in MUTATIONS)]
    for said, names in [*changes, ("all of these but `div` and `br`", TOGETHER)]:
        cells = []
        for key in sets:
            changed = [(mutate(text, names, gold), url, gold) for text, url, gold in pages[key]]
            cells.append(f"{_f1(changed, own):.3f} · {_f1(changed, reference):.3f}")
        lines.append(f"| {said} | " + " | ".join(cells) + " |")
    return lines


def _pages(shared: Path, key: str, language: str) -> Iterable[tuple[str, str | None, str]]:
    """Text, URL and gold body of the pages of a set that the scorer counts."""
    from pipelines.reading.decode import decode

    gold = shared / "bench" / key / "gold.jsonl.gz"
    with gzip.open(gold, "rt", encoding="utf-8") as rows:
        for line in rows:
            row: dict[str, Any] = json.loads(line)
            if row.get("lang", "en") != language or row.get("gold_kind", "full_text") not in (
                "full_text",
                "container_text",
            ):
                continue
            body = gzip.decompress((gold.parent / row["html"]).read_bytes())
            yield decode(body).text, row.get("url"), row.get("content") or row["article_body"]


def _f1(pages: list[tuple[bytes, str | None, str]], read: Text) -> float:
    """F1 of mean precision and mean recall over 4-token shingles, as ``score_extraction.py`` has it."""
    precision = recall = 0.0
    for body, url, gold in pages:
        wanted, got = shingles(gold), Counter(shingles(read(body, url)))
        common = (wanted & got).total()
        precision += common / got.total() if got else 0.0
        recall += common / wanted.total() if wanted else 0.0
    return 2 * precision * recall / (precision + recall) / len(pages) if precision + recall else 0.0
