"""What changed between two versions of one article."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from pipelines import sentences
from pipelines.hanzi import fold

LONGEST = 400
"""Where a run-on sentence is cut, in the measure of ``sentences.weight``."""
_NOT_LETTERS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d[\d,.]*\d|\d")


@dataclass(frozen=True, slots=True)
class Change:
    """What an update changed; sentences as they stand in the version that has them, in its order."""

    title: tuple[str | None, str | None] | None
    """Old and new title, where they differ."""
    added: tuple[str, ...]
    removed: tuple[str, ...]
    numbers: tuple[tuple[str, ...], tuple[str, ...]]
    """Numbers that only the old body has, numbers that only the new body has."""
    moved: bool = False
    """Whether the same sentences stand in another order."""

    @property
    def summary(self) -> str:
        """One sentence for a person."""
        parts: list[str] = []
        if self.title:
            parts.append("the title changed")
        for count, verb in ((len(self.added), "added"), (len(self.removed), "removed")):
            if count:
                parts.append(f"{count} sentence{'s' if count > 1 else ''} {verb}")
        gone, come = self.numbers
        if self.moved:
            parts.append("sentences stand in another order")
        if gone and come:
            parts.append(f"numbers changed: {', '.join(gone[:4])} became {', '.join(come[:4])}")
        return (
            "; ".join(parts) if parts else "nothing but spacing, script or punctuation changed"
        ).capitalize() + "."

    def to_json(self) -> str:
        """The change as ``store.article`` keeps it."""
        row = {"summary": self.summary, "title": self.title, "added": self.added, "removed": self.removed}
        return json.dumps(row, ensure_ascii=False)


def told(kept: str | None) -> dict[str, Any]:
    """What ``store.article`` keeps of a change, to be shown: ``summary`` and the sentences ``added`` and ``removed``.

    A correction ``by_hand`` keeps a note of who made it; ``None``, of a first version, is an empty summary.
    """
    row: dict[str, Any] = json.loads(kept) if kept else {}
    summary = row.get("summary") or row.get("note") or ("The page changed." if row else "")
    return {
        "summary": summary,
        "added": row.get("added", []),
        "removed": row.get("removed", []),
        "by_hand": "note" in row,
    }


def diff(old_title: str | None, old_text: str | None, new_title: str | None, new_text: str | None) -> Change:
    """Compare two versions sentence by sentence, blind to script, regional words, spacing and punctuation."""
    before, after = _sentences(old_text or ""), _sentences(new_text or "")
    added = _only_in(after, before)
    removed = _only_in(before, after)
    gone, come = _numbers(" ".join(removed)), _numbers(" ".join(added))
    same_title = _plain(old_title or "") == _plain(new_title or "")
    return Change(
        title=None if same_title else (old_title, new_title),
        added=tuple(added),
        removed=tuple(removed),
        numbers=(tuple(n for n in gone if n not in come), tuple(n for n in come if n not in gone)),
        moved=not added and not removed and [*map(_plain, before)] != [*map(_plain, after)],
    )


def _sentences(text: str) -> list[str]:
    found = (text[start:end].strip() for start, end in sentences.sentences(text, LONGEST))
    return [sentence for sentence in found if _plain(sentence)]


def _plain(text: str) -> str:
    return _NOT_LETTERS.sub("", fold(text).lower())


def _only_in(these: list[str], those: list[str]) -> list[str]:
    left = Counter(_plain(sentence) for sentence in those)
    found: list[str] = []
    for sentence in these:
        plain = _plain(sentence)
        if left[plain]:
            left[plain] -= 1
        else:
            found.append(sentence)
    return found


def _numbers(text: str) -> list[str]:
    return list(dict.fromkeys(number.replace(",", "") for number in _NUMBER.findall(text)))
