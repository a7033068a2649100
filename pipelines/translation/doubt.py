"""One number for how much to distrust a translated sentence, from source and target alone.

What a small model does badly shows in plain measures: a short sentence gives it no context; idiom and speech come out
in short words; an omission makes the target short; words in Latin letters are copied, not guessed; and what means
something else lies elsewhere in a multilingual space. Flags add to it. Weights and their origin: ``doubt.toml``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from importlib import resources
from math import log, log1p
from typing import Any

from pipelines.sentences import weight as heaviness
from pipelines.translation import flags as flag
from pipelines.translation.glossary import Name

_USUAL = 0.62
"""Words of English news for each Han character of the source, in the middle."""
_FAR, _NEAR = 4.0, 2.0
_ENDS = '。！？.!?”」』"）)…'
_LATIN = re.compile(r"[A-Za-z]{2,}")
_QUOTES = re.compile("[“”‘’「」『』《》]")


def measures(source: str, target: str, likeness: float) -> dict[str, float]:
    """The continuous measures, by name.

    ``heft``: logarithm of the source's weight; ``word_length``: mean letters of the target's words; ``shortfall`` and
    ``excess``: logarithm of how far the length of the target is below or above the usual; ``likeness``: as given;
    ``latin``: logarithm of the words in Latin letters in the source; ``quotes``: its quotation marks for its weight.
    """
    found = flag.words(target)
    heft = max(heaviness(source.strip()), 1.0)
    ratio = log(max(len(found) / heft, 0.05) / _USUAL)
    return {
        "heft": log(heft),
        "word_length": sum(map(len, found)) / max(len(found), 1),
        "shortfall": max(-ratio, 0.0),
        "excess": max(ratio, 0.0),
        "likeness": likeness,
        "latin": log1p(len(_LATIN.findall(source))),
        "quotes": len(_QUOTES.findall(source)) / heft**0.5,
    }


def score(
    source: str, target: str, likeness: float, names: Iterable[Name] = (), *, without: Collection[str] = ()
) -> float:
    """Doubt about one sentence: higher is worse; comparable between sentences of all engines.

    Args:
        source: the sentence in simplified characters.
        target: its translation.
        likeness: cosine of source and target (:func:`pipelines.translation.likeness.likenesses`).
        names: glossary names that stand in the source.
        without: flags, measures or penalties to leave out, to see what each is worth.
    """
    return scored(source, target, likeness, flag.of(source, target, names, likeness), without)


def scored(
    source: str,
    target: str,
    likeness: float,
    flags: Iterable[str],
    without: Collection[str] = (),
    bound: float = _FAR,
) -> float:
    """:func:`score` where the flags are known already; no measure counts for more than ``bound`` spreads."""
    table = _table()
    total = 0.0
    values = measures(source, target, likeness)
    for measure in table["measure"]:
        if measure["name"] not in without:
            at = (values[measure["name"]] - measure["mean"]) / measure["spread"]
            total += measure["weight"] * min(max(at, -bound), bound)
    present = {*flags, *_marks(source, target)} - set(without)
    penalties: Mapping[str, float] = table["penalty"]
    return total + sum(worth for name, worth in penalties.items() if name in present)


def doubtful(source: str, target: str, likeness: float, flags: Iterable[str]) -> bool:
    """Whether to tell a reader: beyond the threshold for another reason than being short, as every headline is."""
    return scored(source, target, likeness, flags, bound=_NEAR) > float(_table()["threshold"])


def _marks(source: str, target: str) -> Iterable[str]:
    """Penalties that are no flags: a reader need not be told of them."""
    ended = source.rstrip()[-1:] in _ENDS
    if ended and target.rstrip()[-1:] not in _ENDS:
        yield "unfinished"
    if not ended:
        yield "headline"


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("doubt.toml").read_text(encoding="utf-8"))
