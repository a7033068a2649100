"""Which region's words a text uses."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache

from pipelines.hanzi.scripts import character_table
from pipelines.hanzi.words import pattern, words


def word_regions(text: str) -> dict[frozenset[str], int]:
    """How many different words of ``text`` are said in just these regions: ``{frozenset({"TW", "HK"}): 3, …}``.

    Regions are ``CN``, ``HK`` and ``TW``; words said in all three tell nothing and are left out. Only lines of the
    list marked ``word`` count, each form once: a name repeated in every paragraph is one piece of evidence.
    """
    found, said_in = _evidence()
    seen = set(found.findall(text.translate(character_table())))
    return dict(Counter(said_in[form] for form in seen if form in said_in))


@lru_cache(maxsize=1)
def _evidence() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    said_in: dict[str, set[str]] = {}
    shields: set[str] = set()
    for word in words():
        shields.update((word.canonical, *word.forms))
        if word.use != "word":
            continue
        said = {"CN"}
        if not word.tw:
            said.add("TW")
        if word.hk_says_canonical or not word.hk:
            said.add("HK")
        said_in.setdefault(word.canonical, set()).update(said)
        for form in word.tw:
            said_in.setdefault(form, set()).add("TW")
        for form in word.hk:
            said_in.setdefault(form, set()).add("HK")
    telling = {form: frozenset(said) for form, said in said_in.items() if said != {"CN", "HK", "TW"}}
    return pattern(shields | set(said_in)), telling
