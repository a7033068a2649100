"""Languages that share a script: langdetect with a fixed seed, py3langid as the second opinion.

Where langdetect is unsure (headlines of a few words) an answer counts if both libraries give it. Malay is unknown
to langdetect, which calls it Indonesian: there the two languages' own words decide, then py3langid.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from pipelines.language.tables import markers

SEED = 0
SURE = 0.9
"""langdetect's probability from which it is taken at its word."""
ENOUGH_LETTERS = 25
"""Below this many letters langdetect is never taken at its word: it gives "Remember her answer?" 1.0 for German."""

A_HEADLINE = 120
"""Below this many letters py3langid is asked too: names lead langdetect astray, with probability 1.0."""

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


def language_of(text: str) -> tuple[str | None, float, str]:
    """``(language, confidence, method)``: ISO 639-1, or ``None`` where neither library has a defensible answer."""
    sample = _NOISE.sub(" ", text)[:_MAX_CHARACTERS]
    library = _langdetect()
    try:
        guesses = [(guess.lang.split("-")[0], float(guess.prob)) for guess in library.detect_langs(sample)]
    except library.LangDetectException:
        return None, 0.0, "langdetect"
    language, probability = guesses[0]
    if language in {"id", "ms"}:
        return _malay_or_indonesian(sample, probability)
    letters = len(_LETTER.findall(sample))
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
    if probability >= SURE and letters >= ENOUGH_LETTERS:
        return language, 0.8, "langdetect"
    return None, probability, f"langdetect {language}, py3langid {second}"


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
