"""Other readers on the same pages; runs in an environment of its own (``requirements/compare.txt``).

usage: compare_reading.py TOOL PAGES.jsonl OUT.jsonl

Pages are rows ``id``, ``url``, ``html`` (the page as text, decoded as wiredesk decodes it); what comes out are rows
``id``, ``title``, ``text``, ``published``, ``authors``. Exit code 3: the tool is not installed.
"""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Reader = Callable[[str, "str | None"], Row]


def _readability() -> Reader:
    from lxml import html
    from readability import Document

    def read(text: str, url: str | None) -> Row:
        document = Document(text, url=url)
        return {"title": document.short_title(), "text": html.fromstring(document.summary()).text_content()}

    return read


def _newspaper() -> Reader:
    import newspaper

    def read(text: str, url: str | None) -> Row:
        language = "zh" if re.search("[\u4e00-\u9fff]{20}", text) else "en"
        article = newspaper.Article(url or "https://example.org/", language=language)
        article.download(input_html=text)
        article.parse()
        published = article.publish_date.isoformat() if isinstance(article.publish_date, datetime) else None
        return {
            "title": article.title,
            "text": article.text,
            "authors": article.authors,
            "published": published,
        }

    return read


TOOLS = {
    "readability-lxml": (("readability",), _readability),
    "newspaper4k": (("newspaper", "jieba"), _newspaper),  # its Chinese needs jieba
}


def main(tool: str, pages: str, out: str) -> int:
    modules, make = TOOLS[tool]
    if not all(importlib.util.find_spec(module) for module in modules):
        return 3
    read = make()
    with Path(pages).open(encoding="utf-8") as lines, Path(out).open("w", encoding="utf-8") as found:
        for line in lines:
            row = json.loads(line)
            answer = {"id": row["id"], **read(row["html"], row["url"])}
            found.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
