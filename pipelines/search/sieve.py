"""Texts in which a form cannot stand, told apart as they are written: only the others are folded and read word by word.

Of the hundreds of articles that hold the pairs of a phrase few hold the phrase, and folding is what a look into a text costs.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import product

from pipelines.hanzi import written
from pipelines.search.names import atoms_of, pieces_of
from pipelines.search.question import Form
from pipelines.search.tokens import RUN, UNSPACED

_ODD = f"[^\\W_A-Za-z0-9{UNSPACED}]"
"""Letters that become others on their way into a token: é is e there, ﬁ two letters."""
_REST = f"[^\\W_{UNSPACED}]*(?:[.,'’][^\\W_{UNSPACED}]+)*"
_BETWEEN = f"[\\W_{UNSPACED}]*"


MOST_PIECES = 4
"""Of scripts in a form: with more, every text is read."""


@lru_cache(maxsize=4096)
def pattern(form: Form) -> re.Pattern[str] | None:
    """What every text matches in which ``form`` stands, and few others do; ``None`` where every text has to be read."""
    if RUN.search(form.text):
        return _mixed(pieces_of(form.text))
    wanted = atoms_of(form.text)[: 1 if form.beginning else None]
    begun = [_begun(atom) for atom in wanted]
    if None in begun:
        return None
    return re.compile(f"{_ODD}|" + f"{_REST}{_BETWEEN}".join(map(str, begun)))


def _mixed(pieces: list[str]) -> re.Pattern[str] | None:
    """A form in which scripts meet, with and without spaces at each seam: a regional word may go across it (隨身碟, U盘)."""
    if len(pieces) > MOST_PIECES:
        return None
    found = []
    for seams in product(("", "\0"), repeat=len(pieces) - 1):
        together = "".join(map(str.__add__, pieces, (*seams, ""))).split("\0")
        ways = [written(piece) for piece in together]
        if None in ways:
            return None
        found.append("[ \u00a0\u3000]+".join(map(str, ways)))
    return re.compile("|".join(found))


def _begun(token: str) -> str | None:
    """How a word with this token begins: its stem keeps its first letters, but for a y that becomes i."""
    if not re.match("[a-z]{2}", token):
        return written(token[:1])
    if token[1] != "i":
        return written(token[:2])
    ways = [written(token[:2]), written(f"{token[0]}y")]
    return None if None in ways else f"(?:{'|'.join(map(str, ways))})"
