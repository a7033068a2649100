"""Translate articles: sentences of many at once, each once per model, each with its flags.

Memory stays flat however many articles come: a window of them is split, looked up, translated and put together before
the next is read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from pipelines.hanzi import to_simplified
from pipelines.records import OK, Sentence, Translation
from pipelines.translation import flags as flag
from pipelines.translation import memory as memories
from pipelines.translation.doubt import doubtful
from pipelines.translation.engine import Engine, Refusing, Retrying
from pipelines.translation.errors import EngineError
from pipelines.translation.glossary import Found, Glossary, Name
from pipelines.translation.likeness import likenesses
from pipelines.translation.memory import InMemory, Memory, Remembered
from pipelines.translation.names import correct, lock
from pipelines.translation.sentences import Source, joined, sources

WINDOW = 256
"""Articles worked on at once: some thousand sentences, enough to fill every batch."""
NO_MODEL = "no_model"
ALREADY_ENGLISH = "already_english"
UNSUPPORTED = "unsupported_language"
UNKNOWN = "unknown_language"
EMPTY = "empty"
REFUSED = "refused"

_Judged = tuple[str, tuple[str, ...]]
"""A target and its flags."""
_CHINESE = frozenset({"zh", "cmn", "yue", "wuu", "nan", "hak", "gan", "lzh"})
_UNTOLD = frozenset({"", "und", "mul", "mis", "zxx"})
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_OTHER_CJK = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Item:
    """One article to translate."""

    id: str
    title: str | None
    text: str | None
    language_tag: str | None = None
    """BCP 47; without one, text in Han characters counts as Chinese."""


@dataclass(slots=True)
class Counts:
    """What a run did, for its report. ``asked`` sentences were ``remembered``, else ``translated``; some ``retried``."""

    asked: int = 0
    remembered: int = 0
    translated: int = 0
    retried: int = 0
    bettered: int = 0
    flagged: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Ready:
    """A sentence as the model reads it."""

    plain: str
    """Simplified."""
    locked: str
    """Simplified, with locked names in English."""
    names: tuple[Name, ...]
    item: str
    """Id of the first item that holds it."""


def translate_texts(
    items: Iterable[Item],
    engine: Engine | Mapping[str, Engine] | None,
    memory: Memory | None = None,
    glossary: Glossary | None = None,
    *,
    counts: Counts | None = None,
) -> Iterator[tuple[str, Translation]]:
    """One translation per item, in order.

    Args:
        items: articles; they may share sentences.
        engine: one engine, or one per source language (ISO 639-1); ``None`` where no model is installed.
        memory: what has been translated before; without one each call remembers its own sentences.
        glossary: names to lock; without one there is no guarantee for names.
        counts: is added to while the iterator runs.

    Outcomes: ``ok`` · ``no_model`` (Chinese, and no engine reads it) · ``already_english`` (passed through) ·
    ``unsupported_language`` · ``unknown_language`` · ``empty`` · ``refused`` (the engine gave no sentence at all). The
    reason of an ``ok`` says how many sentences an engine gave no translation of, and why.
    """
    engines = engine if isinstance(engine, Mapping) else {engine.source: engine} if engine is not None else {}
    memory = InMemory() if memory is None else memory
    glossary = Glossary(()) if glossary is None else glossary
    counts = Counts() if counts is None else counts
    rest = iter(items)
    while window := list(islice(rest, WINDOW)):
        yield from _window(window, engines, memory, glossary, counts)


def language_of(item: Item) -> str | None:
    """ISO 639-1 of the item: from its tag, else Chinese where it is written in Han characters alone."""
    primary = (item.language_tag or "und").replace("_", "-").split("-")[0].lower()
    if primary not in _UNTOLD:
        return "zh" if primary in _CHINESE else primary
    content = f"{item.title or ''}\n{item.text or ''}"
    letters = len(_LETTER.findall(content))
    if _OTHER_CJK.search(content) or not letters:
        return None
    return "zh" if len(_HAN.findall(content)) / letters >= 0.3 else None


def _window(
    window: list[Item], engines: Mapping[str, Engine], memory: Memory, glossary: Glossary, counts: Counts
) -> Iterator[tuple[str, Translation]]:
    settled: dict[int, Translation] = {}
    work: dict[str, list[tuple[int, list[Source]]]] = {}
    for n, item in enumerate(window):
        outcome = _outcome(item, engines)
        if outcome.outcome == OK:
            work.setdefault(language_of(item) or "", []).append((n, sources(item.title, item.text)))
        else:
            settled[n] = outcome
    for language, todo in work.items():
        engine = engines[language]
        chinese = language == "zh"
        unique: dict[str, str] = {}
        for n, found in todo:
            for source in found:
                unique.setdefault(source.text, window[n].id)
        sentences = _Sentences(engine, memory, glossary, counts, chinese)
        done = sentences.translate(unique)
        for n, found in todo:
            settled[n] = _assemble(window[n], found, done, engine, sentences.refused)
    for n, item in enumerate(window):
        yield item.id, settled[n]


def _outcome(item: Item, engines: Mapping[str, Engine]) -> Translation:
    title, text = item.title, item.text
    if not (title or "").strip() and not (text or "").strip():
        return Translation(outcome=EMPTY, reason="neither title nor text")
    language = language_of(item)
    if language is None:
        return Translation(outcome=UNKNOWN, reason="no language_tag, and not in Han characters alone")
    if language == "en":
        return Translation(outcome=ALREADY_ENGLISH, title_en=title, text_en=text)
    if language in engines:
        return Translation(outcome=OK)
    if language == "zh":
        return Translation(
            outcome=NO_MODEL, reason="no Argos package translates zh to en: `wiredesk model install`"
        )
    return Translation(outcome=UNSUPPORTED, reason=f"no Argos package translates {language} to en")


def _assemble(
    item: Item,
    found: list[Source],
    done: Mapping[str, _Judged],
    engine: Engine,
    refused: Mapping[str, str],
) -> Translation:
    without = [source.text for source in found if source.text in refused]
    reason = (
        f"no translation of {len(without)} of {len(found)} sentences: {refused[without[0]]}"
        if without
        else ""
    )
    if without and len(without) == len(found):
        return Translation(outcome=REFUSED, reason=reason, engine=engine.engine, model=engine.model)
    translated = tuple(
        Sentence(
            n=n,
            field=source.field,
            start=source.start,
            end=source.end,
            source=source.text,
            target=done[source.text][0],
            flags=done[source.text][1],
            engine=engine.engine,
            model=engine.model,
        )
        for n, source in enumerate(found)
    )
    return Translation(
        outcome=OK,
        reason=reason,
        title_en=joined("title", item.title, translated),
        text_en=joined("text", item.text, translated),
        sentences=translated,
        engine=engine.engine,
        model=engine.model,
    )


class _Sentences:
    """The sentences of one window and language: remembered, translated, corrected, checked, tried again."""

    def __init__(
        self, engine: Engine, memory: Memory, glossary: Glossary, counts: Counts, chinese: bool
    ) -> None:
        self.engine = engine
        self.memory = memory
        self.glossary = glossary
        self.counts = counts
        self.chinese = chinese
        self._unsaid: dict[str, str] = {}
        self.refused: dict[str, str] = {}
        """Source sentences that the engine gave no translation of, and why."""

    def translate(self, texts: Mapping[str, str]) -> dict[str, _Judged]:
        """Target and flags of each source sentence; ``texts`` names the item that each stands in."""
        ready = {text: self._ready(text, item) for text, item in texts.items()}
        raw = self._first(ready.values())
        self.refused = {
            text: self._unsaid[one.locked] for text, one in ready.items() if one.locked in self._unsaid
        }
        result = dict(zip(ready, self._judged((one, raw[one.locked]) for one in ready.values()), strict=True))
        bad = {text: judged for text, judged in result.items() if flag.SERIOUS & set(judged[1])}
        for text, better in self._again(bad, ready).items():
            best = min([result[text], *better], key=lambda judged: _badness(judged[1]))
            self.counts.bettered += best is not result[text]
            result[text] = best
        for _, found in result.values():
            for name in found:
                self.counts.flagged[name] = self.counts.flagged.get(name, 0) + 1
        return result

    def _ready(self, text: str, item: str) -> _Ready:
        plain = to_simplified(text) if self.chinese else text
        found: list[Found] = self.glossary.find(plain) if self.chinese else []
        return _Ready(plain, lock(plain, found), tuple(dict.fromkeys(hit.name for hit in found)), item)

    def _judged(self, attempts: Iterable[tuple[_Ready, str]]) -> Iterator[_Judged]:
        """Names corrected, flags put on, in the order of the attempts."""
        done = [(one, correct(raw, one.names)) for one, raw in attempts]
        alike = likenesses((one.plain, target) for one, target in done)
        for (one, target), likeness in zip(done, alike, strict=True):
            if not self.chinese:
                yield target, flag.of_any(one.plain, target, likeness)
                continue
            found = flag.of(one.plain, target, one.names, likeness)
            if doubtful(one.plain, target, likeness, found):
                found = (*found, flag.DOUBTFUL)
            yield target, found

    def _first(self, ready: Iterable[_Ready]) -> dict[str, str]:
        """Raw translation of each sentence as the model reads it; those that nobody need translate pass as they are."""
        owners: dict[str, str] = {}
        for one in ready:
            owners.setdefault(one.locked, one.item)
        wanted = {form: item for form, item in owners.items() if not self.chinese or _HAN.search(form)}
        self.counts.asked += len(wanted)
        passed = {form: form.strip() for form in owners}
        return passed | self._remembered(wanted, "", self.engine.translate)

    def _again(self, bad: dict[str, _Judged], ready: dict[str, _Ready]) -> dict[str, list[_Judged]]:
        """Other attempts: the same sentence with other settings, and without locked names where one was lost."""
        forms: dict[str, dict[str, None]] = {
            text: dict.fromkeys((ready[text].locked, ready[text].plain)[: 1 + (flag.NAME_LOST in found)])
            for text, (_, found) in bad.items()
            if _HAN.search(ready[text].locked) or not self.chinese
        }
        if not forms or not isinstance(self.engine, Retrying):
            return {}
        self.counts.retried += len(forms)
        attempts: dict[str, str] = {}
        for text, some in forms.items():
            for form in some:
                attempts.setdefault(form, ready[text].item)
        raw = self._remembered(attempts, "retry", self.engine.retranslate)
        tried = [(text, form) for text, some in forms.items() for form in some]
        judged = self._judged((ready[text], raw[form]) for text, form in tried)
        result: dict[str, list[_Judged]] = {}
        for (text, _), one in zip(tried, judged, strict=True):
            result.setdefault(text, []).append(one)
        return result

    def _remembered(
        self, sentences: Mapping[str, str], way: str, translate: Callable[[list[str]], list[str]]
    ) -> dict[str, str]:
        """Raw target of each sentence; ``sentences`` names the item that each stands in."""
        settings = f"{self.engine.settings}{way}"
        keys = {
            sentence: memories.key(self.engine.engine, settings, self.engine.model, sentence)
            for sentence in sentences
        }
        known = self.memory.get(list(keys.values()))
        new = [sentence for sentence in sentences if keys[sentence] not in known]
        answers = translate(new) if new else []
        if len(answers) != len(new):
            raise EngineError(
                f"the engine {self.engine.engine} gave {len(answers)} translations for {len(new)} sentences"
            )
        targets = dict(zip(new, answers, strict=True))
        unsaid = self.engine.refused if new and isinstance(self.engine, Refusing) else {}
        self._unsaid.update(unsaid)
        if not way:
            self.counts.remembered += len(sentences) - len(new)
            self.counts.translated += len(new)
        self.memory.put(
            Remembered(
                key=keys[sentence],
                engine=self.engine.engine,
                model=self.engine.model,
                source=sentence,
                target=target,
                flags=flag.of(sentence, target) if self.chinese else flag.of_any(sentence, target),
                item=sentences[sentence],
            )
            for sentence, target in targets.items()
            if sentence not in unsaid
        )
        return {sentence: known.get(key, targets.get(sentence, "")) for sentence, key in keys.items()}


def _badness(found: tuple[str, ...]) -> tuple[int, int]:
    """Order among attempts: fewer serious flags first, a lost name weighing double; then fewer flags."""
    serious = sum(1 + (name == flag.NAME_LOST) for name in found if name in flag.SERIOUS)
    return serious, len(found)
