"""Languages that share a script, by langdetect with a fixed seed; Malay and Indonesian by their own words."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Any

from pipelines.language.tables import markers

LANGDETECT_VERSION = "1.0.9"
SEED = 0

_MAX_CHARACTERS = 600
"""langdetect's answer no longer changes beyond; it costs about 1.5 ms for 200 characters."""

_NOISE = re.compile(r"https?://\S+|\S+@\S+|[#@]\w+|\d+")

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _library() -> Any:
    import langdetect  # noqa: PLC0415  loads 55 profiles: only when a text needs it

    langdetect.DetectorFactory.seed = SEED
    return langdetect


def language_of(text: str) -> tuple[str | None, float]:
    """ISO 639-1 code and probability of ``text`` in a script that several languages write; ``None`` for noise."""
    sample = _NOISE.sub(" ", text)[:_MAX_CHARACTERS]
    library = _library()
    try:
        best = library.detect_langs(sample)[0]
    except library.LangDetectException:
        return None, 0.0
    language, probability = best.lang.split("-")[0], float(best.prob)
    if language in {"id", "ms"}:
        tally = markers("latin").tally(sample.lower())
        malay, indonesian = tally.get("ms", 0.0), tally.get("id", 0.0)
        if malay > indonesian:
            return "ms", min(0.95, 0.6 + 0.1 * (malay - indonesian))
        return "id", probability if indonesian > malay else min(probability, 0.6)
    return language, probability
