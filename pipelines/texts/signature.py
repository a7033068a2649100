"""The signature of one article: everything folding needs to know of it, small enough to keep for sixty days."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.hanzi import script_of
from pipelines.texts.addresses import same_address
from pipelines.texts.attribution import attributed_source
from pipelines.texts.shingles import Sketch, band_keys, fingerprint, key, measure, opening, sketch_of

_SCALAR_FIELDS = (
    "article_id",
    "url",
    "outlet",
    "title",
    "title_letters",
    "body",
    "letters",
    "script",
    "shingles",
    "scale",
    "attributed_source",
    "text_id",
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Signature:
    """What the index keeps of one article. ``to_row`` gives plain JSON values, ``from_row`` reads them back."""

    article_id: str
    url: str | None
    """The address without scheme, ``www.``, fragment and tracking parameters; what "the same URL" means."""
    outlet: str | None
    published: datetime | None
    title: str
    """SHA-256 of the folded title's letters and digits."""
    title_letters: int
    body: str
    """SHA-256 of the folded body's letters and digits."""
    letters: int
    script: str | None
    """``Hans``, ``Hant`` or ``Hani`` for Han text: a nearly equal text in another script is a twin, not a copy."""
    shingles: int
    sketch: Sketch
    scale: int
    headline: Sketch
    """The title's shingles."""
    lead: Sketch
    """The shingles of the body's first words."""
    numbers: tuple[int, ...]
    first_numbers: tuple[int, ...]
    """Those of the title and the body's first sentences."""
    key_array: npt.NDArray[np.int64]
    """Index keys, sorted (63 bits): two articles that share none are never compared."""
    attributed_source: str | None
    text_id: str | None = None
    """Set once the article is folded: ``known`` signatures carry it."""

    @property
    def keys(self) -> tuple[int, ...]:
        """The index keys as plain integers."""
        return tuple(self.key_array.tolist())

    def with_text(self, text_id: str) -> Signature:
        """The signature as the store keeps it after folding."""
        return replace(self, text_id=text_id)

    def to_row(self) -> dict[str, Any]:
        """Plain values: strings, integers, lists of integers; the sketch as base64 of little-endian 32-bit words."""
        row: dict[str, Any] = {name: getattr(self, name) for name in _SCALAR_FIELDS}
        row["published"] = self.published.isoformat() if self.published else None
        row["numbers"], row["keys"] = list(self.numbers), list(self.keys)
        row["first_numbers"] = list(self.first_numbers)
        for name in ("sketch", "headline", "lead"):
            row[name] = base64.b64encode(getattr(self, name).astype("<u4").tobytes()).decode("ascii")
        return row

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Signature:
        """The signature that ``to_row`` wrote; ``published`` may be text or a datetime."""
        published = row["published"]
        return cls(
            **{name: row[name] for name in _SCALAR_FIELDS},
            published=datetime.fromisoformat(published) if isinstance(published, str) else published,
            numbers=tuple(row["numbers"]),
            first_numbers=tuple(row["first_numbers"]),
            key_array=np.array(row["keys"], dtype=np.int64),
            sketch=_unpacked(row["sketch"]),
            headline=_unpacked(row["headline"]),
            lead=_unpacked(row["lead"]),
        )


def sign(
    article_id: str,
    title: str | None,
    text: str | None,
    *,
    published: datetime | None = None,
    url: str | None = None,
    outlet: str | None = None,
    script: str | None = None,
) -> Signature:
    """Sign one article. Without a body the title stands alone; without either the signature has no keys.

    ``script`` (ISO 15924, as the language room says) tells a twin of another script from a copy; where it is not
    given it is taken from the characters. A ``published`` without zone is refused (``ValueError``).
    """
    if published is not None and published.tzinfo is None:
        raise ValueError(f"{article_id}: published {published.isoformat()} has no zone")
    head, body = measure(title or ""), measure(text or "")
    sketch, scale = sketch_of(body.hashes)
    headline, lead = opening(body, head)
    address = same_address(url)
    keys = [key("article", article_id)]
    if address:
        keys.append(key("url", address))
    if head.plain:
        keys.append(key("title", head.plain))
    if body.plain:
        keys.append(key("body", body.plain))
        keys.extend(band_keys(body.hashes))
        keys.extend(body.clause_keys)
    return Signature(
        article_id=article_id,
        url=address,
        outlet=outlet,
        published=published,
        title=fingerprint(head.plain),
        title_letters=len(head.plain),
        body=fingerprint(body.plain),
        letters=len(body.plain),
        script=script or _han_script(f"{title or ''}\n{text or ''}"),
        shingles=len(body.hashes),
        sketch=sketch,
        scale=scale,
        headline=headline,
        lead=lead,
        numbers=body.numbers,
        first_numbers=tuple(sorted({*head.numbers, *body.first_numbers})),
        key_array=np.unique(np.array(keys, dtype=np.int64)),
        attributed_source=attributed_source(title, text),
    )


def _unpacked(words: str) -> Sketch:
    return np.frombuffer(base64.b64decode(words), dtype="<u4").astype(np.uint32)


def _han_script(text: str) -> str | None:
    script, share = script_of(text)
    return script if share else None
