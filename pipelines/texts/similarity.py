"""Decide whether two signatures are one text, and say by what."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.records import Relation
from pipelines.texts.shingles import STANDING_NUMBERS
from pipelines.texts.signature import Signature

SAME_RESEMBLANCE = 0.5
"""Jaccard of shingles from which two bodies are one text, for bodies of at least ``LONG`` shingles."""
SAME_CONTAINMENT = 0.7
"""Share of the shorter body's shingles found in the longer, for shortened copies."""
TWIN_RESEMBLANCE = 0.9
TWIN_EDITION = 0.8
"""An edition in the other script keeps some words of its region that no list knows."""
WHOLE = 0.9
LONG = 80
STUB = 70
"""A body of fewer shingles that one outlet prints under two titles is a stub ("subscribe to read on")."""
SHORT = 30
"""Below this many shingles only equality counts: two short notices differ by the one word that matters."""
SHORT_RESEMBLANCE = 0.75
SHORT_CONTAINMENT = 0.9
SAME_NUMBERS = 0.5
"""Share of the numbers of the text with fewer of them that the other has too: tables of other days have other numbers."""
MIN_NUMBERS = 4
SHORTEST_PART = 60
"""A part of a longer text must have this many shingles, or it may be a quotation or a furniture paragraph."""
BACKGROUND = 400
"""So many shared shingles are a text; fewer may be what an outlet prints below many texts: a background, advice of the
police, a disclaimer."""
SAME_LEAD = 0.1
"""Share of one lead's shingles that the other article has too, from which they may be one text for all that."""
SAME_HEADLINE = 0.3
SEVERAL_NUMBERS = 2
TITLE_LETTERS = 10
TITLE_DAYS = 3.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why two signatures are one text."""

    relation: Relation
    similarity: float
    reason: str


def overlap(a: Signature, b: Signature) -> tuple[float, float]:
    """``(resemblance, containment)``: Jaccard of the shingle sets, and the shared share of the smaller set.

    Exact where both bodies have at most ``SKETCH_SIZE`` shingles, else estimated from the common sample.
    """
    scale = max(a.scale, b.scale)
    left, right = _at(a, scale), _at(b, scale)
    if not len(left) or not len(right):
        return 0.0, 0.0
    shared = int(np.intersect1d(left, right, assume_unique=True).size)
    return shared / (len(left) + len(right) - shared), shared / min(len(left), len(right))


def _at(signature: Signature, scale: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    sketch = signature.sketch
    return sketch if signature.scale == scale else sketch[(sketch & np.uint32(scale - 1)) == 0]


def judge(new: Signature, old: Signature) -> Verdict | None:
    """The verdict on two different articles, or ``None`` where they are two texts."""
    if new.shingles == 0 or old.shingles == 0:
        return _by_title(new, old)
    few = min(new.shingles, old.shingles)
    if few < STUB and _may_be_a_stub(new, old):
        return None
    if new.body == old.body and (few >= SHORT or new.title == old.title or new.letters >= TITLE_LETTERS):
        return Verdict("twin", 1.0, _twin_reason(new, old, "the same text, letter for letter"))
    if few < SHORT:
        return None
    resemblance, containment = overlap(new, old)
    if not _same_numbers(new, old):
        return None
    verdict = _by_shingles(new, old, resemblance, containment)
    return verdict if verdict and _same_opening(new, old, containment * few) else None


def _by_shingles(new: Signature, old: Signature, resemblance: float, containment: float) -> Verdict | None:
    few = min(new.shingles, old.shingles)
    many = max(new.shingles, old.shingles)
    alike = few >= LONG and few >= 0.9 * many
    if alike and resemblance >= (TWIN_EDITION if _other_script(new, old) else TWIN_RESEMBLANCE):
        reason = _twin_reason(
            new, old, f"the same text but for a few words ({resemblance:.0%} of the shingles)"
        )
        return Verdict("twin" if _other_script(new, old) else "copy", round(resemblance, 4), reason)
    is_part = few >= SHORTEST_PART and containment >= (SAME_CONTAINMENT if few >= LONG else SHORT_CONTAINMENT)
    if resemblance >= (SAME_RESEMBLANCE if few >= LONG else SHORT_RESEMBLANCE):
        if is_part and containment >= WHOLE and few < 0.8 * many:
            return _part(new, old, containment)
        return Verdict(
            "copy", round(resemblance, 4), f"an edited copy: {resemblance:.0%} of the shingles are shared"
        )
    return _part(new, old, containment) if is_part else None


def _part(new: Signature, old: Signature, containment: float) -> Verdict:
    which = "a shortened" if new.shingles < old.shingles else "an extended"
    share = f"{containment:.0%} of the shorter one's shingles stand in the longer"
    return Verdict("copy", round(containment, 4), f"{which} copy: {share}")


def _by_title(new: Signature, old: Signature) -> Verdict | None:
    """Where a body is missing the title alone must say it: long, equal, and of nearly the same day."""
    if new.title != old.title or min(new.title_letters, old.title_letters) < TITLE_LETTERS:
        return None
    if new.published is not None and old.published is not None:
        days = abs((new.published - old.published).total_seconds()) / 86400
        if days > TITLE_DAYS:
            return None
    if new.shingles == old.shingles == 0:
        return Verdict("twin", 1.0, _twin_reason(new, old, "the same title, and neither has a body"))
    return Verdict("copy", 1.0, "the same title, and only one of them has a body")


def _may_be_a_stub(a: Signature, b: Signature) -> bool:
    """A short body under two titles of one outlet is its "subscribe to read on", not a text."""
    other_titles = a.title != b.title and bool(a.title_letters and b.title_letters)
    return other_titles and (a.outlet is None or b.outlet is None or a.outlet == b.outlet)


def _same_numbers(a: Signature, b: Signature) -> bool:
    """Whether the numbers allow one text: half of four and more must be shared, one of two or three; one tells nothing."""
    fewer, more = sorted((set(a.numbers), set(b.numbers)), key=len)
    shared = len(fewer & more)
    if len(fewer) < MIN_NUMBERS:
        return shared > 0 or len(fewer) < 2
    return shared >= SAME_NUMBERS * len(fewer)


def _same_opening(a: Signature, b: Signature, shared: float) -> bool:
    """Whether the openings allow one text: two stories above one background have other headlines and other leads.

    A copy with a new lead still has the other's lead further down, or counts in its first sentences what the other
    counts, or shares several numbers, or most of a long body.
    """
    if shared >= BACKGROUND or not (len(a.lead) and len(b.lead)):
        return True
    both = np.intersect1d(a.headline, b.headline, assume_unique=True).size
    if both and both >= SAME_HEADLINE * (len(a.headline) + len(b.headline) - both):
        return True
    counted = {*a.numbers} & {*b.numbers} - STANDING_NUMBERS
    if len(counted) >= SEVERAL_NUMBERS or not counted.isdisjoint((*a.first_numbers, *b.first_numbers)):
        return True
    return max(_of_the_lead(a, b), _of_the_lead(b, a)) >= SAME_LEAD


def _of_the_lead(a: Signature, b: Signature) -> float:
    """The share of ``a``'s lead that stands in the body of ``b``, in its lead where the bodies are sampled thinly."""
    lead = a.lead[(a.lead & np.uint32(b.scale - 1)) == 0]
    inside = np.intersect1d(lead, b.sketch, assume_unique=True).size / len(lead) if len(lead) else 0.0
    ahead = np.intersect1d(a.lead, b.lead, assume_unique=True).size / min(len(a.lead), len(b.lead))
    return float(max(inside, ahead))


def _other_script(a: Signature, b: Signature) -> bool:
    return {a.script, b.script} == {"Hans", "Hant"}


def _twin_reason(a: Signature, b: Signature, what: str) -> str:
    if _other_script(a, b):
        return f"{what}, once scripts ({b.script}, {a.script}) and regional words are folded"
    return what
