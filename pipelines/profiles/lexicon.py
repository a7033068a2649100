"""Phrases of a profile, and finding them in folded text in one pass.

A phrase is written as it stands in print, in either Chinese script or in English:

- ``deepfake`` matches at word boundaries, with a plural ``s`` allowed; Han phrases match anywhere
- ``hallucinat*`` the last word may go on with letters
- ``^why`` only where a sentence or the part behind a colon or bar begins
- ``=AI`` only in this case (``ai`` is a word of other languages)
- ``中间商 & 芯片`` the first part, where the second stands anywhere in the same sentence
- ``自驾…撞`` both parts in this order within one sentence, the gap at most ``GAP_HAN`` (``GAP_LATIN``) characters

Where Han and Latin letters meet, a space may stand or not: ``AI换脸`` finds ``AI 换脸`` too.

Matching runs on text folded by :mod:`pipelines.hanzi`, so one spelling serves both scripts and all regions.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import add

from pipelines.profiles.folding import fold, lower

GAP_HAN = 14
GAP_LATIN = 60
_WORD = re.compile(r"[a-z0-9]+")
_LATIN = re.compile(r"[a-z0-9]")
_SEAM = re.compile(r"(?<=[a-z0-9])(?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff])(?=[a-z0-9])")
_BEFORE = re.compile(r"(?:^|[:|?!\]】｝》])[\s\"'“‘「『]*$")
_STEM = 3
"""Characters of a first word by which phrases with a wildcard in that word are indexed."""


class PhraseError(ValueError):
    """A phrase of a profile cannot be read."""


@dataclass(frozen=True, slots=True)
class Cue:
    """A group of phrases that mean one thing; ``name`` is ``<table>.<group>``."""

    name: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Hit:
    """One phrase found: offsets into the folded sentence, end exclusive."""

    start: int
    end: int
    cue: Cue


@dataclass(frozen=True, slots=True)
class _Phrase:
    cue: Cue
    literal: str
    """What must stand at the position where the index hit."""
    pattern: re.Pattern[str] | None
    latin_end: bool
    exact: str | None
    """The spelling to be met with case, where the profile asks for it."""
    also: re.Pattern[str] | None = None
    """What else must stand in the sentence."""
    first: bool = False
    """Whether it must begin the sentence, or what stands behind a colon, a bar or a question mark."""


def _part(text: str) -> str:
    """The regular expression of one part of a phrase, folded and in lower case."""
    body = _SEAM.sub(" ?", re.escape(text)).replace(r"\*", "[a-z0-9]*")
    if text.endswith("*") or not _LATIN.match(text[-1:]):
        return body
    return body + r"s?(?![a-z0-9])"


def _compile(raw: str, cue: Cue) -> _Phrase:
    raw, _, other = (part.strip() for part in raw.partition("&"))
    phrase = replace(_one(raw.removeprefix("^"), cue), first=raw.startswith("^"))
    if not other:
        return phrase
    text = lower(fold(other))
    edge = "(?<![a-z0-9])" if _LATIN.match(text) else ""
    return replace(phrase, also=re.compile(edge + _part(text)))


def _one(raw: str, cue: Cue) -> _Phrase:
    exact = fold(raw[1:]) if raw.startswith("=") else None
    parts = [part.strip() for part in lower(fold(raw.removeprefix("="))).split("…")]
    if not all(part.strip("*") for part in parts):
        raise PhraseError(f"the phrase {raw!r} of {cue.name} has an empty part")
    first = parts[0]
    if len(parts) == 1 and len(first) < 2 and not first.isascii():
        raise PhraseError(
            f"the phrase {raw!r} of {cue.name} is a single character: it would match everywhere"
        )
    if len(parts) == 1 and "*" not in first and not _SEAM.search(first):
        return _Phrase(cue, first, None, bool(_LATIN.match(first[-1:])), exact)
    pieces = [_part(first)]
    for part in parts[1:]:
        latin = bool(_LATIN.match(part))
        edge = "(?<![a-z0-9])" if latin else ""
        pieces.append(f".{{0,{GAP_LATIN if latin else GAP_HAN}}}?{edge}{_part(part)}")
    return _Phrase(cue, first, re.compile("".join(pieces), re.DOTALL), False, exact)


class Lexicon:
    """All phrases of some cues, indexed for one pass over a folded sentence."""

    def __init__(self, groups: Iterable[tuple[Cue, Iterable[str]]]) -> None:
        self._han: dict[str, list[_Phrase]] = defaultdict(list)
        self._words: dict[str, list[_Phrase]] = defaultdict(list)
        self._stems: dict[str, list[_Phrase]] = defaultdict(list)
        self.size = 0
        seen: set[tuple[str, str]] = set()
        for cue, phrases in groups:
            for raw in phrases:
                phrase = _compile(raw, cue)
                key = (cue.name, raw if phrase.exact is not None else lower(fold(raw)))
                if key in seen:
                    continue
                seen.add(key)
                self.size += 1
                self._file(phrase)
        self._han_get = self._han.get
        self._single = frozenset(key for key in self._han if len(key) == 1)

    def _file(self, phrase: _Phrase) -> None:
        word = _WORD.match(phrase.literal)
        if word is None:
            pair = phrase.literal[:2]
            self._han[pair[:1] if _SEAM.search(pair) else pair].append(phrase)
        elif phrase.literal[word.end() : word.end() + 1] == "*":
            if len(word.group()) < _STEM:
                raise PhraseError(
                    f"{phrase.literal!r} of {phrase.cue.name}: before a * at least {_STEM} letters"
                )
            self._stems[word.group()[:_STEM]].append(phrase)
        else:
            self._words[word.group()].append(phrase)
            if word.end() == len(phrase.literal) and not word.group().isdigit():
                self._words[word.group() + "s"].append(phrase)

    def find(self, sentence: str) -> list[Hit]:
        """All hits in one folded sentence (its case kept), by start."""
        folded = lower(sentence)
        hits: list[Hit] = []
        for word in _WORD.finditer(folded):
            text = word.group()
            for phrase in self._words.get(text, ()):
                self._try(phrase, folded, sentence, word.start(), hits)
            for phrase in self._stems.get(text[:_STEM], ()):
                self._try(phrase, folded, sentence, word.start(), hits)
        get = self._han_get
        for start, pair in enumerate(map(add, folded, folded[1:] + "\n")):
            found = get(pair)
            if found is not None:
                for phrase in found:
                    self._try(phrase, folded, sentence, start, hits)
            if self._single and pair[0] in self._single:
                for phrase in self._han[pair[0]]:
                    self._try(phrase, folded, sentence, start, hits)
        hits.sort(key=lambda hit: (hit.start, -hit.end, hit.cue.name))
        return hits

    @staticmethod
    def _try(phrase: _Phrase, folded: str, sentence: str, start: int, hits: list[Hit]) -> None:
        if phrase.pattern is not None:
            match = phrase.pattern.match(folded, start)
            if match is None:
                return
            end = match.end()
        else:
            if not folded.startswith(phrase.literal, start):
                return
            end = start + len(phrase.literal)
            if phrase.latin_end and _LATIN.match(folded, end):
                if folded[end] == "s" and not _LATIN.match(folded, end + 1):
                    end += 1
                else:
                    return
        if phrase.first and _BEFORE.search(folded, 0, start) is None:
            return
        if phrase.also is not None and phrase.also.search(folded) is None:
            return
        if phrase.exact is not None and not sentence.startswith(phrase.exact, start):
            return
        hits.append(Hit(start, end, phrase.cue))
