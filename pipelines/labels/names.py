"""Names of organisations and systems that no gazetteer holds, by the words that end or announce them.

某某公司, 包头警方, Elbe Medical Group, the insurer Admiral, 名为 Pravda 的网络, “薰衣草”系统.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

from pipelines import hanzi
from pipelines.profiles import is_place

_TABLES: dict[str, dict[str, str]] = tomllib.loads(
    (files(__package__) / "data" / "names.toml").read_text(encoding="utf-8")
)
ENDS, _KINDS, SYSTEMS, _COMMON = (_TABLES[name] for name in ("ends", "kinds", "systems", "common"))
_HAN_START = r"(?:^|[\s，。、；：（(「“《\"！？!?,)）]|(?<=[由的与和是在被向对给遭据称充日月]))"
_HAN_ENDS = f"{ENDS['han']}|{ENDS['han_authority']}"
_HAN = re.compile(
    rf"{_HAN_START}(?P<name>[\u4e00-\u9fffA-Za-z]{{2,9}}?(?:{ENDS['han']}|(?P<authority>{ENDS['han_authority']})))"
    rf"(?!(?:附属|总|分)?(?:{_HAN_ENDS}))"
)
_HAN_END, _AUTHORITY_END = re.compile(f"(?:{ENDS['han']})$"), re.compile(f"(?:{ENDS['han_authority']})$")
_TITLE = re.compile(
    r"^(?:(?P<developer>开发商|供应商|研发商|制造商|厂商|开发者)|(?P<deployer>运营商|业者|主办方|营运商|使用方))"
)
_COUNTRY = re.compile(
    r"^(?:国立|(?:中国|美国|英国|德国|日本|法国|韩国|印度|加拿大|新加坡|台湾|香港|以色列|俄罗斯|瑞士|荷兰)(?:某|一家)?"
    rf"(?:{_KINDS['trades']})*)$"
)
"""A country and a trade are no name: 英国保险公司."""
_GENERIC = re.compile(
    rf"^(?:{_COMMON['han']})|[A-Z]{{2,3}}$|智能$|家|间|所|名|位|的|在|了|是|被|将|与|和|及|称|说|等|年|月|日|某|"
    rf"先|从|并|利用|协助|免费|{_COMMON['han_inside']}|要求|歹徒|骗徒|使用|采用|指控|起诉|控告|通报|警告|逮捕|接获|报案|遭|把|获|已|曾|正在|因为|以及|不|没|无|让|使|向|对|一$"
)
"""Stems that name a kind of organisation, or that swallowed a verb, and no organisation."""
_CAP = r"[A-Z][\w&'’-]*(?:\.(?=\w)[\w&'’-]+)*"
_ENGLISH = re.compile(
    rf"\b(?P<name>(?:{_CAP}\s+){{1,4}}(?:{ENDS['latin']}|{ENDS['latin_authority']}))\b(?!\s+of\s+[A-Z])"
)
_OF = re.compile(
    rf"\b(?P<name>(?:{ENDS['latin_of']}) (?:of|for) (?:the )?{_CAP}(?:(?: and| of|,)? {_CAP}){{0,3}})"
)
_ROLES = ("regulator", "source", "developer", "deployer")
_KIND = re.compile(
    r"\b(?:"
    + "|".join(f"(?P<{role}>{_KINDS['latin_' + role]})" for role in _ROLES)
    + rf"|{_KINDS['latin']})(?: called| named)?\s+(?P<name>{_CAP}(?:\s+(?:[A-Z0-9][\w&'’-]*)){{0,3}})"
)
_REPORTED = re.compile(rf"(?:^|[\s,])(?P<name>{_CAP}(?:\s+{_CAP}){{0,3}}) (?:has |first )?reported\b")
_SYSTEM = re.compile(
    r"\b(?:[Tt]he|[Ii]ts|[Aa]n?|their|his|her|\w+['’]s)\s+(?P<name>(?:[a-z]{1,2}[A-Z]|[A-Z])[\w-]*(?:\.(?=\w)[\w-]+)*(?:\s+[A-Z0-9][\w.-]*){0,2})\s+"
    rf"(?:{SYSTEMS['latin']})\b"
)
_CALLED = re.compile(
    rf"\b(?:{SYSTEMS['latin_called']})[\w ]{{0,12}},?\s+(?:called|named|dubbed|known as)\s+[\"“‘']?"
    r"(?P<name>[A-Z][\w.-]*(?:\s+[A-Z0-9][\w.-]*){0,2})"
)
_LATIN = r"(?P<name>[A-Z][A-Za-z0-9&-]*(?:\.[A-Za-z0-9]+)*(?: [A-Z0-9][A-Za-z0-9.&-]*){0,2})"
_HAN_KIND = re.compile(
    f"(?:{_KINDS['han']}|"
    + "|".join(f"(?P<{role}>{_KINDS['han_' + role]})" for role in _ROLES[1:])
    + rf")\s?{_LATIN}(?![A-Za-z0-9])|名为\s?{_LATIN.replace('<name>', '<named>')}\s?的(?=网络|公司|组织|团体|企业|集团|平台|新创|初创)"
)
_LATIN_SYSTEM = re.compile(
    rf"(?<![A-Za-z0-9. ]){_LATIN}\s?(?:{SYSTEMS['han_behind_latin']})(?!程序|工程|公司|开发商)"
)
_QUOTED = re.compile(
    rf"[“「『\"](?P<name>[^”」』\"，。]{{2,12}})[”」』\"](?:的)?(?:这一|这套|等)?(?:{SYSTEMS['before_han']})?(?:{SYSTEMS['han']})"
)
_PAPER = re.compile(r"《(?P<name>[^》]{1,10}(?:报|时报|周刊|杂志|邮报|新闻))》")
_PARTICLES = "由在被向对给遭据"
"""What may stand before a name and is no part of it."""
_ARTICLE = re.compile(
    r"^(?:(?:The|A|An|In|At|On|And|But|By|For|From|Its|Their|His|Her|When|After|While|As|If|Local|State|Federal|Former|[\w.]+['’]s)\s+)+"
)
_WORDS = frozenset(_COMMON["latin"].split())
"""Capitalised words that name nothing of their own."""


@dataclass(frozen=True, slots=True)
class Named:
    """A name as printed; offsets into the folded sentence."""

    name: str
    kind: str
    """``organisation`` or ``system``."""
    role: str | None
    """The role that the words around it tell: its title, its kind."""
    start: int
    end: int


def names(sentence: str) -> Iterator[Named]:
    """Names of organisations and systems in one sentence; a longer name may come with a part of it."""
    folded, offsets = hanzi.fold_with_offsets(sentence)
    for kind, role, at, to in _spans(folded):
        start, end = hanzi.source_span(offsets, at, to)
        yield Named(sentence[start:end], kind, role, at, to)


def _spans(folded: str) -> Iterator[tuple[str, str | None, int, int]]:
    for pattern in (_PAPER, _QUOTED):
        for match in pattern.finditer(folded):
            system = pattern is _QUOTED
            yield "system" if system else "organisation", None if system else "source", *match.span("name")
    yield from _by_han_end(folded)
    if not re.search("[A-Z]", folded):
        return
    for match in _HAN_KIND.finditer(folded):
        group = "name" if match["name"] else "named"
        if _proper(match[group]):
            yield "organisation", _title(match), *match.span(group)
    for match in _LATIN_SYSTEM.finditer(folded):
        if _proper(match["name"]):
            yield "system", None, *match.span("name")
    for pattern in (_ENGLISH, _OF, _KIND, _REPORTED):
        for match in pattern.finditer(folded):
            name = match["name"]
            name = name[_article(name) :]
            if (pattern is _ENGLISH and " " not in name) or name.split(" ")[0] in _WORDS or is_place(name):
                continue
            role = "source" if pattern is _REPORTED else _title(match)
            yield "organisation", role, match.end("name") - len(name), match.end("name")
    for pattern in (_SYSTEM, _CALLED):
        for match in pattern.finditer(folded):
            if match["name"].split(" ")[0] not in _WORDS and not is_place(match["name"]):
                yield "system", None, *match.span("name")


def _proper(latin: str) -> bool:
    """Whether a Latin name among Han characters is one: no abbreviation of a kind, no title, no model number."""
    words = latin.split(" ")
    return len(latin) > 2 and not _WORDS & {words[0], latin} and not any(word.isdigit() for word in words)


def _article(name: str) -> int:
    match = _ARTICLE.match(name)
    return match.end() if match else 0


def _title(match: re.Match[str]) -> str | None:
    return next((role for role, text in match.groupdict().items() if role in _ROLES and text), None)


def _by_han_end(folded: str) -> Iterator[tuple[str, str | None, int, int]]:
    for match in _HAN.finditer(folded):
        at, to = match.span("name")
        title = _TITLE.match(match["name"])
        at += title.end() if title else 0
        at += folded[at] in _PARTICLES
        stem = (_AUTHORITY_END if match["authority"] else _HAN_END).sub("", folded[at:to])
        if len(stem) < 2 or _GENERIC.search(stem):
            continue
        if not match["authority"] and _COUNTRY.search(stem):
            continue
        yield "organisation", title.lastgroup if title else None, at, to
