"""Names of organisations that no gazetteer holds, by the words that end them: 某某公司, Elbe Medical Group."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines import hanzi

_HAN_END = "股份有限公司|有限公司|集团公司|公司|集团|大学|医学院|学院|医院|实验室|研究所|研究院|科技|银行|基金会|警察局|委员会|交易所|航空|地检署|检察院|检察署|出版社|律师事务所|保险|电力|福利署|卫生署|监管局|管理局|协会"
_HAN_START = r"(?:^|[\s，。、；：（(「“《\"！？!?,]|(?<=[由的与和是在被向对给遭据称充]))"
_HAN = re.compile(
    rf"{_HAN_START}(?P<name>[\u4e00-\u9fffA-Za-z]{{2,7}}?(?:{_HAN_END}))(?![\u4e00-\u9fff]*(?:{_HAN_END}))"
)
_ROLE = re.compile(
    r"^(?:(?P<developer>开发商|供应商|研发商|制造商|厂商|开发者)|(?P<deployer>运营商|业者|主办方|营运商|使用方))"
)
_COMMON = re.compile(
    r"^(?:这|该|本|某|一|两|三|多|各|几|有|其|此|新|大|小|部分|涉事|受害|所属|当地|邻|相关|中国|美国|英国|德国|日本|上市|科技|"
    r"保险|母|子|初创|贸易|软件|物流|网络|电网|玩具|省|市|县)|[A-Z]{2,3}$|智能$|家|间|所|名|位|的|在|了|是|被|将|与|和|及|称|说|等|年|月|日|某|"
    r"先|从|并|利用|协助|免费|要求|歹徒|骗徒|一$"
)
"""Stems that name a kind of organisation, or that swallowed a verb, and no organisation."""
_ENGLISH = re.compile(
    r"\b(?P<name>(?:[A-Z][\w.&'’-]+\s+){1,4}"
    r"(?:Inc|Corp|Corporation|Ltd|LLC|University|Hospital|College|Group|Company|Labs|Laboratories|Technologies|"
    r"Institute|Commission|Authority|Agency|Bank|Foundation|Police))\b(?!\s+of\b)"
)
_PARTICLES = "由在被向对给遭据"
"""What may stand before a name and is no part of it."""
_ARTICLE = re.compile(r"^(?:The|A|An|In|At|On|And|But|By|For|From|Its|Their|His|Her)\s+")


def names(sentence: str) -> Iterator[tuple[str, str | None, int, int]]:
    """``(name as printed, role if its title tells it, start, end)``; offsets into the folded sentence."""
    folded, offsets = hanzi.fold_with_offsets(sentence)
    for match in _HAN.finditer(folded):
        at, to = match.span("name")
        title = _ROLE.match(match.group("name"))
        at += title.end() if title else 0
        at += folded[at] in _PARTICLES
        stem = re.sub(f"(?:{_HAN_END})$", "", folded[at:to])
        if len(stem) < 2 or _COMMON.search(stem):
            continue
        start, end = hanzi.source_span(offsets, at, to)
        yield sentence[start:end], title.lastgroup if title else None, at, to
    for match in _ENGLISH.finditer(folded):
        name = _ARTICLE.sub("", match.group("name"))
        if " " in name:
            at, to = match.end("name") - len(name), match.end("name")
            start, end = hanzi.source_span(offsets, at, to)
            yield sentence[start:end], None, at, to
