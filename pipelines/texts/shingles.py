"""What two texts are compared by: shingles of the folded text, a sketch of them, index keys, numbers.

Chinese is folded to one script and one region's words first, so every measure here is blind to them.
"""

from __future__ import annotations

import hashlib
import html
import re
import zlib
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from pipelines.hanzi import fold

Hashes = npt.NDArray[np.uint64]
Sketch = npt.NDArray[np.uint32]

HAN_SHINGLE = 5
"""Characters in a shingle of Chinese, Japanese or Korean: as in the public near-duplicate sets."""
WORD_SHINGLE = 3
"""Words in a shingle of other scripts."""
SKETCH_SIZE = 512
"""Most hashes kept of a text. A text with more shingles keeps those divisible by 2, 4, 8 …: a FracMinHash sketch
(Irber et al. 2022), from which both resemblance and containment follow for texts of different lengths."""
BANDS, ROWS = 32, 4
"""MinHash bands: two texts of Jaccard 0.6 share a band with probability 0.988, of 0.3 with 0.23 (1 - (1 - J⁴)³²)."""
LEAD_LETTERS, LEAD_WORDS = (30, 50), (12, 20)
"""Least and most of a body's lead in Chinese, Japanese or Korean letters, in words of other scripts: in between it ends
with its paragraph."""
CLAUSE_KEYS = 48
"""Whole clauses used as keys, for copies that are a part of a longer text. Bands miss those: of 220 shortened copies
of a public set, bands and whole sentences missed 15, bands and clauses none (docs/quality.md)."""
SEED = 20261123

_NOT_LETTERS = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff\U00020000-\U000323af]")
_CLAUSE_END = re.compile(r"[。！？!?；;，：、\n\r]+|[.,:]\s")
_NUMBER = re.compile(r"\d{1,2}月\d{1,2}日|\d[\d,]*\.\d+|\d[\d,]*\d|[〇零一二三四五六七八九十百千万亿两]{3,}")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATE_LINE = re.compile(r"^\W*\d{4}[-/年]\d{1,2}[-/月]\d{1,2}")
_MIN_CLAUSE = 14
_FIRST = (100, 300)
_OPENING = 1000
"""Characters in which the lead is looked for."""

_POWERS = np.array(
    [0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F],
    dtype=np.uint64,
)


@dataclass(frozen=True, slots=True)
class Shingles:
    """The measures of one folded text."""

    plain: str
    """Folded, lower case, letters and digits only."""
    tokens: str | list[str]
    """What shingles are made of: ``plain``, or the words of scripts that have spaces."""
    paragraphs: tuple[int, ...]
    """How many tokens the first paragraphs end after."""
    hashes: Hashes
    """Sorted 64-bit hashes of the different shingles."""
    clause_keys: tuple[int, ...]
    numbers: tuple[int, ...]
    first_numbers: tuple[int, ...]
    """Those of a title, or of the first sentences of a body."""


def measure(text: str) -> Shingles:
    """Shingle ``text``; an empty text has no shingles, a text shorter than one shingle has one."""
    # Feeds hand over texts with entities left in (&nbsp; &#8220;): they are letters only to a machine.
    folded = fold(html.unescape(text) if "&" in text else text).lower()
    plain = _NOT_LETTERS.sub("", folded)
    cjk = len(_CJK.findall(plain)) * 3 >= len(plain)
    tokens = plain if cjk else _WORD.findall(folded)
    return Shingles(
        plain=plain,
        tokens=tokens,
        paragraphs=_paragraphs(folded[:_OPENING], cjk),
        hashes=_shingle_hashes(tokens),
        clause_keys=_clause_keys(folded, _MIN_CLAUSE if cjk else 3 * _MIN_CLAUSE),
        numbers=_numbers(folded),
        first_numbers=_numbers(folded[: _FIRST[0] if cjk else _FIRST[1]]),
    )


def _paragraphs(folded: str, cjk: bool) -> tuple[int, ...]:
    counts = [len(_NOT_LETTERS.sub("", line) if cjk else _WORD.findall(line)) for line in folded.split("\n")]
    return tuple(accumulate(counts[:-1]))


def _shingle_hashes(tokens: str | list[str]) -> Hashes:
    if isinstance(tokens, str):
        codes = np.frombuffer(tokens.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
        size = HAN_SHINGLE
    else:
        codes = np.array(
            [zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in tokens], dtype=np.uint64
        )
        size = WORD_SHINGLE
    if not len(codes):
        return codes
    size = min(size, len(codes))
    count = len(codes) - size + 1
    mixed = np.zeros(count, dtype=np.uint64)
    for i in range(size):
        mixed += codes[i : i + count] * _POWERS[i]
    # The finaliser of splitmix64: sums of products alone are not spread enough for sampling by low bits.
    mixed ^= mixed >> np.uint64(30)
    mixed *= _POWERS[1]
    mixed ^= mixed >> np.uint64(27)
    mixed *= _POWERS[2]
    mixed ^= mixed >> np.uint64(31)
    return np.unique(mixed)


def sketch_of(hashes: Hashes) -> tuple[Sketch, int]:
    """``(sketch, scale)``: one hash in ``scale`` (a power of two), sorted, at most ``SKETCH_SIZE``."""
    scale = 1
    while len(hashes) > SKETCH_SIZE:
        scale *= 2
        hashes = hashes[(hashes & np.uint64(scale - 1)) == 0]
    return _words32(hashes), scale


def opening(body: Shingles, head: Shingles) -> tuple[Sketch, Sketch]:
    """All shingles of the title and of the body's lead, as a sketch of scale 1 keeps them.

    A title that is repeated at the start of the body is no lead.
    """
    tokens, title, start = body.tokens, head.tokens, 0
    while title and tokens[start : start + len(title)] == title:
        start += len(title)
    least, most = LEAD_LETTERS if isinstance(tokens, str) else LEAD_WORDS
    end = next((end for end in body.paragraphs if end - start >= least), start + most)
    return _words32(head.hashes), _words32(_shingle_hashes(tokens[start : min(end, start + most)]))


def _words32(hashes: Hashes) -> Sketch:
    return np.unique((hashes & np.uint64(0xFFFFFFFF)).astype(np.uint32))


def band_keys(hashes: Hashes) -> list[int]:
    """The ``BANDS`` keys of a text's MinHash signature (rensa, pre-hashed tokens: same on every platform)."""
    offsets = np.array([0, len(hashes)], dtype=np.uint64)
    matrix = RMinHash.digest_matrix_from_flat_token_hashes(hashes, offsets, BANDS * ROWS, SEED)
    digest = np.array(matrix.to_rows()[0], dtype="<u4").reshape(BANDS, ROWS)
    return [key("band", band, row.tobytes()) for band, row in enumerate(digest)]


def key(kind: str, *parts: object) -> int:
    """A 63-bit index key: positive, so that it fits DuckDB's BIGINT."""
    digest = hashlib.blake2b(kind.encode(), digest_size=8)
    for part in parts:
        digest.update(b"\x00")
        digest.update(part if isinstance(part, bytes) else str(part).encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest(), "little") >> 1


def _clause_keys(folded: str, shortest: int) -> tuple[int, ...]:
    found = set()
    for clause in _CLAUSE_END.split(folded):
        plain = _NOT_LETTERS.sub("", clause)
        if len(plain) >= shortest and not _DATE_LINE.match(clause):
            found.add(key("clause", plain))
    return tuple(sorted(found)[:CLAUSE_KEYS])


def _numbers(folded: str) -> tuple[int, ...]:
    """Hashes of the different numbers of two digits (three in Chinese) and more, and of dates; years tell nothing."""
    found = {number.replace(",", "") for number in _NUMBER.findall(folded)}
    return tuple(sorted(_hashed(number) for number in found if not _YEAR.fullmatch(number))[:64])


def _hashed(number: str) -> int:
    return zlib.crc32(number.encode())


STANDING_NUMBERS = frozenset(
    map(
        _hashed,
        [
            "24",
            "二十四",
            "110",
            "112",
            "113",
            "119",
            "120",
            "165",
            "911",
            "988",
            "999",
            "12315",
            "12345",
            "96110",
        ],
    )
)
"""Emergency and advice lines, round the clock: what stands below many stories."""


def fingerprint(plain: str) -> str:
    """SHA-256 of the folded text's letters and digits: equal for twins whose wording folds exactly."""
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
