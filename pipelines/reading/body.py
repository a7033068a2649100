"""The body of an article: choose the container, then take the furniture out of it.

Every block gets a value: running text is worth its length, link lists and scraps cost. The node whose blocks sum to
most is the article's container; the headline's place and the node's name weigh in. The walk and the sums are linear
in the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from pipelines.reading import titles
from pipelines.reading.blocks import Block, Layout, Node
from pipelines.reading.tables import table

_WIDE = re.compile(r"[\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff]+")
_STOP = re.compile(r"[。！？；，、!?;…]|[.,:](?=\s|$)|[.!?][\"”’)]")
_TOKEN = re.compile(r"[a-z]+|[A-Z][a-z]*|[A-Z]+(?![a-z])")
_SPLIT = re.compile(r"[^A-Za-z]+")


@cache
def name_tokens(names: str) -> frozenset[str]:
    """Parts of class and id names: whole names, their hyphenated parts and camelCase parts, lower case."""
    found: set[str] = set()
    for name in names.split():
        found.add(name.lower())
        for part in _SPLIT.split(name):
            if part:
                found.add(part.lower())
                found.update(piece.lower() for piece in _TOKEN.findall(part))
    return frozenset(found)


@cache
def _names(key: str) -> frozenset[str]:
    return frozenset(str(table("furniture.toml")["names"][key]).split())


@cache
def _lines(key: str) -> re.Pattern[str]:
    return re.compile(
        "|".join(f"(?:{line})" for line in table("furniture.toml")["lines"][key]), re.IGNORECASE
    )


def weight(text: str) -> float:
    """Length of a text that means the same in Chinese and English: one per wide character, two per other word."""
    return len(_WIDE.findall(text)) + 2.0 * len(_WORD.findall(text))


@dataclass(slots=True)
class Body:
    """The chosen container (index into the nodes) and the indices of the blocks that are the article's."""

    node: int
    blocks: list[int]
    text: str
    share: float = 0.0


@dataclass(slots=True)
class _Measure:
    size: float
    share: float
    stops: int
    value: float


def _measure(block: Block) -> _Measure:
    size = weight(block.text)
    share = block.links / max(1, len(block.text) - block.text.count(" "))
    stops = len(_STOP.findall(block.text))
    if share > 0.5:
        value = -(6 + size * 0.4)
    elif size < 12 and not stops:
        value = -2.0 if share else 0.1 * size
    else:
        value = size * (1 - share) * (1.0 if stops else 0.4)
    return _Measure(size, share, stops, value)


def find(layout: Layout, title: str, anchor: int) -> Body | None:
    nodes, blocks = layout.nodes, layout.blocks
    if not blocks:
        return None
    measures = [_measure(block) for block in blocks]
    values = [m.value for m in measures]
    dropped = bar(layout, values)
    teasers(layout, measures, dropped)
    for n in range(len(blocks)):
        if dropped[n]:
            values[n] = min(values[n], -2.0)
    sums, good = [0.0], [0.0]
    for v in values:
        sums.append(sums[-1] + v)
        good.append(good[-1] + max(0.0, v))
    best, best_score = 0, float("-inf")
    for index, node in enumerate(nodes):
        if node.tag in ("a", "span", "b", "strong", "p", "br", "em", "font"):
            continue
        score = sums[node.end] - sums[node.first]
        if score > 0:
            if node.tag == "article" or name_tokens(node.names) & _names("body"):
                score *= 1.05
            if "articlebody" in (node.element.get("itemprop") or "").lower():
                score *= 1.3
            if anchor >= 0:
                if node.end <= anchor:
                    score *= 0.3
                elif node.first > anchor:
                    score *= max(0.5, 1 - 0.01 * (node.first - anchor))
        if score >= best_score:
            best, best_score = index, score
    best = _descend(nodes, good, best)
    node = nodes[best]
    chosen = list(range(node.first, node.end))
    start = anchor + 1 if node.first <= anchor < node.end else node.first
    chosen = [n for n in chosen if n >= start and not dropped[n] and measures[n].share < 0.8]
    chosen = trim(layout, chosen, measures, title)
    text = "\n".join(blocks[n].text for n in chosen)
    total = good[-1] or 1.0
    return Body(best, chosen, text, (good[node.end] - good[node.first]) / total)


def headline_block(layout: Layout, title: str) -> int:
    """Index of the block that is the headline, -1 if none: a heading first, else any unlinked block that equals it."""
    wanted = titles.key(title)
    if not wanted:
        return -1
    fallback = -1
    for n, block in enumerate(layout.blocks):
        if abs(len(block.text) - len(title)) > len(title) * 0.5 + 4:
            continue
        found = titles.key(block.text)
        if not found or not (found == wanted or (len(found) > 8 and (found in wanted or wanted in found))):
            continue
        if layout.nodes[block.node].tag in ("h1", "h2", "h3"):
            if block.links == 0 or layout.nodes[block.node].tag == "h1":
                return n
        elif fallback < 0 and block.links == 0:
            fallback = n
    return fallback


def trim(layout: Layout, chosen: list[int], measures: list[_Measure], title: str) -> list[int]:
    blocks = layout.blocks
    drop, lead, cut = _lines("drop"), _lines("lead"), _lines("cut")
    kept = [n for n in chosen if not drop.match(blocks[n].text)]
    if not kept:
        return kept
    # what follows "related stories" goes with it, as long as it is the smaller part
    total = sum(measures[n].size for n in kept) or 1.0
    after, at = 0.0, len(kept)
    for n in range(chosen[-1], kept[0], -1):
        if at and kept[at - 1] == n:
            at -= 1
            after += measures[n].size
            if after > 0.4 * total:
                break
        if len(blocks[n].text) < 60 and cut.match(blocks[n].text):
            kept = kept[:at]
            total, after = sum(measures[m].size for m in kept) or 1.0, 0.0
    wanted = titles.key(title)
    while kept:
        text = blocks[kept[0]].text
        if titles.key(text) == wanted or (
            measures[kept[0]].size < 40 and (lead.match(text) or _dateline(text))
        ):
            kept.pop(0)
        else:
            break
    return kept


_DATE_ONLY = re.compile(
    r"^[\s|·,-]*(?:\w{3,9}\.?,?\s+)?(?:\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|\w{3,9}\.? \d{1,2},? \d{4}|\d{1,2} \w{3,9}\.? \d{4})"
)


def _dateline(text: str) -> bool:
    return bool(_DATE_ONLY.match(text)) and len(text) < 80 and not re.search(r"[。！？，]", text)


def _descend(nodes: list[Node], good: list[float], best: int) -> int:
    while True:
        node = nodes[best]
        total = good[node.end] - good[node.first]
        child = best + 1
        step = -1
        while child < node.last:
            inner = nodes[child]
            if good[inner.end] - good[inner.first] >= 0.92 * total and inner.tag not in ("p", "a", "span"):
                step = child
                break
            child = inner.last
        if step < 0:
            return best
        best = step


def bar(layout: Layout, values: list[float]) -> list[bool]:
    """Which blocks stand in a part whose name says furniture."""
    total = sum(v for v in values if v > 0) or 1.0
    barred = [False] * len(values)
    index = 0
    nodes = layout.nodes
    while index < len(nodes):
        node = nodes[index]
        if node.tag in ("nav", "footer", "aside", "figcaption") or (
            node.names != " " and name_tokens(node.names) & _names("never")
        ):
            mass = sum(max(0.0, values[n]) for n in range(node.first, node.end))
            if mass < 0.4 * total and node.tag not in ("body", "html"):
                for n in range(node.first, node.end):
                    barred[n] = True
                index = node.last
                continue
        index += 1
    return barred


def teasers(layout: Layout, measures: list[_Measure], dropped: list[bool]) -> None:
    """Bar lists of stories: three or more alike siblings, nearly each with a linked headline and little text."""
    nodes = layout.nodes
    groups: dict[tuple[int, str, str], list[int]] = {}
    for index, node in enumerate(nodes):
        if node.tag in ("li", "div", "article", "dl", "dd", "tr", "td", "section", "figure"):
            first = node.names.split(" ", 1)[0]
            groups.setdefault((node.parent, node.tag, first), []).append(index)
    for group in groups.values():
        if len(group) < 3:
            continue
        linked = sized = 0.0
        for index in group:
            node = nodes[index]
            span = range(node.first, node.end)
            linked += any(measures[n].share > 0.5 and measures[n].size >= 6 for n in span)
            sized += sum(measures[n].size for n in span)
        if linked >= 0.75 * len(group) and sized / len(group) < 160:
            for index in group:
                for n in range(nodes[index].first, nodes[index].end):
                    dropped[n] = True
