"""Bytes of a page to text, whatever encoding the page claims.

Headers and meta tags lie: GBK bytes behind ``charset=utf-8``, UTF-8 bytes behind ``charset=gb2312`` (pages saved by a
browser), no declaration at all. So a declaration is only a candidate. UTF-8 that holds together is UTF-8; otherwise
each candidate decodes a sample and the one whose result reads most like a language wins.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

SAMPLE = 200_000
"""Bytes that are tried; the rest follows the verdict."""

_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META_CHARSET = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,300}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE
)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Supersets: what pages call gb2312 or big5 regularly holds characters that only the larger sets have.
_SUPERSET = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "hz",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
_EAST_ASIAN = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
# The commonest characters of both Chinese scripts, kana and frequent Hangul: a right decoding is full of them,
# a wrong one (GBK read as Big5) hits them only by chance.
_COMMON = frozenset(
    "的一是在不了有人我他这個个们中来上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于於着著下自之年过過发發后後作里"
    "裡用道行所然家种種事成方多经經么麼去法学學如都同现現当當没沒动動面起看定天分还還进進好小部其些主样樣理心她本前开開但因只从從想"
    "实實日军軍者意无無力它与與长長把机機十民第公此已工使情明性知全三又关關点點正业業外将將两兩高间間由问問很最重并物手应應战戰向头"
    "頭文体體政美相见見被利什二等产產或新己制身果加西斯月话話合回特代内內信表化老给給世位次度门門任常先海通教儿兒原东東声聲提立及比"
    "のにはをたがでてとしれさいるもなかられことある이다는을의에가고하지한로"
)
_TAG = re.compile(r"<[^<>]*>")
_BINARY = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text of a page; ``encoding`` is the Python codec that read it, ``damage`` the share of unreadable places."""

    text: str
    encoding: str
    damage: float


def _codec(name: str) -> str | None:
    try:
        found = codecs.lookup(name.strip().lower())
    except (LookupError, ValueError):
        return None
    # codecs such as rot13 or zip do not decode bytes to text
    return _SUPERSET.get(found.name, found.name) if getattr(found, "_is_text_encoding", True) else None


def _declared(body: bytes, content_type: str) -> list[str]:
    names = _HEADER_CHARSET.findall(content_type)
    names += [name.decode("ascii", "ignore") for name in _META_CHARSET.findall(body[:8192])]
    return list(dict.fromkeys(codec for name in names if (codec := _codec(name))))


def _likeness(text: str) -> float:
    """How much decoded text reads like a language: 1 for plain prose, below 0 for rubbish."""
    wide = [char for char in text if char > "\x7f"]
    if not wide:
        return 1.0
    bad = sum(char == "\ufffd" or "\x80" <= char <= "\x9f" or "\ue000" <= char <= "\uf8ff" for char in wide)
    common = sum(char in _COMMON for char in wide)
    han = sum(
        "\u3400" <= char <= "\u9fff" or "\u3040" <= char <= "\u30ff" or "\uac00" <= char <= "\ud7a3"
        for char in wide
    )
    kana_halfwidth = sum("\uff61" <= char <= "\uff9f" for char in wide)
    letters = sum(char.isalpha() and char < "\u2e80" for char in wide)
    lone = letters / len(wide) if letters and not han else 0.0
    prose = common / han if han else lone * 0.35
    return prose - 6 * bad / len(wide) - 2 * kana_halfwidth / len(wide)


def is_binary(body: bytes) -> bool:
    """Whether the first kilobytes hold control bytes that no text has (images, PDF, archives)."""
    head = body[:4096]
    if any(head.startswith(bom) for bom, _ in _BOMS):
        return False
    return head.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"PK\x03\x04", b"GIF8")) or (
        len(_BINARY.findall(head)) > len(head) * 0.02
    )


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Text of ``body``; never fails, a wrong byte becomes U+FFFD and counts as ``damage`` (0 … 1)."""
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return _finish(body, codec)
    try:
        return Decoded(body.decode("utf-8"), "utf-8", 0.0)
    except UnicodeDecodeError:
        pass
    sample = body[:SAMPLE]
    declared = _declared(body, content_type)
    best, best_score = "utf-8", -9.0
    for codec in dict.fromkeys(["utf-8", *declared, *_EAST_ASIAN, "cp1252"]):
        try:
            text = sample.decode(codec, "replace")
        except (LookupError, UnicodeError):
            continue
        score = _likeness(text) + (0.05 if codec in declared else 0.0)
        if codec == "utf-8":  # a few broken bytes in long UTF-8 (cut characters, a stray include) stay UTF-8
            score += 0.1
        if score > best_score:
            best, best_score = codec, score
    return _finish(body, best)


def _finish(body: bytes, codec: str) -> Decoded:
    text = body.decode(codec, "replace")
    text = text.removeprefix("\ufeff")
    wide = sum(char > "\x7f" for char in text[:SAMPLE])
    damage = text[:SAMPLE].count("\ufffd") / wide if wide else 0.0
    if codec == "cp1252":  # reads any bytes; but no Latin script is mostly accents
        prose = _TAG.sub("", text[:SAMPLE])
        letters = sum(char.isalpha() for char in prose)
        if sum(char > "\x7f" for char in prose) > 0.5 * max(letters, 1):
            damage = 1.0
    return Decoded(text, codec, damage)
