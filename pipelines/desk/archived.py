"""A captured page made harmless: nothing in it runs, nothing in it asks anybody for anything.

The frame that shows it is sandboxed and its policy forbids scripts and requests; this cleaning stands behind both, for
whoever saves the page or opens it in a browser without them.
"""

from __future__ import annotations

import codecs
import re
from typing import Any

_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_GONE = (
    "script", "noscript", "iframe", "frame", "frameset", "object", "embed", "applet", "link", "meta", "base", "form",
    "input", "button", "select", "textarea", "template", "portal", "audio", "video", "source", "track", "canvas",
    "svg", "math",
)  # fmt: skip
_KEPT = frozenset(
    {
        "alt", "align", "border", "cellpadding", "cellspacing", "class", "colspan", "datetime", "dir", "height", "id",
        "lang", "rowspan", "span", "src", "start", "style", "title", "type", "valign", "value", "width",
    }
)  # fmt: skip
"""Attributes that stay. A list of what is allowed: what browsers learn next year is not on it."""
_REACHING = re.compile(r"url\s*\(|@import|expression\s*\(|image-set|javascript:|\\", re.IGNORECASE)
"""What a style sheet reaches outside with; escapes could spell any of it."""
LARGEST = 8 * 1024 * 1024
"""Bytes of a page that are shown."""


def harmless(body: bytes, content_type: str) -> str:
    """The page as HTML without scripts, forms, frames, styles from elsewhere, links or any outer reference.

    Pictures stay only where the page itself holds them (``data:``). JSON and text pages come as text.
    """
    import lxml.html
    from lxml import etree

    cut = body[:LARGEST]
    if "html" not in content_type.lower() and cut.lstrip()[:1] != b"<":
        return _as_text(cut.decode(_charset(content_type) or "utf-8", "replace"))
    parser = lxml.html.HTMLParser(encoding=_charset(content_type) or _declared(cut), huge_tree=False)
    try:
        tree = lxml.html.document_fromstring(cut, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return _as_text(cut.decode("utf-8", "replace"))
    for element in list(tree.iter()):
        _disarm(element)
    inner: str = lxml.html.tostring(tree, encoding="unicode", doctype="<!DOCTYPE html>")
    return inner.replace("<head>", '<head><meta charset="utf-8">', 1)


def _disarm(element: Any) -> None:
    """Drop an element that could act, or take from it what could."""
    if element.getparent() is None and element.tag != "html":
        return
    if not isinstance(element.tag, str) or element.tag in _GONE or ":" in element.tag:
        # a form goes, what it holds stays; of everything else nothing stays
        element.drop_tag() if element.tag == "form" else element.drop_tree()
    elif element.tag == "style":
        if _REACHING.search(element.text_content()):
            element.text = ""
    else:
        for name, value in list(element.attrib.items()):
            if not _stays(name, value):
                del element.attrib[name]
        if element.tag == "img" and "src" not in element.attrib:
            element.tag = "em"
            element.text = f"[picture: {element.attrib.get('alt') or 'without words'}]"


def _stays(name: str, value: str) -> bool:
    if name not in _KEPT:
        return False
    if name == "src":
        return bool(re.match(r"data:image/(png|jpeg|gif|webp);", value, re.IGNORECASE))
    return not (name == "style" and _REACHING.search(value))


def _charset(content_type: str) -> str | None:
    match = _CHARSET.search(content_type)
    return _known(match[1]) if match else None


def _declared(body: bytes) -> str:
    """What a ``meta`` says; else UTF-8 where it holds together."""
    match = _CHARSET.search(body[:4096].decode("ascii", "ignore"))
    if match and (name := _known(match[1])):
        return name
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _known(name: str) -> str | None:
    wider = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(name.lower(), name)
    try:
        return codecs.lookup(wider).name
    except LookupError:
        return None


def _as_text(text: str) -> str:
    from markupsafe import escape

    return f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>captured</title></head><body><pre>{escape(text)}</pre></body></html>'
