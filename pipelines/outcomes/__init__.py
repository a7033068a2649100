"""What the outcomes of the stages mean, in words: one table (``meanings.toml``) for the funnel, the desk and ``explain``.

The same name means different things at different stages: a page ``refused`` by its outlet, a text ``refused`` by the
translator. So a meaning is asked for by stage and outcome. A library that any room may read; it imports none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

__all__ = ["meaning", "meanings", "name", "sentence"]

_SPELLED = {"english": "English", "html": "HTML", "http": "HTTP", "url": "URL"}
_NAMES = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b")
_STATUS = re.compile(r"http_(\d{3})")


@cache
def meanings() -> Mapping[str, Mapping[str, str]]:
    """By stage, the meaning of each outcome that needs words: a part of a sentence, without a full stop."""
    text = (resources.files("pipelines.outcomes") / "meanings.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def meaning(stage: str, outcome: str) -> str:
    """``no sentence makes the subject what it is about`` for ``relevance`` and ``not_relevant``; empty where none is known."""
    known = meanings().get(stage, {})
    found = known.get(outcome, "")
    if not found and stage == "landing" and (status := _STATUS.fullmatch(outcome)):
        return known["http"].format(status=status[1])
    return found


def name(outcome: str) -> str:
    """An outcome's name in words: ``not relevant``, ``already English``, ``HTTP 503``; a sentence stays as it is."""
    if " " in outcome:
        return outcome
    return _NAMES.sub(lambda found: _SPELLED[found[0]], outcome.replace("_", " "))


def sentence(stage: str, outcome: str) -> str:
    """The same as a sentence of its own."""
    found = meaning(stage, outcome)
    return f"{found[0].upper()}{found[1:]}." if found else ""
