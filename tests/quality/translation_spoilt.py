"""Good translations of the sample world, spoilt in one way each: what the flags must find."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipelines.hanzi import to_simplified
from pipelines.translation import flags as flag
from pipelines.translation.glossary import Name, of_samples
from pipelines.translation.names import correct
from tests.tools.sample_pairs import world

SPOILT = {
    "a figure changed": (flag.NUMBER_LOST, 0.96),
    "a figure dropped": (flag.NUMBER_LOST, 0.92),
    "a name dropped": (flag.NAME_LOST, 0.99),
    "the last words repeated": (flag.REPETITION, 0.99),
    "only the beginning": (flag.TOO_SHORT, 0.99),
    "a word left in Chinese": (flag.UNTRANSLATED, 0.99),
}
"""Fault → the flag for it, and the share that must be found."""


def spoilt(fault: str) -> Iterator[tuple[str, ...]]:
    """Flags of every sentence in which the fault can be made."""
    for zh, en in world():
        plain = to_simplified(zh)
        names = list(dict.fromkeys(hit.name for hit in of_samples().find(plain)))
        good = correct(en, names)
        bad = _spoil(fault, good, names)
        if bad is not None:
            yield flag.of(plain, bad, names)


def _spoil(fault: str, good: str, names: list[Name]) -> str | None:
    words = good.split()
    if fault == "a figure changed":
        return (
            re.sub(r"(?<![A-Za-z\d.,-])(\d)(?=\d)", lambda match: str(int(match[1]) % 9 + 1), good)
            if re.search(r"(?<![A-Za-z\d.,-])\d\d", good)
            else None
        )
    if fault == "a figure dropped":
        return (
            re.sub(r"(?<![A-Za-z-])\d[\d,.:]*(?![A-Za-z])", "some", good)
            if re.search(r"(?<![A-Za-z-])\d\d", good)
            else None
        )
    if fault == "a name dropped":
        locked = [name.english for name in names if name.locked]
        return good.replace(locked[0], "it") if locked else None
    if fault == "the last words repeated":
        return " ".join([*words, *words[-3:], *words[-3:]]) if len(words) >= 5 else None
    if fault == "only the beginning":
        return " ".join(words[: len(words) // 4]) + "." if len(words) >= 12 else None
    if fault == "a word left in Chinese":
        return good.replace(words[0], "调查", 1)
    raise ValueError(fault)
