"""What a page declares in machine-readable form: JSON-LD and meta tags, taken as they come in the wild."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from pipelines.reading.tables import words
from pipelines.reading.tree import Element, squeeze

Node = dict[str, Any]

ARTICLE_TYPES = words("markup.toml", "article_types")
PAGE_TYPES = words("markup.toml", "page_types")
VIDEO_TYPES = frozenset(["videoobject"])
MAX_NODES = 2000

# a string, or a comment outside of strings; strings are matched first so that "https://…" is never a comment
_STRING_OR_COMMENT = re.compile(r'("(?:[^"\\]|\\.)*")|//[^\n\r]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_COMMA = re.compile(r'("(?:[^"\\]|\\.)*")|,(?=\s*[}\]])', re.DOTALL)
_WRAPPERS = re.compile(
    r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*\s*<!\[CDATA\[\s*\*/|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*;?\s*$"
)
_FIELDS = re.compile(
    r'"(datePublished|dateModified|dateCreated|headline|pubDate|upDate|articleSection)"\s*:\s*"((?:[^"\\\n]|\\.){1,400})"'
)


def parse_json_ld(text: str) -> list[Any]:
    """The values in one JSON-LD script; forgives comments, control characters, trailing commas and several values.

    A script that still does not parse gives one node of the date and headline fields that can be read out of it.
    """
    cleaned = _WRAPPERS.sub("", text.strip()).strip()
    if not cleaned:
        return []
    decoder = json.JSONDecoder(strict=False)
    for attempt in (cleaned, _tidy(cleaned)):
        values, at = [], 0
        try:
            while at < len(attempt):
                value, at = decoder.raw_decode(attempt, at)
                values.append(value)
                while at < len(attempt) and attempt[at] in " \t\r\n;,":
                    at += 1
        except (ValueError, RecursionError):
            continue
        return values
    fields = dict(reversed(_FIELDS.findall(cleaned)))
    return [{"@type": "Article", **fields}] if fields else []


def _tidy(text: str) -> str:
    text = _STRING_OR_COMMENT.sub(lambda match: match[1] or " ", text)
    return _STRING_OR_COMMA.sub(lambda match: match[1] or "", text)


def json_ld(root: Element) -> list[Node]:
    """Every node of every JSON-LD script, lists and ``@graph`` opened, in document order."""
    nodes: list[Node] = []
    for script in root.iter("script"):
        if "ld+json" in script.get("type", "").lower() and script.text:
            for value in parse_json_ld(script.text):
                nodes.extend(_nodes(value))
                if len(nodes) > MAX_NODES:
                    return nodes[:MAX_NODES]
    return nodes


def _nodes(value: Any) -> Iterator[Node]:
    waiting = [(value, 0)]
    while waiting:
        value, depth = waiting.pop(0)
        if isinstance(value, list):
            waiting[:0] = [(item, depth) for item in value]
        elif isinstance(value, dict):
            yield value
            if depth < 3:
                inner = (
                    value.get(key)
                    for key in ("@graph", "mainEntity", "mainEntityOfPage", "liveBlogUpdate", "video")
                )
                waiting.extend((part, depth + 1) for part in inner if isinstance(part, dict | list))


def types(node: Node) -> set[str]:
    """The node's types, lower case, without a vocabulary's prefix."""
    declared = node.get("@type")
    names = declared if isinstance(declared, list) else [declared]
    return {str(name).rsplit("/", 1)[-1].rsplit(":", 1)[-1].lower() for name in names if name}


def article_node(nodes: list[Node], title_hints: list[str]) -> Node:
    """The node that describes this page's article, or an empty one.

    Of several articles (a list of related stories is declared the same way) the one whose headline is the page's
    title wins, then the first; a page node serves when there is no article and it carries a date.
    """
    articles = [node for node in nodes if types(node) & ARTICLE_TYPES]
    if len(articles) > 1:
        hints = [squeeze(hint) for hint in title_hints if hint]
        for node in articles:
            headline = squeeze(text_of(node.get("headline")))
            if headline and any(headline in hint or hint in headline for hint in hints):
                return node
    if articles:
        return articles[0]
    for node in nodes:
        if types(node) & PAGE_TYPES and node.get("datePublished"):
            return node
    # Baidu's cambrian block has no type, only pubDate
    return next(
        (node for node in nodes if "pubDate" in node or ("datePublished" in node and "headline" in node)), {}
    )


def text_of(value: Any) -> str:
    """A JSON-LD value as text: the string itself, the first of a list, the ``name``, ``url`` or ``@value`` of an object."""
    if isinstance(value, list):
        return next((text for item in value if (text := text_of(item))), "")
    if isinstance(value, dict):
        return next(
            (text for key in ("name", "@value", "url", "@id") if (text := text_of(value.get(key)))), ""
        )
    return squeeze(str(value)) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def meta(root: Element) -> dict[str, list[str]]:
    """``name`` / ``property`` / ``itemprop`` / ``http-equiv`` of every meta tag, lower case, to its contents in order."""
    found: dict[str, list[str]] = {}
    for tag in root.iter("meta"):
        content = squeeze(tag.get("content"))
        if content:
            for attribute in ("property", "name", "itemprop", "http-equiv"):
                name = tag.get(attribute, "").strip().lower()
                if name:
                    found.setdefault(name, []).append(content)
    return found


def first(found: dict[str, list[str]], *names: str) -> str:
    """The first content among several meta names, or an empty string."""
    return next((found[name][0] for name in names if name in found), "")
