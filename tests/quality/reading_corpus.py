"""Pages that we wrote for the reading floor: six templates × texts × furniture, generated, so nobody's page is kept.

The templates are shaped like those of the field: divs with talking names, divs with hashed names, a table with line
breaks of 2005, HTML5 sections, a page in GBK that declares UTF-8, a mobile page with scripts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from tests.reading.pages import ENGLISH, HANS, HANT, links


@dataclass(frozen=True)
class Written:
    """A page and what is true of it."""

    name: str
    url: str
    body: bytes
    title: str
    text: str
    published: str
    authors: tuple[str, ...]


TEXTS = {
    "hant": ("號誌系統更新出錯　行人綠燈只剩四秒", HANT, "zh-Hant", "王小明", "範例新聞網", "台北"),
    "hans": ("信号系统更新出错 行人绿灯只剩四秒", HANS, "zh-Hans", "王小明", "示例新闻网", "北京"),
    "english": (
        "Traffic lights give pedestrians four seconds",
        ENGLISH,
        "en",
        "Ann Reporter",
        "The Example Times",
        "",
    ),
}
TEASERS = {
    "hant": "另一則完全不同的新聞標題在這裡，居民說已經等了很久",
    "hans": "另一则完全不同的新闻标题在这里，居民说已经等了很久",
    "english": "Another story with a headline of its own, and nothing to do with lights",
}
WORDS = {
    "hant": (
        "記者{}／台北報導",
        "延伸閱讀",
        "網友評論",
        "（責任編輯：李大同）",
        "版權所有，未經授權不得轉載。",
        "分享到：",
    ),
    "hans": (
        "记者 {} 报道",
        "相关阅读",
        "网友评论",
        "（责编：李大同）",
        "版权所有，未经授权不得转载。",
        "分享到：",
    ),
    "english": (
        "By {}",
        "Related stories",
        "3 comments",
        "Editing by Lee Other",
        "© Example Times. All rights reserved.",
        "Share this",
    ),
}
CLOCK = "2026-11-02 08:15"


def corpus() -> Iterator[Written]:
    """All pages, in a fixed order."""
    for key, (title, paragraphs, lang, author, site, _) in TEXTS.items():
        byline, related, comments, editor, rights, share = WORDS[key]
        line = byline.format(author)
        teaser = TEASERS[key]
        comment = "".join(f"<p>{p}</p>" for p in paragraphs[::-1])
        for template in (_named, _hashed, _table, _sections, _declared, _mobile):
            html = template(
                title=title, paragraphs=paragraphs, lang=lang, line=line, site=site, teaser=teaser, related=related,
                comments=comments, comment=comment, editor=editor, rights=rights, share=share,
            )  # fmt: skip
            codec = "gb18030" if template is _declared and key != "english" else "utf-8"
            top = "tw" if key == "hant" else "cn"
            yield Written(
                name=f"{key}-{template.__name__[1:]}",
                url=f"https://news.example.{top}/story/{template.__name__[1:]}",
                body=html.encode(codec),
                title=title,
                text="\n".join(paragraphs),
                published="2026-11-02T08:15:00+08:00",
                authors=(author,),
            )


def digest() -> str:
    """SHA-256 over all pages: the floor holds for exactly these."""
    total = hashlib.sha256()
    for page in corpus():
        total.update(page.name.encode() + b"\0" + page.body + b"\0")
    return total.hexdigest()


def _head(title: str, site: str, lang: str, more: str = "") -> str:
    return f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title} - {site}</title>{more}</head>'


def _list(teaser: str, n: int) -> str:
    return "<ul>" + "".join(f'<li><a href="/s/{i}">{teaser} {i}</a></li>' for i in range(n)) + "</ul>"


def _named(*, title: str, paragraphs: tuple[str, ...], lang: str, line: str, site: str, teaser: str, related: str, comments: str, comment: str, editor: str, rights: str, share: str) -> str:  # fmt: skip
    inner = "".join(f"<p>{p}</p>" for p in paragraphs)
    return (
        _head(
            title,
            site,
            lang,
            f'<meta property="article:published_time" content="{CLOCK.replace(" ", "T")}:00+08:00">',
        )
        + f"<body><div class='navbar'>{links(9, '欄目')}</div><div class='article-content'><h1>{title}</h1>"
        f"<div class='info'>{CLOCK} {line}</div><div class='share'>{share}</div>{inner}<p>{editor}</p>"
        f"<div class='related'><h3>{related}</h3>{_list(teaser, 6)}</div></div><div class='comment-list'><h4>{comments}</h4>{comment}</div>"
        f"<div class='footer'>{rights}</div></body></html>"
    )


def _hashed(*, title: str, paragraphs: tuple[str, ...], lang: str, line: str, site: str, teaser: str, related: str, comments: str, comment: str, editor: str, rights: str, share: str) -> str:  # fmt: skip
    inner = "".join(f"<div class='x7f'><p>{p}</p></div>" for p in paragraphs)
    return (
        _head(title, site, lang)
        + f"<body><div class='a1'>{links(9, '欄目')}</div><div class='b2'><div class='c3'><h1>{title}</h1><div><span>{CLOCK}</span></div>"
        f"<div>{line}</div></div><div class='d4'>{inner}</div><div class='e5'><h3>{related}</h3>{_list(teaser, 9)}</div>"
        f"<div class='f6'><h4>{comments}</h4>{comment}</div></div><div class='g8'>{rights}</div></body></html>"
    )


def _table(*, title: str, paragraphs: tuple[str, ...], lang: str, line: str, site: str, teaser: str, related: str, comments: str, comment: str, editor: str, rights: str, share: str) -> str:  # fmt: skip
    cell = "<br><br>\n　　".join(paragraphs)
    return (
        f"<html><head><title>{title}_{site}</title></head><body><table><tr><td>{links(12, '欄目')}</td></tr></table>"
        f"<table><tr><td><h1>{title}</h1></td></tr><tr><td align=center>{CLOCK}</td></tr><tr><td><font>{line}</font></td></tr>"
        f"<tr><td class=t>{cell}<br><br>{editor}</td></tr><tr><td>{related}<br>{_list(teaser, 5)}</td></tr></table>"
        f"<center>{rights}</center></body></html>"
    )


def _sections(*, title: str, paragraphs: tuple[str, ...], lang: str, line: str, site: str, teaser: str, related: str, comments: str, comment: str, editor: str, rights: str, share: str) -> str:  # fmt: skip
    half = len(paragraphs) // 2
    one, two = ("".join(f"<p>{p}</p>" for p in part) for part in (paragraphs[:half], paragraphs[half:]))
    return (
        _head(title, site, lang)
        + f"<body><header><nav>{links(9, '欄目')}</nav></header><main><article><header><h1>{title}</h1>"
        f"<time datetime='{CLOCK.replace(' ', 'T')}:00+08:00'>{CLOCK}</time><p>{line}</p></header><section>{one}</section>"
        f"<aside><h4>{related}</h4>{_list(teaser, 3)}</aside><section>{two}</section><footer><p>{editor}</p></footer></article>"
        f"<section id='replies'><h2>{comments}</h2>{comment}</section></main><footer>{rights}</footer></body></html>"
    )


def _declared(*, title: str, paragraphs: tuple[str, ...], lang: str, line: str, site: str, teaser: str, related: str, comments: str, comment: str, editor: str, rights: str, share: str) -> str:  # fmt: skip
    block = (
        '<script type="application/ld+json">[{"@type": "NewsArticle", // the story\n'
        f'"headline": "{title}", "datePublished": "{CLOCK.replace(" ", "T")}:00+08:00",}}]</script>'
    )
    inner = "".join(f"<p>　　{p}</p>" for p in paragraphs)
    return (
        _head(title, site, lang, block)
        + f"<body><div>{links(20, '欄目')}</div><div id='wrap'><h2>{title}</h2><div>{line}</div><div id='c'>{inner}</div><p>{editor}</p></div>"
        f"<div><h3>{related}</h3>{_list(teaser, 12)}</div><div>{rights}</div></body></html>"
    )


def _mobile(*, title: str, paragraphs: tuple[str, ...], lang: str, line: str, site: str, teaser: str, related: str, comments: str, comment: str, editor: str, rights: str, share: str) -> str:  # fmt: skip
    inner = "".join(f"<section><span>{p}</span></section>" for p in paragraphs)
    cards = "".join(
        f"<div class='card'><a href='/s/{i}'><h3>{teaser}</h3></a><p>{teaser}，{teaser}。</p><span>2026-11-01</span></div>"
        for i in range(8)
    )
    return (
        _head(title, site, lang)
        + f"<body><script>var pubtime = '{CLOCK}'; var x = '<p>{teaser}</p>';</script><div class='top'><a href='/'>{site}</a></div>"
        f"<h1 class='tit'>{title}</h1><div class='sub'>{CLOCK}</div><div class='who'>{line}</div><div class='rich'>{inner}</div>"
        f"<div class='more'>{cards}</div><div>{rights}</div></body></html>"
    )
