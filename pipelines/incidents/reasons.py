"""Why a text is in an incident, in one sentence that a person can check against the two texts."""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.incidents.model import Features
from pipelines.incidents.tokens import words

_UNIT_WORDS = {
    "%": "%",
    "usd": "US$",
    "cny": "CN¥",
    "twd": "NT$",
    "hkd": "HK$",
    "eur": "€",
    "gbp": "£",
    "dead": "dead",
    "hurt": "injured",
    "people": "people",
    "cars": "vehicles",
    "years": "years",
}


def link_reason(text: Features, other: Features, cosine: float, score: float) -> str:
    """``same names Nvidia and H20, same figure 40 %, two days apart, cosine 0.71 (with T123)``.

    :param other: the member with the strongest link to ``text``.
    :param cosine: of the title vectors, relative to the stream.
    """
    parts = []
    shared = [name for name in text.names if name in set(other.names) and _tells(name)][:3]
    if shared:
        parts.append(f"same name{'s' if len(shared) > 1 else ''} {_and([_written(name) for name in shared])}")
    figures = [number for number in text.numbers if number in set(other.numbers)][:2]
    if figures:
        parts.append(f"same figure{'s' if len(figures) > 1 else ''} {_and([_figure(f) for f in figures])}")
    phrases = _phrases(text.heading, other.heading, shared)
    if phrases:
        parts.append(f"headlines share {_and([f'“{phrase}”' for phrase in phrases])}")
    parts.append(_apart(text.day, other.day))
    parts.append(f"cosine {cosine:.2f}")
    return f"{', '.join(part for part in parts if part)}; link {score:.2f} (with {other.text_id})"


def founding_reason(text: Features) -> str:
    """Why a text stands at the beginning of its incident."""
    what = f"a text of class {text.class_}" if text.class_ else "a text"
    return f"{what} that no incident within reach accounts for: it opens this one"


def _tells(name: str) -> bool:
    """Two letters (AI, EU, he) name too much to be a reason."""
    return len(name) > 2 or not name.isascii() or any(c.isdigit() for c in name)


def _written(name: str) -> str:
    """A name, which is kept in lower case, as people write it: short ones are codes and initials."""
    if not name.isascii():
        return name
    return name.upper() if len(name) <= 3 else " ".join(w[:1].upper() + w[1:] for w in name.split(" "))


def _figure(number: str) -> str:
    value, _, unit = number.partition(" ")
    amount = float(value)
    spelled = next(
        (f"{amount / n:g} {w}" for n, w in ((1e9, "billion"), (1e6, "million")) if amount >= n), f"{amount:g}"
    )
    word = _UNIT_WORDS.get(unit, unit)
    return (
        f"{word}{spelled}"
        if unit in ("usd", "cny", "twd", "hkd", "eur", "gbp")
        else f"{spelled} {word}".strip()
    )


def _phrases(first: str, second: str, names: Sequence[str]) -> list[str]:
    """The two longest runs of words that two folded headlines share: four Han characters or two words at least."""
    found: list[str] = []
    left = first
    while len(found) < 2:
        phrase = _longest_common(left, second).strip(" ,.:;，。：；、|-“”")
        han = any("\u3400" <= c <= "\u9fff" for c in phrase)
        if len(phrase) < (3 if han else 8) or (not han and len(words(phrase)) < 2):
            break
        if not any(phrase in name for name in names):
            found.append(phrase)
        left = left.replace(phrase, "\n")
    return found


def _longest_common(first: str, second: str) -> str:
    """The longest substring of both that begins and ends at the edge of a word."""
    best, end = 0, 0
    previous = [0] * (len(second) + 1)
    for i, char in enumerate(first, 1):
        current = [0] * (len(second) + 1)
        for j, other in enumerate(second, 1):
            if char == other and char != "\n":
                current[j] = previous[j - 1] + 1
                if current[j] > best and _whole(first, i - current[j], i):
                    best, end = current[j], i
        previous = current
    return first[end - best : end]


def _whole(text: str, start: int, end: int) -> bool:
    def inside(at: int) -> bool:
        return 0 < at < len(text) and all(c.isascii() and c.isalnum() for c in text[at - 1 : at + 1])

    return not inside(start) and not inside(end)


def _and(values: Sequence[str]) -> str:
    return values[0] if len(values) == 1 else f"{', '.join(values[:-1])} and {values[-1]}"


def _apart(first: float | None, second: float | None) -> str:
    if first is None or second is None:
        return ""
    days = round(abs(first - second))
    return {0: "same day", 1: "a day apart", 2: "two days apart"}.get(days, f"{days} days apart")
