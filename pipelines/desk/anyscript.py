"""Words in one script as a pattern that finds them in the other: 屏东 finds 屏東, character by character."""

from __future__ import annotations

import re
from functools import cache

from pipelines.hanzi import is_han, to_simplified

_HAN = [chr(code) for code in range(0x3400, 0xA000)]


@cache
def _written() -> dict[str, str]:
    """All ways to write a character, by its simplified form."""
    found: dict[str, str] = {}
    # one character a line, so that no phrase decides how it is converted
    for character, plain in zip(_HAN, to_simplified("\n".join(_HAN)).split("\n"), strict=True):
        found[plain] = found.get(plain, "") + character
    return found


def pattern_of(words: str) -> str:
    """A regular expression (RE2) for ``words``, in lower case, in either script."""
    return "".join(_either(character) for character in words.lower())


def _either(character: str) -> str:
    if not is_han(character):
        return re.escape(character)
    ways = _written().get(to_simplified(character), character)
    ways = ways if character in ways else ways + character
    return f"[{ways}]" if len(ways) > 1 else ways
