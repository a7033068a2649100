"""Say language, script and region of one article, each with how it is known; "unknown" is an answer."""

from __future__ import annotations

import re
from functools import lru_cache

from pipelines.hanzi import script_of, word_regions, written_simplified
from pipelines.language import han
from pipelines.language.statistics import language_of
from pipelines.language.tables import markers, scripts
from pipelines.records import OK, Language

_SAMPLE = 3000
"""Characters of the body that are looked at: the first screens of an article say what it is written in."""

# Addresses and tags end where ASCII does: Chinese that follows without a space is text.
_NOT_TEXT = re.compile(
    r"https?://[!-~]+|www\.[!-~]+|[\w.+-]+@[\w-]+\.[\w.]+|</?[A-Za-z][^<>]{0,400}>", re.ASCII
)
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f][A-Za-z\u00c0-\u024f'’.-]*[A-Za-z\u00c0-\u024f]")
_FUNCTION_WORD = re.compile(
    r"\b(?:the|of|and|is|are|was|in|to|for|on|with|that|which|by|from|de|la|le|les|der|die|und|el|los|il|di)\b"
)
_ONLY_CHINESE = re.compile("[的了是在我你他她它们們这這那吗嗎呢吧嘅咗係喺佢唔]")
_CORNER_QUOTES = re.compile("[「」『』]")
_CURLY_QUOTES = re.compile("[“”]")
"""The mainland's standard (GB/T 15834); traditional news writes 「」."""
_SIMPLIFIED_ME = re.compile("[什怎那这多要]么")
_KANA_IN_CHINESE = re.compile("[のノ]")

_KANA_SHARE = 0.06
"""Of Han, kana and Hangul: 半導体輸出規制を強化 has one kana among ten."""
_REGIONS = ("CN", "TW", "HK", "MO", "SG", "MY")
_SCRIPT_REGIONS = {"Hans": {"CN", "SG", "MY"}, "Hant": {"TW", "HK", "MO"}}


def identify(
    title: str | None,
    text: str | None,
    *,
    outlet_language_tag: str | None = None,
    outlet_region: str | None = None,
) -> Language:
    """Language, script and region of ``title`` and ``text`` together; either may be missing or empty.

    ``outlet_language_tag`` (BCP 47) and ``outlet_region`` (ISO 3166-1) are what is known of the outlet: the region is
    evidence, the script is asked only where no character tells. Outcomes: ``ok``, ``no_text`` (nothing given),
    ``no_letters`` (digits, signs, addresses only), ``undecided`` (letters, but no answer that could be defended).
    """
    sample = "\n".join(part for part in (title, text[:_SAMPLE] if text else None) if part)
    if not sample.strip():
        return Language(outcome="no_text", method="none", reason="neither title nor text")
    sample = _NOT_TEXT.sub(" ", sample)
    counts = _count(sample)
    if not counts:
        return Language(
            outcome="no_letters", method="scripts", reason="no letters besides addresses, digits and signs"
        )
    return _cjk(sample, counts, outlet_language_tag, outlet_region) or _other(
        sample, counts, outlet_language_tag
    )


@lru_cache(maxsize=1)
def _any_letter() -> re.Pattern[str]:
    inside = "".join(script.letters.pattern[1:-1] for script in scripts()[0] if script.code != "Latn")
    return re.compile(f"[{inside}]")


def _count(sample: str) -> dict[str, int]:
    """Letters a script, scripts without letters left out; Han counts under ``Hani``."""
    counts: dict[str, int] = {}
    letters = scripts()[0]
    if not sample.isascii():
        if han_letters := len(han.HAN.findall(sample)):
            counts["Hani"] = han_letters
        if _any_letter().search(sample):
            for script in letters:
                if script.code != "Latn" and (n := len(script.letters.findall(sample))):
                    counts[script.code] = n
    latin = next(script for script in letters if script.code == "Latn")
    if n := len(latin.letters.findall(sample)):
        counts["Latn"] = n
    return counts


def _cjk(
    sample: str, counts: dict[str, int], outlet_language_tag: str | None, outlet_region: str | None
) -> Language | None:
    """Japanese, Korean and Chinese; ``None`` where the text is none of them."""
    han_n, kana, hangul = (
        counts.get("Hani", 0),
        counts.get("Hira", 0) + counts.get("Kana", 0),
        counts.get("Hang", 0),
    )
    east = han_n + kana + hangul
    others = sum(n for code, n in counts.items() if code not in {"Hani", "Hira", "Kana", "Hang", "Latn"})
    if not east or others > east or (counts.get("Latn") and _mostly_latin(sample, east)):
        return None
    own_words = sample
    if kana or hangul:
        if han_n and kana + hangul < han_n and (inner := han.without_quotations(sample)) != sample:
            # 「恋するフォーチュンクッキー」 in a Chinese headline is a quotation, not the headline's language.
            plain = _count(inner)
            if plain.get("Hani", 0) >= 4:
                kana, hangul = plain.get("Hira", 0) + plain.get("Kana", 0), plain.get("Hang", 0)
                han_n = plain["Hani"]
                own_words = inner
        decorative = len(_KANA_IN_CHINESE.findall(sample)) if kana <= 2 and han_n >= 4 else 0
        kana -= min(kana, decorative)
        share = (kana + hangul) / (han_n + kana + hangul)
        if share >= _KANA_SHARE:
            language, script, by = ("ja", "Jpan", "kana") if kana >= hangul else ("ko", "Hang", "hangul")
            return _answer(language, script, None, min(0.99, 0.8 + share / 4), by)
    if (
        (japanese := han.japanese_characters(sample))
        and japanese * 12 >= han_n
        and not _ONLY_CHINESE.search(sample)
    ):
        return _answer("ja", "Jpan", None, 0.7, "japanese characters")
    return _chinese(sample, own_words, han_n, outlet_language_tag, outlet_region)


def _mostly_latin(sample: str, east: int) -> bool:
    """Whether Latin words carry the sentence: "NVIDIA GeForce RTX 上市" is Chinese, "the word 你好 means hello" not."""
    words = len(_LATIN_WORD.findall(sample))
    if words <= east:
        return False
    return words > 4 * east or bool(_FUNCTION_WORD.search(sample.lower()))


def _chinese(
    sample: str, own_words: str, han_n: int, outlet_language_tag: str | None, outlet_region: str | None
) -> Language:
    """``own_words`` is the sample without quotations in Japanese or Korean, whose characters tell nothing here."""
    script, agree = script_of(own_words)
    language, sure = han.variety_of(sample, han_n, script)
    method = "characters" if language == "zh" else "characters+words"
    confidence = sure if script == "Hani" else min(sure, 0.5 + 0.49 * agree)
    if script == "Hani" and not agree:
        # No character tells. What else is known is weaker than a character, and says so in confidence and method.
        script, confidence, by = _script_without_characters(sample, language, outlet_language_tag)
        method += by
    region: str | None = None
    if outlet_region in _REGIONS and outlet_region in _SCRIPT_REGIONS.get(script, set(_REGIONS)):
        region, method = outlet_region, method + "+outlet region"
    elif language == "zh" and outlet_region is None and (region := _region_by_words(sample, script)):
        method += "+regional words"
    return _answer(language, script, region, confidence, method)


def _script_without_characters(
    sample: str, language: str, outlet_language_tag: str | None
) -> tuple[str, float, str]:
    """Script of Han text in which no character tells: what the outlet writes, how Cantonese is written, quotes."""
    for script in ("Hans", "Hant"):
        if outlet_language_tag and script.lower() in outlet_language_tag.lower().split("-"):
            return script, 0.8, "+outlet script"
    if language == "yue":
        return "Hant", 0.7, "+usual script"
    if _CORNER_QUOTES.search(sample):
        return "Hant", 0.7, "+quotation marks"
    if _SIMPLIFIED_ME.search(sample):
        return "Hans", 0.7, "+什么"
    if written_simplified(sample):
        return "Hans", 0.7, "+characters in context"
    if _CURLY_QUOTES.search(sample):
        return "Hans", 0.6, "+quotation marks"
    tally = word_regions(sample)
    mainland = sum(n for said, n in tally.items() if "CN" in said and "TW" not in said)
    abroad = sum(n for said, n in tally.items() if "CN" not in said)
    if mainland != abroad and not (mainland and abroad):
        return "Hans" if mainland else "Hant", 0.6, "+regional words"
    return "Hani", 0.9, ""


def _region_by_words(sample: str, script: str) -> str | None:
    """TW or HK for traditional, CN for simplified text, where its words say so and hardly any says otherwise.

    晶片 is said in Taiwan and Hong Kong and tells neither from the other; 機械人 is Hong Kong's alone. Simplified text
    with Taiwan's words is an edition for readers elsewhere and gets no region.
    """
    tally = word_regions(sample)
    for region in sorted(_SCRIPT_REGIONS.get(script, set()) & {"CN", "HK", "TW"}):
        own = sum(
            n
            for said, n in tally.items()
            if said == {region} or (region == "CN" and "CN" in said and "TW" not in said)
        )
        against = sum(n for said, n in tally.items() if region not in said)
        if own >= 2 and own >= 3 * against:
            return region
    return None


def _other(sample: str, counts: dict[str, int], outlet_language_tag: str | None) -> Language:
    code = max(sorted(counts), key=lambda script: counts[script])
    letters, telling = scripts()
    script = next((script for script in letters if script.code == code), None)
    if script is not None and script.language:
        share = counts[code] / sum(counts.values())
        return _answer(script.language, code, None, min(0.99, 0.5 + share / 2), "script")
    for rule in telling:
        if rule.script == code and len(rule.letters.findall(sample)) >= rule.share * counts[code]:
            return _answer(rule.language, code, None, 0.95, "letters")
    if code == "Cyrl" and markers("cyrillic").tally(sample.lower()).get("mn", 0.0) >= 1:
        return _answer("mn", code, None, 0.9, "words")
    language, confidence, method = language_of(
        sample, outlet_language_tag.split("-")[0].lower() if outlet_language_tag else None
    )
    if language is not None:
        return _answer(language, code, None, confidence, method)
    reason = f"the libraries disagree: {method}" if "," in method else "no library has an answer"
    return Language(
        outcome="undecided", script=code, confidence=round(confidence, 4), method="statistics", reason=reason
    )


def _answer(language: str, script: str, region: str | None, confidence: float, method: str) -> Language:
    """The record; the tag names the script only where the language has several, as BCP 47 asks."""
    parts = [language]
    if language in {"zh", "yue", "wuu"} and script in {"Hans", "Hant"}:
        parts.append(script)
    if region:
        parts.append(region)
    return Language(
        outcome=OK,
        language=language,
        script=script,
        region=region,
        language_tag="-".join(parts),
        confidence=round(confidence, 4),
        method=method,
    )
