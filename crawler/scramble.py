"""A page's markup without its words: every text replaced by generated text of the same script and length.

A run of letters is replaced by letters drawn from a hash of the page and the run: the same title in ``<title>``, ``<h1>``
and JSON-LD stays the same text, and nothing leads back from it. Kept are tags, attribute names, classes, times, ids in
addresses, punctuation, and the words that readers look for (``words.txt``).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from urllib.parse import quote, unquote

from w3lib.encoding import html_to_unicode

from crawler.ways.section import undeclared

TRADITIONAL = "這個時間國內學會說來對於們為開關點問題應該後從機動現場實過進發電車長門見業員經濟資訊報紙讀寫聽聲樂園區縣鄉鎮農產線路網際頭號處據讓辦"
SIMPLIFIED = "这个时间国内学会说来对于们为开关点问题应该后从机动现场实过进发电车长门见业员经济资讯报纸读写听声乐园区县乡镇农产线路网际头号处据让办"
COMMON = "的一不在人有是中大上以和地到他年生自之可下而三也天子成作分然行方本心用工新如同文意全正外公明平小口山水木火土金石田力安北南西東市民主家校室"
ONLY_TRADITIONAL = frozenset(TRADITIONAL) - frozenset(SIMPLIFIED)
ONLY_SIMPLIFIED = frozenset(SIMPLIFIED) - frozenset(TRADITIONAL)

TOKEN = re.compile(
    r"<!--.*?-->|<(?P<raw>script|style)\b[^>]*>.*?</(?P=raw)\s*>|<[!/?a-zA-Z](?:[^>\"']|\"[^\"]*\"|'[^']*')*>",
    re.DOTALL | re.IGNORECASE,
)
ATTRIBUTE = re.compile(r"([\w:.-]+)(\s*=\s*)(\"[^\"]*\"|'[^']*')")
TEXT_ATTRIBUTES = frozenset(
    (
        "alt",
        "title",
        "content",
        "placeholder",
        "value",
        "label",
        "summary",
        "data-alt",
        "data-title",
        "aria-label",
        "data-caption",
    )
)
URL_ATTRIBUTES = frozenset(
    (
        "href",
        "src",
        "data-src",
        "data-url",
        "data-href",
        "srcset",
        "data-srcset",
        "action",
        "poster",
        "data-uri",
    )
)
TIMES = (
    r"\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:?\d{2})?)?|\d{2,4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]\s?\d{1,2}\s?日?|\d{1,2}月\d{1,2}日"
    r"|\d{1,2}:\d{2}(?::\d{2})?(?:\s?[AP]M)?|\d{1,2}[日時点點分秒]|\bD\d{6}\b|星期[一二三四五六日]"
)
ENTITY = r"&(?:#x?[0-9a-fA-F]+|\w+);"
URL = r"https?://[^\s\"'<>]+"
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
RUN = rf"[{HAN}]+|[A-Za-z\u00c0-\u024f]+|[\u0400-\u04ff]+|[\u3040-\u30ff]+|[\uac00-\ud7af]+|\d+"
LATIN = "etaoinshrdlucmfwypvbgk"
OTHER = {"\u0400": "оеаинтсрвлкмдпу", "\u3040": "あいうえおかきくけこ", "\uac00": "가나다라마바사아자차"}
TEXT_META = re.compile(
    r"(?:name|property|itemprop)\s*=\s*[\"'][\w:.-]*(?:title|desc|keyword|author|headline|about|caption|name)",
    re.I,
)
LD_KEPT = frozenset(
    ("@type", "@context", "@id", "datePublished", "dateModified", "dateCreated", "uploadDate", "inLanguage")
)
MAX_SCRIPT = 2_000
"""Characters; the content of a longer script that is no JSON-LD is removed."""


def scramble(html: bytes) -> bytes:
    """See :func:`crawler.author.make_fixture`."""
    encoding, text = html_to_unicode(None, html, auto_detect_fun=undeclared)
    page = _Page(hashlib.sha256(html).digest(), text)
    out, last = [], 0
    for token in TOKEN.finditer(text):
        out.append(page.words(text[last : token.start()]))
        out.append(page.markup(token.group(), token.group("raw")))
        last = token.end()
    out.append(page.words(text[last:]))
    try:
        return "".join(out).encode(encoding)
    except UnicodeEncodeError:
        return "".join(out).encode(encoding, "xmlcharrefreplace")


class _Page:
    def __init__(self, key: bytes, text: str) -> None:
        self._key = key
        traditional = sum(c in ONLY_TRADITIONAL for c in text)
        simplified = sum(c in ONLY_SIMPLIFIED for c in text)
        self._han = COMMON + (TRADITIONAL if traditional >= simplified else SIMPLIFIED)
        self._pattern = re.compile(
            f"(?P<keep>{ENTITY}|{TIMES}|{_kept_words()})|(?P<url>{URL})|(?P<run>{RUN})"
        )

    def words(self, text: str) -> str:
        """``text`` with every run of letters replaced."""
        return self._pattern.sub(self._one, text) if text.strip() else text

    def _one(self, match: re.Match[str]) -> str:
        if match["keep"]:
            return match["keep"]
        return self.url(match["url"]) if match["url"] else self._run(match["run"])

    def _run(self, run: str) -> str:
        digest = hashlib.shake_256(self._key + run.lower().encode()).digest(2 * len(run))
        draw = [int.from_bytes(digest[i : i + 2]) for i in range(0, len(digest), 2)]
        if run[0].isdigit():
            return "".join(str(n % 10) for n in draw)
        letters = self._letters(run[0])
        drawn = "".join(letters[n % len(letters)] for n in draw)
        return "".join(new.upper() if old.isupper() else new for old, new in zip(run, drawn, strict=True))

    def _letters(self, first: str) -> str:
        if re.match(f"[{HAN}]", first):
            return self._han
        return next(
            (pool for start, pool in reversed(OTHER.items()) if first >= start and first > "\u0370"), LATIN
        )

    def url(self, url: str) -> str:
        """An address with its numbers kept and its words replaced: raw or percent-encoded letters, and slugs."""
        head, mark, query = url.partition("?")
        scheme, slashes, rest = head.rpartition("//")
        host, slash, path = rest.partition("/") if slashes else ("", "", rest)
        parts = [self._segment(part) for part in path.split("/")]
        return scheme + slashes + host + slash + "/".join(parts) + mark + self._segment(query)

    def _segment(self, segment: str) -> str:
        plain = unquote(segment)
        if plain.isascii() and not re.search(r"[a-zA-Z]+-[a-zA-Z]+-[a-zA-Z]+", plain):
            return segment
        drawn = re.sub(rf"[{HAN}]+|[A-Za-z\u00c0-\u024f]{{2,}}", lambda m: self._run(m.group()), plain)
        return quote(drawn, safe="=&+,:;@!$'()*~._-") if "%" in segment else drawn

    def markup(self, token: str, raw: str | None) -> str:
        if token.startswith("<!--"):
            return "<!--" + self.words(token[4:-3]) + "-->"
        if raw is None:
            if token[:5].lower() == "<meta" and not TEXT_META.search(token):
                return ATTRIBUTE.sub(self._meta, token)
            return ATTRIBUTE.sub(self._attribute, token)
        opening, body = re.match(r"(<[^>]*>)(.*)", token, re.DOTALL).groups()  # type: ignore[union-attr]
        end = body.rindex("</")
        content = body[:end]
        if raw.lower() == "script":
            content = self._script(opening, content)
        return ATTRIBUTE.sub(self._attribute, opening) + content + body[end:]

    def _meta(self, match: re.Match[str]) -> str:
        """An attribute of a meta element that names no text: a charset, a time, an address, a number."""
        name, equals, quoted = match.groups()
        value = quoted[1:-1]
        if re.match(r"(?:https?:)?//", value):
            value = self.url(value)
        elif not value.isascii():
            value = self.words(value)
        return f"{name}{equals}{quoted[0]}{value}{quoted[0]}"

    def _attribute(self, match: re.Match[str]) -> str:
        name, equals, quoted = match.groups()
        mark, value = quoted[0], quoted[1:-1]
        if name.lower() in URL_ATTRIBUTES or re.match(r"(?:https?:)?//", value):
            value = self.url(value)
        elif name.lower() in TEXT_ATTRIBUTES or not value.isascii():
            value = self.words(value)
        return f"{name}{equals}{mark}{value}{mark}"

    def _script(self, opening: str, content: str) -> str:
        if "ld+json" in opening:
            return self._json(content)
        if len(content) > MAX_SCRIPT:
            return "/* removed */"
        return re.sub(r"\"[^\"\n]*\"|'[^'\n]*'", lambda m: self._literal(m.group()), content)

    def _literal(self, literal: str) -> str:
        inner = literal[1:-1]
        if inner.isascii() and inner.count(" ") < 2 and "//" not in inner:
            return literal
        return literal[0] + (self.url(inner) if "//" in inner else self.words(inner)) + literal[-1]

    def _json(self, content: str) -> str:
        """JSON-LD by its strings, not by parsing: what is broken in it must stay broken."""
        parts, last, name = [], 0, ""
        for match in re.finditer(r"\"((?:\\.|[^\"\\])*)\"", content, re.DOTALL):
            parts.append(content[last : match.start()])
            last = match.end()
            if re.match(r"\s*:", content[last:]):
                name = match.group(1)
                parts.append(match.group())
            elif "//" not in match.group(1) and (
                name in LD_KEPT or re.fullmatch(r"[\d.,:+TZ/ -]*", match.group(1))
            ):
                parts.append(match.group())
            else:
                parts.append(self._json_value(match.group(1)))
        return "".join([*parts, content[last:]])

    def _json_value(self, raw: str) -> str:
        change: Callable[[str], str] = self.url if re.match(r"(?:https?:)?\\?/\\?/", raw) else self.words
        try:
            value = json.loads(f'"{raw}"', strict=False)
        except ValueError:
            return f'"{change(raw)}"'
        kept = json.dumps(change(value), ensure_ascii="\\u" in raw)
        return kept if "\n" not in raw and "\t" not in raw else kept.replace("\\n", "\n").replace("\\t", "\t")


@lru_cache(maxsize=1)
def _kept_words() -> str:
    text = files("crawler").joinpath("templates", "words.txt").read_text(encoding="utf-8")
    words = sorted((w for w in text.split("\n") if w and not w.startswith("#")), key=len, reverse=True)
    return "|".join(re.escape(word) for word in words)
