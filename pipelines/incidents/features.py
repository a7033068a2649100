"""A text to its features: what is computed once, stored, and compared with every text that comes later."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np

from pipelines.embedding import VERSION as EMBEDDING_VERSION
from pipelines.embedding import as_bytes, embed, shorten
from pipelines.hanzi import NORMALISATION_VERSION
from pipelines.incidents.model import Features, Item
from pipelines.incidents.packed import pack, unpack
from pipelines.incidents.tokens import is_round_up, names, normalise, numbers, pieces, term_hash, words

FEATURES_VERSION = f"features-1+{EMBEDDING_VERSION}+{NORMALISATION_VERSION}"

BODY_CHARACTERS = 2500
"""How much of a body is read for terms: news says what happened first; the tail of long articles is background."""
TITLE_WEIGHT = 3
"""How often the title's words count among the terms of the whole text."""

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>")
_ADDRESS = re.compile(r"https?://[^\s<>\u3400-\u9fff，。）]+")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")


def features(item: Item) -> Features:
    """Everything that grouping needs of one text; deterministic, about 60–80 texts a second and core.

    A text with neither title nor body gets features that resemble nothing.
    """
    title, body = plain(item.title or ""), plain(item.text or "")[:BODY_CHARACTERS]
    folded_title, folded_body = normalise(title), normalise(body)
    vectors = embed([title, shorten(body)])
    return Features(
        text_id=item.text_id,
        version=FEATURES_VERSION,
        day=day_of(item.published),
        language=(item.language or language_of(f"{title}\n{body[:300]}")).lower(),
        title_vector=as_bytes(vectors[0]),
        lead_vector=as_bytes(vectors[1]),
        title_terms=pack(map(term_hash, pieces(folded_title))),
        terms=pack(map(term_hash, words(folded_title) * TITLE_WEIGHT + words(folded_body))),
        names=tuple(dict.fromkeys((*map(str.lower, item.entities), *names(f"{title}\n{body}")))),
        numbers=numbers(f"{folded_title}\n{folded_body}"),
        heading=folded_title[:160],
        class_=item.class_,
        round_up=is_round_up(folded_title),
    )


def plain(text: str) -> str:
    """``text`` without markup and addresses: feeds put both into their descriptions, and every article has them."""
    if "<" in text or "&" in text or "http" in text:
        text = _ADDRESS.sub(" ", html.unescape(_MARKUP.sub(" ", text)))
    return text


def day_of(published: datetime | None) -> float | None:
    """Days since 1970-01-01 UTC, rounded to the minute."""
    if published is None:
        return None
    aware = published if published.tzinfo else published.replace(tzinfo=UTC)
    return round(aware.timestamp() / 60) / 1440


def language_of(text: str) -> str:
    """A guess good enough to know whether two texts can share words: by script first, then by letter statistics."""
    letters = sum(map(str.isalpha, text)) or 1
    if len(_KANA.findall(text)) * 5 > letters:
        return "ja"
    if len(_HANGUL.findall(text)) * 5 > letters:
        return "ko"
    if len(_HAN.findall(text)) * 5 > letters:
        return "zh"
    if not text.strip():
        return "und"
    language: str = _classifier().classify(text)[0]
    return language


@lru_cache(maxsize=1)
def _classifier() -> Any:
    import py3langid  # 0.2 s

    return py3langid


def index_keys(features: Features) -> list[int]:
    """Blocking keys under which the text is found again, the most telling first.

    The pieces of the title, the names, the quantities, then the most frequent terms of the body. How common a key is
    in the stream is not known here: whoever looks keys up leaves out those that too many texts share.
    """
    keys = dict.fromkeys(term_hash(f"name:{name}") for name in features.names)
    keys.update(dict.fromkeys(term_hash(f"number:{number}") for number in features.numbers))
    keys.update(dict.fromkeys(unpack(features.title_terms)[0].tolist()))
    terms, counts = unpack(features.terms)
    often = terms[np.argsort(-counts, kind="stable")[:BODY_KEYS]]
    keys.update(dict.fromkeys(often.tolist()))
    return list(keys)


BODY_KEYS = 48
"""Terms of the body that are keys."""
RARE_KEYS = 8


def rare_keys(features: Features) -> list[int]:
    """The keys by which a story is found again after months: names and quantities, else the title's longest words."""
    keys = [f"name:{name}" for name in features.names[:RARE_KEYS]] + [
        f"number:{number}" for number in features.numbers
    ]
    longest = sorted(set(words(features.heading)), key=lambda word: (-len(word), word))
    return list(dict.fromkeys(map(term_hash, [*keys[:RARE_KEYS], *longest[: RARE_KEYS - len(keys)]])))


COLUMNS = tuple(field.name.rstrip("_") for field in fields(Features))
"""Names and order of a stored row."""
_BYTES = ("title_vector", "lead_vector", "title_terms", "terms")


def to_row(features: Features) -> dict[str, Any]:
    """Features as one flat row of JSON values (bytes in base64), for a table or a file."""
    row: dict[str, Any] = {
        field.name.rstrip("_"): getattr(features, field.name) for field in fields(features)
    }
    row.update((name, base64.b64encode(row[name]).decode("ascii")) for name in _BYTES)
    row.update(names=list(features.names), numbers=list(features.numbers))
    return row


def from_row(row: Mapping[str, Any]) -> Features:
    """The inverse of :func:`to_row`."""
    return features_of_columns([row[name] for name in COLUMNS])


def features_of_columns(values: Sequence[Any]) -> Features:
    """As :func:`from_row`, from the values in the order of :data:`COLUMNS`."""
    row = dict(zip(COLUMNS, values, strict=True))
    row.update((name, base64.b64decode(row[name])) for name in _BYTES)
    row.update(names=tuple(row["names"]), numbers=tuple(row["numbers"]), class_=row.pop("class"))
    return Features(**row)
