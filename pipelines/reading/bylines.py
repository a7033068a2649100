"""Who wrote it: declared authors, named elements, and the bylines that Chinese and English pages print.

The editor in charge (責任編輯, 责编) is not the author. An agency's credit stands in for the reporter when no reporter
is named.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from pipelines.reading import structured
from pipelines.reading.blocks import Layout
from pipelines.reading.metadata import Declared
from pipelines.reading.tables import table
from pipelines.reading.titles import strip_site
from pipelines.reading.tree import inner_text, squeeze

MAX_AUTHORS = 8
MAX_NAME = 40

_HAN = r"[\u4e00-\u9fff\u3400-\u4dbf]"
_HAN_NAME = rf"{_HAN}{{2,4}}(?:[·•・]{_HAN}{{1,8}})*"
_LATIN_NAME = r"[A-Z][\w.'’-]*(?:\s+(?:(?:de|del|der|van|von|la|le|bin|al|di|da)\s+)?[A-Z][\w.'’-]*){1,3}"
_GLUE = r"\s*(?:[、，,/／&＆;；]|\s|和|與|及|与)\s*"
_NAMES = rf"(?P<names>{_HAN_NAME}(?:{_GLUE}{_HAN_NAME}){{0,5}})"
_CREW = r"(?:特派|实习|實習|見習|见习|全媒体|全媒體|首席|通讯|特約|特约|駐\S{1,4}|驻\S{1,4})*"

_LABELLED = re.compile(
    rf"(?:^|[\s|｜　（(【\[\d])(?:作者|撰文|文字|采写|採寫|採訪撰稿|採訪|撰稿|記者|记者|文|Text|Author)\s?[：:／/|｜]\s*{_NAMES}"
    r"(?=\s*(?:$|[）)】\]\s|｜，,。;；／/]|来源|來源|编辑|編輯|責任|责任|摄|攝|图|圖|\d|发布|報導|報道|报道))"
)
_REPORTER = re.compile(
    rf"{_CREW}(?:记者|記者)\s*[：:]?\s*(?P<names>{_HAN}{{2,5}}(?:{_GLUE}{_HAN}{{2,4}}){{0,5}}?)"
    rf"\s*(?P<after>[／/]|发自|發自|{_HAN}{{0,8}}(?:报道|報導|報道|綜合|综合|編譯|编译|摄|攝|电|電|专访|專訪|整理)|\d{{1,2}}日|[）)】\]]|$|\n)"
)
_ENGLISH = re.compile(
    rf"(?:^|\d\s+|[|·•]\s*)(?:(?:Story|Written|Reported|Posted)\s+)?[Bb][Yy]:?\s+(?P<names>{_LATIN_NAME}(?:(?:\s*,\s*|\s+and\s+|\s*&\s*){_LATIN_NAME})*)"
    r"(?=\s*(?:$|[|,•·(\d—–-]|\bfor\b|\bof\b|\bUpdated|\bPublished))"
)
_AGENCY_LINE = r"^[\s（(【\[]*(?P<agency>{names})\s*(?:[／/]\s*)?(?:{place}{{1,6}})?\s*(?:\d{{1,2}}月)?\d{{1,2}}日\s*(?:綜合|综合|專|外|专)*[電电]"
_CITED = re.compile(r"新聞引據\s*[：:]\s*(?P<agency>\S{2,10}?)(?=[\s、，]|$)")
# After 記者 these begin a sentence, not a name
_NO_NAME = re.compile(
    r"^(?:责任|責任|来源|來源|编辑|編輯|摄影|攝影|校对|校對|时间|時間|发布|發布|图|圖|从|從|在|了解|获悉|獲悉|采访|採訪|发现|發現|看到|注意|就|向|会|會|说|說|表示|问|問|近日|日前|今|昨|前往|来到|來到|致电|致電|获|獲|走访|多次|随|隨|联系|聯繫|报道|報導|報道|综合|綜合|編譯|招待|俱樂部|协会|協會|站|证|節|节|们|們|的|團|团|室|都|也|所|及|和)"
)
_EDITOR = re.compile(
    rf"(?:责任编辑|責任編輯|责编|責編|编辑|編輯)\s?[：:]\s*(?P<names>{_HAN}{{2,4}}(?:{_GLUE}{_HAN}{{2,4}}){{0,3}})"
)
_BODY = re.compile(
    r"(?:报|報|网|網|社|台|臺|刊|新闻|新聞|财经|財經|消息|科技|政务|传媒|傳媒|中心|频道|頻道|号|號|综合|在线|集团|公司|委员会|部|局|通讯员|编辑部|編輯部|時報|评论员|評論員|特約)$"
    r"|\b(?:news|staff|desk|team|editors?|editorial|reporters?|agency|press|inc|media|magazine|times|post|correspondent|wire|newsroom|online)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:by|作者|文|撰文|記者|记者|本报记者|本報記者)\s*[:：／/|]?\s+", re.IGNORECASE)
_PREFIX = re.compile(rf"^(?:(?:本报|本報|本刊|本网|本網)?{_CREW}(?:记者|記者)|作者|文|撰文)\s*[:：／/]?\s*")


def read(
    page: Declared, layout: Layout, anchor: int, body: range, known: list[str] | None = None
) -> tuple[str, ...]:
    """The authors in the order printed, at most ``MAX_AUTHORS``; agencies only where no person is named.

    ``known`` are those that the outlet's own rules found.
    """
    if known and not all(_is_body(name) for name in known):
        return tuple(dict.fromkeys(known))[:MAX_AUTHORS]
    declared = _declared(page)
    editors = _editors(layout)
    # a name with the desk's before it (某某新闻张三) is told by the editor's own
    people = [
        max((one for one in editors if name.endswith(one)), key=lambda one: (len(one), one), default=name)
        for name in declared
        if not _is_body(name)
    ]
    if people and not set(people) <= editors:
        return tuple(people[:MAX_AUTHORS])
    printed, agency = _printed(layout, anchor, body)
    printed = printed or people
    if printed:
        return tuple(printed[:MAX_AUTHORS])
    named = _elements(layout)
    if named:
        return tuple(named[:MAX_AUTHORS])
    agencies = [*(known or []), *declared, *agency]
    return tuple(dict.fromkeys(agencies))[:MAX_AUTHORS]


def split_names(text: str) -> list[str]:
    """Single names out of one author field: ``記者王小明、李大同``, ``By A. Reporter and B. Writer``."""
    text = _PREFIX.sub("", _LEAD.sub("", squeeze(text)))
    text = (
        re.split(r"[／/|｜]|(?:发自|發自|報導|報道|报道)", text)[0]
        if re.search(r"[\u4e00-\u9fff]", text)
        else text
    )
    text = re.sub(r"[（(].*?[)）]|\S+@\S+", "", text)
    wide = re.search(_HAN, text) is not None
    parts = re.split(
        r"[、，,;；]|\s+(?:and|&)\s+" + (r"|\s+" if wide and not re.search(r"[A-Za-z]", text) else ""), text
    )
    return list(
        dict.fromkeys(name for part in parts if (name := part.strip(" .:：·-—|")) and _plausible(name))
    )


def _plausible(name: str) -> bool:
    low = name.lower()
    return (
        1 < len(name) <= MAX_NAME
        and low not in _nobody()
        and "://" not in name
        and not re.search(
            r"\d{3}|\.(?:com|net|org|cn|tw|hk)\b|^\W+$|责任编辑|責任編輯|责编|責編|編輯|编辑$|[时時][间間]|发布|發佈|发表|來源|来源|點擊|点击|评论|記者$|记者$",
            low,
        )
    )


def _declared(page: Declared) -> list[str]:
    names: list[str] = []
    value = page.article.get("author") or page.article.get("creator")
    for item in value if isinstance(value, list) else [value]:
        organisation = isinstance(item, dict) and "organization" in structured.types(item)
        text = structured.text_of(item)
        if text and not (organisation and not _is_agency(text)):
            names += split_names(text)
    if not names:
        for key in table("declared.toml")["author"]:
            found = [name for text in page.meta.get(key, []) for name in split_names(text)]
            if found:
                names = found
                break
    return [name for name in dict.fromkeys(names) if not _is_site(name, page)]


def _is_site(name: str, page: Declared) -> bool:
    """Whether an author field only names the outlet: its declared name, or what follows the headline in ``<title>``."""
    low = name.lower()
    own = [squeeze(page.first("og:site_name")), structured.text_of(page.article.get("publisher"))]
    if any(low in site.lower() or site.lower() in low for site in own if site):
        return True
    if " " in low and low.isascii():
        return False  # a columnist whose name closes the title of her own page
    title = page.document_title
    return low in title[len(strip_site(title)) :].lower()


def _printed(layout: Layout, anchor: int, body: range) -> tuple[list[str], list[str]]:
    """Persons and agencies in the lines under the headline, the body's first two and last four blocks."""
    blocks = layout.blocks
    start = anchor if anchor >= 0 else max(0, body.start - 6)
    head = list(range(start, min(max(start + 14, body.start + 3), len(blocks))))
    tail = list(range(max(body.start, body.stop - 5), min(body.stop + 3, len(blocks))))
    agency: list[str] = []
    for n in dict.fromkeys([*head, *tail]):
        text = blocks[n].text
        texts = [text] if len(text) <= 160 else [text[:90], text[-60:]]
        for part in texts:
            for pattern in (_REPORTER, _LABELLED):
                match: re.Match[str] | None
                for match in pattern.finditer(part):
                    names = names_in_run(match["names"])
                    if pattern is _REPORTER and re.search("[摄攝]", match["after"]):
                        continue
                    if names and not re.search(r"(?:责任|責任|图|圖|摄影|攝影)\s*$", part[: match.start()]):
                        return names, agency
            if len(text) <= 160 and (match := _ENGLISH.search(part)):
                names = [name for name in split_names(match["names"]) if name]
                if names:
                    return names, agency
        if not agency and (match := _agency_line().match(text) or _CITED.search(text[:200])):
            agency.append(match["agency"])
    return [], [name for name in agency if name in _agencies()]


def names_reporter(text: str) -> bool:
    """Whether a short text is a reporter's line (``記者王小明／台北報導``)."""
    match = _REPORTER.search(text)
    return match is not None and bool(names_in_run(match["names"]))


def names_in_run(run: str) -> list[str]:
    """Names out of a run of Han characters in which place and verb may stick to the last name.

    ``侯駿霖台灣台北報導`` is 侯駿霖. A place or verb that is known ends the name; without one a Chinese name has three
    characters at most.
    """
    found: list[str] = []
    for piece in re.split(_GLUE, run):
        if not piece or _NO_NAME.match(piece):
            break
        if piece.endswith(("摄", "攝")):
            return []
        ends = [
            at
            for at in range(2, min(len(piece), 6))
            if any(piece.startswith(place, at) for place in _places())
        ]
        name = piece[: ends[0]] if ends else (piece if len(piece) <= 4 or "·" in piece else piece[:3])
        if name not in _places() and _plausible(name):
            found.append(name)
        if name != piece:
            break
    return list(dict.fromkeys(found))


def _elements(layout: Layout) -> list[str]:
    """Elements that say they are the author: itemprop, rel, or a class of that name."""
    for node in layout.nodes:
        element = node.element
        tokens = set(re.split(r"[^a-z]+", node.names.lower())) if node.names != " " else set()
        if (
            element.get("itemprop") == "author"
            or "author" in (element.get("rel") or "").split()
            or tokens & {"author", "byline", "reporter", "writer"}
        ) and (text := inner_text(element)):
            if len(text) > 80 or re.search(r"\d|责任编辑|責任編輯|责编|責編", text):
                continue
            names = split_names(text)
            if names and all(re.fullmatch(rf"{_HAN_NAME}|{_LATIN_NAME}", name) for name in names):
                return names
    return []


def _editors(layout: Layout) -> set[str]:
    """Names printed as the editors in charge: systems often fill the author field with them."""
    found: set[str] = set()
    for block in layout.blocks:
        for match in _EDITOR.finditer(block.text if len(block.text) < 400 else block.text[-80:]):
            found.update(re.split(_GLUE, match["names"]))
    return found


def _is_body(name: str) -> bool:
    """Whether a name is an agency's, an outlet's or a desk's rather than a person's."""
    return _is_agency(name) or _BODY.search(name) is not None


def _is_agency(name: str) -> bool:
    return any(agency in name if not agency.isascii() else agency == name for agency in _agencies())


@cache
def _agencies() -> tuple[str, ...]:
    return tuple(table("declared.toml")["agencies"])


@cache
def _places() -> frozenset[str]:
    return frozenset(str(table("declared.toml")["places"]).split())


@cache
def _nobody() -> frozenset[str]:
    return frozenset(str(name).lower() for name in table("declared.toml")["nobody"])


@cache
def _agency_line() -> re.Pattern[str]:
    names: Any = "|".join(re.escape(name) for name in _agencies() if not name.isascii())
    return re.compile(_AGENCY_LINE.format(names=names, place=_HAN))
