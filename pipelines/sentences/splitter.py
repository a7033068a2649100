"""Split Chinese and English text into sentences whose concatenation is the text.

Rules, in the order in which they are asked at each mark:

- a line break always ends a piece (paragraphs, headlines without full stops);
- ``。！？`` end a sentence, with the closing quotes and brackets behind them; ``.!?`` only where white space, the end
  or Han text follows, so decimals, addresses and versions stay whole; abbreviations and initials stay whole;
- inside a title, a bracket or a short quotation nothing ends; a long quotation is split at its own sentences;
- a quotation that ends in a mark goes on into its attribution (``「真的嗎？」他說。``), unless it was opened by a colon;
- ``……`` and ``...`` end a sentence only where the line or the quotation ends or a capital follows;
- a sentence longer than the limit is cut at the last semicolon, else comma, else space before the limit.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from importlib import resources
from typing import NamedTuple

LIMIT = 160
"""Longest piece by :func:`weight`: about 110 tokens of a 32k SentencePiece model, far below the 256 tokens at which
CTranslate2 stops decoding by default."""

_PAIRS = {
    "“": "”",
    "‘": "’",
    "「": "」",
    "『": "』",
    "﹁": "﹂",
    "（": "）",
    "(": ")",
    "[": "]",
    "［": "］",
    "【": "】",
    "《": "》",
    "〈": "〉",
    "«": "»",
}
_QUOTES = "“‘「『﹁«"
_CLOSERS = "".join(_PAIRS.values())
_REACH = {**dict.fromkeys(_PAIRS, 80), **dict.fromkeys(_QUOTES, 60)}
"""How many characters an opened pair protects its content from being split."""
_STRONG = "。！？｡．"
_MARKS = f"{_STRONG}.!?…⋯"
_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_SCAN = re.compile(f"[{re.escape(_MARKS + _BREAKS + ''.join(_PAIRS) + _CLOSERS)}]")
_RUN = re.compile(f"[{re.escape(_MARKS)}]+")
_SPACE = re.compile(rf"[^\S{_BREAKS}]*")
_NEWLINES = re.compile(rf"[{_BREAKS}](?:\s*[{_BREAKS}])?")
_HAN = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff]")
_WORD = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff“”‘’「」『』（）()\[\]\"'，,;；:：]+$")
_SPEECH = re.compile(
    "说|說|表示|称|稱|道[，：。]|道$|指出|写道|寫道|问|問|喊|叫|回应|回應|回答|强调|強調|补充|補充|解释|解釋|透露|坦言|直言|感叹|感嘆"
)
_GOES_ON = re.compile(f"[的地得之等和与與及或就便]|[^，。！？；：,\\n「“]{{0,12}}?(?:{_SPEECH.pattern})")
_CUTS = ("；;", "，,：:", "、", " \t\u3000")


class Span(NamedTuple):
    """Code point offsets into the text, end exclusive."""

    start: int
    end: int


def _words() -> dict[str, frozenset[str]]:
    table = tomllib.loads(
        resources.files(__package__).joinpath("abbreviations.toml").read_text(encoding="utf-8")
    )
    return {name: frozenset(values) for name, values in table.items()}


_TABLE = _words()


def weight(text: str) -> float:
    """Length of ``text`` in Han characters: a Han character counts 1, any other 0.3 (a rough measure of tokens)."""
    han = len(_HAN.findall(text))
    return han + 0.3 * (len(text) - han)


def split(text: str, limit: float = LIMIT) -> list[Span]:
    """Pieces of ``text`` in order; each ends where the next begins, so that joining them gives ``text`` back.

    White space belongs to the piece before it (at the beginning, to the first). No piece weighs more than ``limit``
    (:func:`weight`, at least 8), white space at its ends not counted. The empty text has no pieces.
    """
    if limit < 8:
        raise ValueError(f"a limit of {limit} is too short for a sentence: 8 at least")
    pieces: list[Span] = []
    start = 0
    for end in _ends(text):
        if end > start:
            pieces.extend(_cut(text, start, end, limit))
            start = end
    if start < len(text):
        pieces.extend(_cut(text, start, len(text), limit))
    if len(pieces) > 1 and not text[: pieces[0].end].strip():
        pieces[:2] = [Span(0, pieces[1].end)]
    return pieces


def sentences(text: str, limit: float = LIMIT) -> list[Span]:
    """The pieces of :func:`split` without white space at their ends; those that are nothing else are left out."""
    found = []
    for start, end in split(text, limit):
        piece = text[start:end]
        left = len(piece) - len(piece.lstrip())
        right = len(piece.rstrip())
        if right > left:
            found.append(Span(start + left, start + right))
    return found


def join(text: str, spans: Iterable[Span]) -> str:
    """The pieces' text, one after the other (the inverse of :func:`split`)."""
    return "".join(text[start:end] for start, end in spans)


def _ends(text: str) -> Iterable[int]:
    """Ends of sentences, ascending; the end of the text may be missing."""
    opened: list[tuple[str, int]] = []
    start = at = 0
    while found := _SCAN.search(text, at):
        here = found.start()
        mark = text[here]
        if mark in _BREAKS:
            match = _NEWLINES.match(text, here)
            assert match is not None
            at = start = _after_space(text, match.end())
            opened.clear()
            yield at
            continue
        if mark in _PAIRS:
            opened.append((mark, here))
            at = here + 1
            continue
        if mark in _CLOSERS:
            _close(opened, mark)
            at = here + 1
            continue
        run = _RUN.match(text, here)
        assert run is not None
        end, quoted_from = _closing(text, run.end(), opened, start)
        at = max(end, here + 1)
        if _ends_here(text, start, run.group(), here, end, quoted_from, opened):
            at = start = _after_space(text, end)
            yield at


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None
    return match.end()


def _close(opened: list[tuple[str, int]], closer: str) -> int | None:
    """Take the pair that ``closer`` closes off the stack, with what was left open inside it; its opening position."""
    for depth in range(len(opened) - 1, max(len(opened) - 6, -1), -1):
        if _PAIRS[opened[depth][0]] == closer:
            position = opened[depth][1]
            del opened[depth:]
            return position
    return None


def _closes(text: str, at: int, opened: list[tuple[str, int]]) -> bool:
    """Whether a mark that closes what is open stands at ``at``."""
    return text[at : at + 1] in _CLOSERS and any(_PAIRS[opener] == text[at : at + 1] for opener, _ in opened)


def _closing(text: str, at: int, opened: list[tuple[str, int]], start: int) -> tuple[int, int | None]:
    """Where the closers behind a mark end, and where the outermost quotation that they close was opened."""
    quoted: int | None = None
    while at < len(text):
        if text[at] in _CLOSERS:
            position = _close(opened, text[at])
            if position is None and text[at] not in "”’」』）)":
                break
            quoted = position if position is not None else (quoted if quoted is not None else start)
        elif text[at] in "\"'" and text.count(text[at], start, at) % 2:
            quoted = text.find(text[at], start, at)
        elif text[at] in _STRONG and quoted is not None:
            quoted = None  # 「……嗎？」。 is one end, not two, and the sentence does not go on
        elif quoted is None and (later := _after_space(text, at)) > at and _closes(text, later, opened):
            at = later  # a blank before the closing mark, as tokenised text has it
            continue
        else:
            break
        at += 1
    return at, quoted


def _ends_here(
    text: str,
    start: int,
    run: str,
    here: int,
    end: int,
    quoted_from: int | None,
    opened: list[tuple[str, int]],
) -> bool:
    for opener, position in opened[-4:]:
        reach = min(position + _REACH[opener], len(text))
        close = text.find(_PAIRS[opener], position + 1, reach)
        if close >= end and not any(mark in _BREAKS for mark in text[position:close]):
            return False
    after = text[end : end + 1]
    if not after or after in _BREAKS:
        return True
    if quoted_from is not None:
        return not _goes_on(text, start, end, quoted_from)
    if any(mark in _STRONG[:4] for mark in run):
        return after not in "，、；：,;:"
    if (set(run) <= set("…⋯.．") and len(run) > 1) or run in "…⋯":
        return _capital_follows(text, end)
    if run == "．":
        return not after.isalnum()
    return _ascii_end(text, start, here, end, run)


def _goes_on(text: str, start: int, end: int, opened_at: int) -> bool:
    """Whether the sentence from ``start`` goes on behind the quotation or bracket that closed at ``end``."""
    before = text[start:opened_at].rstrip()
    following = text[end : end + 40]
    if following[0] in "，、；：,;:":
        return True
    if before and text[opened_at] in _PAIRS and text[opened_at] not in _QUOTES:
        return True  # a title or a bracket inside the sentence
    if before.endswith(("：", ":", "，", ",")):
        return following.lstrip()[:1].islower()
    if following[0].isspace():
        words = following.split()[:4]
        return bool(words) and (
            words[0][0].islower() or any(w.strip(".,") in _TABLE["speech"] for w in words)
        )
    if before and _HAN.match(following) and not _SPEECH.search(before[-4:]):
        return True  # a quoted word or slogan, part of the sentence
    return bool(_GOES_ON.match(following)) or following[0].islower()


def _capital_follows(text: str, end: int) -> bool:
    following = text[end : end + 12]
    return following[0].isspace() and following.lstrip()[:1].isupper()


def _ascii_end(text: str, start: int, here: int, end: int, run: str) -> bool:
    """Whether ``.``, ``!`` or ``?`` at ``here`` ends an English sentence, or one typed with ASCII marks."""
    following = text[end : end + 24]
    if _HAN.match(following):
        before = text[here - 1 : here]
        return not (run == "." and before.isdigit())
    if not following[0].isspace():
        return False
    rest = following.lstrip()
    if rest[:1].islower():
        return False
    found = _WORD.search(text, max(start, here - 24), here)
    word = found.group().lower() if found else ""
    if run in "!?":
        return f"{word}{run}" not in _TABLE["marked"]
    if run != ".":
        return True
    if not word or (word.isdigit() and not text[start : here - len(word)].strip()):
        return False  # "1. First point": the number opens a list
    if word in _TABLE["always"] or (len(word) == 1 and word.isalpha() and text[here - 1].isupper()):
        return False
    if word in _TABLE["before_number"]:
        return not rest[:1].isdigit()
    if word in _TABLE["maybe"] or re.fullmatch(r"(?:[a-z]\.)+[a-z]", word):
        first = re.match(r"[\"“‘']?([A-Za-z']+)", rest)
        return first is not None and first.group(1).lower() in _TABLE["starters"]
    return True


def _cut(text: str, start: int, end: int, limit: float) -> Iterable[Span]:
    """``text[start:end]`` in pieces of at most ``limit``, cut at the strongest mark in the last 60% before it."""
    while True:
        body = len(text[start:end].rstrip())
        reach = _reach(text, start, start + body, limit)
        if reach == start + body:
            yield Span(start, end)
            return
        at = _cut_at(text, start, reach)
        yield Span(start, at)
        start = at


def _reach(text: str, start: int, end: int, limit: float) -> int:
    """The furthest offset up to which the piece from ``start`` weighs no more than ``limit``."""
    while start < end and text[start].isspace():
        start += 1
    if end - start <= limit:
        return end
    total = 0.0
    for at in range(start, end):
        total += 1 if _HAN.match(text[at]) else 0.3
        if total > limit:
            return at
    return end


def _cut_at(text: str, start: int, reach: int) -> int:
    early = start + (reach - start) * 2 // 5
    for marks in _CUTS:
        for at in range(reach - 1, early, -1):
            inside_number = text[at] in ",:" and text[at + 1 : at + 2].isdigit() and text[at - 1].isdigit()
            if text[at] in marks and not inside_number:
                return _after_space(text, at + 1)
    at = reach
    while at > start + 1 and (
        unicodedata.combining(text[at]) or text[at] in "\u200d\ufe0e\ufe0f" or text[at - 1] == "\u200d"
    ):
        at -= 1
    return at if at > start + 1 else reach
