"""The furniture inside and around the container of an article: what is not its text goes."""

from __future__ import annotations

import re

from pipelines.reading import titles
from pipelines.reading.blocks import Layout
from pipelines.reading.values import SCRAP, Measure, lines, name_tokens, names

HOME_SHARE = 0.7
"""Share of the running text that the paragraphs' own parent must hold to be told from its surroundings."""
MARKER = 60
"""Characters under which a block may be the heading of related stories or comments."""
ENOUGH = 60.0
"""Weight of running text that must stand before a marker for the marker to end the article."""
LEAD = 50.0
"""Weight from which a paragraph between headline and text is a lead rather than a caption or a slogan."""
TEASER = 160.0
"""Mean weight of a list's items up to which the list may be one of stories."""

_PARAGRAPH = frozenset(
    ["p", "li", "ul", "ol", "h2", "h3", "h4", "h5", "blockquote", "dd", "pre", "td", "tr", "tbody"]
)
_DATE = re.compile(
    r"^[\s|·,-]*(?:\w{3,9}\.?,?\s+)?(?:\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}|\w{3,9}\.? \d{1,2},? \d{4}"
    r"|\d{1,2} \w{3,9}\.? \d{4})"
)
_SENTENCE = re.compile(r"[。！？，]")


def by_name(layout: Layout, values: list[float], anchor: int) -> list[bool]:
    """Which blocks stand in a part whose name says furniture (unless it holds the headline or much of the text)."""
    nodes = layout.nodes
    good = [0.0]
    for value in values:
        good.append(good[-1] + max(0.0, value))
    total = good[-1] or 1.0
    dropped = [False] * len(values)
    index = 0
    while index < len(nodes):
        node = nodes[index]
        named = node.tag in ("nav", "footer", "aside", "figcaption") or (
            node.names != " "
            and node.tag not in ("body", "html")
            and name_tokens(node.names) & names("never")
        )
        if named and not node.first <= anchor < node.end and good[node.end] - good[node.first] < 0.4 * total:
            dropped[node.first : node.end] = [True] * (node.end - node.first)
            index = node.last
        else:
            index += 1
    return dropped


def teasers(layout: Layout, measures: list[Measure], dropped: list[bool]) -> None:
    """Mark lists of stories: three or more alike siblings, nearly each with a linked headline and little text."""
    nodes = layout.nodes
    groups: dict[tuple[int, str, str], list[int]] = {}
    for index, node in enumerate(nodes):
        if (
            node.tag in ("li", "div", "article", "dl", "dd", "tr", "td", "section", "figure")
            and node.end > node.first
        ):
            groups.setdefault((node.parent, node.tag, node.names.split(" ", 1)[0]), []).append(index)
    for group in groups.values():
        if len(group) < 3:
            continue
        linked = size = 0.0
        for index in group:
            span = measures[nodes[index].first : nodes[index].end]
            linked += any(m.share > 0.5 and m.size >= 6 for m in span)
            size += sum(m.size for m in span)
        if linked >= 0.75 * len(group) and size / len(group) < TEASER:
            for index in group:
                node = nodes[index]
                dropped[node.first : node.end] = [True] * (node.end - node.first)


def trim(layout: Layout, container: int, chosen: list[int], measures: list[Measure], title: str) -> list[int]:
    """The blocks of ``chosen`` that are the article's text."""
    blocks = layout.blocks
    drop = lines("drop")
    kept = [n for n in chosen if not drop.match(blocks[n].text)]
    if not kept:
        return kept
    first, end = home(layout, container, kept, measures)
    kept = _edges(layout, container, _foreign(layout, kept, measures, first, end), measures)
    kept = _cut(layout, container, kept, chosen, measures, end)
    marker = lines("cut")
    kept = [n for n in kept if len(blocks[n].text) >= MARKER or not marker.match(blocks[n].text)]
    return _lead(layout, kept, measures, title)


def home(layout: Layout, container: int, kept: list[int], measures: list[Measure]) -> tuple[int, int]:
    """Range of blocks of the tightest node around the main group of paragraphs that holds most running text."""
    nodes = layout.nodes
    mass: dict[int, float] = {}
    for n in kept:
        if measures[n].prose:
            node = _parent(layout, container, n)
            mass[node] = mass.get(node, 0.0) + measures[n].size
    if not mass:
        return nodes[container].first, nodes[container].end
    total = sum(mass.values())
    node = max(mass, key=lambda index: (mass[index], -index))
    while node > container:
        held = sum(size for index, size in mass.items() if node <= index < nodes[node].last)
        if held >= HOME_SHARE * total:
            break
        node = nodes[node].parent
    return nodes[node].first, nodes[node].end


def _place(layout: Layout, container: int, n: int) -> tuple[int, bool]:
    """The node whose paragraph, list or cell block ``n`` is, and whether a wrapper of the block alone stands between."""
    nodes = layout.nodes
    node = layout.blocks[n].node
    wrapped = False
    while nodes[node].parent >= container:
        if nodes[node].tag not in _PARAGRAPH:
            if nodes[node].end - nodes[node].first > 1:
                break
            wrapped = True
        node = nodes[node].parent
    return node, wrapped


def _parent(layout: Layout, container: int, n: int) -> int:
    """The node of :func:`_place`."""
    return _place(layout, container, n)[0]


def _foreign(layout: Layout, kept: list[int], measures: list[Measure], first: int, end: int) -> list[int]:
    """Without scraps and minor texts that stand outside of the paragraphs' home.

    A lead paragraph before it stays: a full sentence or more in a paragraph of its own.
    """
    nodes, blocks = layout.nodes, layout.blocks
    inside = sum(measures[n].size for n in kept if first <= n < end) or 1.0
    before = sum(measures[n].size for n in kept if n < first and measures[n].prose)
    after = sum(measures[n].size for n in kept if n >= end and measures[n].prose)
    return [
        n
        for n in kept
        if first <= n < end
        or (
            n < first
            and measures[n].prose
            and (before >= 0.25 * inside or (measures[n].size >= LEAD and nodes[blocks[n].node].tag == "p"))
        )
        or (n >= end and after >= 0.25 * inside and measures[n].prose)
    ]


def leads(layout: Layout, between: list[int], measures: list[Measure]) -> list[int]:
    """Lead paragraphs between the headline and the container, told by their names."""
    nodes, blocks = layout.nodes, layout.blocks
    return [
        n
        for n in between
        if measures[n].prose
        and measures[n].share == 0
        and measures[n].size >= LEAD
        and nodes[blocks[n].node].tag == "p"
        and any(
            name_tokens(nodes[index].names) & names("lead") for index in layout.ancestors(blocks[n].node)[:2]
        )
    ]


def _edges(layout: Layout, container: int, kept: list[int], measures: list[Measure]) -> list[int]:
    """Without what stands before the first or after the last sentence and is no sibling of a paragraph."""
    prose = [n for n in kept if measures[n].prose and measures[n].size >= 2 * SCRAP]
    if not prose or sum(measures[n].size for n in prose) < 0.4 * sum(measures[n].size for n in kept):
        return kept  # verse, a table, an interview in catchwords
    places = {_place(layout, container, n) for n in prose}
    parents = {parent for parent, _ in places}

    def sibling(n: int) -> bool:
        parent, wrapped = _place(layout, container, n)
        return (parent, True) in places if wrapped else parent in parents

    return [n for n in kept if prose[0] <= n <= prose[-1] or sibling(n)]


def _cut(
    layout: Layout, container: int, kept: list[int], chosen: list[int], measures: list[Measure], end: int
) -> list[int]:
    """Cut at "comments", "related stories" and the like.

    Comments end an article wherever they begin. Other markers end it behind the paragraphs' home (its blocks end at
    ``end``), where little follows, or no more than stood before and under other parents.
    """
    blocks = layout.blocks
    cut, comments = lines("cut"), lines("comments")
    for n in range(kept[0] + 1, chosen[-1] + 1):
        text = blocks[n].text
        if len(text) >= MARKER:
            continue
        hard = comments.match(text)
        if not hard and not cut.match(text):
            continue
        before = [m for m in kept if m < n]
        after = [m for m in kept if m >= n and measures[m].prose]
        had = sum(measures[m].size for m in before if measures[m].prose)
        follows = sum(measures[m].size for m in after)
        if had < ENOUGH:
            continue
        parents = {_parent(layout, container, m) for m in before if measures[m].prose}
        strange = not any(_parent(layout, container, m) in parents for m in after)
        if hard or n >= end or follows <= (1.5 * had if strange else 0.15 * had):
            return before
    return kept


def _lead(layout: Layout, kept: list[int], measures: list[Measure], title: str) -> list[int]:
    """Without the headline, date, source and tool lines at the start."""
    lead, wanted = lines("lead"), titles.key(title)
    for at, n in enumerate(kept):
        text = layout.blocks[n].text
        dated = len(text) < 80 and _DATE.match(text) and not _SENTENCE.search(text)
        if titles.key(text) != wanted and not (measures[n].size < 40 and (dated or lead.match(text))):
            return kept[at:]
    return []
