"""The body of an article: choose the container, then take the furniture out of it.

Every block has a value (:mod:`pipelines.reading.values`): running text is worth its length, link lists and scraps
cost. The node whose blocks sum to most is the article's container; the headline's place and the node's name weigh in.
The walk and the sums are linear in the page.
"""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.reading import prune, titles
from pipelines.reading.blocks import Layout, Node
from pipelines.reading.values import Measure, measure, name_tokens, names

_NEVER = frozenset(["a", "span", "b", "strong", "p", "br", "em", "font", "i"])


@dataclass(slots=True)
class Body:
    """The article's text as a reader sees it.

    ``node`` is the container (index into the nodes), ``blocks`` the indices of the blocks that are the article's,
    ``share`` the part of the page's running text that the container holds (0 … 1).
    """

    node: int
    blocks: list[int]
    text: str
    share: float = 0.0


def find(layout: Layout, title: str, anchor: int) -> Body | None:
    """The body of a page whose headline ``title`` is block ``anchor`` (-1: not shown); ``None`` without any block."""
    nodes, blocks = layout.nodes, layout.blocks
    if not blocks:
        return None
    measures, dropped, values = survey(layout, anchor)
    best, share = choose(nodes, values, anchor)
    node = nodes[best]
    start = anchor + 1 if node.first <= anchor < node.end else node.first
    chosen = [n for n in range(start, node.end) if not dropped[n] and measures[n].share < 0.8]
    kept = prune.trim(layout, best, chosen, measures, title)
    if 0 <= anchor < node.first:
        between = [n for n in range(max(anchor + 1, node.first - 30), node.first) if not dropped[n]]
        kept = prune.leads(layout, between, measures) + kept
    return Body(best, kept, "\n".join(blocks[n].text for n in kept), share)


def inside(layout: Layout, containers: list[int], title: str, anchor: int) -> Body:
    """The body in containers that an outlet's rules name (indices into the nodes), furniture taken out as in ``find``."""
    measures, dropped, _ = survey(layout, anchor)
    kept: list[int] = []
    for container in containers:
        node = layout.nodes[container]
        start = anchor + 1 if node.first <= anchor < node.end else node.first
        chosen = [n for n in range(start, node.end) if not dropped[n] and measures[n].share < 0.8]
        kept += prune.trim(layout, container, chosen, measures, title)
    return Body(containers[0], kept, "\n".join(layout.blocks[n].text for n in kept), 1.0)


def survey(layout: Layout, anchor: int) -> tuple[list[Measure], list[bool], list[float]]:
    """Measures of all blocks, which of them are furniture by name or as story lists, and their values then."""
    measures = [measure(block) for block in layout.blocks]
    values = [m.value for m in measures]
    dropped = prune.by_name(layout, values, anchor)
    prune.teasers(layout, measures, dropped)
    return measures, dropped, [min(value, -2.0) if dropped[n] else value for n, value in enumerate(values)]


def choose(nodes: list[Node], values: list[float], anchor: int) -> tuple[int, float]:
    """The container's index and its share of the page's positive value."""
    sums, good = [0.0], [0.0]
    for value in values:
        sums.append(sums[-1] + value)
        good.append(good[-1] + max(0.0, value))
    best, best_score = 0, float("-inf")
    for index, node in enumerate(nodes):
        if node.tag in _NEVER:
            continue
        score = sums[node.end] - sums[node.first]
        if score > 0:
            if node.tag == "article" or name_tokens(node.names) & names("body"):
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
    return best, (good[node.end] - good[node.first]) / (good[-1] or 1.0)


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
