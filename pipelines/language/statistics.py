"""Languages that share a script: langdetect with a fixed seed, py3langid as the second opinion.

Where langdetect is unsure (headlines of a few words) an answer counts if both libraries give it; where they differ,
py3langid's ranking is read again among the languages of news, with what is likely before the text is read: English, and
the outlet's own language. Malay is unknown to langdetect, which calls it Indonesian: there the two languages' own words
decide, then py3langid.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipelines.language.tables import markers

SEED = 0
SURE = 0.9
"""langdetect's probability from which it is taken at its word."""
A_HEADLINE = 120
"""Below this many letters py3langid is asked too: names lead langdetect astray, with probability 1.0."""

FEWEST_LETTERS = 6
"""Fewer letters (AI, GPT-5) are in every language."""

ENGLISH_FIRST = 4.0
OUTLETS_FIRST = 6.0
"""Added to py3langid's score (natural logarithm) of English, of the outlet's language: of two languages that fit a
headline of four words about as well, the one that is printed more, or printed there, is meant."""
AHEAD = 2.0
"""By so much the best language must lead, unless langdetect guesses it too."""

_MAX_CHARACTERS = 600
"""langdetect's answer no longer changes beyond; 200 characters cost it about 1.5 ms."""

_NOISE = re.compile(r"[#@]\w+|\d+")
_LETTER = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=1)
def _langdetect() -> Any:
    import langdetect

    langdetect.DetectorFactory.seed = SEED
    return langdetect


@lru_cache(maxsize=1)
def _py3langid() -> Any:
    import py3langid

    return py3langid


@lru_cache(maxsize=1)
def _languages_of_news() -> frozenset[str]:
    """Those that langdetect has a profile of, and Malay: py3langid knows many that no outlet here writes in."""
    from langdetect import detector_factory

    profiles = Path(detector_factory.PROFILES_DIRECTORY).iterdir()
    names = {profile.name.split("-")[0] for profile in profiles} | {"ms"}
    return frozenset(names - {"zh", "ja", "ko"})  # which the script tells


def language_of(text: str, outlet_language: str | None = None) -> tuple[str | None, float, str]:
    """``(language, confidence, method)``: ISO 639-1, or ``None`` where neither library has a defensible answer.

    ``outlet_language`` (ISO 639-1) counts only where the libraries disagree.
    """
    sample = _NOISE.sub(" ", text)[:_MAX_CHARACTERS]
    library = _langdetect()
    try:
        guesses = [(guess.lang.split("-")[0], float(guess.prob)) for guess in library.detect_langs(sample)]
    except library.LangDetectException:
        return None, 0.0, "langdetect"
    language, probability = guesses[0]
    letters = len(_LETTER.findall(sample))
    if language in {"id", "ms"}:
        found = _malay_or_indonesian(sample, probability)
        likely = _likely(sample, guesses, outlet_language) if found[2] == "py3langid" else None
        return (likely, 0.6, "py3langid+likelihood") if likely not in {None, "id", "ms"} else found
    if probability >= SURE and letters >= A_HEADLINE:
        return language, probability, "langdetect"
    second = _py3langid().classify(sample)[0]
    if second == language:
        return language, max(probability, 0.75), "langdetect+py3langid"
    # English headlines full of names look like any language to langdetect; their own little words do not.
    english_words = markers("latin").tally(sample.lower()).get("en", 0.0)
    if second == "en" and (english_words or any(guess == "en" for guess, _ in guesses)):
        return "en", 0.7, "py3langid+words"
    if language == "en" and probability >= SURE and len(second) > 2:
        # py3langid names a small language (ISO 639-3) that langdetect has never seen: no opinion on English
        return "en", 0.7, "langdetect"
    likely = _likely(sample, guesses, outlet_language) if letters >= FEWEST_LETTERS else None
    if likely is not None:
        return (
            likely,
            0.6,
            "langdetect+py3langid+likelihood" if likely == language else "py3langid+likelihood",
        )
    return None, probability, f"langdetect {language}, py3langid {second}"


def _likely(sample: str, guesses: list[tuple[str, float]], outlet_language: str | None) -> str | None:
    """The language of news that py3langid finds likeliest, if it leads or langdetect guesses it too."""
    score = {
        language: float(value)
        for language, value in _py3langid().rank(sample)
        if language in _languages_of_news()
    }
    score["en"] += ENGLISH_FIRST
    if outlet_language in score:
        score[outlet_language] += OUTLETS_FIRST
    best, second = sorted(score, key=lambda language: (-score[language], language))[:2]
    leads = score[best] - score[second] >= AHEAD
    return best if leads or any(guess == best for guess, _ in guesses) else None


def _malay_or_indonesian(sample: str, probability: float) -> tuple[str, float, str]:
    tally = markers("latin").tally(sample.lower())
    malay, indonesian = tally.get("ms", 0.0), tally.get("id", 0.0)
    if abs(malay - indonesian) >= 0.25:
        return (
            ("ms" if malay > indonesian else "id"),
            min(0.95, 0.7 + 0.1 * abs(malay - indonesian)),
            "langdetect+words",
        )
    ranked: dict[str, float] = dict(_py3langid().rank(sample))
    return (
        ("ms" if ranked.get("ms", -1e9) > ranked.get("id", -1e9) else "id"),
        min(probability, 0.6),
        "py3langid",
    )
