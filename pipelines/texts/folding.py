"""Fold articles into texts: each new article against those that share an index key with it, oldest first."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import numpy as np

from pipelines.records import OK, Fold
from pipelines.texts.signature import Signature
from pipelines.texts.similarity import Verdict, judge, overlap

POPULAR = 200
"""A key that more articles carry than this is furniture (a disclaimer, a table's head) and brings no candidates."""
MOST_CANDIDATES = 200
"""Only those that share the most keys are compared, so that one article never costs more than this."""
IN_COMMON = 0.2
"""Share of the smaller one's shingles below which a part and a founding article have nothing in common."""
REWRITTEN = 0.1
"""Below this resemblance an address that is met again carries another text (a live page, a reused URL)."""

_LAST = datetime.max.replace(tzinfo=UTC)


def text_id_of(article_id: str) -> str:
    """The id of the text that ``article_id`` founds: permanent, and free of the outlet's spelling."""
    return "t-" + hashlib.sha256(article_id.encode()).hexdigest()[:12]


def fold(new: Sequence[Signature], known: Sequence[Signature] = ()) -> list[Fold]:
    """One ``Fold`` for each of ``new``, in the order of ``new``.

    ``known`` are signatures folded before (with ``text_id``) that share at least one key with the new ones; others
    change nothing, nor does their order. The new ones are taken oldest first (no date last, then by id) and see those before them, so a
    day in one call or in many gives the same answer as long as days come in order. Cost is proportional to ``new``
    and the keys that they share. ``ValueError`` where a known signature has no ``text_id``.
    """
    index = _Index([*known, *new])
    for signature in sorted(known, key=_age):
        if signature.text_id is None:
            raise ValueError(f"{signature.article_id} is given as known but has no text_id")
        index.add(signature)
    folds: dict[int, Fold] = {}
    for n in sorted(range(len(new)), key=lambda n: (_age(new[n]), n)):
        found = _fold_one(new[n], index)
        folds[n] = found
        if found.outcome == OK:
            index.add(new[n].with_text(found.text_id))
    return [folds[n] for n in range(len(new))]


def _age(signature: Signature) -> tuple[datetime, str]:
    return signature.published or _LAST, signature.article_id


class _Index:
    """Articles by key; only keys that more than one of the given signatures has are kept at all."""

    def __init__(self, everything: Sequence[Signature]) -> None:
        keys = np.concatenate([signature.key_array for signature in everything] or [np.empty(0, np.int64)])
        values, counts = np.unique(keys, return_counts=True)
        self._shared = values[counts > 1]
        self._carriers: dict[int, list[int]] = {}
        self._signatures: list[Signature] = []

    def add(self, signature: Signature) -> None:
        """Make ``signature`` a candidate for those that come after."""
        number = len(self._signatures)
        self._signatures.append(signature)
        for key in self._shared_keys(signature):
            self._carriers.setdefault(key, []).append(number)

    def candidates(self, signature: Signature) -> list[Signature]:
        """Those that share a key, the oldest addition first; keys that too many carry bring only their first."""
        shared: Counter[int] = Counter()
        for key in self._shared_keys(signature):
            carriers = self._carriers.get(key, ())
            # A text that thousands carry is still found: its founder is the first carrier of its own keys.
            shared.update(carriers if len(carriers) <= POPULAR else carriers[:1])
        most = sorted(shared, key=lambda number: (-shared[number], number))[:MOST_CANDIDATES]
        return [self._signatures[number] for number in sorted(most)]

    def _shared_keys(self, signature: Signature) -> list[int]:
        if not len(self._shared):
            return []
        places = np.minimum(np.searchsorted(self._shared, signature.key_array), len(self._shared) - 1)
        found: list[int] = signature.key_array[self._shared[places] == signature.key_array].tolist()
        return found


def _fold_one(new: Signature, index: _Index) -> Fold:
    if not new.letters and not new.title_letters:
        return Fold(
            article_id=new.article_id,
            text_id=text_id_of(new.article_id),
            relation="original",
            reason="no title and no body: nothing to compare",
            outcome="no_text",
        )
    candidates = index.candidates(new)
    if (update := _update(new, candidates)) is not None:
        return update
    best: tuple[Verdict, Signature] | None = None
    for old in candidates:
        verdict = judge(new, old)
        if verdict and _by_way_of_a_round_up(new, old, candidates):
            continue
        # Twins before copies, then the more alike; the oldest wins a draw because it is met first.
        if verdict and (best is None or _rank(verdict) > _rank(best[0])):
            best = verdict, old
    if best is None:
        return Fold(
            article_id=new.article_id,
            text_id=text_id_of(new.article_id),
            relation="original",
            reason="no earlier article carries this text",
            attributed_source=new.attributed_source,
        )
    verdict, old = best
    return Fold(
        article_id=new.article_id,
        text_id=str(old.text_id),
        relation=verdict.relation,
        reason=verdict.reason,
        same_as=old.article_id,
        similarity=verdict.similarity,
        attributed_source=new.attributed_source,
    )


def _by_way_of_a_round_up(new: Signature, old: Signature, candidates: Iterable[Signature]) -> bool:
    """Whether ``new`` is a small part of ``old``, which carries another text besides.

    A round-up that repeats one article and then another must not make one text of the two: a part of a longer
    carrier joins that carrier's text only if it has something in common with the article that founded it.
    """
    if 2 * new.shingles > old.shingles or old.text_id == text_id_of(old.article_id):
        return False
    founders = (other for other in candidates if text_id_of(other.article_id) == old.text_id)
    return all(overlap(new, founder)[1] < IN_COMMON for founder in founders)


def _rank(verdict: Verdict) -> tuple[bool, float]:
    return verdict.relation == "twin", verdict.similarity


def _update(new: Signature, candidates: Iterable[Signature]) -> Fold | None:
    """The newest version of the same article or address, unless another text stands there now."""
    versions = [
        old
        for old in candidates
        if old.article_id == new.article_id or (new.url is not None and old.url == new.url)
    ]
    if not versions:
        return None
    old = versions[-1]
    resemblance, containment = overlap(new, old)
    unchanged = new.body == old.body and new.title == old.title
    if unchanged:
        reason = "met again, nothing changed"
    elif new.body == old.body:
        resemblance, reason = 1.0, "the title changed, the body did not"
    elif (
        old.article_id == new.article_id
        or new.title == old.title
        or max(resemblance, containment) >= REWRITTEN
    ):
        reason = f"the page changed: {resemblance:.0%} of the shingles are the same"
    else:
        return None
    return Fold(
        article_id=new.article_id,
        text_id=str(old.text_id),
        relation="update",
        reason=reason,
        same_as=old.article_id,
        similarity=1.0 if unchanged else round(resemblance, 4),
        attributed_source=new.attributed_source,
    )
