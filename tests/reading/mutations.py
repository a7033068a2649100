"""Changes of a page's markup that leave its article as it is: what a reader must not depend on.

Each takes the parsed page and its gold text, and changes the page in place. They stand for pages that nobody here has
seen: other names, other elements, other furniture around and inside the article.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator

from lxml import etree, html
from lxml.etree import _Element as Element

FURNITURE: dict[bool, dict[str, str | list[str]]] = {
    True: {
        "nav": ["首页", "国内", "国际", "财经", "科技", "体育", "娱乐", "视频", "图片", "专题"],
        "stories": [
            "多地出台新政支持新能源车下乡", "专家解读：夏季用电高峰如何应对", "一季度外贸数据公布 总体保持平稳",
            "这座小城为何吸引年轻人回流", "新学期开始 校园食品安全怎么保障", "暴雨预警：这些地区请注意防范",
        ],
        "disclaimer": "免责声明：本网转载文章仅代表作者个人观点，与本网无关。其原创性以及文中陈述文字和内容未经本站证实，请读者仅作参考。",
        "rights": "Copyright © 2026 某某新闻网 版权所有 未经授权禁止复制或建立镜像",
        "app": "打开客户端，阅读体验更佳", "editor": "责任编辑：王小明", "related": "相关阅读", "hot": "热门推荐",
        "more": "延伸阅读：", "advertisement": "广告", "goes on": "[广告] 请继续往下阅读",
    },
    False: {
        "nav": ["Home", "World", "Politics", "Business", "Technology", "Sports", "Opinion", "Video", "Photos", "More"],
        "stories": [
            "City council votes to delay the bridge project again", "What we know about the storm heading for the coast",
            "Local bakery wins national award for third year", "Five takeaways from the quarterly earnings season",
            "Why commuters are giving up on the express line", "School board approves new budget after long debate",
        ],
        "disclaimer": "Disclaimer: The views expressed in this article are those of the author and do not necessarily reflect "
        "the position of this publication, its owners or its partners, who accept no liability.",
        "rights": "Copyright © 2026 The Example Times. All rights reserved. Reproduction without permission is prohibited.",
        "app": "Download our app for the latest news", "editor": "Editor: Jane Example", "related": "Related articles",
        "hot": "Most read", "more": "Read more: ", "advertisement": "Advertisement", "goes on": "Story continues below",
    },
}  # fmt: skip
"""Furniture to put in, for Chinese, Japanese and Korean texts and for the others."""


def mutate(text: str, names: tuple[str, ...], gold: str) -> bytes:
    """The page ``text`` changed by the mutations of these names, as UTF-8."""
    parser = etree.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True)
    clean = re.sub(r"^\s*<\?xml[^>]*\?>|[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    root = etree.fromstring(clean.encode("utf-8", "ignore"), parser=parser)
    for name in names:
        MUTATIONS[name](root, gold)
    return bytes(etree.tostring(root, encoding="utf-8", method="html"))


def rename(root: Element, gold: str) -> None:
    """Classes and ids that say nothing."""
    for element in _elements(root):
        for name in ("class", "id"):
            if words := (element.get(name) or "").split():
                element.set(
                    name, " ".join(f"x{int(hashlib.sha256(w.encode()).hexdigest()[:6], 16)}" for w in words)
                )


def plain_elements(root: Element, gold: str) -> None:
    """No ``article``, ``nav``, ``aside`` …, no ``itemprop``: only ``div``."""
    for element in _elements(root):
        if element.tag in (
            "article",
            "main",
            "section",
            "nav",
            "footer",
            "aside",
            "header",
            "figure",
            "figcaption",
        ):
            element.tag = "div"
        for name in ("itemprop", "itemtype", "role"):
            element.attrib.pop(name, None)


def wrap(root: Element, gold: str) -> None:
    """Every paragraph in a ``div`` of its own."""
    for element in [e for e in _elements(root) if e.tag == "p"]:
        parent = element.getparent()
        if parent is not None:
            around = etree.Element("div")
            around.tail, element.tail = element.tail, None
            parent.replace(element, around)
            around.append(element)


def divs(root: Element, gold: str) -> None:
    """Every paragraph a ``div``."""
    for element in _elements(root):
        if element.tag == "p":
            element.tag = "div"


def breaks(root: Element, gold: str) -> None:
    """Paragraphs told apart by two ``br`` only."""
    block = {"p", "div", "ul", "ol", "table", "figure", "blockquote"}
    for element in [e for e in _elements(root) if e.tag == "p"]:
        parent = element.getparent()
        if parent is None or any(inner.tag in block for inner in element.iterdescendants()):
            continue
        element.tag = "span"
        first, second = etree.Element("br"), etree.Element("br")
        second.tail, element.tail = element.tail, None
        at = parent.index(element)
        parent.insert(at + 1, first)
        parent.insert(at + 2, second)


def around(root: Element, gold: str) -> None:
    """A menu before the page; stories, a disclaimer and the rights behind it."""
    words, body = _words(gold), root.find("body")
    if body is None:
        return
    menu = (
        "<div><ul>"
        + "".join(f'<li><a href="/{n}">{word}</a></li>' for n, word in enumerate(words["nav"]))
        + "</ul></div>"
    )
    stories = _stories(words["stories"], "div")
    behind = (
        f"<div><div>{words['related']}</div>{stories}</div><div><h3>{words['hot']}</h3>{stories}</div>"
        f"<div><p>{words['disclaimer']}</p></div><div><p>{words['rights']}</p></div>"
    )
    for element in reversed(html.fragments_fromstring(menu)):
        body.insert(0, element)
    body.extend(html.fragments_fromstring(behind))


def behind(root: Element, gold: str) -> None:
    """Editor, disclaimer, related stories and a prompt straight after the last paragraph, in the article's own element."""
    words, found = _words(gold), _paragraphs(root, gold)
    if found:
        put = (
            f"<p>{words['editor']}</p><p>{words['disclaimer']}</p><div><p>{words['related']}</p>"
            f"<ul>{_stories(words['stories'], 'li')}</ul></div><p>{words['app']}</p>"
        )
        _insert(found[-1], put, after=True)


def between(root: Element, gold: str) -> None:
    """A related story and an advertisement in the middle of the article."""
    words, found = _words(gold), _paragraphs(root, gold)
    if len(found) >= 4:
        put = (
            f"<p>{words['more']}<a href='/m1'>{words['stories'][0]}</a></p><div><a href='/m2'>{words['stories'][1]}</a></div>"
            f"<div>{words['advertisement']}</div><div><p>{words['goes on']}</p></div>"
        )
        _insert(found[len(found) // 2], put, after=False)


MUTATIONS: dict[str, Callable[[Element, str], None]] = {
    one.__name__: one for one in (rename, plain_elements, wrap, divs, breaks, around, behind, between)
}


def _elements(root: Element) -> Iterator[Element]:
    return (element for element in list(root.iter()) if isinstance(element.tag, str))


def _words(gold: str) -> dict[str, str | list[str]]:
    return FURNITURE[bool(re.search("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]{8}", gold))]


def _stories(titles: str | list[str], tag: str) -> str:
    return "".join(f'<{tag}><a href="/r{n}">{title}</a></{tag}>' for n, title in enumerate(titles))


def _paragraphs(root: Element, gold: str) -> list[Element]:
    """Elements that hold a paragraph of the article each, in order."""
    squeezed = "".join(gold.split())
    found = []
    for element in _elements(root):
        if element.tag in ("p", "div") and len(element) < 8:
            text = "".join("".join(str(part) for part in element.itertext()).split())
            if len(text) >= 15 and text in squeezed:
                found.append(element)
    return found


def _insert(place: Element, fragment: str, *, after: bool) -> None:
    parent = place.getparent()
    if parent is None:
        return
    pieces = html.fragments_fromstring(fragment)
    at = parent.index(place)
    if after:
        pieces[-1].tail, place.tail = place.tail, None
        at += 1
    for piece in reversed(pieces):
        parent.insert(at, piece)
