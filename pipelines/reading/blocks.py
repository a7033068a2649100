"""A page as one list of text blocks and one list of nodes, made in a single walk over the tree.

A block is a run of text between two block boundaries (a paragraph, a table cell, the text between two ``br``); a node
is an element with the half-open range of blocks below it. Everything later (body, bylines, visible times, outcomes)
works on these two lists, so the tree itself is walked once.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from pipelines.reading.tables import words
from pipelines.reading.tree import MAX_DEPTH, MAX_ELEMENTS, Element, TooBigError, TooDeepError, squeeze

SKIPPED = words("markup.toml", "skipped")
INLINE = words("markup.toml", "inline")
HEADINGS = frozenset(["h1", "h2", "h3", "h4", "h5", "h6"])

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff \u3000"
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


@dataclass(slots=True)
class Block:
    """A run of text: ``text`` with white space folded, ``links`` characters of it inside links, the owning node."""

    text: str
    links: int
    node: int
    inline: int
    """The innermost element at the block's end, inline ones included (index into the nodes)."""


@dataclass(slots=True)
class Node:
    """An element: its parent's index (-1 for the root) and the blocks ``first`` … ``end`` (exclusive) below it."""

    element: Element
    tag: str
    parent: int
    names: str
    first: int
    end: int = 0
    last: int = 0
    """Index after the last node below this one: descendants are ``index + 1`` … ``last`` (exclusive)."""
    hidden: bool = False


@dataclass(slots=True)
class Layout:
    """All nodes in document order and all blocks in document order."""

    nodes: list[Node] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)

    def ancestors(self, index: int) -> list[int]:
        """The node and all above it, innermost first."""
        path = []
        while index >= 0:
            path.append(index)
            index = self.nodes[index].parent
        return path


def lay_out(root: Element, *, hidden: bool = False) -> Layout:
    """Walk the tree once. ``hidden`` also takes text in ``display:none``.

    Raises ``TooDeepError`` or ``TooBigError`` beyond the bounds of :mod:`pipelines.reading.tree`.
    """
    layout = Layout()
    nodes, blocks = layout.nodes, layout.blocks
    stack: list[int] = []
    owners: list[int] = []  # block-level ancestors
    pieces: list[str] = []
    links = anchors = 0
    elements = 0

    def close() -> None:
        nonlocal links
        if pieces:
            text = squeeze("".join(pieces)).strip(_INVISIBLE)
            if text:
                blocks.append(
                    Block(text, min(links, len(text)), owners[-1] if owners else 0, stack[-1] if stack else 0)
                )
            pieces.clear()
            links = 0

    walk = etree.iterwalk(root, events=("start", "end"))
    skipped = -1
    for event, element in walk:
        if event == "start":
            elements += 1
            if elements > MAX_ELEMENTS:
                raise TooBigError(f"more than {MAX_ELEMENTS:,} elements")
            if len(stack) >= MAX_DEPTH:
                raise TooDeepError(f"nested more than {MAX_DEPTH} deep")
            tag = element.tag
            if not isinstance(tag, str):
                continue
            get = element.get
            concealed = get("hidden") is not None or bool((style := get("style")) and _HIDDEN.search(style))
            if tag in SKIPPED or (concealed and not hidden):
                walk.skip_subtree()
                skipped = len(stack)
                if tag not in INLINE and tag not in SKIPPED:
                    close()
                continue
            inline = tag in INLINE
            if not inline:
                close()
            nodes.append(
                Node(
                    element,
                    tag,
                    stack[-1] if stack else -1,
                    f"{get('class', '')} {get('id', '')}",
                    len(blocks),
                    hidden=concealed,
                )
            )
            stack.append(len(nodes) - 1)
            if not inline:
                owners.append(len(nodes) - 1)
            if tag == "a":
                anchors += 1
            if element.text:
                pieces.append(element.text)
                if anchors:
                    links += len("".join(element.text.split()))
            continue
        # end
        if skipped == len(stack) or not isinstance(element.tag, str):
            skipped = -1
        else:
            tag = element.tag
            if tag not in INLINE:
                close()
                owners.pop()
            node = nodes[stack.pop()]
            # a link's or span's text is still open: the block it ends in will be the next one
            node.end = len(blocks) + (1 if pieces and tag in INLINE else 0)
            node.last = len(nodes)
            if tag == "a":
                anchors -= 1
        if element.tail:
            pieces.append(element.tail)
            if anchors:
                links += len("".join(element.tail.split()))
    close()
    for node in nodes:
        node.end = min(node.end, len(blocks))
    return layout
